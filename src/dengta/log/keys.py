"""The keys of a batch as runs: which (stream, epoch, seq) it holds, in a few numbers instead of three a row."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from dengta.core.batch import EventBatch
from dengta.log import columns, spans


class KeyRange(NamedTuple):
    """The events ``lo <= seq < hi`` of one epoch of one stream."""

    stream: int
    epoch: int
    lo: int
    hi: int


Covered = dict[tuple[int, int], spans.Spans]
"""(stream, epoch) -> the seqs held."""


@dataclass(frozen=True, slots=True)
class Runs:
    """Runs of consecutive seqs, sorted by (stream, epoch, lo); runs overlap only where a key comes twice.

    Run i is the rows ``order[starts[i]:starts[i + 1]]`` of the batch, in seq order; of two equal keys the one that came
    first is in the earlier run.
    """

    stream: NDArray
    epoch: NDArray
    lo: NDArray
    hi: NDArray
    order: NDArray
    starts: NDArray

    @classmethod
    def of(cls, batch: EventBatch) -> Runs:
        """The runs of a batch."""
        n, stream, epoch, seq = len(batch), batch["stream"], batch["epoch"], batch["seq"]
        if n and (stream == stream[0]).all() and (epoch == epoch[0]).all() and (seq[1:] == seq[:-1] + 1).all():
            # one producer going on: nothing to sort
            lo = seq[:1]
            return cls(stream[:1], epoch[:1].astype(np.int64), lo, lo + n, np.arange(n), np.array([0, n]))
        order = np.lexsort((seq, epoch, stream))
        stream, epoch, seq = stream[order], epoch[order], seq[order]
        fresh = np.ones(n, bool)
        fresh[1:] = (stream[1:] != stream[:-1]) | (epoch[1:] != epoch[:-1]) | (seq[1:] != seq[:-1] + 1)
        first = np.flatnonzero(fresh)
        starts = np.append(first, n)
        lo = seq[first]
        return cls(stream[first], epoch[first].astype(np.int64), lo, lo + np.diff(starts), order, starts)

    def ranges(self) -> list[KeyRange]:
        """As plain ranges."""
        plain = (c.tolist() for c in (self.stream, self.epoch, self.lo, self.hi))
        return [KeyRange(*run) for run in zip(*plain, strict=True)]

    def encode(self) -> bytes:
        """As bytes, without the rows."""
        return columns.encode(np.stack((self.stream, self.epoch, self.lo, self.hi)))


def encode(ranges: Iterable[KeyRange]) -> bytes:
    """Ranges as bytes."""
    return columns.encode(np.array(list(ranges), np.int64).reshape(-1, 4).T.copy())


def decode(block: bytes) -> list[KeyRange]:
    """Ranges from bytes. Refusal for damage."""
    found, _ = columns.decode(block, 4)
    return [KeyRange(*run) for run in zip(*(c.tolist() for c in found), strict=True)]


def cover(ranges: Iterable[KeyRange]) -> Covered:
    """All keys of `ranges` by (stream, epoch)."""
    held: Covered = {}
    for one in ranges:
        spans.add(held.setdefault((one.stream, one.epoch), []), one.lo, one.hi)
    return held


def ranges_of(held: Covered) -> Iterator[KeyRange]:
    """The keys held, as ranges."""
    return (KeyRange(*key, lo, hi) for key, parts in held.items() for lo, hi in parts)


def subtract(ranges: Iterable[KeyRange], held: Covered) -> list[KeyRange]:
    """The keys of `ranges` that `held` does not hold."""
    return [
        KeyRange(one.stream, one.epoch, lo, hi)
        for one in ranges
        for lo, hi in spans.missing(held.get((one.stream, one.epoch), []), one.lo, one.hi)
    ]


def count(ranges: Iterable[KeyRange]) -> int:
    """How many keys."""
    return sum(one.hi - one.lo for one in ranges)
