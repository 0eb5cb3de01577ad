"""The best plan of a tiny shop by trying every sequence, in plain Python that shares nothing with the engine's kernels.

Handles what a regular objective needs: alternatives, precedence with lags, releases, setups, machine calendars.
"""

from __future__ import annotations

from collections.abc import Iterator

from dengta.engines.scheduling.check_time import Hours, worked
from dengta.engines.scheduling.kernels_layout import NEVER
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


def _plans(problem: Problem) -> Iterator[dict[int, int]]:
    """The ends of every plan that puts one operation after the other behind what is planned on a machine."""
    c, hours = problem.columns, Hours(problem.columns)
    n = len(c.order)

    def grow(ends: dict[int, int], free: dict[int, int], state: dict[int, int]) -> Iterator[dict[int, int]]:
        if len(ends) == n:
            yield dict(ends)
            return
        for i in range(n):
            before = [(int(c.pred[e]), int(c.lag[e])) for e in range(c.pred_ptr[i], c.pred_ptr[i + 1])]
            if i in ends or any(j not in ends for j, _ in before):
                continue
            ready = max([int(c.release[c.order[i]]), *(ends[j] + lag for j, lag in before)])
            for way in range(c.way_ptr[i], c.way_ptr[i + 1]):
                m, own = int(c.way_machine[way]), int(c.state[i])
                matrix, was = int(c.machine_setups[m]), state[m]
                setup = int(c.setup[matrix, was, own]) if matrix >= 0 and was >= 0 and own >= 0 else 0
                at = max(ready, free[m] + setup)
                while (end := worked(hours.of(m, []), at, int(c.way_time[way]), bool(c.must_fit[i]))) is None:
                    at += 1
                ends[i] = end
                yield from grow(ends, {**free, m: end}, {**state, m: own if own >= 0 else was})
                del ends[i]

    machines = range(len(c.machine_calendar))
    yield from grow({}, dict.fromkeys(machines, 0), {m: int(c.machine_state[m]) for m in machines})
