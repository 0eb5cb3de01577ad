"""What an upload page shows of a file before it is imported: the draft, the form, the first rows as understood."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice
from pathlib import Path
from typing import Any, NamedTuple

from dengta.apps.imports.models import Upload
from dengta.connect.spreadsheet_draft import Draft, suggest
from dengta.connect.spreadsheet_layout import Guess
from dengta.connect.spreadsheet_mapping import Layout, ReportMapping, parse_mapping
from dengta.connect.spreadsheet_reconcile import measured_zone
from dengta.connect.spreadsheet_rows import Report, RowReader
from dengta.connect.spreadsheet_shelf import kept_mappings, machine_names
from dengta.connect.spreadsheet_table import Cell, judge_heading, open_sheet
from dengta.core.reason import Reason, Refusal
from dengta.engines.plantbook import PlantBook
from dengta.log import LogReader
from dengta.site.home import SiteFolder
from dengta.site.uploads import Uploads
from dengta.web.imports.choices import Choices

FIRST_ROWS = 8
SAMPLES = 3


class Understood(NamedTuple):
    """One of the first rows: a report, or why there is none."""

    row: int
    cells: list[str]
    report: Report | None
    reasons: list[Reason]


@dataclass(frozen=True, slots=True)
class Looked:
    """What was found out of a file. zone: measured beside what the log holds, the book's, or None."""

    draft: Draft
    samples: dict[str, str]
    zone: Guess | None


def look(folder: SiteFolder, upload: Upload, book: PlantBook, layout: Layout | None = None) -> Looked:
    """Look at the file of `upload`. Refusal: it holds no table, or is gone."""
    file = file_of(folder, upload)
    mark = LogReader(folder.log).last_segment()
    try:
        return _look(file, folder.log, book, layout, mark)
    except Refusal as refusal:
        raise named(refusal, file, upload) from None


@lru_cache(maxsize=16)
def _look(file: Path, log: Path, book: PlantBook, layout: Layout | None, _mark: int) -> Looked:
    """Remembered: a file of one hash never changes, and the log has said more when its mark has."""
    draft = suggest(file, machine_names(book), layout)
    with open_sheet(file, draft.found.layout) as sheet:
        heading = sheet.heading(draft.found.layout.heading_row)
        rows = [cells for _, cells in islice(sheet.rows, 20)]
    samples = {name: _sample(rows, at) for at, name in enumerate(heading)}
    zone = measured_zone(draft, LogReader(log))
    return Looked(draft, samples, zone or Guess(book.zone.key, "guess", Reason("import.seen_zone_book")))


def _sample(rows: Sequence[Sequence[Cell]], at: int) -> str:
    words = dict.fromkeys(str(row[at]) for row in rows if at < len(row) and row[at] != "")
    return " · ".join(word[:24] for word in list(words)[:SAMPLES])


def is_here(folder: SiteFolder, upload: Upload) -> bool:
    """Whether the file is (still, or again) in the site's folder."""
    return Uploads(folder.uploads).path(upload.sha256).is_file()


def file_of(folder: SiteFolder, upload: Upload) -> Path:
    """Where the upload's file is. Refusal: it is gone."""
    if not is_here(folder, upload):
        raise Refusal(Reason("upload.gone", (upload.name,)))
    return Uploads(folder.uploads).path(upload.sha256)


def named(refusal: Refusal, file: Path, upload: Upload) -> Refusal:
    """The same refusal with the name people know the file by, instead of its hash."""
    return Refusal(
        Reason(r.code, tuple(upload.name if part == file.name else part for part in r.place), r.params)
        for r in refusal.reasons
    )


def proposed(folder: SiteFolder, upload: Upload, looked: Looked) -> Choices:
    """What the form says at first: as this upload was read before, as a file with these columns was, else the draft."""
    zone = looked.zone.value if looked.zone else ""
    choices = Choices.of_draft(looked.draft, folder.site, upload.name, zone)
    if upload.mapping:
        return choices.with_mapping(parse_mapping(upload.mapping, "mapping", folder.path))
    headings = set(looked.draft.headings)
    for earlier in kept_mappings(folder):
        same = earlier.layout.heading_row == looked.draft.found.layout.heading_row
        if same and earlier.site == folder.site and set(earlier.columns.values()) <= headings:
            return choices.with_mapping(earlier)
    return choices


def first_rows(folder: SiteFolder, upload: Upload, mapping: ReportMapping, book: PlantBook) -> list[Understood]:
    """The first rows as `mapping` reads them. Refusal: the columns are not there."""
    file = file_of(folder, upload)
    try:
        with open_sheet(file, mapping.layout) as sheet:
            heading = sheet.heading(mapping.layout.heading_row)
            judge_heading(sheet.place, heading, dict(mapping.columns))
            reader = RowReader(mapping, heading, frozenset(book.machines), sheet.epoch)
            return [
                _understood(reader, row, cells)
                for row, cells in islice(sheet.rows, FIRST_ROWS)
                if any(c != "" for c in cells)
            ]
    except Refusal as refusal:
        raise named(refusal, file, upload) from None


def _understood(reader: RowReader, row: int, cells: Sequence[Any]) -> Understood:
    read = reader.read(row, cells)
    told = [str(cell) for cell in cells]
    if isinstance(read, list):
        return Understood(row, told, None, [Reason(r.code, r.place[1:], r.params) for r in read])
    return Understood(row, told, read, [Reason(r.code, r.place[1:], r.params) for r in read.repairs])
