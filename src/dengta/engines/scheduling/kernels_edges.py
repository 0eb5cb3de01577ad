"""Whether a makespan can be refuted: heads and tails tightened by what must come last on a machine (edge finding).

Edge finding in the form of Nuijten 1994 (Baptiste, Le Pape and Nuijten 2001, ch. 2), in both directions of time, with
precedence in between, until nothing changes or a set of operations does not fit.
"""

from __future__ import annotations

from dengta.core.compiled import njit
from dengta.engines.scheduling.kernels_layout import COMPILED, Columns, Ints

_NONE = -(2**60)


@njit(**COMPILED)
def sort_by(rows: Ints, key: Ints) -> None:
    """Put `rows` in rising order of `key`; they are nearly so from the time before."""
    for k in range(1, rows.shape[0]):
        i, at = rows[k], k
        while at > 0 and key[rows[at - 1]] > key[i]:
            rows[at] = rows[at - 1]
            at -= 1
        rows[at] = i


@njit(**COMPILED)
def last_of(rows: Ints, head: Ints, time: Ints, tail: Ints, target: int, raised: Ints, suffix: Ints) -> int:
    """Raise the heads of what must come behind others on a machine to end by `target` - tail.

    rows: its operations in rising order of head. raised, suffix: scratch, as long. -> 1 changed, 0 not, -1 impossible.
    """
    n, changed = rows.shape[0], 0
    for k in range(n):
        raised[k] = head[rows[k]]
    for c in range(n):
        least = tail[rows[c]]
        due, work, ends, before = target - least, 0, _NONE, _NONE
        for k in range(n - 1, -1, -1):
            i = rows[k]
            if tail[i] >= least:
                work += time[i]
                ends = max(ends, head[i] + work)
            suffix[k] = ends
        if ends > due:
            return -1
        for k in range(n):
            i = rows[k]
            if tail[i] >= least:
                before = max(before, head[i] + work)
                work -= time[i]
                continue
            if work > 0 and head[i] + work + time[i] > due:
                raised[k] = max(raised[k], suffix[k])
            if before > _NONE and before + time[i] > due:
                raised[k] = max(raised[k], ends)
    for k in range(n):
        if raised[k] > head[rows[k]]:
            head[rows[k]] = raised[k]
            changed = 1
    return changed


@njit(**COMPILED)
def by_precedence(a: Columns, order: Ints, head: Ints, time: Ints, tail: Ints, target: int) -> int:
    """Carry heads and tails along precedence; -> 1 changed, 0 not, -1 impossible."""
    changed = 0
    for k in range(order.shape[0]):
        i = order[k]
        for e in range(a.pred_ptr[i], a.pred_ptr[i + 1]):
            j = a.pred[e]
            if head[j] + time[j] + a.lag[e] > head[i]:
                head[i] = head[j] + time[j] + a.lag[e]
                changed = 1
    for k in range(order.shape[0] - 1, -1, -1):
        i = order[k]
        for e in range(a.succ_ptr[i], a.succ_ptr[i + 1]):
            j = a.succ[e]
            if tail[j] + time[j] + a.lag[a.succ_arc[e]] > tail[i]:
                tail[i] = tail[j] + time[j] + a.lag[a.succ_arc[e]]
                changed = 1
        if head[i] + time[i] + tail[i] > target:
            return -1
    return changed


@njit(**COMPILED)
def refuted(
    a: Columns, order: Ints, cuts: Ints, rows: Ints, backward: Ints, head: Ints, time: Ints, tail: Ints, target: int,
    raised: Ints, suffix: Ints,
) -> bool:  # fmt: skip
    """Whether no plan can be done by `target`. head, tail (n,) are tightened. order: topological.

    cuts (m + 1,) cut rows and backward: the operations that only this machine can run, in any order.
    """
    changed = True
    while changed:
        found = by_precedence(a, order, head, time, tail, target)
        if found < 0:
            return True
        changed = found > 0
        for m in range(cuts.shape[0] - 1):
            low, high = cuts[m], cuts[m + 1]
            if high - low < 2:
                continue
            sort_by(rows[low:high], head)
            found = last_of(rows[low:high], head, time, tail, target, raised, suffix)
            if found < 0:
                return True
            sort_by(backward[low:high], tail)
            other = last_of(backward[low:high], tail, time, head, target, raised, suffix)
            if other < 0:
                return True
            changed = changed or found > 0 or other > 0
    return False
