"""The best plan so far, and what has been spent on it."""

from __future__ import annotations

from dataclasses import dataclass

from dengta.core.budget import Budget
from dengta.engines.scheduling.kernels_layout import NEVER, Sheet
from dengta.engines.scheduling.objective import Goal, measured
from dengta.engines.scheduling.problem import Problem
from dengta.engines.scheduling.shifting import within_lags


@dataclass(slots=True)
class Incumbent:
    """One unit of work is a visit to each operation once: a plan decoded costs one, a move what it touches."""

    problem: Problem
    goal: Goal
    budget: Budget
    bound: int = 0
    sheet: Sheet | None = None
    value: tuple[int, ...] = ()
    visits: int = 0
    joined: int = 0  # of a branch: visits its stem knows of

    def offer(self, sheet: Sheet) -> tuple[int, ...]:
        """Keep a plan if it is better than the best; -> its value. What would wait too long is held back first."""
        value = self.goal.value(measured(self.problem.columns, sheet))
        if value[0] and self.problem.lagged:
            held = within_lags(self.problem, sheet)
            other = self.goal.value(measured(self.problem.columns, held))
            sheet, value = (held, other) if other < value else (sheet, value)
        if self.sheet is None or value < self.value:
            self.sheet, self.value = sheet, value
        return value

    def spend(self, visits: int) -> None:
        """Count visits to operations."""
        self.visits += visits

    def branch(self) -> Incumbent:
        """One for a search of its own, from here on; whoever made it limits its work."""
        return Incumbent(self.problem, self.goal, Budget(stop=self.budget.stop), self.bound, self.sheet, self.value)

    def join(self, branch: Incumbent) -> None:
        """Take over what a branch has found and spent since it was joined last."""
        self.spend(branch.visits - branch.joined)
        branch.joined = branch.visits
        self.offer(branch.plan)

    @property
    def plan(self) -> Sheet:
        """The best plan. The portfolio's first rule always gives one."""
        if self.sheet is None:
            raise LookupError("no plan was offered yet")
        return self.sheet

    @property
    def makespan(self) -> int:
        """The last end of the best plan."""
        return int(self.plan.end.max(initial=0))

    @property
    def work(self) -> int:
        """Units spent."""
        return self.visits // max(1, len(self.problem.columns.order))

    @property
    def room(self) -> int:
        """Visits left to spend; very many where only time is limited."""
        n = max(1, len(self.problem.columns.order))
        return NEVER if self.budget.work is None else self.budget.work * n - self.visits

    def go_on(self) -> bool:
        """Whether there is work left to spend and something left to gain."""
        return not self.closed and self.budget.left(self.work)

    @property
    def closed(self) -> bool:
        """Whether the best is proven to be that: its makespan is the bound and nothing else counts, or all is zero."""
        if self.sheet is None or self.value[0]:
            return False
        return not any(self.value) or (self.goal.kinds == {"makespan"} and self.value[-1] <= self.bound_value)

    @property
    def bound_value(self) -> int:
        """The bound in the goal's own price."""
        return self.bound * self.goal.levels[0][0].price
