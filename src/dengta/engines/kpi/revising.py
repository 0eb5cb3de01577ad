"""Revisions: what was known of a bucket once it had settled, and how news that came later changed it.

Energy makes none: what was used in a shift is known only once a meter is read after it.

All of it follows from the events alone, each of which says when it happened (`ts`) and when it was received (`recv`).
So every process that folds a log finds the same revisions, and figures as they were known at an instant can be
computed again: by folding what had been received by then.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from dengta.core.batch import EventBatch
from dengta.core.event import Key as EventKey
from dengta.core.intervals import Interval
from dengta.core.time import DAY, EARLIEST, LATEST, MINUTE, Micros
from dengta.core.vocabulary import EventType
from dengta.engines.kpi.corrections import apply
from dengta.engines.kpi.following import Follower, Published
from dengta.engines.kpi.model import Rows, Setting

SETTLES: Micros = 30 * MINUTE
"""So long after the end of a bucket its figures stand; what is received later makes a next revision."""
BEGINNING: Micros = DAY
"""What a log is told in its first day, however old, is its beginning, and revises nothing."""
MOMENT: Micros = 10 * MINUTE
"""News that are received within one such span (of the clock, not of each other) are one revision."""


class Told(Protocol):
    """Whoever remembers what was told of a log."""

    def events(self, machine: str, start: Micros, end: Micros) -> EventBatch:
        """The events of a machine with ``start <= ts < end``, sorted, without corrections, none of them corrected."""

    def located(self, corrections: EventBatch) -> Mapping[EventKey, Micros]:
        """When the events happened that `corrections` name, as far as that is known; for a correction of a correction
        when the event happened that the other one names."""


@dataclass(frozen=True, slots=True, eq=False)
class Change:
    """How a bucket came to its `revision` (from 2).

    heard: the end of the moment in which the news were received; events: how many; first: the earliest of them in
    time; reach: from when to when they happened (a report: when it ended), half-open; at: when the last of them was
    received. before: the rows of the bucket in the revision before.
    """

    machine: str
    span: Interval
    revision: int
    heard: Micros
    at: Micros
    events: int
    first: EventKey
    first_at: Micros
    reach: Interval
    before: Rows

    @property
    def known_by(self) -> Micros:
        """What had been received by then made the revision before."""
        return self.heard - MOMENT


class Reviser:
    """Follows a log over the window of `setting`, and tells news that change what had settled from the rest.

    born: when the first event of the log was received.
    """

    def __init__(self, setting: Setting, told: Told, born: Micros, *, orders: bool = False) -> None:
        """Nothing heard yet."""
        self._told, self._born = told, born
        self.follower = Follower(setting, self._reread, orders=orders, settled=self._settles)
        self._heard = EARLIEST
        self._until = EARLIEST
        self._corrections = EventBatch.empty()
        self._news = _News(EARLIEST, EventBatch.empty(), {})
        self.changes: dict[tuple[str, Micros], list[Change]] = {}
        """Machine and start of a bucket -> its revisions from the second on."""
        self._number = dict(zip(setting.machines, setting.cells_of, strict=True))
        spans = {number: self.follower.spans(machine) for machine, number in self._number.items()}
        self._starts = {n: np.array([s.start for s in told_], np.int64) for n, told_ in spans.items()}
        self._stand = {n: np.array([self._settles(s) for s in told_], np.int64) for n, told_ in spans.items()}

    def _settles(self, span: Interval) -> Micros:
        return max(span.end + SETTLES, self._born + BEGINNING)

    @property
    def corrections(self) -> EventBatch:
        """All that were heard."""
        return self._corrections

    def hear(self, batch: EventBatch, until: Micros) -> list[Published]:
        """Fold `batch`, events up to `until` in any order, which the `Told` knows already; the closed buckets that it
        changed, each as it became."""
        self._until = until
        late = self._late(batch)
        news = batch.take(late)
        self._corrections = EventBatch.concat([self._corrections, news.take(_corrections(news))])
        self.follower.advance(batch.take(~late) if len(news) else batch)
        published = self.follower.publish(EARLIEST)
        for moment, part in _moments(news):
            self.follower.close(min(until, moment - MOMENT))
            published += self.follower.publish(EARLIEST)
            self._heard = max(self._heard, moment)
            located = self._told.located(part.take(_corrections(part)))
            self.follower.advance(part, located)
            fresh = self.follower.publish(moment)
            if self._news.moment == moment:
                part, located = EventBatch.concat([self._news.batch, part]), {**self._news.located, **located}
            self._news = _News(moment, part, located)
            published += fresh
            self._note(fresh)
        self.follower.close(until)
        return published + self.follower.publish(EARLIEST)

    def _late(self, batch: EventBatch) -> NDArray[np.bool_]:
        """Which events may change a bucket that had settled when they were received; every correction may."""
        late = _corrections(batch)
        number = np.array([self._number.get(text, -1) for text in batch.texts], np.int64)[batch["subject"]]
        since = batch["ts"] - np.maximum(_worked(batch), _is_counted(batch))  # counted at a border: made before it
        for n, starts in self._starts.items():
            mine = np.flatnonzero(number == n)
            bucket = np.maximum(np.searchsorted(starts, since[mine], "right") - 1, 0)
            late[mine] |= batch["recv"][mine] > self._stand[n][bucket]
        return late

    def _reread(self, machine: str, start: Micros, end: Micros) -> EventBatch:
        """What had been told of a machine by the moment that is being folded, with its corrections done."""
        batch = self._told.events(machine, start, min(end, self._until + 1))
        batch = batch.take((batch["recv"] <= self._heard) | ~self._late(batch))
        known = self._corrections.take(self._corrections["recv"] <= self._heard)
        return apply(EventBatch.concat([batch, known]).sorted()) if len(known) else batch

    def _note(self, fresh: list[Published]) -> None:
        """Note how the revisions in `fresh` came about; and once more, what earlier news of the same moment revised."""
        for one in fresh:
            told = self.changes.setdefault((one.machine, one.span.start), [])
            del told[max(one.revision - 1, 0) :]  # what was taken back
            if one.before is not None and one.heard == self._news.moment:
                del told[one.revision - 2 :]
                told.append(_change(one.machine, one.span, one.revision, one.before, self._news))
        for told in self.changes.values():
            if told and told[-1].heard == self._news.moment:
                last = told[-1]
                told[-1] = _change(last.machine, last.span, last.revision, last.before, self._news)


class _News(NamedTuple):
    """What was received within a moment, so far, and when the events happened that it corrects."""

    moment: Micros
    batch: EventBatch
    located: Mapping[EventKey, Micros]


def _change(machine: str, span: Interval, revision: int, before: Rows, news: _News) -> Change:
    told = causes(news.batch, machine, span, news.located)
    first = int(np.lexsort((told["seq"], told["epoch"], told["stream"], told["ts"]))[0])
    key = EventKey(*(int(told[name][first]) for name in EventKey._fields))
    first_at, last_at = int(told["ts"][first]), int(told["ts"].max())
    at, reach = int(told["recv"].max()), Interval(first_at, last_at + 1)
    return Change(machine, span, revision, news.moment, at, len(told), key, first_at, reach, before)


def causes(news: EventBatch, machine: str, span: Interval, located: Mapping[EventKey, Micros]) -> EventBatch:
    """Those of `news` that changed what is known of `machine` in `span`: events in it, reports that reach into it,
    corrections of such; where there are none, those before it, which say in what state it began. No meter readings."""
    named = np.array([text == machine for text in news.texts], np.bool_)[news["subject"]]
    ts = news["ts"].copy()
    for row in np.flatnonzero(_corrections(news)).tolist():
        key = EventKey(*(int(news[f"ref_{name}"][row]) for name in EventKey._fields))
        ts[row] = located.get(key, span.start)
    before = named & (ts - _worked(news) < span.end) & (news["type"] != EventType.ENERGY)
    within = before & (ts >= span.start)
    chosen = within if within.any() else before
    return news.take(chosen if chosen.any() else np.ones(len(news), np.bool_))


def born(batch: EventBatch) -> Micros:
    """When the first of all events of a log was received; of those that do not say, nobody knows when."""
    known = batch["recv"][batch["recv"] > 0]
    return int(known.min()) if len(known) else EARLIEST


def moment_of(recv: Micros) -> Micros:
    """The end of the moment in which something was received."""
    return -(-recv // MOMENT) * MOMENT


def _moments(news: EventBatch) -> Iterator[tuple[Micros, EventBatch]]:
    """`news` by when they were received."""
    moments = -(-news["recv"] // MOMENT) * MOMENT
    for moment in np.unique(moments).tolist():
        yield moment, news.take(moments == moment)


def _corrections(batch: EventBatch) -> NDArray[np.bool_]:
    chosen: NDArray[np.bool_] = batch["type"] == EventType.CORRECTION
    return chosen


def _is_counted(batch: EventBatch) -> NDArray[np.bool_]:
    stated: NDArray[np.bool_] = np.isin(batch["type"], [EventType.STATE, EventType.OPERATION_START])
    return ~stated


def _worked(batch: EventBatch) -> NDArray[np.int64]:
    """How far back each event reaches: a report as long as it took."""
    worked: NDArray[np.int64] = np.where(batch["type"] == EventType.OPERATION_END, np.maximum(batch["value"], 0), 0)
    return np.minimum(worked, LATEST)


class Remembered:
    """What was told, in memory: a `Told` over plain batches."""

    def __init__(self, batch: EventBatch) -> None:
        self._batches = [batch]
        self._of: dict[str, EventBatch] = {}

    @property
    def batch(self) -> EventBatch:
        """All of it, in the order in which it was told."""
        self._batches = [EventBatch.concat(self._batches)]
        return self._batches[0]

    def add(self, batch: EventBatch) -> None:
        """Remember more."""
        self._batches.append(batch)
        for code in np.unique(batch["subject"]).tolist():
            self._of.pop(batch.texts[code], None)

    def events(self, machine: str, start: Micros, end: Micros) -> EventBatch:
        """As `Told` says."""
        if machine not in self._of:
            batch = self.batch
            named = np.array([text == machine for text in batch.texts], np.bool_)[batch["subject"]]
            self._of[machine] = batch.take(named & ~_corrections(batch)).sorted()
        mine = self._of[machine]
        return mine.take(slice(*np.searchsorted(mine["ts"], (start, end))))

    def located(self, corrections: EventBatch) -> Mapping[EventKey, Micros]:
        """As `Told` says."""
        return locate(corrections, self.batch)


def locate(corrections: EventBatch, batch: EventBatch) -> dict[EventKey, Micros]:
    """When the events of `batch` happened that `corrections` name (through other corrections too)."""
    keys = zip(*(corrections[f"ref_{name}"].tolist() for name in EventKey._fields), strict=True)
    wanted = {named: named for named in (EventKey(*key) for key in keys)}
    found: dict[EventKey, Micros] = {}
    while wanted:
        more: dict[EventKey, EventKey] = {}
        maybe = batch.take(np.isin(batch["seq"], [key.seq for key in wanted.values()]))
        by_key = {event.key: event for event in maybe}
        for named, key in wanted.items():
            event = by_key.get(key)
            if event is not None and event.type is EventType.CORRECTION and event.ref is not None:
                more[named] = event.ref
            elif event is not None:
                found[named] = event.ts
        wanted = more
    return found
