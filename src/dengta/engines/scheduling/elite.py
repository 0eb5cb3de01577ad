"""The good plans a search breeds from: the best ones that are not too much alike."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from dengta.engines.scheduling.kernels_layout import Ints

SIZE = 10
STRICT, LAX = 0.2, 0.0
"""Values of `near`: a strict elite goes on for long, a lax one is soon about one plan and its neighbours."""


@dataclass(frozen=True, eq=False, slots=True)
class Member:
    """A plan: makespan; by operation its way, start, end, and what runs before it on its machine (-1: nothing)."""

    value: int
    way: Ints
    start: Ints
    end: Ints
    before: Ints

    def apart(self, other: Member) -> float:
        """Share of the operations that come behind another one on their machine."""
        return float((self.before != other.before).mean())


@dataclass(slots=True)
class Elite:
    """The best first. Two that are alike are never both kept: else it soon holds one plan ten times.

    near: share of operations behind another one on their machine, below which plans are alike.
    """

    near: float = STRICT
    members: list[Member] = field(default_factory=list)

    def keep(self, child: Member) -> bool:
        """Take a plan in, in place of those like it or of the worst -> whether it is among them now."""
        near = [member for member in self.members if member.apart(child) < self.near]
        if any(member.value <= child.value for member in near):
            return False
        self.members = [member for member in self.members if not any(member is other for other in near)]
        self.members.append(child)
        self.members.sort(key=lambda member: member.value)
        del self.members[SIZE:]
        return any(member is child for member in self.members)

    def two(self, chance: np.random.Generator) -> tuple[Member, Member]:
        """Two of them by lot."""
        first, second = chance.choice(len(self.members), 2, replace=False).tolist()
        return self.members[first], self.members[second]
