"""Who carries out searches that know nothing of each other for a while: one after the other, or at once."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol


class Hands(Protocol):
    """`count` searches are begun. What is found depends on how many there are, never on how they are carried out."""

    @property
    def count(self) -> int:
        """How many searches to begin, 1 or more."""

    def carry(self, tasks: Sequence[Callable[[], None]]) -> None:
        """Do every task once, in any order or at once; return when all are done."""


@dataclass(frozen=True, slots=True)
class InTurn:
    """One after the other."""

    count: int = 1

    def carry(self, tasks: Sequence[Callable[[], None]]) -> None:
        """The tasks in their order."""
        for task in tasks:
            task()


ALONE = InTurn()
