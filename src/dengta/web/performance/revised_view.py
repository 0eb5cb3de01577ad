"""What late events changed of figures that had been shown: a sentence, the shifts with before and now, the events."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext, ngettext

from dengta.apps.performance.business_days import day_of
from dengta.apps.performance.queries import Measured
from dengta.apps.performance.revisions import Bucket, Revised
from dengta.apps.performance.site_fold import Folded
from dengta.core.event import Event
from dengta.core.time import Micros, to_datetime
from dengta.core.vocabulary import EventType
from dengta.documents import Kind, Table, TableColumn, Value
from dengta.engines.kpi import Column
from dengta.web.floor.words import CODES, EVENTS, state_words
from dengta.web.performance.addresses import event_address, machine_address
from dengta.web.performance.asking import Asked
from dengta.web.performance.head import moment
from dengta.web.performance.intervals_view import MOST, Listed
from dengta.web.performance.recompute import Again
from dengta.web.performance.shown import table_html
from dengta.web.performance.words import machine_name, shift_name


@dataclass(frozen=True, slots=True)
class RevisedView:
    """told: what happened, in a sentence. table: the shifts that changed, each leading to its events. listed: those
    events, on the page of one machine. command: how the figures before are computed."""

    told: str
    table: Table
    hrefs: Sequence[str]
    more: int
    command: str
    listed: Listed | None
    before: Measured | None

    @property
    def html(self) -> str:
        """The table for the page."""
        return table_html(self.table, self.hrefs)


def revised(
    again: Again, folded: Folded, asked: Asked, seen: Revised, news: Sequence[Sequence[Event]], *, one: bool
) -> RevisedView:
    """What changed in a choice; `news`: the events of its first buckets, at least of one. `one`: the page is about one
    machine, and lists them."""
    last = seen.buckets[0].change
    return RevisedView(
        _sentence(folded, seen, news[0]),
        _table(folded, seen.buckets),
        [_address(folded, asked, bucket) for bucket in seen.buckets],
        seen.more,
        again.before(last),
        _listed(folded, [event for events in news for event in events]) if one else None,
        seen.before,
    )


def _sentence(folded: Folded, seen: Revised, events: Sequence[Event]) -> str:
    last = seen.buckets[0].change
    n, at = last.events, moment(folded, last.at)
    shifts = len(seen.buckets) + seen.more
    because = ngettext("{n} late event", "{n} late events", n).format(n=f"{n:,}")
    because = gettext("{events} (first: {first})").format(events=because, first=_said(folded, events[0]))
    if shifts == 1:
        told = gettext("Revision {revision}, changed at {at} because of {events}.")
        return told.format(revision=last.revision, at=at, events=because)
    told = gettext("{shifts} shifts of these figures were changed after they had been shown, last at {at} by {events}.")
    return told.format(shifts=shifts, at=at, events=because)


def _said(folded: Folded, event: Event) -> str:
    """An event in a few words."""
    words: dict[str, object] = {**state_words(), **CODES}
    what = f"{EVENTS[EventType(event.type)]} {words.get(event.code, event.code)}".strip()
    return f"{machine_name(folded, event.subject)}, {_clock(folded, event.ts)}, {what}"


def _table(folded: Folded, buckets: Sequence[Bucket]) -> Table:
    columns = [
        TableColumn(gettext("Machine")),
        TableColumn(gettext("shift")),
        TableColumn(gettext("revision"), Kind.COUNT),
        TableColumn(gettext("changed at")),
        TableColumn(gettext("late events"), Kind.COUNT),
        TableColumn(gettext("OEE before"), Kind.SHARE),
        TableColumn(gettext("OEE now"), Kind.SHARE),
        TableColumn(gettext("good before"), Kind.COUNT),
        TableColumn(gettext("good now"), Kind.COUNT),
    ]
    rows: list[list[Value]] = [
        [
            machine_name(folded, b.change.machine),
            f"{_day(folded, b)} {shift_name(folded, b.shift)}",
            b.change.revision,
            moment(folded, b.change.at),
            b.change.events,
            *(one.value("oee") if one else None for one in (b.was, b.now)),
            *(one.pieces(Column.GOOD) if one else None for one in (b.was, b.now)),
        ]
        for b in buckets
    ]
    return Table(gettext("Changed after they had been shown"), columns, rows)


def _address(folded: Folded, asked: Asked, bucket: Bucket) -> str:
    narrowed = {"date": _day(folded, bucket), "shift": bucket.shift}
    return machine_address(asked, bucket.change.machine, **narrowed) + "#late"


def _day(folded: Folded, bucket: Bucket) -> str:
    return str(day_of(folded.book, (bucket.change.machine,), bucket.change.span.start))


def _listed(folded: Folded, events: Sequence[Event]) -> Listed:
    """Late events: when it happened, when it was received, what it was."""
    columns = [
        TableColumn(gettext("time")),
        TableColumn(gettext("received")),
        TableColumn(gettext("event")),
        TableColumn(gettext("what")),
        TableColumn(gettext("order")),
    ]
    words: dict[str, object] = {**state_words(), **CODES}
    rows: list[list[Value]] = [
        [
            _clock(folded, e.ts),
            _clock(folded, e.recv),
            str(EVENTS[EventType(e.type)]),
            str(words.get(e.code, e.code)) if e.code else f"{e.value * 10**e.scale}",
            e.order,
        ]
        for e in events
    ]
    hrefs = [event_address(e.subject, e.key, e.ts) for e in events[:MOST]]
    return Listed(Table(gettext("Late events"), columns, rows), hrefs)


def _clock(folded: Folded, at: Micros) -> str:
    return f"{to_datetime(at, folded.zone):%m-%d %H:%M:%S}"
