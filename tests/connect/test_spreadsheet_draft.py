"""Drafts of mappings: right, or they say what they do not know; and they load once that is filled in."""

from __future__ import annotations

import runpy
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dengta.connect import spreadsheet
from dengta.connect.spreadsheet_draft import Draft, suggest
from dengta.connect.spreadsheet_draft_text import Target, as_toml, unknown
from dengta.connect.spreadsheet_layout import Guess
from dengta.connect.spreadsheet_mapping import ReportMapping, parse_mapping, read_mapping
from dengta.connect.spreadsheet_reconcile import measured_zone, reconcile, source
from dengta.connect.spreadsheet_shelf import machine_names
from dengta.core.reason import Reason, Refusal
from dengta.engines.plantbook import parse
from dengta.log import LogReader
from dengta.words import say
from tests.connect.sheets import workbook

EXAMPLES = Path(__file__).resolve().parents[2] / "examples"
IMPORTS = EXAMPLES / "imports"
ZONE = Guess("Asia/Shanghai", "likely", Reason("import.seen_zone_book"))


@pytest.fixture
def make(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Path]:
    """Runs the generator of the sample."""

    def made(name: str, *options: str) -> Path:
        monkeypatch.setattr(sys, "argv", ["make_sample.py", str(tmp_path / name), *options])
        runpy.run_path(str(IMPORTS / "make_sample.py"), run_name="__main__")
        return tmp_path / name

    return made


def loaded(draft: Draft, language: str = "en") -> ReportMapping:
    """The mapping of a draft after filling in what it says it cannot know."""
    return parse_mapping(as_toml(draft, Target("sample", zone=ZONE), language), "draft.toml", IMPORTS)


def same(one: ReportMapping, two: ReportMapping, *names: str) -> None:
    """Two mappings agree in `names`."""
    for name in names:
        assert getattr(one, name) == getattr(two, name), name


WHOLE = ("layout", "time_format", "style", "columns", "activity", "reasons", "nobody", "unit", "decimal")


@pytest.mark.parametrize("language", ["en", "zh_Hans"])
def test_the_sample_is_understood(language: str) -> None:
    """With its plant book it is the mapping that was written by hand, but for names no machine has."""
    by_hand = read_mapping(IMPORTS / "sample-shop.toml")
    draft = suggest(IMPORTS / "sample-shop.csv", by_hand.machines)
    same(loaded(replace(draft, machines={}), language), by_hand, *WHOLE)
    assert {name: guess.value for name, guess in draft.machines.items()} == {**by_hand.machines, "Outside": ""}
    assert [reason.code for reason in unknown(draft, Target("sample", zone=ZONE))] == ["import.fill_machines"]
    with pytest.raises(Refusal) as caught:
        loaded(draft)
    assert [reason.place[1:] for reason in caught.value.reasons] == [("machines", "Outside")]


@pytest.mark.parametrize("encoding", ["utf-8-sig", "gbk", "gb18030", "utf-16"])
def test_encodings_are_found_out(make: Callable[..., Path], encoding: str) -> None:
    """The file reads the same, whatever it was written in."""
    file = make("s.csv", "--encoding", encoding)
    found = suggest(file).found
    assert found.layout.encoding in {"utf-8-sig": ("utf-8-sig",), "utf-16": ("utf-16",)}.get(
        encoding, ("gb18030", "gbk")
    )
    assert file.read_bytes().decode(found.layout.encoding).count("调节螺母") > 5


