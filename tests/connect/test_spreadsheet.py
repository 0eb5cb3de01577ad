"""The importer: what a row becomes, what is refused, and that importing again changes nothing."""

from __future__ import annotations

import random
import runpy
from collections.abc import Callable
from pathlib import Path

import pytest

from dengta.connect import spreadsheet
from dengta.connect.sink import LogSink
from dengta.connect.spreadsheet_held import Held
from dengta.connect.spreadsheet_mapping import WITHHELD, ReportMapping, read_mapping
from dengta.connect.spreadsheet_tally import Tally
from dengta.core.batch import EventBatch
from dengta.core.ids import stream_id
from dengta.core.reason import Refusal
from dengta.core.time import MINUTE, from_iso
from dengta.core.vocabulary import ClockSource, EventType, Flag
from dengta.engines import kpi
from dengta.log import Log, LogReader, Mark

EXAMPLES = Path(__file__).resolve().parents[2] / "examples" / "imports"
KNOWN = frozenset({"saw-1", "saw-2"})
HEAD = "Machine;Who;Order;Kind;Good;Hold;Min;Done"
MAPPING = """
site = "shop"
producer = "import:test"
[file]
delimiter = ";"
encoding = "{encoding}"
[time]
zone = "{zone}"
format = "%d.%m.%Y %H:%M"
style = "{style}"
[columns]
machine = "Machine"
person = "Who"
order = "Order"
activity = "Kind"
good = "Good"
withheld = "Hold"
{when}
[activity]
D = "run"
S = "setup"
[unknown]
person = ["?"]
[machines]
"Saw no. 1" = "saw-1"
"""
ROW = "Saw no. 1;Li;A1;D;8;1;30;02.03.2026 10:00"


class Shop:
    """A mapping, a log, and files to import."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.set()

    def set(self, *, zone: str = "Asia/Shanghai", encoding: str = "utf-8", style: str = "end+minutes") -> None:
        """Write the mapping."""
        when = {"end+minutes": 'minutes = "Min"\nend = "Done"', "start+end": 'start = "Min"\nend = "Done"'}[style]
        path = self.folder / "mapping.toml"
        path.write_text(MAPPING.format(zone=zone, encoding=encoding, style=style, when=when))
        self.mapping: ReportMapping = read_mapping(path)

    def file(self, *rows: str, head: str = HEAD, encoding: str = "utf-8") -> Path:
        """A file of `rows`."""
        path = self.folder / "reports.csv"
        path.write_text("\n".join([head, *rows]) + "\n", encoding=encoding)
        return path

    @property
    def log(self) -> LogReader:
        """What was imported."""
        return LogReader(self.folder / "log")

    def take(self, file: Path) -> tuple[Tally, int]:
        """Import `file`: the account of its rows, and how many events were new."""
        judged = spreadsheet.survey(file, self.mapping, KNOWN, self.log)
        return judged.tally, self.send(file, judged)

    def send(self, file: Path, judged: spreadsheet.Survey) -> int:
        """Send what was judged."""
        with Log.open(self.folder / "log", "shop", lambda: from_iso("2026-04-01T00:00:00Z")) as log:
            return spreadsheet.send(file, self.mapping, KNOWN, judged, self.log, LogSink(log), lambda _: None)

    def survey(self, *rows: str) -> Tally:
        """Judge a file of `rows`."""
        return spreadsheet.survey(self.file(*rows), self.mapping, KNOWN, self.log).tally


@pytest.fixture
def shop(tmp_path: Path) -> Shop:
    """An empty shop."""
    return Shop(tmp_path)


def codes(refused: Callable[[], object]) -> list[str]:
    """The codes of a Refusal."""
    with pytest.raises(Refusal) as caught:
        refused()
    return [reason.code.removeprefix("import.") for reason in caught.value.reasons]


def test_a_row_becomes_its_events(shop: Shop) -> None:
    """Start, end with its duration, good pieces, withheld pieces; by a record's clock, in the past."""
    tally, sent = shop.take(shop.file(ROW, ROW.replace("Li", "?").replace(";8;1;", ";0;0;")))
    assert (tally.total, tally.accepted, tally.events, sent) == (2, 2, 6, 6)
    events = [e for e in shop.log.read() if e.seq < 4]
    end = from_iso("2026-03-02T10:00:00+08:00")
    assert [(e.seq, e.ts, e.type, e.code, e.reason, e.value) for e in events] == [
        (0, end - 30 * MINUTE, EventType.OPERATION_START, "run", "", 0),
        (1, end, EventType.OPERATION_END, "run", "", 30 * MINUTE),
        (2, end, EventType.GOOD, "", "", 8),
        (3, end, EventType.SCRAP, "", WITHHELD, 1),
    ]
    for event in events:
        assert (event.stream, event.epoch) == (stream_id("shop", "import:test"), 1)
        assert (event.subject, event.order, event.person) == ("saw-1", "A1", "Li")
        assert (event.clock, event.flags) == (ClockSource.RECORD, Flag.HISTORICAL)


