"""Figures that follow the log: fold what arrives, fold again what came late, publish what changed as a next revision.

A bucket is one machine in one shift occurrence, or in one local day outside shifts. What the fold knows at the start of
each bucket is kept, and what the events of each bucket added to the rows is kept apart. So an event that came late, or
a correction, costs its bucket, and those after it until the fold knows at a bucket's end what it knew there before.
"""

from __future__ import annotations

from collections.abc import Callable
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
from dengta.engines.kpi.kernels_table import KEYS
from dengta.engines.kpi.known import Known, close, known, of_machine, put_rows, restore
from dengta.engines.kpi.model import Cells, Ints, Key, Rows, Setting

Reread = Callable[[str, Micros, Micros], EventBatch]
"""(machine, start, end) -> its events with ``start <= ts < end`` from the log, sorted, with every correction done that
the log holds, even one that came later."""


@dataclass(frozen=True, slots=True, eq=False)
class Published:
    """A bucket that is closed: the rows of `machine` in `span` as they are known in this `revision` (from 1)."""

    machine: str
    span: Interval
    revision: int
    rows: Rows


class Follower:
    """Follows a log over the window of `setting`. Asks `reread` for what must be folded again."""

    def __init__(self, setting: Setting, reread: Reread) -> None:
        """Nothing heard yet."""
        self.setting = setting
        self._corrected: set[EventKey] = set()
        codes = {"": 0}
        offset = np.concatenate([[0], np.cumsum([len(c) for c in setting.cells])])
        self._groups = [
            _Group(setting, number, int(offset[number]), codes, reread) for number in sorted(set(setting.cells_of))
        ]

    def advance(self, batch: EventBatch) -> None:
        """Fold what arrived, in any order. Events that are in the log already may come again: they are one fact."""
        batch = batch.sorted()
        is_correction = batch["type"] == EventType.CORRECTION
        corrections = batch.take(is_correction)
        self._corrected |= _refs(corrections)
        named = {batch.texts[code] for code in np.unique(corrections["subject"]).tolist()}
        everywhere = not named <= set(self.setting.machines)
        for group in self._groups:
            group.advance(batch, is_correction | _named(batch, self._corrected))
            for machine in group.machines:
                if everywhere or machine in named:  # what is corrected may lie at any time
                    group.again(machine, EARLIEST, LATEST)

    def close(self, now: Micros) -> None:
        """Nothing more is expected before `now`; what comes all the same makes a next revision."""
        for group in self._groups:
            group.close_until(now)

    def publish(self) -> list[Published]:
        """The closed buckets whose rows changed since they were published."""
        return [one for group in self._groups for one in group.publish()]

    def rows(self, until: Micros) -> Rows:
        """All rows of the window, as `fold` gives them."""
        parts = [group.rows(until) for group in self._groups]
        whole = np.concatenate([p.keys for p in parts]), np.concatenate([p.facts for p in parts])
        first, last = (np.zeros(len(self.setting.machines), np.int64) for _ in range(2))
        for group, part in zip(self._groups, parts, strict=True):
            first[group.numbers], last[group.numbers] = part.first, part.last
        reached = max(p.until for p in parts)
        return Rows(self.setting, reached, parts[0].texts, *whole, first, last, sum(p.unread for p in parts))


