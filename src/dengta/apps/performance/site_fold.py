"""The fold of a site, kept as its log grows: old cells as sums, the last days as a fold under way.

What is answered is what a fresh fold of the whole log would answer, digit for digit:

- An event goes into the fold under way. Where it is late (its machine has spoken of a later moment already), the last
  days are folded again from where they began; their events are kept for that.
- An event that touches the older cells, or a correction of one, or of one that reaches back, has everything folded
  again from the log. A reading of a meter reaches back to the reading before it.
- Events after `until` wait for their time to come; `until` is a whole minute, so that a command can name it.
"""

from __future__ import annotations

import copy
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np

from dengta.apps.performance.business_days import day_of, edges, span, zone_of
from dengta.apps.performance.cell_rows import CellRows
from dengta.core.batch import EventBatch
from dengta.core.event import Event, Key
from dengta.core.intervals import Interval
from dengta.core.time import DAY, MINUTE, Micros
from dengta.core.vocabulary import EventType
from dengta.engines import kpi
from dengta.engines.kpi import Cycles, Fold, Rows
from dengta.engines.kpi.model import LONGEST_REPORT
from dengta.engines.plantbook import PlantBook
from dengta.log import LogReader, TailGone

RECENT = DAY
"""At least so much of the past is in the fold under way."""
LONGEST_UNDER_WAY = 3 * DAY
HISTORY = 400 * DAY
"""How far figures reach back at most; older events still say how things stood when it began."""
SILENCE = 31 * DAY
"""After so long without an event a log is a record: what is known of it ends with the day of its last event."""
_KEPT_ANSWERS = 128
_TYPES = [int(t) for t in kpi.FOLDED]


class Remembered:
    """The planned cycles of a plant book, each looked up once."""

    def __init__(self, book: PlantBook | None) -> None:
        self._book, self._known = book, dict[tuple[str, str, str, Micros | None], Micros | None]()

    def planned_cycle(self, item: str, operation: str, machine: str, at: Micros | None = None) -> Micros | None:
        """Planned microseconds a piece, None where nobody planned."""
        key = (item, operation, machine, at)
        if key not in self._known:
            known = self._book is not None and machine in self._book.machines
            self._known[key] = self._book.planned_cycle(*key) if self._book and known else None
        return self._known[key]


@dataclass(frozen=True, slots=True, eq=False)
class Folded:
    """All that is known of ``[start, until)``; first, last: of what events speak; corrections: all of them.
    is_record: the log fell silent long ago. Never changes.

    answers: what was worked out from it, by window and question; those that no later event touches live on in the next.
    """

    book: PlantBook | None
    machines: tuple[str, ...]
    start: Micros
    until: Micros
    first: Micros
    last: Micros
    rows: CellRows
    corrections: EventBatch
    cycles: Cycles
    is_record: bool = False
    answers: dict[tuple[Interval, Any], Any] = field(default_factory=dict)

    @property
    def zone(self) -> ZoneInfo:
        """The zone of the plant."""
        return zone_of(self.book)

    def within(self, window: Interval, machines: Sequence[str] | None = None) -> Rows:
        """The rows of `machines` (None: all) in `window` as if folded for it alone. It begins and ends with a business
        day or shift, or ends at `until`."""
        chosen = self.machines if machines is None else machines
        rows = self.rows if machines is None else self.rows.of_machines([self.machines.index(m) for m in machines])
        setting = kpi.setting_of(self.book, chosen, window, zone=self.zone)
        return rows.within(replace(setting, cycles=self.cycles), window.end)


@dataclass(slots=True)
class _UnderWay:
    """The fold of the last days: where it stands, where it began, and what it was told since."""

    border: Micros
    horizon: Micros
    began: Fold
    now: Fold
    told: EventBatch

    def again(self) -> None:
        """Fold the last days once more, with all that was told."""
        self.now = copy.deepcopy(self.began, {id(self.began.setting): self.began.setting})
        self.now.advance(kpi.apply(self.told.sorted()))


