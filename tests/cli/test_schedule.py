"""`dengta schedule` from plain files: a table, JSON, a plan file, a Gantt chart; exit 3 names broken wishes."""

from __future__ import annotations

import json
import signal
from pathlib import Path
from xml.etree import ElementTree

import pytest
from typer.testing import CliRunner

from dengta.cli.schedule import app
from dengta.cli.schedule_clock import clock

SHOP = Path(__file__).parents[2] / "examples" / "shops" / "furniture.toml"
JSP = "3 3\n0 3 1 2 2 2\n0 2 2 1 1 4\n1 4 2 3 0 1\n"


def schedule(file: Path, *arguments: str):
    return CliRunner().invoke(app, [str(file), *arguments])


@pytest.fixture
def jsp(tmp_path: Path) -> Path:
    file = tmp_path / "three.txt"
    file.write_text(JSP)
    return file


def test_a_job_shop_is_planned_and_answered_as_json(jsp: Path) -> None:
    result = schedule(jsp, "--format", "jsp", "--iterations", "100", "--json")
    assert result.exit_code == 0, result.output
    answer = json.loads(result.stdout)
    assert answer["schema"] == "dengta.schedule/1"
    assert (answer["makespan"], answer["bound"]) == (11, 11)
    assert answer["gap"] == 0
    assert (answer["operations"], answer["orders"], answer["machines"]) == (9, 3, 3)


def test_the_same_seed_and_iterations_give_the_same_file(jsp: Path, tmp_path: Path) -> None:
    files = []
    for name in ("a.json", "b.json"):
        result = schedule(SHOP, "--iterations", "60", "--seed", "7", "--out", str(tmp_path / name))
        assert result.exit_code == 0, result.output
        files.append((tmp_path / name).read_text("utf-8"))
    assert files[0] == files[1]
    rows = json.loads(files[0])["operations"]
    assert len(rows) == 11
    assert rows[0]["start_at"].startswith("2026-11-23T06:00:00+08:00")


def test_a_table_tells_what_is_late_and_why(tmp_path: Path) -> None:
    text = SHOP.read_text("utf-8").replace("2026-11-24T12:00", "2026-11-23T07:00")
    hurried = tmp_path / "hurried.toml"
    hurried.write_text(text, "utf-8")
    result = schedule(hurried, "--iterations", "60")
    assert result.exit_code == 0, result.output
    assert "A-18" in result.output
    assert "edge" in result.output
    assert "2026-11-23 07:00" in result.output


def test_a_gantt_chart_is_drawn(tmp_path: Path) -> None:
    drawn = tmp_path / "plan.svg"
    assert schedule(SHOP, "--iterations", "20", "--gantt", str(drawn)).exit_code == 0
    tree = ElementTree.parse(drawn).getroot()
    titles = [title.text or "" for title in tree.iter("{http://www.w3.org/2000/svg}title")]
    assert len(titles) == 11
    assert any(title.startswith("A-17/cut: 2026-11-23 06:00") for title in titles)


def test_a_broken_wish_is_named_with_exit_3(tmp_path: Path) -> None:
    text = SHOP.read_text("utf-8").replace("receipts = [", "receipts = [] # [")
    poor = tmp_path / "poor.toml"
    poor.write_text(text, "utf-8")
    result = schedule(poor, "--iterations", "20")
    assert result.exit_code == 3
    assert "not planned" in result.output


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ((), "--format"),
        (("--format", "jsp", "--seconds", "0"), "86400"),
        (("--format", "jsp", "--iterations", "-1"), "0 or more"),
        (("--format", "jsp", "--threads", "0"), "1 to 64"),
        (("--format", "jsp", "--objective", "speed"), "tardiness"),
        (("--format", "rjsp"), "-1 -1"),
    ],
)
def test_what_cannot_be_planned_is_refused_in_words(jsp: Path, arguments: tuple[str, ...], said: str) -> None:
    result = schedule(jsp, *arguments)
    assert result.exit_code == 1
    assert said in result.output


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    result = schedule(tmp_path / "nothing.toml")
    assert result.exit_code == 1
    assert "no such file" in result.output


def test_a_shop_as_a_workbook_is_planned_like_its_text(tmp_path: Path) -> None:
    book = tmp_path / "shop.xlsx"
    assert schedule(SHOP, "--workbook", str(book)).exit_code == 0
    answers = [json.loads(schedule(file, "--iterations", "30", "--json").stdout) for file in (SHOP, book)]
    assert answers[0] == answers[1]


def test_only_a_shop_is_written_as_a_workbook(jsp: Path, tmp_path: Path) -> None:
    result = schedule(jsp, "--format", "jsp", "--workbook", str(tmp_path / "shop.xlsx"))
    assert result.exit_code == 1
    assert not (tmp_path / "shop.xlsx").exists()


def test_ctrl_c_asks_the_search_to_stop_and_is_given_back_afterwards() -> None:
    before = signal.getsignal(signal.SIGINT)
    with clock(None) as stop:
        assert not stop()
        signal.raise_signal(signal.SIGINT)
        assert stop()
        with pytest.raises(KeyboardInterrupt):
            signal.raise_signal(signal.SIGINT)
    assert signal.getsignal(signal.SIGINT) is before
