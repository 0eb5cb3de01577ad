"""What a plan is worth, term by term."""

from __future__ import annotations

from dengta.core.compiled import njit
from dengta.engines.scheduling.kernels_layout import COMPILED, NEVER, Columns, Ints, Sheet

UNPLANNED, TARDINESS, LATE, MAKESPAN, FLOW, SETUPS, INVENTORY, BROKEN, TERMS = range(9)


@njit(**COMPILED)
def broken(a: Columns, s: Sheet, i: int) -> int:
    """How many wishes operation i, which is planned, breaks: its pin, and longest lags behind what goes before."""
    found = int(a.pin_start[i] >= 0 and a.begun[i] < 0 and s.start[i] != a.pin_start[i])
    for e in range(a.pred_ptr[i], a.pred_ptr[i + 1]):
        if s.machine[a.pred[e]] >= 0 and s.start[i] - s.end[a.pred[e]] > a.lag_most[e]:
            found += 1
    return found


@njit(**COMPILED)
def measure(a: Columns, s: Sheet, done: Ints, out: Ints) -> None:
    """Write every term to `out` (TERMS,). done (N,): scratch, on return when each order is done, -1 if it never is."""
    for k in range(TERMS):
        out[k] = 0
    for o in range(done.shape[0]):
        done[o] = 0
    for i in range(a.order.shape[0]):
        o = a.order[i]
        if s.machine[i] < 0:
            out[UNPLANNED] += 1
            done[o] = -1
        else:
            out[MAKESPAN] = max(out[MAKESPAN], s.end[i])
            out[SETUPS] += s.setup[i]
            out[BROKEN] += broken(a, s, i)
            if done[o] >= 0:
                done[o] = max(done[o], s.end[i])
    for o in range(done.shape[0]):
        if done[o] >= 0:
            out[FLOW] += done[o] - a.release[o]
            out[BROKEN] += done[o] > a.deadline[o]
            if a.due[o] < NEVER:
                out[TARDINESS] += a.weight[o] * max(0, done[o] - a.due[o])
                out[LATE] += a.weight[o] * (done[o] > a.due[o])
                out[INVENTORY] += a.weight[o] * max(0, a.due[o] - done[o])
