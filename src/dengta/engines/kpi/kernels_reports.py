"""Operation reports in the compiled fold: labour is their sum, machine time their union (K3, K4, K5)."""

from __future__ import annotations

from typing import Any

from dengta.engines.kpi.kernels_compiled import compiled
from dengta.engines.kpi.kernels_layout import (
    ACTIVITY,
    BEFORE,
    FROM,
    HEAD,
    P_GRADE,
    P_WHAT,
    P_WHO,
    PIECE,
    TO,
    TOLD_AT,
)
from dengta.engines.kpi.kernels_table import PLACE, find, pair
from dengta.engines.kpi.model import Fact

TIME, LABOUR, UNION = int(Fact.TIME), int(Fact.LABOUR), int(Fact.UNION)


@compiled
def _spread(
    told_at: int, p: Any, table: Any, edges: Any, m: int, piece: int, lo: int, hi: int, sign: int, cell: int, hint: int
) -> None:
    """Credit machine `m` with ``[lo, hi)`` of a piece of its union, or take it back (`sign` -1), cell by cell backwards
    from `cell`. Before the machine's first state this is all that is known of it: there it is its time element too."""
    while hi > lo:
        while edges[cell] >= hi:
            cell -= 1
        start = max(lo, edges[cell])
        row, place = hint, pair(m, cell)
        if hint < 0 or table.keys[hint, PLACE] != place:
            row = find(table, place, p[piece, P_WHO], p[piece, P_WHAT], p[piece, P_GRADE])
        table.facts[UNION, row] += sign * (hi - start)
        untold = min(hi, told_at) - start
        if untold > 0:
            table.facts[TIME, row] += sign * untold
            table.facts[TIME, find(table, place, 0, 0, 0)] -= sign * untold
        hi = start


@compiled
def _piece(pieces: Any, linked: Any, like: int, lo: int, hi: int, before: int) -> int:
    """A fresh piece ``[lo, hi)`` of the same report as piece `like`, after the piece `before`."""
    fresh = linked[0]
    linked[0] += 1
    for i in range(PIECE):
        pieces[fresh, i] = pieces[like, i]
    pieces[fresh, FROM], pieces[fresh, TO], pieces[fresh, BEFORE] = lo, hi, before
    return int(fresh)


@compiled
def _follows(memory: Any, pieces: Any, m: int, after: int, fresh: int) -> None:
    """Piece `after` (-1: nothing) comes right after piece `fresh` now."""
    if after < 0:
        memory[m, HEAD] = fresh
    else:
        pieces[after, BEFORE] = fresh


@compiled
def report(
    memory: Any, pieces: Any, linked: Any, table: Any, edges: Any, m: int, lo: int, hi: int, activity: int,
    cell: int, row: int, who: int, what: int, grade: int,
) -> None:  # fmt: skip
    """Credit machine `m` with a report of work in ``[lo, hi)`` that ends last of all so far, in `cell` or before.
    `row`: one of its key, to find it quickly, or -1.

    The union lies in `pieces`, disjoint, linked backwards from the last one. An instant belongs to the report with
    the first activity in the order run, setup, breakdown; among those, to the one that came first.
    """
    at, c, told_at = hi, cell, memory[m, TOLD_AT]
    while at > lo:
        while edges[c] >= at:
            c -= 1
        start = max(lo, edges[c])
        here, place = row, pair(m, c)
        if row < 0 or table.keys[row, PLACE] != place:
            here = find(table, place, who, what, grade)
        table.facts[LABOUR, here] += at - start
        at = start
    mine = 0  # a model for the pieces of this report, itself in no list
    pieces[mine, ACTIVITY], pieces[mine, P_GRADE] = activity, grade
    pieces[mine, P_WHO], pieces[mine, P_WHAT] = who, what
    open_to, after, node = hi, -1, memory[m, HEAD]
    while open_to > lo:
        covered = pieces[node, TO] if node >= 0 else lo
        if covered < open_to:
            gap = max(covered, lo)
            _spread(told_at, pieces, table, edges, m, mine, gap, open_to, 1, cell, row)
            if activity == 0 and node >= 0 and gap == covered and pieces[node, ACTIVITY] == 0:
                pieces[node, TO] = open_to  # nothing comes before run: whose it was need not be known any more
            else:
                fresh = _piece(pieces, linked, mine, gap, open_to, node)
                _follows(memory, pieces, m, after, fresh)
                after = fresh
            open_to = gap
            continue
        first = max(pieces[node, FROM], lo)
        if pieces[node, ACTIVITY] > activity:
            _spread(told_at, pieces, table, edges, m, node, first, open_to, -1, cell, -1)
            below = pieces[node, BEFORE]
            if first > pieces[node, FROM]:
                pieces[node, TO] = first
                below = node
            fresh = _piece(pieces, linked, mine, first, open_to, below)
            _follows(memory, pieces, m, after, fresh)
            _spread(told_at, pieces, table, edges, m, mine, first, open_to, 1, cell, row)
            after, node = fresh, below
        elif first == pieces[node, FROM]:
            after, node = node, pieces[node, BEFORE]
        open_to = first


@compiled
def chain(pieces: Any, head: int, since: int, found: Any) -> int:
    """Put into `found` the numbers of the pieces from `head` back to the first that ends after `since`; how many."""
    n, node = 0, head
    while node >= 0 and pieces[node, TO] > since:
        found[n] = node
        n, node = n + 1, pieces[node, BEFORE]
    return n


@compiled
def room_wanted(memory: Any, pieces: Any, edges: Any, m: int, lo: int, cell: int) -> int:
    """The most rows, and the most pieces, that a report from `lo` on (ending in `cell` or before) can add."""
    node, parts = memory[m, HEAD], 2
    while node >= 0 and pieces[node, TO] > lo:
        node = pieces[node, BEFORE]
        parts += 2
    cells = 1
    while cell >= 0 and edges[cell] > lo:
        cell -= 1
        cells += 1
    return 6 * (parts + cells)