class SiteFold:
    """The fold of one log under one plant book. One thread at a time."""

    def __init__(self, reader: LogReader, book: PlantBook | None) -> None:
        self._reader, self._book = reader, book
        self._heard = 0
        self._waiting = EventBatch.empty()
        self._old: CellRows | None = None
        self._under_way: _UnderWay | None = None
        self._folded: Folded | None = None

    def catch_up(self, now: Micros) -> Folded | None:
        """Everything up to the minute of `now`; None while the log holds nothing that could be folded."""
        until = now // MINUTE * MINUTE
        fresh = self._tail()
        if fresh is None or self._folded is None or self._under_way is None:
            return self._load(until)
        if until - self._folded.last > SILENCE:
            return self._load(until) if len(fresh) else self._folded
        if not self._folded.until <= until <= self._under_way.horizon:
            return self._load(until)
        self._waiting = EventBatch.concat([self._waiting, fresh])
        due = self._waiting["ts"] <= until
        if not due.any() and until == self._folded.until:
            return self._folded
        ready, self._waiting = self._waiting.take(due), self._waiting.take(~due)
        metered = _metered_from(ready, self._under_way.now)
        if metered <= self._under_way.border or not self._accept(ready):
            return self._load(until)
        return self._publish(until, self._folded, ready, metered)

    def _tail(self) -> EventBatch | None:
        """What came since; None when that cannot be told any more."""
        try:
            batch, self._heard = self._reader.tail(self._heard)
        except TailGone:
            return None
        return batch.take(np.isin(batch["type"], _TYPES))

    def _accept(self, ready: EventBatch) -> bool:
        """Fold `ready` into the last days; False where it reaches further back, or names a machine not known yet."""
        assert self._folded is not None
        assert self._under_way is not None
        recent, corrections = self._under_way, ready["type"] == EventType.CORRECTION
        if _touched(ready.take(~corrections)) <= recent.border:  # what is counted at it belongs to the time before
            return False
        if {ready.texts[code] for code in np.unique(ready["subject"][~corrections]).tolist()} - {
            *self._folded.machines
        }:
            return False
        recent.told = EventBatch.concat([recent.told, ready])
        if corrections.any():
            targets = {e.ref for e in ready.take(corrections) if e.ref is not None}
            if targets - _held(recent.told, targets) or _reaching_back(recent.told, targets):
                return False
            recent.again()
        elif recent.now.advance(ready.sorted()).any():
            recent.again()
        return True

    def _load(self, until: Micros) -> Folded | None:
        """Fold the whole log."""
        everything, self._heard = self._reader.snapshot(types=_TYPES)
        due = everything["ts"] <= until
        batch, self._waiting = everything.take(due), everything.take(~due)
        extent = kpi.extent(batch)
        if extent is None:
            self._folded = None
            return None
        book = self._book.machines if self._book else {}
        strangers = {batch.texts[code] for code in np.unique(batch["subject"]).tolist()} - {*book}
        ids = (*book, *sorted(strangers))
        is_record = until - extent.end > SILENCE
        if is_record:
            last_day = day_of(self._book, ids, extent.end - 1)
            until = span(self._book, ids, last_day, last_day).end
        first_day = day_of(self._book, ids, max(extent.start, until - HISTORY))
        start = span(self._book, ids, first_day, first_day).start
        recent_day = day_of(self._book, ids, until - RECENT)
        border = max(start, span(self._book, ids, recent_day, recent_day).start)
        self._old = self._fold_old(ids, start, border, batch) if start < border else None
        self._under_way = self._begin(ids, border, until, batch)
        none = CellRows.none(), EventBatch.empty(), Remembered(self._book)
        fresh = Folded(self._book, ids, start, until, extent.start, extent.end, *none, is_record)
        return self._publish(until, fresh, None, until)

    def _fold_old(self, ids: tuple[str, ...], start: Micros, border: Micros, batch: EventBatch) -> CellRows:
        window = Interval(start, border)
        setting = kpi.setting_of(self._book, ids, window, edges(self._book, ids, window))
        return CellRows.of(kpi.fold(setting, kpi.apply(batch)))

    def _begin(self, ids: tuple[str, ...], border: Micros, until: Micros, batch: EventBatch) -> _UnderWay:
        horizon = max(border, until - RECENT) + LONGEST_UNDER_WAY
        window = Interval(border, horizon + DAY)
        began = Fold(kpi.setting_of(self._book, ids, window, edges(self._book, ids, window)))
        before = kpi.apply(batch)
        began.advance(before.take(before["ts"] < border))
        told = batch.take((batch["ts"] >= border) | (batch["type"] == EventType.CORRECTION))
        recent = _UnderWay(border, horizon, began, began, told)
        recent.again()
        return recent

    def _publish(self, until: Micros, before: Folded, news: EventBatch | None, metered: Micros) -> Folded:
        assert self._under_way is not None
        recent, told = CellRows.of(self._under_way.now.rows(until)), self._under_way.told
        answers: dict[tuple[Interval, Any], Any] = {}
        if news is not None and len(before.answers) < _KEPT_ANSWERS:
            touched = min(_touched(news), metered)
            answers = {key: answer for key, answer in list(before.answers.items()) if key[0].end < touched}
        spoken = news.take(news["type"] != EventType.CORRECTION) if news is not None else EventBatch.empty()
        self._folded = Folded(
            before.book,
            before.machines,
            before.start,
            until,
            min(before.first, _touched(spoken)),
            max(before.last, int(spoken["ts"].max(initial=0)) + 1),
            recent if self._old is None else self._old.followed_by(recent),
            told.take(told["type"] == EventType.CORRECTION),
            before.cycles,
            before.is_record,
            answers,
        )
        return self._folded


def _touched(batch: EventBatch) -> Micros:
    """The earliest moment that `batch` may change something: a report reaches back, a correction anywhere."""
    if not len(batch):
        return np.iinfo(np.int64).max
    if (batch["type"] == EventType.CORRECTION).any():
        return 0
    worked = np.where(batch["type"] == EventType.OPERATION_END, batch["value"], 0)
    return int((batch["ts"] - worked).min())


def _metered_from(batch: EventBatch, fold: Fold) -> Micros:
    """The earliest moment of which readings of meters in `batch` say something: that of the reading before. One that
    comes after a later one may say something of any."""
    earliest = int(np.iinfo(np.int64).max)
    for event in batch.take(batch["type"] == EventType.ENERGY):
        before = fold.read_at(event.subject, event.code) if event.subject in fold.setting.machines else None
        if before is not None and event.ts - before <= LONGEST_REPORT:
            earliest = min(earliest, before if before < event.ts else 0)
    return earliest


def _held(batch: EventBatch, keys: set[Key]) -> set[Key]:
    """Those of `keys` whose events are in `batch`."""
    return {event.key for event in _named(batch, keys)}


def _reaching_back(batch: EventBatch, keys: set[Key]) -> bool:
    """Whether one of `keys` is an event of `batch` that speaks of a time before its own."""
    return any(e.type in (EventType.OPERATION_END, EventType.ENERGY) for e in _named(batch, keys))


def _named(batch: EventBatch, keys: set[Key]) -> list[Event]:
    maybe = np.isin(batch["seq"], [k.seq for k in keys])
    return [event for event in batch.take(maybe) if event.key in keys]