class _Group:
    """Machines of one calendar: they share their buckets, and one fold goes on for all of them."""

    def __init__(self, whole: Setting, number: int, offset: int, codes: dict[str, int], reread: Reread) -> None:
        self.numbers = np.array([m for m, c in enumerate(whole.cells_of) if c == number], np.int64)
        self.machines = [whole.machines[m] for m in self.numbers.tolist()]
        self.setting, self._offset, self._reread = _only(whole, self.machines, number), offset, reread
        self._whole, self._codes = whole, codes
        self._fold = Fold(self.setting, codes)
        self._counters = {
            m: np.array([i for i, c in enumerate(self.setting.counters) if c.machine == m], np.int64)
            for m in self.machines
        }
        self._spans, self._bucket_of = _buckets(self.setting.cells[0])
        self._starts = np.array([s.start for s in self._spans], np.int64)
        self._at = 0
        self._last = self._fold.held.memory[:, layout.LAST].copy()
        n = range(len(self.machines))
        self._known = [[self._knows(m, whole.window.start)] for m in n]
        self._added: list[list[Ints]] = [[] for _ in n]
        self._dirty: set[tuple[int, int]] = set()
        self._published: dict[tuple[int, int], Published] = {}

    def _knows(self, m: int, border: Micros) -> Known:
        return known(self._fold, m, self._counters[self.machines[m]], border)

    def _end(self) -> Micros:
        """Where the bucket ends in which the fold is; the last one never does."""
        return LATEST + 1 if self._at + 1 == len(self._spans) else int(self._starts[self._at + 1])

    def advance(self, batch: EventBatch, apart: NDArray[np.bool_]) -> None:
        """Fold `batch`, sorted; those `apart` are taken from the log, where their corrections are done."""
        by_log, batch = batch.take(apart), batch.take(~apart)
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
        rows = close(self._fold, border)
        for m in range(len(self.machines)):
            mine = of_machine(rows, m)
            self._added[m].append(mine)
            self._known[m].append(self._knows(m, border))
            self._dirty |= {(m, b) for b in self._touched(mine)} | {(m, self._at)}
        self._at += 1

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
            start, end = self._spans[b].start, int(self._starts[b + 1]) if b + 1 < len(self._starts) else LATEST + 1
            fold.advance(self._reread(name, start if b else EARLIEST, end))
            if b == self._at:
                self._replace(m, fold)
                return
            added = close(fold, end)
            added[:, Key.MACHINE] = m
            self._dirty |= {(m, t) for t in self._touched(self._added[m][b]) | self._touched(added) | {b}}
            self._added[m][b] = added
            before, self._known[m][b + 1] = self._known[m][b + 1], known(fold, 0, here, end)
            if b >= last and before.same(self._known[m][b + 1]):
                return

    def _replace(self, m: int, fold: Fold) -> None:
        """Let the fold that goes on know of machine `m` what `fold` knows of it, its only machine."""
        running, told = self._fold.held, fold.held
        others = running.rows[: running.counts[0]]
        mine = told.rows[: told.counts[0]].copy()
        mine[:, Key.MACHINE] = m
        rows = np.concatenate([others[others[:, Key.MACHINE] != m], mine])
        whole = known(fold, 0, np.arange(len(told.counters)), EARLIEST)._replace(memory=told.memory[0])
        restore(self._fold, m, self._counters[self.machines[m]], whole)
        put_rows(self._fold, rows)

    def publish(self) -> list[Published]:
        """The closed buckets whose rows changed."""
        live = self._fold.held.rows[: self._fold.held.counts[0]]
        for m in range(len(self.machines)):
            self._dirty |= {(m, b) for b in self._touched(of_machine(live, m))}
        found = []
        for m, b in sorted(key for key in self._dirty if key[1] < self._at):
            parts = [*self._added[m][b:], of_machine(live, m)]
            rows = np.concatenate([p[self._bucket_of[p[:, Key.CELL]] == b] for p in parts])
            now = self._as_rows(rows, self._spans[b].end).merged()
            before = self._published.get((m, b))
            if before is None or not _equal(before.rows, now):
                one = Published(self.machines[m], self._spans[b], before.revision + 1 if before else 1, now)
                self._published[m, b] = one
                found.append(one)
        self._dirty = {key for key in self._dirty if key[1] >= self._at}
        return found

    def rows(self, until: Micros) -> Rows:
        """All rows of the group, numbered as in the whole setting."""
        told = self._fold.rows(until, judged=False)
        live = np.concatenate([told.keys, told.facts], axis=1)
        rows = np.concatenate([*(part for mine in self._added for part in mine), live])
        return replace(
            self._as_rows(rows, told.until),
            first=told.first,
            last=np.maximum(self._last, told.last),
            unread=told.unread,
        )

    def _as_rows(self, rows: Ints, until: Micros) -> Rows:
        keys = rows[:, :KEYS].copy()
        keys[:, Key.MACHINE] = self.numbers[keys[:, Key.MACHINE]]
        keys[:, Key.CELL] += self._offset
        nothing = np.zeros(0, np.int64)
        return Rows(self._whole, until, tuple(self._codes), keys, rows[:, KEYS:], nothing, nothing)


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
    return {EventKey(*key) for key in zip(*(corrections[f"ref_{n}"].tolist() for n in EventKey._fields), strict=True)}


def _named(batch: EventBatch, keys: set[EventKey]) -> NDArray[np.bool_]:
    """Which events have one of `keys`."""
    found = np.isin(batch["seq"], [k.seq for k in keys])
    for row in np.flatnonzero(found).tolist():
        found[row] = EventKey(*(int(batch[n][row]) for n in EventKey._fields)) in keys
    return found


def _equal(a: Rows, b: Rows) -> bool:
    return np.array_equal(a.keys, b.keys) and np.array_equal(a.facts, b.facts)
