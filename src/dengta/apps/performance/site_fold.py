"""The fold of a site, followed as its log grows: closed buckets as they were last published, the rest as it stands.

What is answered is what a fresh fold of the whole log would answer, digit for digit:

- `kpi.Reviser` folds what arrives. What is late (its machine has spoken of a later moment already), or corrects, has
  its buckets folded again; those whose rows changed come out of it and take the place of what was here.
- An event that reaches back before the first day, or names a machine not known yet, has everything folded from the log.
- Events after `until` wait for their time to come; `until` is a whole minute, so that a command can name it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np

from dengta.apps.performance.business_days import day_of, edges, span, zone_of
from dengta.apps.performance.cell_rows import CellRows
from dengta.apps.performance.told import LogTold
from dengta.core.batch import EventBatch
from dengta.core.intervals import Interval
from dengta.core.time import DAY, LATEST, MINUTE, Micros
from dengta.core.vocabulary import EventType
from dengta.engines import kpi
from dengta.engines.kpi import Change, Cycles, Published, Reviser, Rows
from dengta.engines.plantbook import PlantBook
from dengta.log import LogReader, TailGone

AHEAD = 14 * DAY
"""How far ahead shifts are worked out; then everything is folded from the log once more."""
IN_MEMORY = 2 * DAY
"""Events of so many days at least are kept in memory, and of at most twice as many."""
HISTORY = 400 * DAY
"""How far figures reach back at most; older events still say how things stood when it began."""
SILENCE = 31 * DAY
"""After so long without an event a log is a record: what is known of it ends with the day of its last event."""
_KEPT_ANSWERS = 128
_TYPES = [int(t) for t in kpi.FOLDED]


class KnownCycles:
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

    changes: machine and start of a bucket -> its revisions from the second on. answers: what was worked out from it, by
    window and question; those that no later event touches live on in the next.
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
    changes: Mapping[tuple[str, Micros], Sequence[Change]]
    is_record: bool = False
    answers: dict[tuple[Interval, Any], Any] = field(default_factory=dict)

    @property
    def zone(self) -> ZoneInfo:
        """The zone of the plant."""
        return zone_of(self.book)

    def within(self, window: Interval, machines: Sequence[str] | None = None) -> Rows:
        """The rows of `machines` (None: all) in `window` as if folded for it alone. It begins and ends with a business
        day or shift, or ends at `until`."""
        return self._within(self.rows, window, machines)

    def before(self, changes: Sequence[Change], window: Interval, machines: Sequence[str] | None = None) -> Rows:
        """The same without some `changes`, each the last of its bucket."""
        told = [(self.machines.index(change.machine), change.span) for change in changes]
        rows = self.rows.exchanged(CellRows.of(_together([change.before for change in changes])), told)
        return self._within(rows, window, machines)

    def _within(self, rows: CellRows, window: Interval, machines: Sequence[str] | None) -> Rows:
        chosen = self.machines if machines is None else machines
        mine = rows if machines is None else rows.of_machines([self.machines.index(m) for m in machines])
        setting = kpi.setting_of(self.book, chosen, window, zone=self.zone)
        return mine.within(replace(setting, cycles=self.cycles), window.end)


class SiteFold:
    """The fold of one log under one plant book. One thread at a time."""

    def __init__(self, reader: LogReader, book: PlantBook | None) -> None:
        self._reader, self._book = reader, book
        self._heard = 0
        self._waiting = EventBatch.empty()
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
        if self._reaches_beyond(ready, self._folded):
            return self._load(until)
        self._under_way.told.add(ready)
        folded = self._follow(until, self._folded, self._under_way, ready)
        self._under_way.forget(until)
        return folded

    def _tail(self) -> EventBatch | None:
        """What came since; None when that cannot be told any more."""
        try:
            batch, self._heard = self._reader.tail(self._heard)
        except TailGone:
            return None
        return batch.take(np.isin(batch["type"], _TYPES))

    def _reaches_beyond(self, ready: EventBatch, folded: Folded) -> bool:
        """Whether `ready` speaks of a time before the first day, or of a machine that is not known yet."""
        spoken = ready.take(ready["type"] != EventType.CORRECTION)
        named = {spoken.texts[code] for code in np.unique(spoken["subject"]).tolist()}
        began = folded.first < folded.start  # then what is earlier is beyond what figures reach back to anyway
        return not named <= {*folded.machines} or (not began and _since(spoken) < folded.start)

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
        window = Interval(span(self._book, ids, first_day, first_day).start, until + AHEAD + DAY)
        setting = kpi.setting_of(self._book, ids, window, edges(self._book, ids, window), zone=zone_of(self._book))
        told = LogTold(self._reader, _TYPES, batch)
        self._under_way = _UnderWay(until + AHEAD, told, Reviser(setting, told, kpi.born(everything)))
        none, cycles = (CellRows.none(), EventBatch.empty()), KnownCycles(self._book)
        fresh = Folded(self._book, ids, window.start, until, extent.start, extent.end, *none, cycles, {}, is_record)
        folded = self._follow(until, fresh, self._under_way, batch)
        self._under_way.forget(until)
        return folded

    def _follow(self, until: Micros, before: Folded, under_way: _UnderWay, news: EventBatch) -> Folded:
        reviser = under_way.reviser
        published = reviser.hear(news, until)
        under_way.put(published, before.machines)
        spoken = news.take(news["type"] != EventType.CORRECTION)
        answers: dict[tuple[Interval, Any], Any] = {}
        if len(before.answers) < _KEPT_ANSWERS:
            touched = [Interval(reviser.follower.open_from, LATEST), *{one.span for one in published}]
            answers = {k: a for k, a in list(before.answers.items()) if not any(k[0].meet(one) for one in touched)}
        self._folded = Folded(
            before.book,
            before.machines,
            before.start,
            until,
            min(before.first, _since(spoken)),
            max(before.last, int(spoken["ts"].max(initial=0)) + 1),
            under_way.closed.followed_by(CellRows.of(reviser.follower.open(until))),
            reviser.corrections,
            before.cycles,
            {bucket: tuple(changes) for bucket, changes in reviser.changes.items() if changes},
            before.is_record,
            answers,
        )
        return self._folded


class _UnderWay:
    """What goes on: who folds and what it was told; the rows of closed buckets as they were last published."""

    def __init__(self, horizon: Micros, told: LogTold, reviser: Reviser) -> None:
        self.horizon, self.told, self.reviser = horizon, told, reviser
        self.closed = CellRows.none()
        self._forgotten = 0

    def put(self, published: Sequence[Published], machines: Sequence[str]) -> None:
        """Let closed buckets be what they became."""
        last = {(machines.index(one.machine), one.span): one.rows for one in published}
        if last:
            self.closed = self.closed.exchanged(CellRows.of(_together([*last.values()])), [*last])

    def forget(self, until: Micros) -> None:
        """Keep the events of the last days only."""
        if until - self._forgotten > 2 * IN_MEMORY:
            self._forgotten = until - IN_MEMORY
            self.told.forget(self._forgotten)


def _together(parts: Sequence[Rows]) -> Rows:
    """Rows of closed buckets of one setting, the last of which knows every text."""
    until, texts = max(p.until for p in parts), max((p.texts for p in parts), key=len)
    keys, facts = (np.concatenate([getattr(p, name) for p in parts]) for name in ("keys", "facts"))
    return replace(parts[0], until=until, texts=texts, keys=keys, facts=facts)


def _since(batch: EventBatch) -> Micros:
    """The earliest moment that `batch` speaks of: a report reaches back."""
    if not len(batch):
        return LATEST
    worked = np.where(batch["type"] == EventType.OPERATION_END, batch["value"], 0)
    return int((batch["ts"] - worked).min())
