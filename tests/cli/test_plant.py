"""`dengta plant` as a person and as a machine see it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from dengta.cli.plant import app
from dengta.site.clock import SiteClock
from dengta.site.home import Home

PLANTS = Path(__file__).parents[2] / "examples/plants"
FURNITURE = str(PLANTS / "furniture.toml")


@pytest.fixture(autouse=True)
def english(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DENGTA_LANG", "en")
    monkeypatch.setenv("COLUMNS", "120")


def ask(*words: str) -> tuple[int, str, str]:
    done = CliRunner().invoke(app, list(words))
    return done.exit_code, done.stdout, done.stderr


def asked(*words: str) -> dict:
    code, out, err = ask(*words, "--json")
    assert code == 0, err
    return json.loads(out)


def test_check_says_sound_or_every_fault(tmp_path: Path) -> None:
    code, out, _ = ask("check", FURNITURE)
    assert code == 0
    assert "20 machines" in out
    broken = tmp_path / "broken.toml"
    text = Path(FURNITURE).read_text("utf-8").replace('kind = "panel-saw"', 'kind = "saw"').replace("08:00", "8:00")
    broken.write_text(text, "utf-8")
    code, out, err = ask("check", str(broken))
    assert (code, out) == (1, "")
    assert len(err.splitlines()) == 4
    assert "broken.toml > calendar two-shifts > shift day > start: must be a time of day in quotes" in err
    code, out, _ = ask("check", str(broken), "--json")
    assert code == 1
    assert [f["code"] for f in json.loads(out)["faults"]] == ["plant.not_time", *["toml.nowhere"] * 3]


def test_check_speaks_chinese(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DENGTA_LANG", "zh_CN.UTF-8")
    assert "无误" in ask("check", FURNITURE)[1]
    assert "无法读取此文件" in ask("check", "nowhere.toml")[2]


def test_a_byte_order_mark_is_no_fault_another_encoding_is(tmp_path: Path) -> None:
    file = tmp_path / "p.toml"
    file.write_bytes(Path(FURNITURE).read_text("utf-8").encode("utf-8-sig"))
    assert ask("check", str(file))[0] == 0
    file.write_bytes(Path(FURNITURE).read_text("utf-8").encode("gb18030"))
    code, _, err = ask("check", str(file))
    assert code == 1
    assert "save it as UTF-8" in err


def test_shifts_pass_midnight_and_keep_their_date() -> None:
    answer = asked("shifts", FURNITURE, "--from", "2026-02-14", "--to", "2026-02-24")
    assert answer["schema"] == "dengta.plant.shifts/1"
    assert [(o["business_date"], o["shift"], o["length_s"]) for o in answer["occurrences"]] == [
        ("2026-02-14", "day", 8.5 * 3600),
        ("2026-02-14", "late", 4.5 * 3600),
        ("2026-02-24", "day", 8.5 * 3600),
        ("2026-02-24", "late", 8.5 * 3600),
    ]
    assert answer["occurrences"][-1]["end"] == "2026-02-25T01:00:00+08:00"


def test_shifts_show_the_real_length_of_a_night_with_a_clock_change(tmp_path: Path) -> None:
    file = tmp_path / "berlin.toml"
    text = Path(FURNITURE).read_text("utf-8").replace("Asia/Shanghai", "Europe/Berlin").replace('"01:00"', '"05:00"')
    file.write_text(text, "utf-8")
    _, out, _ = ask("shifts", str(file), "--from", "2026-03-28", "--to", "2026-03-28")
    assert "11 h 30 min" in out
    assert "03-29 05:00+0200" in out


def test_an_unplanned_plant_says_so() -> None:
    code, out, _ = ask("shifts", str(PLANTS / "machining.toml"), "--from", "2012-01-01", "--to", "2012-01-31")
    assert code == 0
    assert "unplanned" in out


@pytest.mark.parametrize(
    "words",
    [
        ("shifts", FURNITURE, "--from", "2026-02-14", "--to", "2026-02-13"),
        ("shifts", FURNITURE, "--from", "1971-02-14", "--to", "2026-02-13"),
        ("shifts", FURNITURE, "--from", "2026-02-14", "--to", "2026-02-14", "--calendar", "nights"),
        ("show",),
        ("show", FURNITURE, "--site", "furniture"),
    ],
)
def test_what_cannot_be_answered_is_refused_in_words(words: tuple[str, ...]) -> None:
    code, out, err = ask(*words)
    assert (code, out) == (1, "")
    assert err.strip()


def test_add_and_show_at_the_sites_own_time(tmp_path: Path) -> None:
    home = tmp_path / "home"
    there = ("--home", str(home))
    assert ask("show", "--site", "furniture", *there)[0] == 1
    march = 1_772_323_200_000_000  # 2026-03-01
    SiteClock(march, 0, 1, stop_at=march).save(Home.at(home).site("furniture").clock)
    first = asked("add", FURNITURE, "--by", "Lin", *there)
    assert first["recorded_at"] == "2026-03-01T08:00:00+08:00"
    assert asked("add", FURNITURE, "--by", "Wu", *there) == first
    shown = asked("show", "--site", "furniture", *there)
    assert (shown["by"], shown["hash"]) == ("Lin", first["hash"])
    assert shown["content"]["book"]["zone"] == "Asia/Shanghai"
    code, out, _ = ask("show", "--site", "furniture", *there)
    assert code == 0
    assert "Panel saw 1" in out


def test_a_damaged_revision_is_named_beside_the_answer(tmp_path: Path) -> None:
    there = ("--home", str(tmp_path))
    made = asked("add", FURNITURE, *there)
    (tmp_path / "sites/furniture/books/stray.toml").write_text("")
    code, out, err = ask("show", "--site", "furniture", *there)
    assert code == 0
    assert made["hash"][:12] in out
    assert err.startswith("stray.toml: this is no revision")
