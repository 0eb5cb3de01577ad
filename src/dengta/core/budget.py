"""Budgets: how much a search may work, and whom to ask whether to stop."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass


def never() -> bool:
    """A stop that never comes."""
    return False


@dataclass(frozen=True, slots=True)
class Budget:
    """A search runs in slices: before each it asks `stop()` and counts its work against `work` (None: no limit).

    The same seed and the same `work` give the same answer; `stop` is for people and deadlines and may cut earlier.
    """

    work: int | None = None
    stop: Callable[[], bool] = never

    def __post_init__(self) -> None:
        if self.work is not None and self.work < 0:
            raise ValueError(f"work budget must not be negative: {self.work}")

    def left(self, done: int) -> bool:
        """True while `done` units of work leave room and nobody asked to stop."""
        return (self.work is None or done < self.work) and not self.stop()
