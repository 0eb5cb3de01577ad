"""The mapping file: how to read one kind of spreadsheet export as reports (`docs/guides/import.md`)."""

from __future__ import annotations

import codecs
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from zoneinfo import ZoneInfo

from dengta.core.reason import Reason, Refusal
from dengta.core.time import HOUR, MINUTE, SECOND, Micros
from dengta.core.toml_reading import Table, decode
from dengta.core.vocabulary import ACTIVITY_ELEMENT, STATE_ELEMENT, ClockSource

OPERATIONS: dict[str, tuple[str, ...]] = {
    "end+minutes": ("end", "minutes"),
    "start+end": ("start", "end"),
    "start+minutes": ("start", "minutes"),
}
"""Styles whose rows are whole operations, each with the roles that say when."""
QUANTITIES, STATES = "quantities", "states"
STYLES: dict[str, tuple[str, ...]] = {**OPERATIONS, QUANTITIES: ("at", "good"), STATES: ("at", "state")}
"""Report style -> the roles it cannot do without."""
USUAL_STYLE = "end+minutes"
CONTEXT = ("order", "operation", "person", "reason")
PIECES = ("item", "good", "scrap", "withheld", "rework")
WITHHELD = "review-board"
"""Reason of the SCRAP event that stands for pieces withheld until somebody decides."""
EVERY = "*"
"""The activity of every row, where no column says it."""
REJECT, KEEP = "reject", "keep"
UNITS: dict[str, Micros] = {"s": SECOND, "min": MINUTE, "h": HOUR}
DECIMALS = (".", ",")
SOURCES = {c.word: c for c in (ClockSource.RECORD, ClockSource.PAPER, ClockSource.STATEMENT)}
"""What kind of writing a file is, which says how far its figures are believed (grades B, C, D)."""


@dataclass(frozen=True, slots=True)
class Layout:
    """Where the table is in the file. `sheet` of a workbook (``""``: the first); the rest but `heading_row` of text."""

    delimiter: str = ","
    encoding: str = "utf-8-sig"
    sheet: str = ""
    heading_row: int = 1


@dataclass(frozen=True, slots=True)
class Rules:
    """What becomes of rows that are strange. Machines: ``reject``, or the machine of the book that stands for them.

    Overlapping reports and negative durations have one rule each: the first are kept, the second rejected.
    """

    zero_duration: str = KEEP
    unknown_machine: str = REJECT
    missing_machine: str = REJECT


@dataclass(frozen=True, slots=True)
class ReportMapping:
    """How to read one kind of file.

    columns: role -> heading, only roles that are there. activity: word in the file, or `EVERY`, -> run, setup or
    breakdown. states: word in the file -> machine state. reasons: word in the `reason` column -> reason (a word not
    listed stays as it is; ``""`` means none). nobody: words of the person column that name no person. machines: name in
    the source -> machine id. twins_only: a row counts only as the second source of a fact. tolerance: how far the ends
    of two reports of the same work may lie apart. source: what kind of writing the file is.
    """

    site: str
    producer: str
    plant: Path | None
    layout: Layout
    zone: ZoneInfo
    time_format: str
    style: str
    columns: Mapping[str, str]
    activity: Mapping[str, str]
    reasons: Mapping[str, str]
    nobody: frozenset[str]
    machines: Mapping[str, str]
    states: Mapping[str, str] = field(default_factory=dict)
    unit: Micros = MINUTE
    decimal: str = "."
    thousands: str = ""
    rules: Rules = field(default_factory=Rules)
    twins_only: bool = False
    tolerance: Micros = MINUTE
    source: ClockSource = ClockSource.RECORD

    @property
    def usual_activity(self) -> str:
        """The activity of every row where no column says it; ``""`` where one does, or nothing does."""
        return "" if "activity" in self.columns else self.activity.get(EVERY, "")

    def says(self, role: str) -> bool:
        """Whether a row says its machine or activity."""
        return role in self.columns or (role == "activity" and bool(self.usual_activity))

    @property
    def tells_operations(self) -> bool:
        """Whether a row is a whole operation."""
        return self.style in OPERATIONS


def read_mapping(path: Path) -> ReportMapping:
    """The mapping in the TOML file at `path`. Raises Refusal with every fault of it."""
    if not path.is_file():
        raise Refusal(Reason("import.mapping_absent", (str(path),)))
    return parse_mapping(decode(path.read_bytes(), path.name), path.name, path.parent)


