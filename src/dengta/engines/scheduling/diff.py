"""How one plan differs from another: what moved by how much, which orders are done sooner or later, what it costs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from dengta.engines.scheduling.kernels_layout import NEVER, Ints

if TYPE_CHECKING:
    from dengta.engines.scheduling.plan import Plan


class OrderMoved(NamedTuple):
    """An order that is done at another time. Ticks; -1: not planned whole."""

    order: int
    before: int
    after: int
    late_before: int
    late_after: int


@dataclass(frozen=True, slots=True)
class Diff:
    """machine, start: operations whose machine, or only whose start is another.

    ticks (n,): by how much each starts later. `terms`: each term of the objective in the other plan and in this one.
    """

    machine: Ints
    start: Ints
    ticks: Ints
    orders: tuple[OrderMoved, ...]
    terms: dict[str, tuple[int, int]]

    @property
    def newly_late(self) -> tuple[int, ...]:
        """Orders that are late now and were not, the latest first."""
        found = [moved for moved in self.orders if moved.late_after and not moved.late_before]
        return tuple(moved.order for moved in sorted(found, key=lambda m: -m.late_after))

    @property
    def no_longer_late(self) -> tuple[int, ...]:
        """Orders that were late and are not now."""
        return tuple(moved.order for moved in self.orders if moved.late_before and not moved.late_after)


def diff(plan: Plan, other: Plan) -> Diff:
    """`plan` beside `other`, two plans of the same operations."""
    machine = plan.machine != other.machine
    both = (plan.machine >= 0) & (other.machine >= 0)
    ticks = np.where(both, plan.start - other.start, 0)
    start = ~machine & (plan.start != other.start)
    terms = {kind: (other.terms[kind], value) for kind, value in plan.terms.items()}
    return Diff(np.flatnonzero(machine), np.flatnonzero(start), ticks, _orders(plan, other), terms)


def _orders(plan: Plan, other: Plan) -> tuple[OrderMoved, ...]:
    due = plan.problem.columns.due
    before, after = other.done(), plan.done()
    moved = np.flatnonzero(before != after)

    def late(done: Ints) -> Ints:
        return np.where((due < NEVER) & (done > due), done - due, 0)

    columns = (moved, before[moved], after[moved], late(before)[moved], late(after)[moved])
    return tuple(OrderMoved(*row) for row in zip(*(column.tolist() for column in columns), strict=True))
