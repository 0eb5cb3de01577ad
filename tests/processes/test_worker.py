"""The worker: does jobs, tells why one failed, and lets go of one that is no longer its own."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterable, Mapping
from typing import Any

import pytest

from dengta.core.reason import Reason, Refusal
from dengta.processes import worker
from dengta.processes.worker import Claimed, Task, work
from dengta.site.home import Home


def add(task: Task) -> dict[str, int]:
    """Adds, and tells how far it is."""
    task.report(500, Reason("verify.events", params={"done": 1, "events": 2}))
    time.sleep(0.05)
    return {"sum": sum(task.params["numbers"])}


def refuse(task: Task) -> dict[str, int]:
    """Refuses."""
    raise Refusal(Reason("process.no_site", params={"site": task.site, "known": ""}))


def divide(task: Task) -> dict[str, float]:
    """Has a fault."""
    return {"ratio": 1 / task.params["by"]}


def go_on(task: Task) -> dict[str, int]:
    """Works until it is told that nobody wants the answer."""
    while True:
        task.report(1)
        time.sleep(0.005)


class ListQueue:
    """A queue in memory that writes down what it is told."""

    def __init__(self, *jobs: Claimed) -> None:
        self.jobs = list(jobs)
        self.told: list[tuple[str, object]] = []
        self.stop = threading.Event()

    def claim(self) -> Claimed | None:
        """The next, or the end of the test."""
        if not self.jobs:
            self.stop.set()
            return None
        return self.jobs.pop(0)

    def heartbeat(self, claimed: Claimed, progress: int, message: Reason | None) -> bool:
        """Jobs in row "cancelled" are lost."""
        self.told.append(("progress", progress))
        return claimed.row != "cancelled"

    def finish(self, claimed: Claimed, result: Mapping[str, Any]) -> bool:
        """Kept."""
        self.told.append(("done", dict(result)))
        return True

    def fail(self, claimed: Claimed, reasons: Iterable[Reason]) -> bool:
        """Kept."""
        self.told.append(("failed", [reason.code for reason in reasons]))
        return True

    def release_stale(self) -> int:
        """None here."""
        return 0

    def leave_thread(self) -> None:
        """Nothing to close."""


def job(function: str, row: str = "", **params: object) -> Claimed:
    return Claimed(f"{__name__}:{function}", function, "bench", params, row)


def test_jobs_end_done_or_failed_with_reasons(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(worker, "HEARTBEAT_S", 0.01)
    queue = ListQueue(job("add", numbers=[1, 2, 3]), job("refuse"), job("divide", by=0), job("go_on", "cancelled"))
    work(queue, Home.at("nowhere"), queue.stop)
    assert ("progress", 500) in queue.told
    ends = [told for told in queue.told if told[0] != "progress"]
    assert ends == [("done", {"sum": 6}), ("failed", ["process.no_site"]), ("failed", ["job.broke"])]


def test_what_jobs_stand_on_is_loaded_before_the_first_one_comes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(worker, "LOAD_AFTER_S", 0.0)
    loaded: list[str] = []
    monkeypatch.setattr(worker, "resolve", loaded.append)
    queue = ListQueue()
    looks = iter([False, False, True])
    monkeypatch.setattr(queue, "claim", lambda: queue.stop.set() if next(looks) else None)
    work(queue, Home.at("nowhere"), queue.stop, ["one:do", "two:do"])
    assert sorted(loaded) == ["one:do", "two:do"]
