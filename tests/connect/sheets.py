"""Files to import and mappings to read them by, for tests."""

from __future__ import annotations

from pathlib import Path
from textwrap import dedent

from openpyxl import Workbook

from dengta.connect import spreadsheet
from dengta.connect.sink import LogSink
from dengta.connect.spreadsheet_mapping import ReportMapping, parse_mapping
from dengta.connect.spreadsheet_tally import Listed
from dengta.core.event import Event
from dengta.core.time import from_iso
from dengta.log import Log, LogReader

KNOWN = frozenset({"saw-1", "saw-2", "pool"})


def mapping(
    text: str, *, site: str = "shop", producer: str = "import:test", zone: str = "Asia/Shanghai"
) -> ReportMapping:
    """The mapping of `text`, which leaves out who and where."""
    head = f'site = "{site}"\nproducer = "{producer}"\n'
    body = dedent(text).replace("[time]\n", f'[time]\nzone = "{zone}"\n')
    return parse_mapping(head + body, "m.toml", Path())


def workbook(path: Path, rows: list[list[object]], *, sheet: str = "Reports") -> Workbook:
    """A workbook of `rows`, saved at `path`; change it and save it again where a test needs more."""
    book = Workbook()
    assert book.active is not None
    book.active.title = sheet
    for row in rows:
        book.active.append(row)
    book.save(path)
    return book


class Site:
    """A log, and files brought into it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    @property
    def log(self) -> LogReader:
        """What was imported."""
        return LogReader(self.folder / "log")

    def judge(self, file: Path, how: ReportMapping) -> spreadsheet.Survey:
        """Read and judge `file`."""
        return spreadsheet.survey(file, how, KNOWN, self.log)

    def take(self, file: Path, how: ReportMapping) -> tuple[spreadsheet.Survey, int]:
        """Import `file`: its account, and how many events were new."""
        judged = self.judge(file, how)
        with Log.open(self.folder / "log", "shop", lambda: from_iso("2026-04-01T00:00:00Z")) as log:
            sent = spreadsheet.send(file, how, KNOWN, judged, self.log, LogSink(log), lambda _rows: None)
        tally = judged.tally
        assert tally.total == tally.accepted + tally.repaired + tally.duplicate + tally.rejected
        assert tally.accepted + tally.repaired == tally.facts + tally.twins
        return judged, sent

    def events(self) -> list[Event]:
        """Everything in the log."""
        return list(self.log.read())


def faults(judged: spreadsheet.Survey) -> list[tuple[int, str, str]]:
    """The rejected rows as (row, column, code)."""
    return [_told(one) for one in judged.tally.listed if one.result == "rejected"]


def repairs(judged: spreadsheet.Survey) -> list[tuple[int, str, str]]:
    """The repaired rows as (row, column, code)."""
    return [_told(one) for one in judged.tally.listed if one.result == "repaired"]


def _told(one: Listed) -> tuple[int, str, str]:
    place = one.reason.place
    return one.row, place[1] if len(place) > 1 else "", one.reason.code.removeprefix("import.")
