"""Two exports of the same work, side by side: what both say, what only one says. Nothing is imported."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np

from dengta.connect.spreadsheet import reports_of
from dengta.connect.spreadsheet_draft import Draft
from dengta.connect.spreadsheet_draft_text import Target, as_toml
from dengta.connect.spreadsheet_events import Array
from dengta.connect.spreadsheet_layout import Guess
from dengta.connect.spreadsheet_mapping import ReportMapping, parse_mapping
from dengta.connect.spreadsheet_rows import Report
from dengta.connect.spreadsheet_tally import Tally
from dengta.connect.spreadsheet_twins import Dictionary, Facts, match, side_of
from dengta.connect.spreadsheet_zone import measure
from dengta.core.reason import Reason, Refusal, refuse_if
from dengta.core.time import LATEST, Micros
from dengta.log import LogReader


@dataclass(frozen=True, slots=True, eq=False)
class Source:
    """One export: its reports that count, and the account of the others."""

    file: Path
    mapping: ReportMapping
    reports: list[Report]
    tally: Tally


@dataclass(frozen=True, slots=True, eq=False)
class Reconciled:
    """`pairs`: indices into the reports of the two sources, side by side, sorted by the second."""

    a: Source
    b: Source
    pairs: tuple[Array, Array]
    tolerance: Micros

    @property
    def only_a(self) -> list[Report]:
        """The reports of the first that the second does not tell."""
        return _without(self.a.reports, self.pairs[0])

    @property
    def only_b(self) -> list[Report]:
        """The reports of the second that the first does not tell."""
        return _without(self.b.reports, self.pairs[1])


def source(file: Path, mapping: ReportMapping, known: frozenset[str]) -> Source:
    """Read `file`. Refusal: it cannot be read so, or its rows are no operations."""
    refuse_if(
        () if mapping.tells_operations else [Reason("import.no_operations", (file.name,), {"style": mapping.style})]
    )
    tally = Tally()
    reports = [report for some, _ in reports_of(file, mapping, known, tally) for report in some]
    return Source(file, mapping, reports, tally)


def reconcile(a: Source, b: Source) -> Reconciled:
    """Pair the reports of `a` and `b` by the rule of `spreadsheet_twins`, within the tolerance of `b`."""
    words = Dictionary()
    mine, theirs = side_of(a.reports, words), side_of(b.reports, words)
    return Reconciled(a, b, match(mine, theirs, b.mapping.tolerance), b.mapping.tolerance)


def measured_zone(draft: Draft, against: Source | LogReader) -> Guess | None:
    """The zone of the drafted file, beside another record of the same work; None where that says nothing.

    Refusal where the file cannot be read as the draft says.
    """
    utc = Guess("UTC", "guess", Reason("import.seen_zone_book"))
    text = as_toml(replace(draft, machines={}), Target("measured", "measured", "", utc), "en")
    try:
        mapping = parse_mapping(text, draft.file.name, draft.file.parent)
    except Refusal:
        return None  # a draft with empty places reads nothing yet; they are told with it
    if not mapping.tells_operations:
        return None
    columns = {role: name for role, name in mapping.columns.items() if role not in ("machine", "activity")}
    walls = source(draft.file, replace(mapping, columns=columns, twins_only=True, zone=ZoneInfo("UTC")), frozenset())
    words = Dictionary()
    if isinstance(against, Source):
        facts = side_of(against.reports, words)
    else:
        facts = Facts.of(against, -1, 0, LATEST).side(words)
    return measure(facts, side_of(walls.reports, words)) if len(facts.end) else None


def _without(reports: list[Report], taken: Array) -> list[Report]:
    left = np.ones(len(reports), bool)
    left[taken] = False
    return [reports[i] for i in np.flatnonzero(left).tolist()]