def test_a_mixture_of_encodings_is_said(make: Callable[..., Path]) -> None:
    """And each row that does not read is named when it is imported."""
    file = make("s.csv", "--encoding", "gbk")
    lines = file.read_bytes().split(b"\n")
    lines[3] = lines[3].replace(b"W0", "工人".encode() + b"W0")
    file.write_bytes(b"\n".join(lines))
    guess = suggest(file).found.guesses["encoding"]
    assert (guess.sure, guess.seen.code) in {("guess", "import.seen_mixed"), ("likely", "import.seen_gbk")}
    utf8 = (IMPORTS / "sample-shop.csv").read_bytes().split(b"\n")
    utf8[5] = utf8[5].replace(b"Lock bolt", "锁".encode("gbk"))
    file.write_bytes(b"\n".join(utf8))
    guess = suggest(file).found.guesses["encoding"]
    assert (guess.value, guess.seen.code) == ("utf-8", "import.seen_mixed")
    by_hand = read_mapping(IMPORTS / "sample-shop.toml")
    tally = spreadsheet.survey(
        file, by_hand, frozenset(by_hand.machines.values()), LogReader(file.parent / "log")
    ).tally
    assert [one.row for one in tally.listed if one.reason.code == "import.cell_encoding"] == [6]


def test_a_workbook_is_understood(make: Callable[..., Path]) -> None:
    """The sheet among others, the heading below a title, real dates."""
    draft = suggest(make("s.xlsx"))
    by_hand = read_mapping(IMPORTS / "sample-shop-xlsx.toml")
    assert (draft.found.layout.sheet, draft.found.layout.heading_row) == ("Reports", 4)
    assert {role: guess.value for role, guess in draft.columns.items()} == dict(by_hand.columns)
    assert (draft.time_format.value, draft.time_format.seen.code) == ("", "import.seen_dates")
    assert draft.found.guesses["sheet"].others == ("Notes",)


def lines(path: Path, *rows: str) -> Path:
    """A file of `rows`."""
    path.write_text("\n".join(rows) + "\n", encoding="utf-8")
    return path


def test_day_and_month_are_told_apart_only_by_a_day_above_twelve(tmp_path: Path) -> None:
    """Else both orders are named."""
    head = "Machine,Start,End,Good"
    proven = [f"saw {d % 3},{d}/03/2026 08:00,{d}/03/2026 09:30,{d}" for d in range(1, 20)]
    assert suggest(lines(tmp_path / "a.csv", head, *proven)).time_format == Guess(
        "%d/%m/%Y %H:%M", "seen", Reason("import.seen_format", params={"example": "1/03/2026 08:00"})
    )
    unclear = [f"saw {d % 3},0{d}/03/2026 08:00,0{d}/03/2026 09:30,{d}" for d in range(1, 9)]
    guess = suggest(lines(tmp_path / "b.csv", head, *unclear)).time_format
    assert (guess.value, guess.sure, guess.others) == ("%d/%m/%Y %H:%M", "guess", ("%m/%d/%Y %H:%M",))


def test_a_heading_in_row_seven_and_a_decimal_comma(tmp_path: Path) -> None:
    """As a plant's own form has it, in Chinese."""
    head = ["三月报工", "", "车间：一", "", "打印 2026-03-31", ""]
    rows = [f"{i}号机;张伟;GD-{i};2026-03-0{i % 9 + 1} 10:0{i % 10};{i},5;{i}" for i in range(1, 30)]
    draft = suggest(lines(tmp_path / "c.csv", *head, "设备;操作工;工单号;完成时间;工时;合格数", *rows))
    assert draft.found.layout.heading_row == 7
    assert {role: guess.value for role, guess in draft.columns.items()} == {
        "machine": "设备",
        "person": "操作工",
        "order": "工单号",
        "end": "完成时间",
        "minutes": "工时",
        "good": "合格数",
    }
    assert (draft.decimal.value, draft.style.value) == (",", "end+minutes")
    how = loaded(suggest(tmp_path / "c.csv", {f"{i}号机": f"m{i}" for i in range(1, 30)}))
    assert (how.usual_activity, how.machines["3号机"], how.layout.heading_row) == ("run", "m3", 7)


