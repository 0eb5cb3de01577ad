"""Half-open intervals of time, and the few operations everybody needs on lists of them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from dengta.core.time import Micros


@dataclass(frozen=True, slots=True, order=True)
class Interval:
    """``[start, end)`` in microseconds UTC; never empty, never backwards."""

    start: Micros
    end: Micros

    def __post_init__(self) -> None:
        if self.end <= self.start:
            raise ValueError(f"an interval ends after it starts: [{self.start}, {self.end})")

    @property
    def length(self) -> Micros:
        """Microseconds from start to end."""
        return self.end - self.start

    def __contains__(self, at: Micros) -> bool:
        return self.start <= at < self.end

    def meet(self, other: Interval) -> Interval | None:
        """What both share, or None."""
        start, end = max(self.start, other.start), min(self.end, other.end)
        return Interval(start, end) if start < end else None


def union(intervals: Iterable[Interval]) -> list[Interval]:
    """The same instants as sorted, disjoint, non-touching intervals."""
    merged: list[Interval] = []
    for one in sorted(intervals):
        if merged and one.start <= merged[-1].end:
            if one.end > merged[-1].end:
                merged[-1] = Interval(merged[-1].start, one.end)
        else:
            merged.append(one)
    return merged


def subtract(whole: Iterable[Interval], cut: Iterable[Interval]) -> list[Interval]:
    """The instants of `whole` that are in no interval of `cut`, as sorted, disjoint intervals."""
    cuts = union(cut)
    left: list[Interval] = []
    for one in union(whole):
        start = one.start
        for hole in cuts:
            if hole.end <= start:
                continue
            if hole.start >= one.end:
                break
            if hole.start > start:
                left.append(Interval(start, hole.start))
            start = hole.end
        if start < one.end:
            left.append(Interval(start, one.end))
    return left


def clip(intervals: Iterable[Interval], window: Interval) -> Iterator[Interval]:
    """The parts of `intervals` that lie in `window`, in their order."""
    for one in intervals:
        part = one.meet(window)
        if part is not None:
            yield part


def total(intervals: Iterable[Interval]) -> Micros:
    """Microseconds covered by sorted, disjoint `intervals` (take the `union` first if they may overlap)."""
    return sum(one.length for one in intervals)
