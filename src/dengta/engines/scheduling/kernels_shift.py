"""Right shift: every sequence stays as it is and only time passes; and what of a plan has happened by now."""

from __future__ import annotations

from dengta.core.compiled import njit
from dengta.engines.scheduling.kernels_decode import go_on, put
from dengta.engines.scheduling.kernels_layout import COMPILED, NEVER, Columns, Desk, Ints, Reals, Sheet
from dengta.engines.scheduling.kernels_trial import attempt, earliest


@njit(**COMPILED)
def happened(
    a: Columns, s: Sheet, sequence: Ints, now: int, machine: Ints, waiting: Ints, begun: Ints, ended: Ints,
    holds: Ints, free: Ints, mates: Ints,
) -> None:  # fmt: skip
    """Complete `begun` and `ended` (n,), which hold what is reported (-1: nothing), by what the plan says.

    An operation nobody reports on has begun as planned if by then all before it, and what ran on its machine, was
    done. One that is reported to have begun runs until its end is reported. sequence: the operations, in order of their
    planned start; machine (n,): where each runs; holds (m,): since when reported work runs there, NEVER none;
    out: free (m,): when a machine was free again, NEVER: not yet; mates (m,): the batch that ran there last.
    """
    for i in sequence:
        m = machine[i]
        if begun[i] < 0:
            met = s.batch[i] >= 0 and mates[m] == s.batch[i]
            ready = waiting[i] == 0 and s.start[i] < now and (met or free[m] <= s.setup_start[i])
            ready = ready and (s.end[i] <= holds[m] or ended[i] >= 0)
            for e in range(a.pred_ptr[i], a.pred_ptr[i + 1]):
                before = a.pred[e]
                ready = ready and ended[before] >= 0 and ended[before] + a.lag[e] <= s.start[i]
            if ready or ended[i] >= 0:
                begun[i] = s.start[i]
                if ended[i] < 0 and s.end[i] <= now:
                    ended[i] = s.end[i]
            elif s.start[i] >= now:
                continue
        mates[m] = s.batch[i]
        free[m] = max(free[m], ended[i]) if ended[i] >= 0 else NEVER


@njit(**COMPILED)
def way_on(a: Columns, i: int, machine: int) -> int:
    """The way of operation i that runs on `machine`; -1 where there is none."""
    for way in range(a.way_ptr[i], a.way_ptr[i + 1]):
        if a.way_machine[way] == machine:
            return int(way)
    return -1


@njit(**COMPILED)
def lacks(a: Columns, s: Sheet, i: int) -> bool:
    """Whether something before operation i has no place in the plan."""
    found = False
    for e in range(a.pred_ptr[i], a.pred_ptr[i + 1]):
        found = found or s.machine[a.pred[e]] < 0
    return found


@njit(**COMPILED)
def together(a: Columns, d: Desk, s: Sheet, none: Reals, members: Ints, machine: int) -> None:
    """A batch that met meets again: when the last of it is there, for as long as its longest takes."""
    at, work = a.now[0], 0
    for i in members:
        if lacks(a, s, i):
            return
        at = max(at, d.ready[i], a.pin_start[i])
        work = max(work, a.way_time[way_on(a, i, machine)])
    start = attempt(a, d, members[0], machine, at, work, False)
    if start < NEVER:
        for i in members:
            put(a, d, s, none, i, machine, start, members[0])


@njit(**COMPILED)
def shift(a: Columns, d: Desk, s: Sheet, none: Reals, sequence: Ints, machine: Ints, until: Ints) -> None:
    """Fill the empty sheet `s` with the operations of `sequence`, each as early as those before it let it.

    none (w,): zeros: no way is open to anything else; machine (n,): where each runs; until (n,): the place in
    `sequence` behind its batch, for the first of a batch; 0 for the others; -1: in no batch.
    """
    for k in range(d.history.shape[0]):
        go_on(a, d, s, none, d.history[k])
    for k in range(sequence.shape[0]):
        i = sequence[k]
        if until[i] > 0:
            together(a, d, s, none, sequence[k : until[i]], machine[i])
        elif until[i] < 0 and not lacks(a, s, i):
            way = way_on(a, i, machine[i])
            if way >= 0:
                start = earliest(a, d, way, False)
                if start < NEVER:
                    put(a, d, s, none, i, machine[i], start, -1)