def test_states_and_quantities_are_told_by_their_columns(tmp_path: Path) -> None:
    """A moment with a state; a moment with pieces."""
    states = [f"M{i % 3},2026-03-02 0{i % 9}:00,{'运行' if i % 2 else '停机'}" for i in range(12)]
    draft = suggest(lines(tmp_path / "s.csv", "机床,时间,状态", *states))
    assert (draft.style.value, {w: g.value for w, g in draft.states.items()}) == (
        "states",
        {"运行": "running", "停机": "down"},
    )
    pieces = [f"saw-{i % 3},2026-03-02 0{i % 9}:00,{i},0" for i in range(12)]
    draft = suggest(lines(tmp_path / "q.csv", "machine,time,good,scrap", *pieces))
    assert (draft.style.value, set(draft.columns)) == ("quantities", {"machine", "at", "good", "scrap"})


def test_two_exports_measure_whose_clock_it_is(make: Callable[..., Path]) -> None:
    """One keeps summer time or does not: here nothing changed, so more zones than one fit, and they are named."""
    file, other = make("s.csv", "--rows", "400"), make("t.csv", "--times", "--rows", "400")
    by_hand = read_mapping(IMPORTS / "sample-shop.toml")
    known = frozenset(by_hand.machines.values())
    draft = suggest(other)
    zone = measured_zone(draft, source(file, by_hand, known))
    assert zone is not None
    assert (zone.value, zone.sure) == ("Europe/Berlin", "likely")
    how = parse_mapping(as_toml(draft, Target("sample", zone=zone), "en"), "t.toml", IMPORTS)
    same(how, read_mapping(IMPORTS / "sample-times.toml"), "columns", "style", "time_format", "zone", "twins_only")
    found = reconcile(source(file, by_hand, known), source(other, how, frozenset()))
    assert len(found.pairs[0]) > 0.95 * len(found.a.reports)


@pytest.mark.shared
def test_the_real_shops_files_are_understood(shared_data: Path) -> None:
    """The mappings by hand say nothing that the drafts do not, but what the drafts say they do not know."""
    names = machine_names(parse((EXAMPLES / "plants" / "machining.toml").read_text()))
    reports = shared_data / "real-shop" / "operation-reports.csv"
    by_hand = read_mapping(IMPORTS / "real-shop.toml")
    draft = suggest(reports, names)
    assert {n: g.value for n, g in draft.machines.items()} == {n: m for n, m in by_hand.machines.items() if n != m}
    how = loaded(draft)
    same(how, by_hand, "layout", "time_format", "style", "activity", "nobody", "unit")
    assert {**how.columns, "reason": "Rework"} == by_hand.columns
    assert "Rework" in draft.unused
    times = shared_data / "real-shop" / "operation-times.csv"
    draft = suggest(times, names)
    zone = measured_zone(draft, source(reports, by_hand, frozenset(by_hand.machines.values())))
    assert zone is not None
    assert (zone.value, zone.seen.code) == ("Europe/Berlin", "import.seen_zone_summer")
    assert "import.fill_zone" in {reason.code for reason in unknown(draft, Target("machining"))}
    same(loaded(draft), read_mapping(IMPORTS / "real-shop-times.toml"), "columns", "style", "time_format", "twins_only")


@settings(max_examples=150, deadline=None)
@given(st.binary(max_size=400))
def test_whatever_the_bytes_it_is_a_draft_or_a_refusal(tmp_path_factory: pytest.TempPathFactory, data: bytes) -> None:
    """Nothing else: a file nobody can read is refused in words."""
    file = tmp_path_factory.mktemp("any") / "x.csv"
    file.write_bytes(data)
    try:
        told = as_toml(suggest(file), Target(), "en")
    except Refusal as refusal:
        told = "\n".join(say(reason, "en") for reason in refusal.reasons)
    assert told


def test_a_workbook_without_rows_is_refused(tmp_path: Path) -> None:
    """There is a heading, and nothing to draft from."""
    workbook(tmp_path / "e.xlsx", [["Machine", "End", "Minutes"]])
    with pytest.raises(Refusal) as caught:
        suggest(tmp_path / "e.xlsx")
    assert [reason.code for reason in caught.value.reasons] == ["import.no_rows"]
