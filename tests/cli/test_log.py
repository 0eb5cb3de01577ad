"""`dengta log`: what goes in comes out, what is wrong is said, in both languages."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from dengta.cli.main import app
from dengta.connect.sender import write_door_file
from dengta.core.batch import EventBatch
from dengta.core.canonical import leaves, lines
from dengta.core.time import HOUR, SECOND, to_iso
from dengta.core.vocabulary import EventType
from dengta.log import Log, LogReader
from dengta.site.home import Home
from tests.connect.served import START, counters, now, serving


@pytest.fixture(autouse=True)
def _english(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DENGTA_LANG", "en")
    monkeypatch.setenv("COLUMNS", "120")


@pytest.fixture
def home(tmp_path: Path) -> Home:
    """A home with one site: two hours of a saw, an hour of a drill, one hole; the first hour is sealed."""
    place = Home.at(tmp_path / "home")
    with Log.open(place.site("demo").log, "demo", now) as log:
        saw = log.enrol("saw")
        for batch in (
            counters(saw, 0, 100),
            counters(saw, 110, 10),
            counters(8, 0, 50, subject="钻-1").replace(ts=START + HOUR + 5 * SECOND, type=int(EventType.GOOD)),
        ):
            log.append(batch).result()
        log.seal(START + HOUR)
    return place


def dengta(home: Home, *arguments: str, stdin: str | bytes | None = None) -> Result:
    return CliRunner().invoke(app, ["log", *arguments, "--home", str(home.path)], input=stdin)


def answer(result: Result, code: int = 0) -> dict[str, Any]:
    assert result.exit_code == code, result.output
    told: dict[str, Any] = json.loads(result.stdout)
    return told


def kept(home: Home, site: str = "demo") -> EventBatch:
    return LogReader(home.site(site).log).read()


def test_status_in_numbers(home: Home) -> None:
    told = answer(dengta(home, "status", "--json"))
    assert told["schema"] == "dengta.log.status/1"
    assert (told["site"], told["events"], told["streams"], told["missing"], told["lost"]) == ("demo", 160, 2, 10, 0)
    assert (told["sealed"]["events"], told["unsealed"]["events"]) == (110, 50)
    [hole] = told["holes"]
    assert (hole["producer"], hole["epoch"], hole["first"], hole["last"]) == ("saw", 1, 100, 109)
    assert told["last_ts"] == to_iso(START + HOUR + 5 * SECOND)
    assert told["writer"] is None


@pytest.mark.parametrize(("language", "words"), [("en", "Not sealed yet"), ("zh_CN.UTF-8", "尚未封存")])
def test_status_for_people(home: Home, monkeypatch: pytest.MonkeyPatch, language: str, words: str) -> None:
    monkeypatch.setenv("DENGTA_LANG", language)
    text = dengta(home, "status").stdout
    assert words in text
    assert "160" in text
    assert max(map(len, text.splitlines())) <= 100


def test_status_names_the_writer(home: Home) -> None:
    with Log.open(home.site("demo").log, "demo", now):
        assert answer(dengta(home, "status", "--json"))["writer"]["trouble"] is None


def test_verify_says_that_all_is_right(home: Home) -> None:
    assert "160 events verified" in dengta(home, "verify").stdout
    told = answer(dengta(home, "verify", "--json"))
    assert (told["events"], told["damage"]) == (160, [])


def test_verify_names_what_a_flipped_byte_took(home: Home) -> None:
    [file] = (home.site("demo").log / "sealed").rglob("*.parquet")
    data = bytearray(file.read_bytes())
    data[len(data) // 2] ^= 1
    file.write_bytes(data)
    result = dengta(home, "verify")
    assert result.exit_code == 1
    assert "--repair" in result.stdout
    told = answer(dengta(home, "verify", "--json"), code=1)
    assert [(one["code"], one["events"]) for one in told["damage"]] == [("log.file_damaged", 110)]
    assert [(r["first"], r["last"]) for r in told["damage"][0]["keys"]] == [(0, 99), (110, 119)]


def test_repair_puts_damage_aside_and_the_producer_may_send_again(home: Home) -> None:
    before = dengta(home, "export").stdout
    [file] = (home.site("demo").log / "sealed").rglob("*.parquet")
    file.write_bytes(file.read_bytes()[:-9])
    told = answer(dengta(home, "verify", "--repair", "--json"))
    assert [(one["code"], one["events"], bool(one["kept"])) for one in told["damage"]] == [
        ("log.file_damaged", 110, True)
    ]
    assert answer(dengta(home, "verify", "--json"))["damage"] == []
    status = answer(dengta(home, "status", "--json"))
    assert (status["events"], status["lost"], len(status["damage"])) == (50, 110, 1)
    assert "110 events" in dengta(home, "status").stdout
    assert answer(dengta(home, "append", "-", "--json", stdin=before))["accepted"] == 110
    assert answer(dengta(home, "status", "--json"))["lost"] == 0
    assert dengta(home, "export").stdout == before


def test_repair_makes_a_lost_database_again(home: Home) -> None:
    answer(dengta(home, "seal", "--until", to_iso(START + 2 * HOUR), "--json"))
    before = dengta(home, "export").stdout
    (home.site("demo").log / "log.sqlite").unlink()
    assert dengta(home, "status").exit_code == 1
    answer(dengta(home, "verify", "--repair", "--json"))
    assert dengta(home, "export").stdout == before


def test_seal_closes_hours(home: Home) -> None:
    early = answer(dengta(home, "seal", "--until", to_iso(START + HOUR), "--json"))
    assert early["segments"] == []
    assert "nothing to seal" in dengta(home, "seal", "--until", to_iso(START + HOUR)).stdout
    told = answer(dengta(home, "seal", "--until", to_iso(START + 2 * HOUR), "--json"))
    assert [one["events"] for one in told["segments"]] == [50]
    assert told["segments"][0]["hour"] == to_iso(START + HOUR)
    assert answer(dengta(home, "status", "--json"))["unsealed"]["events"] == 0


def test_export_is_the_canonical_lines_in_order(home: Home) -> None:
    assert dengta(home, "export").stdout.splitlines() == lines(kept(home)).to_pylist()


def test_export_takes_a_part(home: Home) -> None:
    border = to_iso(START + HOUR)
    first = dengta(home, "export", "--to", border).stdout.splitlines()
    rest = dengta(home, "export", "--from", border).stdout.splitlines()
    assert (len(first), len(rest)) == (110, 50)
    assert dengta(home, "export", "--subject", "钻-1", "--type", "good").stdout.splitlines() == rest
    assert dengta(home, "export", "--subject", "saw-1", "--type", "good").stdout == ""
    both = dengta(home, "export", "--type", "counter", "--type", "good").stdout
    assert len(both.splitlines()) == 160


def test_export_into_a_file(home: Home, tmp_path: Path) -> None:
    out = tmp_path / "events.ndjson"
    assert "160 events" in dengta(home, "export", "--out", str(out)).stdout
    assert out.read_text("utf-8").splitlines() == lines(kept(home)).to_pylist()
    assert not list(tmp_path.glob("*.part"))


def test_export_then_append_is_a_round_trip_with_the_same_leaves(home: Home, tmp_path: Path) -> None:
    text = dengta(home, "export").stdout
    other = Home.at(tmp_path / "other")
    assert answer(dengta(other, "append", "-", "--site", "copy", "--json", stdin=text))["accepted"] == 160
    assert leaves(kept(other, "copy")) == leaves(kept(home))
    again = answer(dengta(other, "append", "-", "--json", stdin=text))
    assert (again["accepted"], again["duplicates"]) == (0, 160)


def test_append_goes_through_the_door_while_it_is_up(home: Home, tmp_path: Path) -> None:
    text = dengta(home, "export").stdout
    file = tmp_path / "events.ndjson"
    file.write_text(text, "utf-8")
    other = Home.at(tmp_path / "other")
    folder = other.site("copy")
    with Log.open(folder.log, "copy", now) as log, serving(log, "copy") as address:
        write_door_file(folder, address)
        assert answer(dengta(other, "append", str(file), "--json"))["accepted"] == 160
    assert leaves(kept(other, "copy")) == leaves(kept(home))


def test_append_keeps_nothing_of_a_faulty_file(home: Home, tmp_path: Path) -> None:
    good = dengta(home, "export").stdout.splitlines()
    text = "\n".join([*good, "{", *good[:2], good[0].replace('"seq":0', '"seq":-1')])
    other = Home.at(tmp_path / "other")
    result = dengta(other, "append", "-", "--site", "copy", stdin=text)
    assert result.exit_code == 1
    assert "- > line 161" in result.stderr
    assert "- > line 164" in result.stderr
    assert len(kept(other, "copy")) == 0


def test_one_site_needs_no_name_and_several_are_listed(home: Home, tmp_path: Path) -> None:
    home.site("second").path.mkdir()
    result = dengta(home, "status")
    assert (result.exit_code, "demo, second" in result.stderr) == (1, True)
    assert answer(dengta(home, "status", "--site", "demo", "--json"))["events"] == 160
    for site in ("third", "Not A Name"):
        assert dengta(home, "status", "--site", site).exit_code == 1
    empty = dengta(Home.at(tmp_path / "nothing"), "status")
    assert (empty.exit_code, "dengta run" in empty.stderr) == (1, True)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["export", "--from", "yesterday"], "yesterday"),
        (["export", "--from", "2026-01-01T00:00:00"], "zone"),
        (["export", "--type", "colour"], "operation_start"),
        (["export", "--out", "/nonexistent/x"], "--out"),
        (["append", "/nonexistent/x"], "standard input"),
        (["seal", "--until", "soon"], "soon"),
    ],
)
def test_bad_input_is_said_with_the_way_out(home: Home, arguments: list[str], words: str) -> None:
    result = dengta(home, *arguments)
    assert result.exit_code == 1
    assert words in result.stderr
