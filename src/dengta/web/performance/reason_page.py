"""The page of one reason: what it cost each machine and date, and the intervals or events of one date."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from django.urls import reverse
from django.utils.translation import gettext

from dengta.apps.performance.queries import OneReason
from dengta.apps.performance.site_fold import Folded
from dengta.documents import Kind, Table, TableColumn, Value
from dengta.engines.kpi import Column, Figure
from dengta.web.performance.addresses import machine_address
from dengta.web.performance.asking import Asked
from dengta.web.performance.drawn import Drawn
from dengta.web.performance.head import Head, head
from dengta.web.performance.intervals_view import Listed
from dengta.web.performance.recompute import Again
from dengta.web.performance.words import machine_name, reason_name


@dataclass(frozen=True, slots=True)
class Sought:
    """A reason: `kind` is ``stop`` or ``defect``; a stop without a reason goes by its state."""

    kind: str
    reason: str
    state: str

    def cost(self, figure: Figure) -> int:
        """What it cost: microseconds of delay, or pieces."""
        of = figure.whole.of
        return of[Column.ADET] if self.kind == "stop" else of[Column.SCRAP] + of[Column.REWORK]


@dataclass(frozen=True, slots=True)
class ReasonPage:
    """Everything on it. day: the date whose rows are listed, "" where it cost nothing on any. keep: parts of the
    address that the form takes along."""

    head: Head
    name: str
    parts: Sequence[Drawn]
    day: str
    listed: Listed | None
    tables: Mapping[str, Table]
    exports: str
    keep: Sequence[tuple[str, str]]


def days(seen: OneReason, sought: Sought) -> list[date]:
    """The business dates on which it cost anything."""
    return [date.fromisoformat(f.key["date"]) for f in seen.dates if sought.cost(f)]


def build(
    again: Again, folded: Folded, asked: Asked, seen: OneReason, sought: Sought, day: date | None, listed: Listed | None
) -> ReasonPage:
    """The page for one choice; `listed` are the rows of business date `day`."""
    name = reason_name(folded, sought.reason, sought.state)
    same = {"kind": sought.kind, "reason": sought.reason, "state": sought.state}
    by_machine = sorted((f for f in seen.machines if sought.cost(f)), key=sought.cost, reverse=True)
    parts = [
        _costs(
            "machines",
            gettext("By machine"),
            TableColumn(gettext("Machine")),
            [(machine_name(folded, f.key["machine"]), f) for f in by_machine],
            [_machine(asked, f.key["machine"], sought) for f in by_machine],
            sought,
            again.command("machine", "reason", "code"),
        ),
        _costs(
            "dates",
            gettext("By date"),
            TableColumn(gettext("date"), Kind.DATE),
            [(date.fromisoformat(f.key["date"]), f) for f in seen.dates if sought.cost(f)],
            [f"?{asked.query(day=str(d), **same)}#listed" for d in days(seen, sought)],
            sought,
            again.command("date", "reason", "code"),
        ),
    ]
    tables = {part.id: part.file for part in parts} | ({"listed": listed.table} if listed else {})
    exports = asked.query(day=str(day or ""), **same)
    return ReasonPage(
        head(folded, asked, None), name, parts, str(day or ""), listed, tables, exports, list(same.items())
    )


def _machine(asked: Asked, machine: str, sought: Sought) -> str:
    if sought.kind == "stop":
        return machine_address(asked, machine, reason=sought.reason, state=sought.state)
    same = {"kind": sought.kind, "reason": sought.reason}
    return f"{reverse('performance-reason')}?{asked.query(machine=machine, line='', **same)}"


def _costs(
    id_: str,
    title: str,
    first: TableColumn,
    told: Sequence[tuple[str | date, Figure]],
    hrefs: Sequence[str],
    sought: Sought,
    command: str,
) -> Drawn:
    cost = TableColumn(gettext("min"), Kind.MINUTES) if sought.kind == "stop" else None
    columns = [first, cost or TableColumn(gettext("pieces"), Kind.COUNT), TableColumn(gettext("times"), Kind.COUNT)]
    rows: list[list[Value]] = [[name, sought.cost(f), f.whole.of[Column.TIMES]] for name, f in told]
    empty = "" if rows else gettext("None in this window.")
    table = Table(title, columns, rows)
    return Drawn(id_, title, "", "", table, command, empty=empty, hrefs=hrefs, tabled=bool(rows))
