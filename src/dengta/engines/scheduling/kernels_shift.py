"""Right shift: every sequence stays as it is and only time passes; and what of a plan has happened by now."""

from __future__ import annotations

from dengta.core.compiled import njit
from dengta.engines.scheduling.kernels_decode import go_on, put
from dengta.engines.scheduling.kernels_layout import COMPILED, NEVER, Columns, Desk, Ints, Reals, Sheet
from dengta.engines.scheduling.kernels_stock import available
from dengta.engines.scheduling.kernels_time import opening
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
def there(a: Columns, d: Desk, i: int, pinned: bool) -> int:
    """When operation i, all before it planned, is there; `pinned`: and no sooner than where it is pinned."""
    return int(max(a.now[0], d.ready[i], a.pin_start[i] if pinned else 0))


@njit(**COMPILED)
def waits_until(a: Columns, d: Desk, s: Sheet, members: Ints, machine: int, pinned: bool) -> int:
    """Until when a batch takes in those of `members` that are not planned; NEVER where all are."""
    soonest = NEVER
    for i in members:
        if s.machine[i] < 0:
            soonest = min(soonest, there(a, d, i, pinned))
    if soonest == NEVER:
        return NEVER
    since, calendar = max(soonest, d.free[machine]), a.machine_calendar[machine]
    if calendar >= 0:
        at = opening(a, calendar, since)
        since = max(since, a.open_start[at]) if at < a.open_ptr[calendar + 1] else since
    return int(since + a.wait[machine])


@njit(**COMPILED)
def stocked(a: Columns, d: Desk, members: Ints, at: int) -> int:
    """From `at` on, when there is material for all marked in `d.missing` together; NEVER if never."""
    for i in members:
        for use in range(a.use_ptr[i], a.use_ptr[i + 1]):
            wanted = 0
            for j in members:
                for other in range(a.use_ptr[j], a.use_ptr[j + 1]):
                    if a.use_material[other] == a.use_material[use] and a.use_quantity[other] > 0 and d.missing[j] < 0:
                        wanted += a.use_quantity[other]
            if d.missing[i] < 0 and a.use_quantity[use] > 0 and at < NEVER:
                at = available(a, d, a.use_material[use], wanted, at)
    return int(at)


@njit(**COMPILED)
def together(a: Columns, d: Desk, s: Sheet, none: Reals, members: Ints, machine: int) -> None:
    """A batch that met meets again, for as long as its longest takes; who comes too late to be waited for, next."""
    for i in members:
        if lacks(a, s, i):
            return
    while True:
        last, last_pinned = (
            waits_until(a, d, s, members, machine, False),
            waits_until(a, d, s, members, machine, True),
        )
        if last == NEVER:
            return
        first, at, work = -1, 0, 0
        for i in members:
            met = s.machine[i] < 0 and there(a, d, i, True) <= last_pinned
            met = met and (there(a, d, i, False) <= last or first < 0)
            d.missing[i] = -1 if met else 0  # marks who is in this batch: nothing is missing before any of them
            if met:
                first = i if first < 0 else first
                at, work = max(at, there(a, d, i, True)), max(work, a.way_time[way_on(a, i, machine)])
        at = NEVER if first < 0 else stocked(a, d, members, at)
        start = NEVER if at == NEVER else attempt(a, d, none, first, machine, at, work, False)
        if start == NEVER:
            return
        for i in members:
            if d.missing[i] < 0:
                for k in range(a.slot_ptr[i + 1] - a.slot_ptr[i]):
                    d.pick[a.slot_ptr[i] + k] = d.pick[a.slot_ptr[first] + k]
                put(a, d, s, none, i, machine, start, first)


@njit(**COMPILED)
def shift(a: Columns, d: Desk, s: Sheet, none: Reals, sequence: Ints, machine: Ints, until: Ints) -> None:
    """Fill the empty sheet `s` with the operations of `sequence`, each as early as those before it let it.

    none (w,): zeros: no way is open to anything else; machine (n,): where each runs; until (n,): the place in
    `sequence` behind its batch, for the first of a batch; 0 for the others; -1: in no batch.
    """
    d.lenient[0] = 1  # places before machines are not waited for: what lacks one is named
    for k in range(d.history.shape[0]):
        go_on(a, d, s, none, d.history[k])
    for k in range(sequence.shape[0]):
        i = sequence[k]
        if until[i] > 0:
            together(a, d, s, none, sequence[k : until[i]], machine[i])
        elif until[i] < 0 and not lacks(a, s, i):
            way = way_on(a, i, machine[i])
            if way >= 0:
                start = earliest(a, d, none, way, False)
                if start < NEVER:
                    put(a, d, s, none, i, machine[i], start, -1)
