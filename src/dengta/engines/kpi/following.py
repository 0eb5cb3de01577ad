"""Figures that follow the log: fold what arrives, fold again what came late, publish what changed as a next revision.

A bucket is one machine in one shift occurrence, or in one local day outside shifts. What the fold knows at the start of
each bucket is kept, and what the events of each bucket added to the rows is kept apart. So an event that came late, or
a correction, costs its bucket, and those after it until the fold knows at a bucket's end what it knew there before.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from dengta.core.batch import EventBatch
from dengta.core.event import Key as EventKey
from dengta.core.intervals import Interval
from dengta.core.time import EARLIEST, LATEST, Micros
from dengta.core.vocabulary import EventType
from dengta.engines.kpi import kernels_layout as layout
from dengta.engines.kpi.fold import Fold
from dengta.engines.kpi.kept import Kept
from dengta.engines.kpi.kernels_table import KEYS
from dengta.engines.kpi.known import Known, close, known, of_machine, put_rows, restore, rows_of
from dengta.engines.kpi.model import Cells, Ints, Key, Rows, Setting, summed

Reread = Callable[[str, Micros, Micros], EventBatch]
"""(machine, start, end) -> its events with ``start <= ts < end`` from the log, sorted, with every correction done that
the log holds, even one that came later."""


Settled = Callable[[Interval], Micros]
"""When what is known of a bucket stands: what is heard later and changes it makes a next revision."""


@dataclass(frozen=True, slots=True, eq=False)
class Published:
    """A bucket that is closed: the rows of `machine` in `span` as they are known in this `revision` (from 1; 0 while
    nothing was told of it), one row a key. heard: when the news came that made it. before: the rows of the revision
    before, None of the first."""

    machine: str
    span: Interval
    revision: int
    rows: Rows
    heard: Micros
    before: Rows | None = None


class Follower:
    """Follows a log over the window of `setting`. Asks `reread` for what must be folded again."""

    def __init__(
        self, setting: Setting, reread: Reread, *, orders: bool = True, settled: Settled = lambda span: EARLIEST
    ) -> None:
        """Nothing heard yet. `orders` False: closed buckets keep the sums over their orders only."""
        self.setting = setting
        self._corrected: set[EventKey] = set()
        codes = {"": 0}
        offset = np.concatenate([[0], np.cumsum([len(c) for c in setting.cells])])
        self._groups = [
            _Group(setting, number, int(offset[number]), codes, reread, orders, settled)
            for number in sorted(set(setting.cells_of))
        ]

    def advance(self, batch: EventBatch, located: Mapping[EventKey, Micros] | None = None) -> None:
        """Fold what arrived, in any order. Events that are in the log already may come again: they are one fact.

        located: when the events that are corrected happened. Where it does not say, all of their machine is folded
        again.
        """
        batch = batch.sorted()
        is_correction = batch["type"] == EventType.CORRECTION
        corrections = batch.take(is_correction)
        self._corrected |= _refs(corrections)
        reach = _reach(corrections, located or {})
        everywhere = not set(reach) <= set(self.setting.machines)
        for group in self._groups:
            group.advance(batch, is_correction | _named(batch, self._corrected))
            for machine in group.machines:
                if everywhere:
                    group.again(machine, EARLIEST, LATEST)
                elif machine in reach:
                    group.again(machine, *reach[machine])

    def close(self, now: Micros) -> None:
        """Nothing more is expected before `now`; what comes all the same makes a next revision."""
        for group in self._groups:
            group.close_until(now)

    def publish(self, heard: Micros | None = None) -> list[Published]:
        """The closed buckets whose rows changed since they were published.

        heard: when the news came that changed them (None: later than anything before). News of before a bucket had
        settled tell the same revision better, and so do news of one moment that come in several calls.
        """
        return [one for group in self._groups for one in group.publish(heard)]

    def open(self, until: Micros) -> Rows:
        """The rows up to `until` of the buckets that are not closed yet."""
        return self._whole([group.open(until) for group in self._groups])

    @property
    def open_from(self) -> Micros:
        """Where the earliest bucket begins that is not closed."""
        return min(group.open_from for group in self._groups)

    def spans(self, machine: str) -> list[Interval]:
        """The buckets of `machine`, in order."""
        return next(group.spans for group in self._groups if machine in group.machines)

    def rows(self, until: Micros) -> Rows:
        """All rows of the window, as `fold` gives them."""
        return self._whole([group.rows(until) for group in self._groups])

    def _whole(self, parts: list[Rows]) -> Rows:
        whole = np.concatenate([p.keys for p in parts]), np.concatenate([p.facts for p in parts])
        first, last = (np.zeros(len(self.setting.machines), np.int64) for _ in range(2))
        for group, part in zip(self._groups, parts, strict=True):
            first[group.numbers], last[group.numbers] = part.first, part.last
        reached = max(p.until for p in parts)
        return Rows(self.setting, reached, parts[0].texts, *whole, first, last, sum(p.unread for p in parts))


class _Group:
    """Machines of one calendar: they share their buckets, and one fold goes on for all of them."""

    def __init__(
        self,
        whole: Setting,
        number: int,
        offset: int,
        codes: dict[str, int],
        reread: Reread,
        orders: bool,
        settled: Settled,
    ) -> None:
        self.numbers = np.array([m for m, c in enumerate(whole.cells_of) if c == number], np.int64)
        self.machines = [whole.machines[m] for m in self.numbers.tolist()]
        self.setting, self._offset, self._reread = _only(whole, self.machines, number), offset, reread
        self._whole, self._codes, self._orders, self._settled = whole, codes, orders, settled
        self._texts = tuple(codes)
        self._fold = Fold(self.setting, codes)
        self._counters = {
            m: np.array([i for i, c in enumerate(self.setting.counters) if c.machine == m], np.int64)
            for m in self.machines
        }
        self.spans, self._bucket_of = _buckets(self.setting.cells[0])
        self._starts = np.array([s.start for s in self.spans], np.int64)
        self._at = 0
        self._last = self._fold.held.memory[:, layout.LAST].copy()
        n = range(len(self.machines))
        self._known = [[self._knows(m, whole.window.start)] for m in n]
        self._added: list[list[Ints]] = [[] for _ in n]
        self._back: dict[tuple[int, int], set[int]] = {}
        """Bucket -> later ones whose events added rows to it."""
        self._dirty: set[tuple[int, int]] = set()
        self._kept: dict[tuple[int, int], Kept] = {}

    def _knows(self, m: int, border: Micros, like: Known | None = None) -> Known:
        return known(self._fold, m, self._counters[self.machines[m]], border, like)

    def _end(self) -> Micros:
        """Where the bucket ends in which the fold is; the last one never does."""
        return LATEST + 1 if self._at + 1 == len(self.spans) else int(self._starts[self._at + 1])

    def advance(self, batch: EventBatch, apart: NDArray[np.bool_]) -> None:
        """Fold `batch`, sorted; those `apart` are taken from the log, where their corrections are done."""
        by_log = batch.take(apart)
        if len(by_log):
            batch = batch.take(~apart)
        ts = batch["ts"]
        at = int(np.searchsorted(ts, self._starts[self._at])) if self._at else 0
        late = np.zeros(len(batch), np.bool_)
        late[:at] = True
        while at < len(batch):
            until = int(np.searchsorted(ts, self._end()))
            late[at:until] = self._fold.advance(batch.take(slice(at, until)))
            at = until
            if at < len(batch):
                self._close()
        if late.any():
            self._reread_for(batch.take(late))
        if len(by_log):
            self.close_until(int(by_log["ts"][-1]))
            self._reread_for(by_log)

    def _reread_for(self, behind: EventBatch) -> None:
        for code in np.unique(behind["subject"]).tolist():
            times = behind["ts"][behind["subject"] == code]
            if behind.texts[code] in self._counters:
                self.again(behind.texts[code], int(times[0]), int(times[-1]))

    def close_until(self, now: Micros) -> None:
        """Close the buckets that have ended by `now`."""
        while self._end() <= now:
            self._close()

    def _close(self) -> None:
        border = self._end()
        self._last = np.maximum(self._last, self._fold.held.memory[:, layout.LAST])
        rows = self._kept_of(close(self._fold, border))
        for m in range(len(self.machines)):
            self._added[m].append(rows[:0])
            self._add(m, self._at, of_machine(rows, m))
            self._known[m].append(self._knows(m, border, self._known[m][-1]))
        self._at += 1

    def _kept_of(self, rows: Ints) -> Ints:
        if not self._orders:
            rows[:, Key.ORDER] = 0
        return summed(rows)

    def _add(self, m: int, b: int, rows: Ints) -> None:
        """What the events of bucket `b` add to it and to earlier ones, in the place of what they added before."""
        for t in {b} | self._touched(self._added[m][b]) | self._touched(rows):
            self._dirty.add((m, t))
            if t != b:
                self._back.setdefault((m, t), set()).add(b)
        self._added[m][b] = rows

    def _touched(self, rows: Ints) -> set[int]:
        return set(self._bucket_of[np.unique(rows[:, Key.CELL])].tolist())

    def again(self, name: str, since: Micros, until: Micros) -> None:
        """Fold a machine again from the log, from the bucket of `since` on: at least to that of `until`, and then as
        long as the fold knows at the end of a bucket what it did not know there before."""
        m = self.machines.index(name)
        first, last = (max(int(np.searchsorted(self._starts, at, "right")) - 1, 0) for at in (since, until))
        setting = _only(self.setting, [name], 0)
        here = np.arange(len(setting.counters))
        for b in range(min(first, self._at), self._at + 1):
            fold = Fold(setting, self._codes)
            restore(fold, 0, here, self._known[m][b])
            start, end = self.spans[b].start, int(self._starts[b + 1]) if b + 1 < len(self._starts) else LATEST + 1
            fold.advance(self._reread(name, start if b else EARLIEST, end))
            if b == self._at:
                self._replace(m, fold)
                return
            added = close(fold, end)
            added[:, Key.MACHINE] = m
            self._add(m, b, self._kept_of(added))
            before, now = self._known[m][b + 1], known(fold, 0, here, end, self._known[m][b + 1])
            if before.same(now) and b >= last:
                return
            self._known[m][b + 1] = now

    def _replace(self, m: int, fold: Fold) -> None:
        """Let the fold that goes on know of machine `m` what `fold` knows of it, its only machine."""
        told, others = fold.held, rows_of(self._fold)
        self._dirty |= {(m, b) for b in self._touched(of_machine(others, m))}  # what it may take back there
        mine = rows_of(fold)
        mine[:, Key.MACHINE] = m
        rows = np.concatenate([others[others[:, Key.MACHINE] != m], mine])
        whole = known(fold, 0, np.arange(len(told.counters)), EARLIEST)._replace(memory=told.memory[0])
        restore(self._fold, m, self._counters[self.machines[m]], whole)
        put_rows(self._fold, rows)

    def publish(self, heard: Micros | None) -> list[Published]:
        """The closed buckets whose rows changed."""
        live = rows_of(self._fold)
        live = self._kept_of(live[self._bucket_of[live[:, Key.CELL]] < self._at])
        for m, cell in np.unique(live[:, [Key.MACHINE, Key.CELL]], axis=0).tolist():
            self._dirty.add((m, int(self._bucket_of[cell])))
        found = []
        if len(self._texts) < len(self._codes):
            self._texts = tuple(self._codes)
        for m, b in sorted(key for key in self._dirty if key[1] < self._at):
            parts = [self._added[m][b], *(self._added[m][later] for later in sorted(self._back.get((m, b), ())))]
            parts.append(of_machine(live, m))
            kept = self._kept.get((m, b))
            fresh = Kept.after(kept, self._of_bucket(parts, b), heard, self._settled(self.spans[b]))
            if fresh is not kept:
                self._kept[m, b] = fresh
                end, was = self.spans[b].end, fresh.was
                before = None if was is None else self._as_rows(was.rows, end, self._texts)
                rows = self._as_rows(fresh.rows, end, self._texts)
                found.append(Published(self.machines[m], self.spans[b], fresh.revision, rows, fresh.heard, before))
        self._dirty = {key for key in self._dirty if key[1] >= self._at}
        return found

    def _of_bucket(self, parts: list[Ints], b: int) -> Ints:
        """The rows of one bucket, one a key; where there is but one part, and all of it, that very array."""
        mine = [p if (at := self._bucket_of[p[:, Key.CELL]] == b).all() else p[at] for p in parts if len(p)]
        mine = [p for p in mine if len(p)]
        return mine[0] if len(mine) == 1 else summed(np.concatenate([*mine, parts[0][:0]]))

    def open(self, until: Micros) -> Rows:
        """The rows of the buckets that are not closed."""
        told = self._fold.rows(until, judged=False)
        here = self._bucket_of[told.keys[:, Key.CELL]] >= self._at
        rows = np.concatenate([told.keys[here], told.facts[here]], axis=1)
        return replace(
            self._as_rows(rows, told.until, told.texts), first=told.first, last=told.last, unread=told.unread
        )

    @property
    def open_from(self) -> Micros:
        """Where the bucket begins that is not closed."""
        return int(self._starts[self._at])

    def rows(self, until: Micros) -> Rows:
        """All rows of the group, numbered as in the whole setting."""
        told = self._fold.rows(until, judged=False)
        live = np.concatenate([told.keys, told.facts], axis=1)
        rows = np.concatenate([*(part for mine in self._added for part in mine), live])
        return replace(
            self._as_rows(rows, told.until, tuple(self._codes)),
            first=told.first,
            last=np.maximum(self._last, told.last),
            unread=told.unread,
        )

    def _as_rows(self, rows: Ints, until: Micros, texts: tuple[str, ...]) -> Rows:
        keys = rows[:, :KEYS].copy()
        keys[:, Key.MACHINE] = self.numbers[keys[:, Key.MACHINE]]
        keys[:, Key.CELL] += self._offset
        nothing = np.zeros(0, np.int64)
        return Rows(self._whole, until, texts, keys, rows[:, KEYS:], nothing, nothing)


def _only(whole: Setting, machines: list[str], cells: int) -> Setting:
    """`whole` with some machines only, all with the same cells."""
    return replace(
        whole,
        machines=tuple(machines),
        cells=(whole.cells[cells],),
        cells_of=(0,) * len(machines),
        counters=tuple(c for c in whole.counters if c.machine in machines),
    )


def _buckets(cells: Cells) -> tuple[list[Interval], Ints]:
    """Runs of cells of one shift occurrence, or of one day outside shifts, and the bucket of each cell."""
    turns = np.flatnonzero((np.diff(cells.shift) != 0) | (np.diff(cells.day) != 0)) + 1
    bounds = [0, *turns.tolist(), len(cells)]
    of = np.zeros(len(cells), np.int64)
    of[turns] = 1
    return [Interval(int(cells.start[a]), int(cells.end[b - 1])) for a, b in pairwise(bounds)], np.cumsum(of)


def _refs(corrections: EventBatch) -> set[EventKey]:
    return set(_targets(corrections))


def _targets(corrections: EventBatch) -> list[EventKey]:
    return [EventKey(*key) for key in zip(*(corrections[f"ref_{n}"].tolist() for n in EventKey._fields), strict=True)]


def _reach(corrections: EventBatch, located: Mapping[EventKey, Micros]) -> dict[str, tuple[Micros, Micros]]:
    """Machine -> from when to when its events are corrected; what is not located may lie at any time."""
    found: dict[str, tuple[Micros, Micros]] = {}
    for subject, key in zip(corrections["subject"].tolist(), _targets(corrections), strict=True):
        machine, at = corrections.texts[subject], located.get(key)
        here = (EARLIEST, LATEST) if at is None else (at, at)
        since, until = found.get(machine, here)
        found[machine] = min(since, here[0]), max(until, here[1])
    return found


def _named(batch: EventBatch, keys: set[EventKey]) -> NDArray[np.bool_]:
    """Which events have one of `keys`."""
    found = np.isin(batch["seq"], [k.seq for k in keys])
    for row in np.flatnonzero(found).tolist():
        found[row] = EventKey(*(int(batch[n][row]) for n in EventKey._fields)) in keys
    return found
