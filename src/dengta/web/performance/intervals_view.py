"""Intervals and events behind a figure as rows of a table, each leading to the line in the log that says so."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache

from django.utils.translation import gettext

from dengta.apps.performance.site_fold import Folded
from dengta.core.event import Event
from dengta.core.time import Micros, to_datetime
from dengta.core.vocabulary import EventType
from dengta.documents import Kind, Table, TableColumn, Value
from dengta.engines.kpi import StateSpan
from dengta.web.floor.words import EVENTS, called, state_words
from dengta.web.performance.addresses import event_address
from dengta.web.performance.shown import table_html
from dengta.web.performance.words import machine_name, reason_name

MOST = 400
"""So many rows stand on a page; the export has all."""


@dataclass(frozen=True, slots=True)
class Listed:
    """A table whose first rows, those on the page, lead to events."""

    table: Table
    hrefs: Sequence[str]

    @property
    def html(self) -> str:
        """The first `MOST` rows for the page."""
        return table_html(replace(self.table, rows=self.table.rows[:MOST]), self.hrefs)

    @property
    def more(self) -> int:
        """Rows that the page leaves out."""
        return max(len(self.table.rows) - MOST, 0)


def intervals(folded: Folded, found: Mapping[str, Sequence[StateSpan]], *, name_machine: bool) -> Listed:
    """State spans in order of time."""
    spans = sorted(((s.start, m, s) for m, told in found.items() for s in told), key=lambda one: one[:2])
    words, machine_of, reason_of, operation_of = state_words(), *_names(folded)
    machine = [TableColumn(gettext("Machine"))] if name_machine else []
    columns = [
        TableColumn(gettext("from")),
        TableColumn(gettext("to")),
        TableColumn(gettext("min"), Kind.TENTHS),
        *machine,
        TableColumn(gettext("state")),
        TableColumn(gettext("reason")),
        TableColumn(gettext("time element")),
        TableColumn(gettext("order")),
        TableColumn(gettext("operation")),
    ]
    rows: list[list[Value]] = [
        [
            clock(folded, s.start),
            clock(folded, s.end),
            s.end - s.start,
            *([machine_of(m)] if name_machine else []),
            words.get(s.state, s.state),
            reason_of(s.reason) if s.reason else "",
            s.element.value,
            s.order,
            operation_of(s.operation),
        ]
        for _, m, s in spans
    ]
    hrefs = [event_address(m, s.event, s.told_at) for _, m, s in spans[:MOST]]
    return Listed(Table(gettext("Intervals"), columns, rows), hrefs)


def defect_rows(folded: Folded, events: Sequence[Event]) -> Listed:
    """Reports of scrap and rework in order of time."""
    columns = [
        TableColumn(gettext("time")),
        TableColumn(gettext("Machine")),
        TableColumn(gettext("event")),
        TableColumn(gettext("pieces"), Kind.COUNT),
        TableColumn(gettext("item")),
        TableColumn(gettext("order")),
        TableColumn(gettext("operation")),
    ]
    machine_of, _, operation_of = _names(folded)
    rows: list[list[Value]] = [
        [
            clock(folded, e.ts),
            machine_of(e.subject),
            str(EVENTS[EventType(e.type)]),
            e.value * 10**e.scale,
            e.code,
            e.order,
            operation_of(e.operation),
        ]
        for e in events
    ]
    hrefs = [event_address(e.subject, e.key, e.ts) for e in events[:MOST]]
    return Listed(Table(gettext("Events"), columns, rows), hrefs)


def clock(folded: Folded, at: Micros) -> str:
    """An instant on the plant's wall, to the second."""
    return f"{to_datetime(at, folded.zone):%m-%d %H:%M:%S}"


def _names(folded: Folded) -> tuple[Callable[[str], str], Callable[[str], str], Callable[[str], str]]:
    """What machines, reasons and operations are called, each looked up once."""
    return (
        cache(lambda machine: machine_name(folded, machine)),
        cache(lambda reason: reason_name(folded, reason)),
        cache(lambda operation: _operation(folded, operation)),
    )


def _operation(folded: Folded, operation: str) -> str:
    return called(folded.book.operations, operation) if folded.book and operation else operation
