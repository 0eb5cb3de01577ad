"""The best plan of a tiny shop by trying every sequence, in plain Python that shares nothing with the engine's kernels.

Handles alternatives, precedence with lags, releases, setups, calendars of machines and people, who runs what (in shops
without setups), material that arrives, is taken and made.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product

from dengta.engines.scheduling.check_time import Hours, worked
from dengta.engines.scheduling.kernels_layout import NEVER, RUN
from dengta.engines.scheduling.problem import Problem


def best(problem: Problem, kind: str) -> int:
    """The least `makespan` or `tardiness` of any plan."""
    return min(_value(problem, ends, kind) for ends in _plans(problem))


def _value(problem: Problem, ends: dict[int, int], kind: str) -> int:
    c = problem.columns
    if kind == "makespan":
        return max(ends.values())
    total = 0
    for o in range(len(c.release)):
        done = max(end for i, end in ends.items() if c.order[i] == o)
        total += int(c.weight[o]) * max(0, done - int(c.due[o])) if c.due[o] < NEVER else 0
    return total


Ends = dict[int, int]


def _plans(problem: Problem) -> Iterator[Ends]:
    """The ends of every plan that puts one operation after the other behind what is planned on its machine and crew."""
    c, hours = problem.columns, Hours(problem.columns)
    n = len(c.order)

    def grow(ends: Ends, free: Ends, state: Ends, busy: Ends, stock: list[tuple[int, int, int]]) -> Iterator[Ends]:
        if len(ends) == n:
            yield dict(ends)
            return
        for i in range(n):
            before = [(int(c.pred[e]), int(c.lag[e])) for e in range(c.pred_ptr[i], c.pred_ptr[i + 1])]
            if i in ends or any(j not in ends for j, _ in before):
                continue
            ready = max([int(c.release[c.order[i]]), *(ends[j] + lag for j, lag in before)])
            for way, crew in product(range(c.way_ptr[i], c.way_ptr[i + 1]), _crews(problem, i)):
                m, own = int(c.way_machine[way]), int(c.state[i])
                matrix, was = int(c.machine_setups[m]), state[m]
                setup = int(c.setup[matrix, was, own]) if matrix >= 0 and was >= 0 and own >= 0 else 0
                at = max([ready, free[m] + setup, *(busy[who] for who in crew)])
                while (
                    end := worked(hours.of(m, list(crew)), at, int(c.way_time[way]), bool(c.must_fit[i]))
                ) is None or not _enough(problem, i, at, stock):
                    at += 1
                    if at > _TOO_LATE:
                        break
                if end is None or at > _TOO_LATE:
                    continue
                ends[i] = end
                moved = {**busy, **dict.fromkeys(crew, end)}
                taken = [*stock, *_changes(problem, i, at, end)]
                yield from grow(ends, {**free, m: end}, {**state, m: own if own >= 0 else was}, moved, taken)
                del ends[i]

    machines, people = range(len(c.machine_calendar)), range(len(c.resource_calendar))
    known = [
        (k, int(c.stock_at[e]), int(c.stock_change[e]))
        for k in range(len(c.stock_known))
        for e in range(c.stock_ptr[k], c.stock_ptr[k] + c.stock_known[k])
    ]
    yield from grow(
        {}, dict.fromkeys(machines, 0), {m: int(c.machine_state[m]) for m in machines}, dict.fromkeys(people, 0), known
    )


_TOO_LATE = 2000


def _crews(problem: Problem, i: int) -> Iterator[tuple[int, ...]]:
    """Everybody who could run operation i together."""
    c, able = problem.columns, []
    for need in range(c.need_ptr[i], c.need_ptr[i + 1]):
        if c.need_when[need] & RUN:
            skill = int(c.need_skill[need])
            able += [c.skill_resource[c.skill_ptr[skill] : c.skill_ptr[skill + 1]].tolist()] * int(c.need_count[need])
    yield from {tuple(sorted(crew)) for crew in product(*able) if len(set(crew)) == len(crew)}


def _changes(problem: Problem, i: int, start: int, end: int) -> Iterator[tuple[int, int, int]]:
    c = problem.columns
    for use in range(c.use_ptr[i], c.use_ptr[i + 1]):
        quantity = int(c.use_quantity[use])
        yield int(c.use_material[use]), start if quantity > 0 else end, -quantity


def _enough(problem: Problem, i: int, at: int, stock: list[tuple[int, int, int]]) -> bool:
    """Whether what i takes at `at` leaves no stock below nothing, then or later."""
    for k, when, change in _changes(problem, i, at, at):
        if change < 0:
            times = {t for material, t, _ in stock if material == k and t > when} | {when}
            levels = (sum(q for material, t, q in stock if material == k and t <= time) for time in times)
            if min(levels) + change < 0:
                return False
    return True
