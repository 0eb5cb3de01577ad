"""A plan after something has happened: what is done stays, what is near stays if it can, the rest is planned again.

A ladder. Right shift keeps every sequence and only lets time pass: always an answer, in milliseconds. Match-up keeps
the starts that the shift did not touch and plans the rest around them (Bean, Birge, Mittenthal and Noon 1991).
Re-dispatch plans all that is not frozen, by the old order or by a rule. What budget is left climbs on from there, in
the part of the plan that the events have moved. The best is taken by the goal, in whose first level every moved
operation has its price.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from dengta.core.budget import Budget
from dengta.core.reason import refuse_if
from dengta.engines.scheduling import events as happening
from dengta.engines.scheduling.decoder import Decoder, Weights
from dengta.engines.scheduling.graph import ways_of
from dengta.engines.scheduling.kernels_layout import NEVER, Reals, Sheet
from dengta.engines.scheduling.objective import Goal, measured
from dengta.engines.scheduling.problem import Problem
from dengta.engines.scheduling.progress import as_it_is
from dengta.engines.scheduling.rest import searched
from dengta.engines.scheduling.shifting import right_shifted


@dataclass(frozen=True, slots=True)
class Stability:
    """What it costs, in the first level of the goal, that an operation changes its machine, or only its start."""

    machine: int = 0
    start: int = 0

    def price(self, old: Sheet, new: Sheet) -> int:
        """The price of all that has moved."""
        both = (old.machine >= 0) & (new.machine >= 0)
        elsewhere = both & (old.machine != new.machine)
        moved = both & ~elsewhere & (old.start != new.start)
        return int(self.machine * elsewhere.sum() + self.start * moved.sum())


FREE = Stability()
RUNGS = Budget(work=5)
"""Right shift, match-up and re-dispatch, and nothing after them."""


def repaired(
    problem: Problem, sheet: Sheet, goal: Goal, events: tuple[happening.Event, ...], now: int, freeze: int,
    stability: Stability, budget: Budget, seed: int,
) -> tuple[Problem, Sheet, int]:  # fmt: skip
    """The problem as it is at `now`, the best plan that goes on from `sheet`, and the plans that were tried.

    What starts before ``now + freeze`` is pinned where it is. The right shift is made whatever the budget is. Refusal
    where an event names what is not there, or what cannot have happened.
    """
    known, faults = happening.known(problem, sheet.start, events, now)
    refuse_if(faults)
    present = as_it_is(problem, sheet, known, now, freeze)
    shifted = right_shifted(present, sheet)
    best = _Best(present, sheet, goal, stability, shifted)
    best.offer(shifted)
    if not budget.left(0):
        return present, best.sheet, 0
    ladder = _Ladder(problem, present, sheet, shifted)
    for work, plan in enumerate(ladder.rungs(), 1):
        best.offer(plan)
        if not budget.left(work):
            return present, best.sheet, work
    left = Budget(None if budget.work is None else max(0, budget.work - work), budget.stop)
    if problem.plain:
        for plan in searched(problem, present, best.sheet, goal, left, seed):
            best.offer(plan)
    else:
        ladder.climb(seed, left, best)
    return present, best.sheet, work if budget.work is None else budget.work


class _Best:
    """The best plan so far, what has moved in it paid for."""

    def __init__(self, present: Problem, old: Sheet, goal: Goal, stability: Stability, shifted: Sheet) -> None:
        self._present, self._old, self._goal, self._stability = present, old, goal, stability
        self.sheet, self.value = shifted, self._value(shifted)
        c, same = present.columns, (old.machine >= 0) & (present.columns.begun < 0)
        floor = np.where(same & (c.pin_start < 0), old.start, c.pin_start)
        self._in_place = replace(present, columns=c._replace(pin_start=floor))

    def _value(self, plan: Sheet) -> tuple[int, ...]:
        unplanned, first, *others = self._goal.value(measured(self._present.columns, plan))
        return unplanned, first + self._stability.price(self._old, plan), *others

    def offer(self, plan: Sheet) -> tuple[int, ...]:
        """Keep a plan if it is better; where a moved start costs something also as it is with nothing put forward."""
        value = self._value(plan)
        forms = [(value, plan)]
        if self._stability.start:
            held = right_shifted(self._in_place, plan)
            forms.append((self._value(held), held))
        for found, sheet in forms:
            if found < self.value:
                self.sheet, self.value = sheet, found
        return min(found for found, _ in forms)


class _Ladder:
    """The plans that follow the right shift, each made when it is asked for."""

    def __init__(self, problem: Problem, present: Problem, old: Sheet, shifted: Sheet) -> None:
        self.present, self.old, self.shifted = present, old, shifted
        c = present.columns
        first = c.way_machine[c.way_ptr[:-1]]
        self._ways = ways_of(problem, old._replace(machine=np.where(old.machine < 0, first, old.machine)))
        self._ways[old.machine < 0] = -1
        wanted = np.where(old.machine >= 0, old.start, self._when_new())
        self._priority: Reals = -wanted.astype(np.float64)[c.way_operation]
        self._decoder = Decoder(present)

    def _when_new(self) -> Reals:
        """When operations the old plan does not have would start: by their due date, else by their release."""
        c = self.present.columns
        due, release = c.due[c.order], c.release[c.order]
        return np.where(due < NEVER, np.maximum(release, due - self.present.rest), release + self.present.before)

    def rungs(self) -> Iterator[Sheet]:
        """Re-dispatch of everything and match-up around what is not touched, by the old order and by a rule."""
        yield self._decoder.by_priority(self._priority, Weights(), self._ways)
        yield self._decoder.by_rule(Weights())
        around = Decoder(self._untouched_pinned())
        yield around.by_priority(self._priority, Weights(), self._ways)
        yield around.by_rule(Weights())
        if (np.diff(self.present.columns.way_ptr) > 1).any():
            yield self._decoder.by_priority(self._priority, Weights(free_choice=1.0))

    def _untouched_pinned(self) -> Problem:
        """The problem with everything pinned that the right shift left where it was."""
        c, old = self.present.columns, self.old
        stays = (c.begun < 0) & (old.machine >= 0) & (self.shifted.start == old.start)
        pins = {"pin_start": np.where(stays, old.start, c.pin_start)}
        pins["pin_machine"] = np.where(stays, old.machine, c.pin_machine)
        return replace(self.present, columns=c._replace(**pins))

    def climb(self, seed: int, budget: Budget, best: _Best) -> None:
        """The old order with a noise on the orders that were moved; what is no worse is gone on from."""
        c, chance, least = self.present.columns, np.random.default_rng(seed), best.value
        moved = np.unique(c.order[(self.shifted.start != self.old.start) | (self.shifted.machine != self.old.machine)])
        scale = 0.05 * float(max(1, self.old.end.max(initial=0)))
        noise, turn = np.zeros(len(c.release)), 0
        while budget.left(turn):
            touched = moved[chance.random(len(moved)) < max(0.05, 1.0 / max(1, len(moved)))]
            tried = noise.copy()
            tried[touched] += chance.normal(0.0, scale, len(touched))
            priority = self._priority + tried[c.order[c.way_operation]]
            turn += 1
            found = best.offer(self._decoder.by_priority(priority, Weights(), self._ways if turn % 2 else None))
            if found <= least:
                noise, least = tried, found