@pytest.mark.parametrize(("source", "grade"), [("record", "B"), ("paper", "C"), ("statement", "D")])
def test_what_kind_of_writing_a_file_is_grades_its_figures(shop: Shop, source: str, grade: str) -> None:
    """The mapping says it; the same file again is the same facts, whatever is said of it then."""
    path = shop.folder / "mapping.toml"
    path.write_text(path.read_text().replace("[time]", f'source = "{source}"\n[time]'))
    shop.mapping = read_mapping(path)
    file = shop.file(ROW)
    assert shop.take(file)[1] == 4
    batch = shop.log.read()
    assert {e.clock.word for e in batch} == {source}
    window = kpi.extent(batch)
    assert window is not None
    figures = kpi.compute(batch, kpi.Setting.plain(("saw-1",), (window.start, window.end)))
    assert [f.grade for f in figures] == [grade]
    shop.set()
    assert shop.take(file)[1] == 0


def test_a_kind_of_writing_that_is_none_is_refused(shop: Shop) -> None:
    path = shop.folder / "mapping.toml"
    path.write_text(path.read_text().replace("[time]", 'source = "rumour"\n[time]'))
    assert codes(lambda: read_mapping(path)) == ["toml.not_one_of"]


def test_start_and_end_cross_the_change_of_clocks(shop: Shop) -> None:
    """Four hours on the wall, three in the world: summer time began at 02:00."""
    shop.set(zone="Europe/Berlin", style="start+end")
    shop.take(shop.file("saw-1;Li;A1;D;1;0;25.03.2012 01:00;25.03.2012 05:00"))
    end = next(e for e in shop.log.read() if e.type is EventType.OPERATION_END)
    assert end.value == 180 * MINUTE


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("Saw no. 1", "Mill", "machine_unknown"),
        ("Saw no. 1", "", "cell_empty"),
        (";D;", ";X;", "activity_unknown"),
        (";30;", ";-1;", "minutes_negative"),
        (";30;", ";half;", "cell_number"),
        (";30;", ";NaN;", "cell_number"),
        (";30;", ";99999999999;", "minutes_too_many"),
        (";8;", ";8.5;", "cell_pieces"),
        (";8;", ";-8;", "cell_pieces"),
        ("02.03.2026 10:00", "30.02.2026 10:00", "time_unreadable"),
        ("02.03.2026 10:00", "02.03.1950 10:00", "time_out_of_range"),
        (";30;", ";30;;", "row_width"),
        ("Li", "L" * 201, "cell_too_long"),
    ],
)
def test_a_row_that_cannot_be_read_is_listed(shop: Shop, old: str, new: str, expected: str) -> None:
    """With its row and reason; the others still count."""
    tally = shop.survey(ROW.replace("A1", "A0"), ROW.replace(old, new))
    assert (tally.total, tally.accepted, tally.rejected) == (2, 1, 1)
    assert [(one.row, one.reason.code) for one in tally.listed] == [(3, f"import.{expected}")]


def test_every_fault_of_a_row_is_listed_at_once(shop: Shop) -> None:
    """Three bad cells, three reasons, one rejected row."""
    tally = shop.survey("Mill;Li;A1;X;1;0;-5;02.03.2026 10:00")
    assert tally.rejected == 1
    assert [one.reason.place for one in tally.listed] == [("row 2", c) for c in ("Kind", "Machine", "Min")]


def test_a_time_that_never_was_is_rejected_and_one_that_was_twice_is_noted(shop: Shop) -> None:
    """Both changes of the clocks."""
    shop.set(zone="Europe/Berlin")
    tally = shop.survey(
        ROW.replace("02.03.2026 10:00", "29.03.2026 02:30"), ROW.replace("02.03.2026 10:00", "25.10.2026 02:30")
    )
    assert [one.reason.code for one in tally.listed] == ["import.time_skipped"]
    assert tally.notes["import.note_time_twice"][0] == 1


def test_told_twice_is_one_fact(shop: Shop) -> None:
    """Blanks around cells and columns nobody reads make no difference."""
    head = HEAD + ";No."
    tally, sent = shop.take(
        shop.file(ROW + ";1", ROW.replace("Li", " Li ") + ";2", ROW.replace(";8;", ";9;") + ";3", head=head)
    )
    assert (tally.accepted, tally.duplicate, sent) == (2, 1, 8)
    assert next(iter(tally.listed)).reason.params == {"first": 2}


