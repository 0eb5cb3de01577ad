"""The worker process: takes jobs from a queue, one at a time, and keeps telling that it lives.

A job's function gets a `Task` and answers a plain mapping. It says how far it is with `Task.report`, which ends it when
the job was cancelled or, after a silence, given to another worker.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from importlib import import_module
from typing import Any, Protocol

from dengta.core.reason import Reason, Refusal
from dengta.site.home import Home

logger = logging.getLogger(__name__)

IDLE_S, SOON_S, STAYS_S = 0.3, 0.05, 60.0
"""How long the queue is left alone where it was empty. For a minute after a job it is looked at more often: who had a
file judged sits before the screen and brings it in next. Always doing so would cost some hundredths of a processor."""
HEARTBEAT_S = 1.0
LOAD_AFTER_S = 2.0
"""What jobs stand on is loaded before the first one comes, but not while everything else starts."""


@dataclass(frozen=True, slots=True)
class Claimed:
    """A job that is ours: the function to run (``module:function``), its input, and the queue's own row."""

    function: str
    kind: str
    site: str
    params: Mapping[str, Any]
    row: Any


class Queue(Protocol):
    """Where jobs come from. A False answer says that the job is no longer ours."""

    def claim(self) -> Claimed | None:
        """The next job, or None."""

    def heartbeat(self, claimed: Claimed, progress: int, message: Reason | None) -> bool:
        """We live; progress per mille."""

    def finish(self, claimed: Claimed, result: Mapping[str, Any]) -> bool:
        """Done."""

    def fail(self, claimed: Claimed, reasons: Iterable[Reason]) -> bool:
        """Failed."""

    def release_stale(self) -> int:
        """Give back what dead workers held."""

    def leave_thread(self) -> None:
        """The calling thread will not use the queue again."""


class GivenUp(Exception):
    """The job was cancelled or taken away; its function need not go on."""


@dataclass(slots=True)
class Task:
    """What a job's function sees."""

    home: Home
    site: str
    params: Mapping[str, Any]
    progress: int = 0
    message: Reason | None = None
    lost: threading.Event = field(default_factory=threading.Event)

    def report(self, progress: int, message: Reason | None = None) -> None:
        """`progress` per mille, and what is being done. Raises GivenUp when the work is wanted no longer."""
        if self.lost.is_set():
            raise GivenUp
        self.progress, self.message = progress, message


def work(queue: Queue, home: Home, stop: threading.Event, functions: Iterable[str] = ()) -> None:
    """Work off `queue` until `stop`. A job in hand is finished first unless the process is killed.

    functions: those that jobs may name; they are loaded in their order once the worker has nothing else to do.
    """
    began = swept = time.monotonic()
    worked = began - STAYS_S
    to_load = list(functions)
    queue.release_stale()
    while not stop.is_set():
        if time.monotonic() > swept + HEARTBEAT_S:
            queue.release_stale()
            swept = time.monotonic()
        claimed = queue.claim()
        if claimed is not None:
            _do(queue, home, claimed)
            worked = time.monotonic()
        elif to_load and time.monotonic() > began + LOAD_AFTER_S:
            resolve(to_load.pop(0))
        else:
            stop.wait(SOON_S if time.monotonic() < worked + STAYS_S else IDLE_S)


def _do(queue: Queue, home: Home, claimed: Claimed) -> None:
    logger.info("job %s %s begins", claimed.kind, claimed.site)
    task = Task(home, claimed.site, claimed.params)
    done = threading.Event()
    pulse = threading.Thread(target=_pulse, args=(queue, claimed, task, done), name="heartbeat", daemon=True)
    pulse.start()
    try:
        result = resolve(claimed.function)(task)
        kept = queue.finish(claimed, result)
    except GivenUp:
        kept = False
    except Refusal as refusal:
        kept = queue.fail(claimed, refusal.reasons)
    except Exception as fault:
        logger.exception("job %s %s broke", claimed.kind, claimed.site)
        kept = queue.fail(claimed, [Reason("job.broke", params={"error": f"{type(fault).__name__}: {fault}"})])
    finally:
        done.set()
        pulse.join()
    logger.info("job %s %s %s", claimed.kind, claimed.site, "ended" if kept else "given up")


def _pulse(queue: Queue, claimed: Claimed, task: Task, done: threading.Event) -> None:
    try:
        while not done.wait(HEARTBEAT_S):
            if not queue.heartbeat(claimed, task.progress, task.message):
                task.lost.set()
                return
    finally:
        queue.leave_thread()


def resolve(name: str) -> Callable[..., Any]:
    """The function named ``module:function``."""
    module, _, function = name.partition(":")
    found: Callable[..., Any] = getattr(import_module(module), function)
    return found
