"""Sets of whole numbers, such as the seqs of an epoch: sorted, disjoint, non-touching half-open spans ``(lo, hi)``."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable

Span = tuple[int, int]
Spans = list[Span]


def missing(spans: Spans, lo: int, hi: int) -> Spans:
    """The parts of ``[lo, hi)`` that `spans` do not cover."""
    found: Spans = []
    i = max(bisect_right(spans, (lo, hi)) - 1, 0)
    while lo < hi and i < len(spans) and spans[i][0] < hi:
        a, b = spans[i]
        if a > lo:
            found.append((lo, a))
        lo = max(lo, b)
        i += 1
    if lo < hi:
        found.append((lo, hi))
    return found


def add(spans: Spans, lo: int, hi: int) -> None:
    """Cover ``[lo, hi)`` too, in place."""
    i = bisect_left(spans, (lo, lo))
    if i and spans[i - 1][1] >= lo:
        i -= 1
    j = i
    while j < len(spans) and spans[j][0] <= hi:
        lo, hi = min(lo, spans[j][0]), max(hi, spans[j][1])
        j += 1
    spans[i:j] = [(lo, hi)]


def remove(spans: Spans, lo: int, hi: int) -> None:
    """Cover ``[lo, hi)`` no longer, in place."""
    kept = [part for a, b in spans for part in ((a, min(b, lo)), (max(a, hi), b)) if part[0] < part[1]]
    spans[:] = kept


def union(parts: Iterable[Span]) -> Spans:
    """The spans of all `parts`."""
    merged: Spans = []
    for lo, hi in sorted(parts):
        if merged and lo <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(hi, merged[-1][1]))
        else:
            merged.append((lo, hi))
    return merged


def count(spans: Iterable[Span]) -> int:
    """How many numbers they hold."""
    return sum(hi - lo for lo, hi in spans)