def test_repairs_are_stated_and_flagged(shop: Shop) -> None:
    """A tab inside a word; a third of a minute."""
    tally, _ = shop.take(shop.file(ROW.replace("Li", "Li\tMei"), ROW.replace(";30;", ";0.33333333;")))
    assert (tally.accepted, tally.repaired) == (0, 2)
    events = list(shop.log.read())
    assert all(event.flags == Flag.HISTORICAL | Flag.REPAIRED for event in events)
    assert {event.person for event in events} == {"Li Mei", "Li"}


def test_strange_but_kept(shop: Shop) -> None:
    """Zero minutes, a run without pieces, no count at all, an overlap."""
    tally = shop.survey(
        ROW,
        ROW.replace("10:00", "10:10"),
        ROW.replace(";30;", ";0;"),
        ROW.replace(";8;1;", ";0;0;"),
        ROW.replace(";8;1;", ";;0;").replace("A1", "A2"),
    )
    assert tally.accepted == 5
    assert {code.removeprefix("import."): rows for code, (rows, _) in tally.notes.items()} == {
        "note_zero_minutes": 1,
        "note_zero_pieces": 1,
        "note_count_unknown": 1,
        "note_overlap": 3,
    }


def rows_of(orders: range) -> list[str]:
    """One row of an hour each, for each order."""
    return [
        ROW.replace("A1", f"A{i}").replace("02.03.2026 10:", f"{2 + i // 20:02d}.03.2026 {i % 20:02d}:") for i in orders
    ]


def test_importing_again_changes_nothing(shop: Shop) -> None:
    """Not when the file has grown, not when it is next month's that overlaps, not in another order."""
    assert shop.take(shop.file(*rows_of(range(20))))[1] == 80
    assert shop.take(shop.file(*rows_of(range(20))))[1] == 0
    assert shop.take(shop.file(*rows_of(range(30))))[1] == 40
    assert shop.take(shop.file(*rows_of(range(10, 40))))[1] == 40
    assert shop.take(shop.file(*reversed(rows_of(range(40)))))[1] == 0
    assert len(shop.log.read()) == 160
    assert shop.log.holes() == []


def test_importing_again_after_sealing_changes_nothing(shop: Shop) -> None:
    """A report's start and its end then lie in different files, in another order."""
    rows = rows_of(range(40))
    shop.take(shop.file(*rows[:25]))
    with Log.open(shop.folder / "log", "shop", lambda: from_iso("2026-04-01T00:00:00Z")) as log:
        assert log.seal(from_iso("2026-03-02T02:30:00Z"))
    assert shop.take(shop.file(*rows))[1] == 60
    assert shop.take(shop.file(*rows))[1] == 0
    held = Held.of(shop.log, shop.mapping)
    assert (len(held), held.next_seq) == (40, 160)
    assert {held.place(number)[:2] for number in range(40)} == {("saw-1", f"A{i}") for i in range(40)}
    whole = EventBatch.concat(list(shop.log.pieces())).sorted()
    assert [event.key for event in whole] == [event.key for event in shop.log.read()]


def test_a_row_that_could_not_be_read_comes_with_the_corrected_mapping(shop: Shop) -> None:
    """The machine nobody knew gets its alias; only its rows are new."""
    rows = [*rows_of(range(5)), *(row.replace("Saw no. 1", "Second saw") for row in rows_of(range(5, 8)))]
    tally, sent = shop.take(shop.file(*rows, *rows_of(range(8, 12))))
    assert (tally.rejected, sent) == (3, 36)
    path = shop.folder / "mapping.toml"
    path.write_text(path.read_text() + '"Second saw" = "saw-2"\n')
    shop.mapping = read_mapping(path)
    tally, sent = shop.take(shop.file(*rows, *rows_of(range(8, 12))))
    assert (tally.rejected, sent) == (0, 12)


def test_a_file_that_contradicts_the_log_is_refused_and_the_rows_named(shop: Shop) -> None:
    """What was imported stands; the way out is a correction. Nothing of the file is kept."""
    rows = rows_of(range(30))
    shop.take(shop.file(*rows))
    rows[4], rows[11] = rows[4].replace(";30;", ";31;"), rows[11].replace(";8;", ";7;")
    with pytest.raises(Refusal) as caught:
        shop.take(shop.file(*rows[:20], *rows[21:], *rows_of(range(30, 33))))
    assert [(r.code, r.place) for r in caught.value.reasons] == [
        ("import.row_changed", ("reports.csv", "row 6")),
        ("import.row_changed", ("reports.csv", "row 13")),
        ("import.row_gone", ("reports.csv",)),
    ]
    stream = stream_id("shop", "import:test")
    assert caught.value.reasons[0].params["key"] == f"{stream}/1/16"
    assert caught.value.reasons[2].params["order"] == "A20"
    assert len(shop.log.read()) == 120


