"""Working time as the judge counts it: intersect the openings, walk along them."""

from __future__ import annotations

from itertools import pairwise
from typing import NamedTuple

from dengta.engines.scheduling.kernels_layout import NEVER, Columns

_WHOLE = 1000


class Piece(NamedTuple):
    """``[start, end)`` in which work is done at `rate` per mille."""

    start: int
    end: int
    rate: int


ALWAYS = (Piece(-NEVER, NEVER, _WHOLE),)


class Hours:
    """The openings of calendars, and of machines together with the resources that are held there."""

    def __init__(self, columns: Columns) -> None:
        self._columns = columns
        rows = zip(*(x.tolist() for x in (columns.open_start, columns.open_end, columns.open_rate)), strict=True)
        pieces = [Piece(*row) for row in rows]
        cuts = columns.open_ptr.tolist()
        self._calendars = [tuple(pieces[a:b]) for a, b in pairwise(cuts)]
        self._together: dict[tuple[int, ...], tuple[Piece, ...]] = {}

    def of(self, machine: int, resources: list[int]) -> tuple[Piece, ...]:
        """When the machine and all of them are there, at the machine's rate."""
        c = self._columns
        others = sorted({int(c.resource_calendar[r]) for r in resources} - {-1})
        key = (int(c.machine_calendar[machine]), *others)
        if key not in self._together:
            whole = self._calendars[key[0]] if key[0] >= 0 else ALWAYS
            for calendar in others:
                whole = _meet(whole, self._calendars[calendar])
            self._together[key] = whole
        return self._together[key]


def _meet(first: tuple[Piece, ...], second: tuple[Piece, ...]) -> tuple[Piece, ...]:
    met = [
        Piece(max(a.start, b.start), min(a.end, b.end), a.rate)
        for a in first
        for b in second
        if max(a.start, b.start) < min(a.end, b.end)
    ]
    return tuple(sorted(met))


def worked(pieces: tuple[Piece, ...], start: int, work: int, whole: bool, late: bool = False) -> int | None:
    """When `work` that begins exactly at `start` (if `late`: as soon after it as it is open) is done; else None."""
    left, last, begun = work * _WHOLE, start, False
    for piece in pieces:
        if piece.end <= start:
            continue
        if not begun and piece.start > start and not late:
            return None
        if begun and whole and piece.start != last:
            return None
        begin, begun = max(piece.start, start), True
        if left <= (piece.end - begin) * piece.rate:
            return begin + -(-left // piece.rate) if left else begin
        left -= (piece.end - begin) * piece.rate
        last = piece.end
    return None