def parse_mapping(text: str, source: str, folder: Path) -> ReportMapping:
    """The mapping `text`; `plant` is relative to `folder`. Raises Refusal with every fault of it."""
    top = Table.of(text, source)
    mapping = _mapping(top, folder)
    top.finish()
    return mapping


def _mapping(top: Table, folder: Path) -> ReportMapping:
    file, time = top.table("file", needed=False), top.table("time")
    style = time.one_of("style", STYLES, needed=False) or USUAL_STYLE
    reasons, machines = top.table("reasons", needed=False), top.table("machines", needed=False)
    twins = top.table("twins", needed=False)
    only = twins.yes("only") and style in OPERATIONS
    plant = top.text("plant", needed=False)
    activity = _words(top, "activity", ACTIVITY_ELEMENT, needed=style in OPERATIONS and not only)
    columns = _columns(top.table("columns"), style, only, EVERY in activity)
    decimal = file.one_of("decimal", DECIMALS, needed=False) or "."
    return ReportMapping(
        site=top.text("site"),
        producer=top.text("producer"),
        plant=(folder / plant).resolve() if plant else None,
        layout=Layout(
            _delimiter(file), _encoding(file), file.text("sheet", needed=False), file.whole("heading_row", 1, 10_000, 1)
        ),
        zone=time.zone("zone"),
        time_format=time.text("format", empty=True),
        style=style,
        columns=columns,
        activity=activity,
        reasons={word.strip(): reasons.text(word, empty=True) for word in reasons},
        nobody=frozenset(top.table("unknown", needed=False).texts("person", needed=False)),
        machines={name.strip(): machines.text(name) for name in machines},
        states=_words(top, "states", STATE_ELEMENT, needed=style == STATES),
        unit=UNITS[time.one_of("unit", UNITS, needed=False) or "min"],
        decimal=decimal,
        thousands=file.one_of("thousands", {*DECIMALS, " ", "'"} - {decimal}, needed=False),
        rules=_rules(top.table("rules", needed=False)),
        twins_only=only,
        tolerance=round(twins.number("tolerance_min", 0, 24 * 60, 1) * MINUTE),
        source=SOURCES[file.one_of("source", SOURCES, needed=False) or ClockSource.RECORD.word],
    )


def _delimiter(file: Table) -> str:
    delimiter = file.text("delimiter", empty=True) if file.has("delimiter") else ","  # a tab is one too
    if len(delimiter) != 1:
        file.fault("import.mapping_delimiter", "delimiter", value=delimiter)
    return delimiter


def _encoding(file: Table) -> str:
    encoding = file.text("encoding", needed=False) or "utf-8"
    try:
        name = codecs.lookup(encoding).name
        b"".decode(name)  # some codecs are not of texts
    except (LookupError, ValueError):  # a name with a NUL in it is a ValueError
        file.fault("import.mapping_encoding", "encoding", value=encoding)
        return encoding
    return "utf-8-sig" if name == "utf-8" else name


def _columns(table: Table, style: str, twins_only: bool, same_activity: bool) -> dict[str, str]:
    needed = {*STYLES[style]}
    if not twins_only:
        needed |= {"machine"} if style not in OPERATIONS or same_activity else {"machine", "activity"}
    allowed = needed | {"machine", *CONTEXT}
    if style in OPERATIONS:
        allowed |= {"activity", *PIECES}
    elif style == QUANTITIES:
        allowed |= {*PIECES}
    headings = {role: table.text(role, needed=role in needed) for role in sorted(allowed)}
    return {role: heading for role, heading in headings.items() if heading}


def _words(top: Table, key: str, allowed: Mapping[str, object], *, needed: bool) -> dict[str, str]:
    table = top.table(key, needed=needed)
    if not table.data and top.has(key):
        table.fault("toml.empty")
    return {word.strip(): table.one_of(word, allowed) for word in table}


def _rules(table: Table) -> Rules:
    usual = Rules()
    table.one_of("overlap", [KEEP], needed=False)  # labour time is the sum, machine time the union: said by the figures
    table.one_of("negative_duration", [REJECT], needed=False)
    return Rules(
        table.one_of("zero_duration", [KEEP, REJECT], needed=False) or usual.zero_duration,
        table.text("unknown_machine", needed=False) or usual.unknown_machine,
        table.text("missing_machine", needed=False) or usual.missing_machine,
    )