def test_many_contradictions_are_counted(shop: Shop) -> None:
    """Twenty by name, the rest as a number."""
    shop.take(shop.file(*rows_of(range(60))))
    told = codes(lambda: shop.take(shop.file(*(row.replace(";8;", ";9;") for row in rows_of(range(60))))))
    assert told == ["row_changed"] * 20 + ["changed_more"]


def test_an_import_cut_short_goes_on(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    """The second time sends the rest, under the keys that follow."""
    monkeypatch.setattr(spreadsheet, "REPORTS_A_BATCH", 7)
    file = shop.file(*rows_of(range(40)))
    judged = spreadsheet.survey(file, shop.mapping, KNOWN, shop.log)

    class Cut(Exception):
        """The power goes."""

    with Log.open(shop.folder / "log", "shop", lambda: from_iso("2026-04-01T00:00:00Z")) as log:

        def progress(rows: int) -> None:
            if rows > 20:
                raise Cut

        with pytest.raises(Cut):
            spreadsheet.send(file, shop.mapping, KNOWN, judged, shop.log, LogSink(log), progress)
    before = len(shop.log.read())
    assert 0 < before < 160
    assert shop.take(file)[1] == 160 - before
    assert shop.log.holes() == []


def test_two_imports_at_once_lose_nothing(shop: Shop) -> None:
    """Both judged an empty log: the second is told to come again, and then finds what is there."""
    file = shop.file(*rows_of(range(5)))
    judged = spreadsheet.survey(file, shop.mapping, KNOWN, shop.log)
    assert shop.send(file, judged) == 20
    assert codes(lambda: shop.send(file, judged)) == ["at_once"]
    assert shop.take(file)[1] == 0
    assert len(shop.log.read()) == 20


def test_a_batch_whose_acknowledgement_was_lost_is_one_fact(shop: Shop) -> None:
    """A sender that had to send twice hears of duplicates; they are its own."""
    file = shop.file(*rows_of(range(5)))
    judged = spreadsheet.survey(file, shop.mapping, KNOWN, shop.log)

    class Twice(LogSink):
        """Sends everything two times."""

        def append(self, batch: EventBatch) -> Mark:
            super().append(batch)
            return super().append(batch)

    with Log.open(shop.folder / "log", "shop", lambda: from_iso("2026-04-01T00:00:00Z")) as log:
        assert spreadsheet.send(file, shop.mapping, KNOWN, judged, shop.log, Twice(log), lambda _: None) == 20
    assert len(shop.log.read()) == 20


def test_gbk_is_read_and_bytes_that_are_none_are_rejected(shop: Shop) -> None:
    """The encoding is the mapping's; a cell that is not in it is named."""
    shop.set(encoding="gbk")
    file = shop.file(ROW.replace("Li", "李梅"), encoding="gbk")
    shop.take(file)
    assert {e.person for e in shop.log.read()} == {"李梅"}
    shop.set(encoding="utf-8")
    tally = spreadsheet.survey(file, shop.mapping, KNOWN, LogReader(shop.folder / "empty")).tally
    assert [one.reason.code for one in tally.listed] == ["import.cell_encoding"]


def test_files_that_are_no_table_are_refused_whole(shop: Shop) -> None:
    """Empty, another delimiter, a column twice, a quote that never ends; every fault at once."""
    empty = shop.file(head="")
    assert codes(lambda: shop.take(empty)) == ["file_empty"]
    assert codes(lambda: shop.take(shop.file(head="a,b"))) == ["column_absent"] * 8
    assert codes(lambda: shop.take(shop.file(ROW, head=HEAD + ";Good"))) == ["column_twice"]
    assert codes(lambda: shop.take(shop.file(ROW, '"never'))) == ["not_csv"]
    shop.set(encoding="utf-16")
    assert codes(lambda: shop.take(shop.file(ROW))) == ["not_csv"]
    shop.set()
    noise = shop.folder / "noise.bin"
    noise.write_bytes(random.Random(1).randbytes(5000))
    assert codes(lambda: shop.take(noise)) == ["binary"]


def test_a_mapping_may_begin_with_a_byte_order_mark_and_separate_by_tabs(shop: Shop) -> None:
    """As Windows editors write it."""
    path = shop.folder / "mapping.toml"
    path.write_text(path.read_text().replace('delimiter = ";"', 'delimiter = "\\t"'), "utf-8-sig")
    assert read_mapping(path).layout.delimiter == "\t"


def test_the_sample_is_what_its_generator_writes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Anybody can make the file again, and a large one like it."""
    made = tmp_path / "sample.csv"
    monkeypatch.setattr("sys.argv", ["make_sample.py", str(made)])
    runpy.run_path(str(EXAMPLES / "make_sample.py"), run_name="__main__")
    assert made.read_bytes() == (EXAMPLES / "sample-shop.csv").read_bytes()
