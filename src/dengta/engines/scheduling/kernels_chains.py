"""Precedence alone, as if every machine were free: an order of work, what follows each operation, what goes before."""

from __future__ import annotations

from dengta.core.compiled import njit
from dengta.engines.scheduling.kernels_layout import COMPILED, Columns, Ints


@njit(**COMPILED)
def topological(a: Columns, missing: Ints, out: Ints) -> int:
    """Write the operations to `out`, each after all its predecessors; -> how many. missing (n,): scratch."""
    n, done = out.shape[0], 0
    for i in range(n):
        missing[i] = a.pred_ptr[i + 1] - a.pred_ptr[i]
        if missing[i] == 0:
            out[done] = i
            done += 1
    at = 0
    while at < done:
        i = out[at]
        at += 1
        for e in range(a.succ_ptr[i], a.succ_ptr[i + 1]):
            j = a.succ[e]
            missing[j] -= 1
            if missing[j] == 0:
                out[done] = j
                done += 1
    return done


@njit(**COMPILED)
def chains(a: Columns, order: Ints, least: Ints, before: Ints, rest: Ints) -> None:
    """before (n,): earliest start by releases and the `least` work before it; rest (n,): work that follows."""
    n = order.shape[0]
    for k in range(n):
        i = order[k]
        before[i] = max(a.release[a.order[i]], a.now[0])
        for e in range(a.pred_ptr[i], a.pred_ptr[i + 1]):
            before[i] = max(before[i], before[a.pred[e]] + least[a.pred[e]] + a.lag[e])
    for k in range(n - 1, -1, -1):
        i = order[k]
        rest[i] = 0
        for e in range(a.succ_ptr[i], a.succ_ptr[i + 1]):
            j = a.succ[e]
            rest[i] = max(rest[i], rest[j] + least[j] + a.lag[a.succ_arc[e]])
