"""A plan: where and when every operation runs, in columns, and what can be asked of it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from dengta.core.budget import Budget
from dengta.core.reason import Reason, refuse_if
from dengta.engines.scheduling import check, diff
from dengta.engines.scheduling.carry import carried, placed
from dengta.engines.scheduling.diff import Diff
from dengta.engines.scheduling.events import Event
from dengta.engines.scheduling.kernels_layout import NEVER, Ints, Sheet
from dengta.engines.scheduling.model import Shop
from dengta.engines.scheduling.objective import Goal, measured
from dengta.engines.scheduling.problem import Problem
from dengta.engines.scheduling.repair import FREE, RUNGS, Stability, repaired
from dengta.engines.scheduling.why import Binding, chain


@dataclass(frozen=True, eq=False)
class Plan:
    """The answer of a search. Columns by operation: `sheet`. `bound`: no plan has a smaller makespan.

    `work`: units of work it took, so that the same seed and `Budget(work=...)` give the same plan.
    """

    problem: Problem
    sheet: Sheet
    goal: Goal
    bound: int = 0
    work: int = 0

    @property
    def machine(self) -> Ints:
        """Number of the machine of each operation, -1 not planned."""
        return self.sheet.machine

    @property
    def start(self) -> Ints:
        """Tick at which each operation starts."""
        return self.sheet.start

    @property
    def end(self) -> Ints:
        """Tick at which each operation ends."""
        return self.sheet.end

    @cached_property
    def terms(self) -> dict[str, int]:
        """Every term of the objective by kind, asked for or not."""
        return measured(self.problem.columns, self.sheet)

    @property
    def value(self) -> tuple[int, ...]:
        """What could not be planned, then the value of each level of the goal; plans compare as these do."""
        return self.goal.value(self.terms)

    @property
    def makespan(self) -> int:
        """The last end."""
        return self.terms["makespan"]

    @property
    def gap(self) -> float | None:
        """How far the makespan may be above the least possible, as a share; None where that is 0."""
        return self.makespan / self.bound - 1 if self.bound else None

    def check(self) -> None:
        """Judge it by the independent judge. Refusal with every law it breaks: that is a fault of the engine's."""
        refuse_if(check.judge(self.problem, self.sheet))

    @cached_property
    def wishes(self) -> tuple[Reason, ...]:
        """The wishes it could not fulfil: unplanned work, deadlines, longest lags, pins."""
        return tuple(check.wishes(self.problem, self.sheet))

    def done(self) -> Ints:
        """When each order is done; -1 where part of it is not planned."""
        return check.completions(self.problem, self.sheet)

    def late(self) -> Ints:
        """The numbers of the orders that are done after they are due, the costliest lateness first."""
        c, done = self.problem.columns, self.done()
        late = np.flatnonzero((c.due < NEVER) & (done > c.due))
        return late[np.argsort(-(done - c.due)[late] * c.weight[late], kind="stable")]

    def operation(self, name: str) -> int:
        """The number of ``order/operation``. KeyError where there is none."""
        return self._numbers[name]

    @cached_property
    def _numbers(self) -> dict[str, int]:
        return {name: i for i, name in enumerate(self.problem.names.operations)}

    def why(self, operation: str | int) -> tuple[Binding, ...]:
        """The chain that holds an operation where it is, from itself back to what nothing in the plan holds."""
        i = self.operation(operation) if isinstance(operation, str) else operation
        return chain(self.problem, self.sheet, i)

    def repair(
        self,
        events: Iterable[Event],
        now: int,
        freeze: int = 0,
        stability: Stability = FREE,
        budget: Budget = RUNGS,
        seed: int = 1,
        shop: Shop | Problem | None = None,
    ) -> Plan:
        """The plan that goes on from this one at `now`, after `events`: see `repair.repaired`.

        shop: the shop as it is now, where orders have been added, cancelled or changed; everything is found again by
        its name (`carry.carried`), and `events` are those of that shop.
        """
        problem, sheet, known = self.problem, self.sheet, tuple(events)
        if shop is not None:
            changed = shop.problem if isinstance(shop, Shop) else shop
            sheet, facts = carried(problem, sheet, changed, now)
            problem, known = changed, facts + known
        problem, sheet, work = repaired(problem, sheet, self.goal, known, now, freeze, stability, budget, seed)
        return Plan(problem, sheet, self.goal, 0, work)

    def diff(self, other: Plan) -> Diff:
        """How it differs from `other` (`diff.Diff`). What this plan's shop does not have is left out of the other."""
        if self.problem.names.operations != other.problem.names.operations:
            other = Plan(self.problem, placed(other.problem, other.sheet, self.problem), other.goal)
        return diff.diff(self, other)
