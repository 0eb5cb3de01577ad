"""High-water marks: which keys the log holds, without an index over them.

For each (stream, epoch) `next` (every seq below is here) and a small set of spans above it (arrived early). A batch in
which every stream goes on at its `next` is settled by one comparison of arrays; anything else span by span, exactly.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dengta.core.grid import Grid
from dengta.log import columns, spans
from dengta.log.keys import KeyRange, Runs

SHARD = 256
"""Marks in one stored block: a commit writes the blocks it touched."""


@dataclass(frozen=True, slots=True)
class EpochMark:
    """What the log holds of one epoch: every seq below `next`, and the half-open spans `above` it."""

    epoch: int
    next: int
    above: tuple[spans.Span, ...] = ()

    @property
    def holes(self) -> spans.Spans:
        """The spans that are missing below the highest seq seen."""
        edges = [self.next, *(edge for span in self.above for edge in span)][:-1] if self.above else []
        return list(zip(edges[::2], edges[1::2], strict=True))


class Marks:
    """The marks of one log. Not thread-safe: the writer's thread owns its one, readers load their own."""

    def __init__(self) -> None:
        self._slots: dict[tuple[int, int], int] = {}
        self._key = np.zeros((2, SHARD), np.int64)
        self._next = np.zeros(SHARD, np.int64)
        self._above: dict[int, spans.Spans] = {}
        self._dirty: set[int] = set()

    @classmethod
    def load(cls, shards: Iterable[tuple[int, bytes]]) -> Marks:
        """Marks from their stored blocks, in the order of their numbers. Refusal when one is damaged."""
        marks = cls()
        for shard, block in shards:
            (streams, epochs, nexts), extra = columns.decode(block, 3)
            base = shard * SHARD
            for place, key in enumerate(zip(streams.tolist(), epochs.tolist(), strict=True)):
                marks._enrol(key, base + place)
            marks._next[base : base + len(nexts)] = nexts
            if extra:
                above, _ = columns.decode(extra, 3)
                for slot, lo, hi in zip(*(c.tolist() for c in above), strict=True):
                    marks._above.setdefault(slot, []).append((lo, hi))
        return marks

    @classmethod
    def of(cls, ranges: Iterable[KeyRange]) -> Marks:
        """Marks that hold exactly `ranges`."""
        marks = cls()
        for one in ranges:
            marks._add(marks._slot((one.stream, one.epoch)), one.lo, one.hi)
        return marks

    def dirty(self) -> list[tuple[int, bytes]]:
        """The blocks that changed since the last call, encoded."""
        changed, self._dirty = sorted(self._dirty), set()
        return [(shard, self._encode(shard)) for shard in changed]

    def _encode(self, shard: int) -> bytes:
        base, end = shard * SHARD, min((shard + 1) * SHARD, len(self._slots))
        early = sorted(slot for slot in self._above if base <= slot < end)
        above = [(slot, lo, hi) for slot in early for lo, hi in self._above[slot]]
        extra = columns.encode(Grid.over(np.array(above, np.int64).T.copy())) if above else b""
        return columns.encode(
            Grid.over(np.concatenate((self._key[:, base:end], self._next[np.newaxis, base:end]))), extra
        )

    def admit(self, runs: Runs) -> NDArray | None:
        """Take in the keys of a batch. None when all are new, else the mask of the rows that are."""
        if len(runs.lo) == 1 and self._goes_on(runs):
            return None
        keys = zip(runs.stream.tolist(), runs.epoch.tolist(), strict=True)
        slots = np.fromiter((self._slot(key) for key in keys), np.int64, len(runs.lo))
        plain = self._next[slots] == runs.lo
        alone = np.ones(len(slots), bool)
        same = slots[1:] == slots[:-1]
        alone[1:] &= ~same
        alone[:-1] &= ~same
        plain &= alone
        if self._above:
            plain &= ~np.isin(slots, list(self._above))
        self._next[slots[plain]] = runs.hi[plain]
        self._dirty.update(np.unique(slots // SHARD).tolist())
        if plain.all():
            return None
        return self._admit_slowly(runs, slots, plain)

    def _goes_on(self, runs: Runs) -> bool:
        """Take in the one run of `runs` if it begins where its stream ends."""
        slot = self._slot((int(runs.stream[0]), int(runs.epoch[0])))
        if slot in self._above or self._next[slot] != runs.lo[0]:
            return False
        self._next[slot] = runs.hi[0]
        self._dirty.add(slot // SHARD)
        return True

    def _admit_slowly(self, runs: Runs, slots: NDArray, plain: NDArray) -> NDArray | None:
        ends = np.cumsum(runs.hi - runs.lo)
        order = np.arange(ends[-1]) if runs.order is None else runs.order
        new = np.ones(len(order), bool)
        for i in np.flatnonzero(~plain).tolist():
            slot, lo, hi = int(slots[i]), int(runs.lo[i]), int(runs.hi[i])
            rows = order[ends[i] - (hi - lo) : ends[i]]
            new[rows] = False
            for a, b in spans.missing(self._held(slot), lo, hi):
                new[rows[a - lo : b - lo]] = True
                self._add(slot, a, b)
        return None if new.all() else new

    def forget(self, ranges: Iterable[KeyRange]) -> None:
        """Make `ranges` holes again: their events were damaged, and a producer that still has them may send them."""
        for one in ranges:
            slot = self._slot((one.stream, one.epoch))
            held = self._held(slot)
            spans.remove(held, one.lo, one.hi)
            self._keep(slot, held)

    def add(self, ranges: Iterable[KeyRange]) -> None:
        """Hold `ranges` too."""
        for one in ranges:
            self._add(self._slot((one.stream, one.epoch)), one.lo, one.hi)

    def stream(self, stream: int) -> list[EpochMark]:
        """The marks of one stream, by epoch."""
        slots = np.flatnonzero(self._key[0, : len(self._slots)] == stream).tolist()
        marks = (self._mark(slot) for slot in slots)
        return sorted((m for m in marks if m.next or m.above), key=lambda m: m.epoch)

    def streams(self) -> list[int]:
        """Every stream seen, sorted."""
        found: list[int] = np.unique(self._key[0, : len(self._slots)]).tolist()
        return found

    def ranges(self) -> Iterator[KeyRange]:
        """Every key held."""
        for (stream, epoch), slot in self._slots.items():
            yield from (KeyRange(stream, epoch, lo, hi) for lo, hi in self._held(slot))

    def holes(self) -> list[KeyRange]:
        """Every span missing below the highest seq seen of its epoch, sorted."""
        return sorted(
            KeyRange(int(self._key[0, slot]), int(self._key[1, slot]), lo, hi)
            for slot in self._above
            for lo, hi in self._mark(slot).holes
        )

    def _mark(self, slot: int) -> EpochMark:
        return EpochMark(int(self._key[1, slot]), int(self._next[slot]), tuple(self._above.get(slot, ())))

    def _slot(self, key: tuple[int, int]) -> int:
        slot = self._slots.get(key)
        return self._enrol(key, len(self._slots)) if slot is None else slot

    def _enrol(self, key: tuple[int, int], slot: int) -> int:
        if slot >= len(self._next):
            self._key = np.hstack((self._key, np.zeros_like(self._key)))
            self._next = np.hstack((self._next, np.zeros_like(self._next)))
        self._slots[key] = slot
        self._key[:, slot] = key
        return slot

    def _held(self, slot: int) -> spans.Spans:
        below = int(self._next[slot])
        return [*([(0, below)] if below else []), *self._above.get(slot, ())]

    def _add(self, slot: int, lo: int, hi: int) -> None:
        held = self._held(slot)
        spans.add(held, lo, hi)
        self._keep(slot, held)

    def _keep(self, slot: int, held: spans.Spans) -> None:
        self._dirty.add(slot // SHARD)
        whole = held[:1] if held and held[0][0] == 0 else []
        self._next[slot] = whole[0][1] if whole else 0
        above = held[len(whole) :]
        if above:
            self._above[slot] = above
        else:
            self._above.pop(slot, None)
