"""The keys of a batch as runs: which (stream, epoch, seq) it holds, in a few numbers instead of three a row."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from dengta.core.batch import EventBatch
from dengta.core.grid import Grid
from dengta.log import columns, spans


class KeyRange(NamedTuple):
    """The events ``lo <= seq < hi`` of one epoch of one stream."""

    stream: int
    epoch: int
    lo: int
    hi: int


Covered = dict[tuple[int, int], spans.Spans]
"""(stream, epoch) -> the seqs held."""


class Runs(NamedTuple):
    """Runs of consecutive seqs, sorted by (stream, epoch, lo); runs overlap only where a key comes twice.

    `order` (n,) lists the rows of the batch run by run, each in seq order; None: as they come. Of two equal keys the
    one that came first is in the earlier run.
    """

    stream: NDArray
    epoch: NDArray
    lo: NDArray
    hi: NDArray
    order: NDArray | None

    @classmethod
    def of(cls, batch: EventBatch) -> Runs:
        """The runs of a batch."""
        return cls.of_keys(np.array([batch[part] for part in ("stream", "epoch", "seq")], np.int64))

    @classmethod
    def of_keys(cls, keys: NDArray) -> Runs:
        """The runs of keys: int64, shape (3, n), the rows stream, epoch and seq."""
        from dengta.log.kernels import is_one_run

        n = keys.shape[1]
        if n and is_one_run(keys):  # nothing to sort
            stream, epoch, seq = keys[:, :1]
            return cls(stream, epoch, seq, seq + n, None)
        order = np.lexsort(keys[::-1])
        stream, epoch, seq = keys[:, order]
        fresh = np.ones(n, bool)
        fresh[1:] = (stream[1:] != stream[:-1]) | (epoch[1:] != epoch[:-1]) | (seq[1:] != seq[:-1] + 1)
        first = np.flatnonzero(fresh)
        lo = seq[first]
        return cls(stream[first], epoch[first], lo, lo + np.diff(first, append=n), order)

    def ranges(self) -> list[KeyRange]:
        """As plain ranges."""
        plain = (c.tolist() for c in (self.stream, self.epoch, self.lo, self.hi))
        return [KeyRange(*run) for run in zip(*plain, strict=True)]

    def encode(self) -> bytes:
        """As bytes, without the rows."""
        return columns.encode(Grid.over(np.array(self[:4])))


def encode(ranges: Iterable[KeyRange]) -> bytes:
    """Ranges as bytes."""
    return columns.encode(Grid.over(np.array(list(ranges), np.int64).reshape(-1, 4).T.copy()))


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
