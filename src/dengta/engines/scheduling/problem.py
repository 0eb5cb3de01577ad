"""A shop in columns, with the names of what stands in them."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from dengta.core.reason import Reason, Refusal
from dengta.core.time import Micros
from dengta.engines.scheduling.kernels_chains import chains, topological
from dengta.engines.scheduling.kernels_layout import NEVER, Columns, Ints
from dengta.engines.scheduling.objective import Goal
from dengta.engines.scheduling.precedence import cycle


@dataclass(frozen=True, slots=True)
class Names:
    """What things are called; a number where nobody named them."""

    orders: tuple[str, ...] = ()
    operations: tuple[str, ...] = ()  # order/operation
    machines: tuple[str, ...] = ()
    resources: tuple[str, ...] = ()
    materials: tuple[str, ...] = ()
    states: tuple[str, ...] = ()

    def of(self, kind: str, i: int) -> str:
        """The name of thing number `i` of a kind (``operations``...)."""
        known: tuple[str, ...] = getattr(self, kind)
        return known[i] if i < len(known) else str(i)


@dataclass(frozen=True, eq=False)
class Problem:
    """What engines plan: never changed, shared by every plan made of it."""

    columns: Columns
    names: Names = field(default_factory=Names)
    origin: Micros = 0
    tick: Micros = 1
    zone: str = ""  # of the clock on the wall, for whoever shows times
    permutation: bool = False  # every machine takes the orders in one sequence

    def operation_name(self, i: int) -> str:
        """``order/operation``; numbers where nobody named them."""
        order = int(self.columns.order[i])
        if self.names.operations:
            return self.names.operations[i]
        return f"{self.names.of('orders', order)}/{i - int(np.argmax(self.columns.order == order))}"

    @property
    def goal(self) -> Goal:
        """What is asked for where nobody said: tardiness first where something is due, else makespan alone."""
        return Goal() if bool((self.columns.due < NEVER).any()) else Goal.of("makespan")

    @property
    def plain(self) -> bool:
        """Nothing but precedence, alternatives, setups of every operation and releases: the graph says it all."""
        c = self.columns
        fixed = (c.pin_start >= 0).any() or (c.begun >= 0).any() or (c.pin_machine >= 0).any()
        supplied = len(c.need_skill) or len(c.use_material)
        machines = (
            (c.machine_calendar >= 0).any() or (c.capacity > 0).any() or (c.buffer >= 0).any() or c.attached.any()
        )
        stateless = (c.machine_setups[c.way_machine] >= 0) & (c.state[c.way_operation] < 0)
        return not (fixed or supplied or machines or stateless.any() or (c.lag_most < NEVER).any())

    @cached_property
    def lagged(self) -> bool:
        """Whether any work may not wait for ever behind what goes before it."""
        return bool((self.columns.lag_most < NEVER).any())

    @cached_property
    def topological(self) -> Ints:
        """The operations, each after all its predecessors. Refusal with one ring where there is none such order."""
        c = self.columns
        order = np.empty(len(c.order), np.int64)
        missing = np.empty(len(c.order), np.int64)
        if topological(c, missing, order) < len(order):
            into = [[int(p) for p in c.pred[a:b]] for a, b in zip(c.pred_ptr[:-1], c.pred_ptr[1:], strict=True)]
            ring = " > ".join(self.operation_name(i) for i in cycle(into))
            raise Refusal(Reason("scheduling.cycle", (), {"path": ring}))
        return order

    @cached_property
    def least(self) -> Ints:
        """The fewest ticks of work of each operation."""
        return np.minimum.reduceat(self.columns.way_time, self.columns.way_ptr[:-1])

    @cached_property
    def _chains(self) -> tuple[Ints, Ints]:
        before, rest = np.empty_like(self.least), np.empty_like(self.least)
        chains(self.columns, self.topological, self.least, before, rest)
        return before, rest

    @property
    def before(self) -> Ints:
        """The earliest start of each operation if every machine were free for it."""
        return self._chains[0]

    @property
    def rest(self) -> Ints:
        """Ticks of least work on the longest chain behind each operation, itself not counted."""
        return self._chains[1]

    def at(self, tick: int) -> Micros:
        """The instant of a tick."""
        return self.origin + tick * self.tick
