"""Hands for searches that run at once: a thread each. The compiled kernels release the interpreter while they work."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Threads:
    """`count` searches, each in a thread, the first in the caller's own."""

    count: int = 2

    def carry(self, tasks: Sequence[Callable[[], None]]) -> None:
        """All tasks at once. What one of them raises is raised here, when all are done."""
        if len(tasks) == 1:
            tasks[0]()
            return
        with ThreadPoolExecutor(len(tasks) - 1, "search") as pool:
            others = [pool.submit(task) for task in tasks[1:]]
            tasks[0]()
            for other in others:
                other.result()
