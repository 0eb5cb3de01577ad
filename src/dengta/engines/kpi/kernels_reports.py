"""Operation reports in the compiled fold: labour is their sum, machine time their union (K3, K4, K5)."""

from __future__ import annotations

from typing import Any

from dengta.engines.kpi.kernels_compiled import compiled
from dengta.engines.kpi.kernels_layout import (
    ACTIVITY,
    BEFORE,
    FROM,
    HEAD,
    P_CODE,
    P_GRADE,
    P_OPERATION,
    P_ORDER,
    P_REASON,
    PIECE,
    PIECES,
    TO,
    TOLD_AT,
)
from dengta.engines.kpi.kernels_table import KEYS, find
from dengta.engines.kpi.model import Fact

TIME, LABOUR, UNION = KEYS + Fact.TIME, KEYS + Fact.LABOUR, KEYS + Fact.UNION


@compiled
def _spread(
    told_at: int, p: Any, slots: Any, rows: Any, counts: Any, edges: Any, m: int, piece: int, lo: int, hi: int,
    sign: int, cell: int, hint: int,
) -> None:  # fmt: skip
    """Credit machine `m` with ``[lo, hi)`` of a piece of its union, or take it back (`sign` -1), cell by cell backwards
    from `cell`. Before the machine's first state this is all that is known of it: there it is its time element too."""
    while hi > lo:
        while edges[cell] >= hi:
            cell -= 1
        start = max(lo, edges[cell])
        row = hint
        if hint < 0 or rows[hint, 1] != cell:
            row = find(
                slots, rows, counts, m, cell, p[piece, P_ORDER], p[piece, P_OPERATION], p[piece, P_REASON],
                p[piece, P_CODE], p[piece, P_GRADE],
            )  # fmt: skip
        rows[row, UNION] += sign * (hi - start)
        untold = min(hi, told_at) - start
        if untold > 0:
            rows[row, TIME] += sign * untold
            rows[find(slots, rows, counts, m, cell, 0, 0, 0, 0, 0), TIME] -= sign * untold
        hi = start


@compiled
def _piece(pieces: Any, counts: Any, like: int, lo: int, hi: int, before: int) -> int:
    """A fresh piece ``[lo, hi)`` of the same report as piece `like`, after the piece `before`."""
    fresh = counts[PIECES]
    counts[PIECES] += 1
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
    memory: Any, pieces: Any, slots: Any, rows: Any, counts: Any, edges: Any, m: int, lo: int, hi: int, activity: int,
    cell: int, row: int, order: int, operation: int, reason: int, code: int, grade: int,
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
        here = row
        if row < 0 or rows[row, 1] != c:
            here = find(slots, rows, counts, m, c, order, operation, reason, code, grade)
        rows[here, LABOUR] += at - start
        at = start
    mine = 0  # a model for the pieces of this report, itself in no list
    pieces[mine, ACTIVITY], pieces[mine, P_ORDER], pieces[mine, P_OPERATION] = activity, order, operation
    pieces[mine, P_REASON], pieces[mine, P_CODE], pieces[mine, P_GRADE] = reason, code, grade
    open_to, after, node = hi, -1, memory[m, HEAD]
    while open_to > lo:
        covered = pieces[node, TO] if node >= 0 else lo
        if covered < open_to:
            gap = max(covered, lo)
            _spread(told_at, pieces, slots, rows, counts, edges, m, mine, gap, open_to, 1, cell, row)
            if activity == 0 and node >= 0 and gap == covered and pieces[node, ACTIVITY] == 0:
                pieces[node, TO] = open_to  # nothing comes before run: whose it was need not be known any more
            else:
                fresh = _piece(pieces, counts, mine, gap, open_to, node)
                _follows(memory, pieces, m, after, fresh)
                after = fresh
            open_to = gap
            continue
        first = max(pieces[node, FROM], lo)
        if pieces[node, ACTIVITY] > activity:
            _spread(told_at, pieces, slots, rows, counts, edges, m, node, first, open_to, -1, cell, -1)
            below = pieces[node, BEFORE]
            if first > pieces[node, FROM]:
                pieces[node, TO] = first
                below = node
            fresh = _piece(pieces, counts, mine, first, open_to, below)
            _follows(memory, pieces, m, after, fresh)
            _spread(told_at, pieces, slots, rows, counts, edges, m, mine, first, open_to, 1, cell, row)
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
