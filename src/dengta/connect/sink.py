"""Where to put events when one does not care who owns the log: through the door while it is up, else the log itself."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol

from dengta.connect.sender import DoorSender
from dengta.core.batch import EventBatch
from dengta.core.reason import Refusal
from dengta.log import EpochMark, Log, Mark
from dengta.site.clock import Clock
from dengta.site.home import Home, SiteFolder

PATIENCE_S = 10.0
"""Seconds in which a process that holds the log may be starting (no door yet) or ending (still locked)."""
_PAUSE_S = 0.1


class Sink(Protocol):
    """Takes batches and says how far it knows a stream."""

    def append(self, batch: EventBatch) -> Mark:
        """Return when the batch is durable; Refusal when it is not."""

    def marks(self, stream: int) -> list[EpochMark]:
        """The durable marks of `stream`, by epoch."""


class LogSink:
    """The log of this process as a sink."""

    def __init__(self, log: Log) -> None:
        self._log = log

    def append(self, batch: EventBatch) -> Mark:
        """Return when the batch is durable."""
        return self._log.append(batch).result()

    def marks(self, stream: int) -> list[EpochMark]:
        """The durable marks of `stream`."""
        return self._log.marks(stream)


@contextmanager
def open_sink(home: Home, site: str, now: Clock, *, patience: float = PATIENCE_S) -> Iterator[Sink]:
    """The sink of `site`: the door when it is up, else the log, opened for as long as the context lasts.

    `now` is the site's time, used only when the log is opened here. Raises the log's Refusal when another process still
    holds it after `patience` seconds and no door of it answers.
    """
    folder = home.site(site)
    until = time.monotonic() + patience
    while True:
        sender = DoorSender(folder)
        if folder.door.exists() and sender.is_up():
            with sender:
                yield sender
            return
        log = _opened(folder, site, now, last_try=time.monotonic() + _PAUSE_S > until)
        if log is not None:
            try:
                yield LogSink(log)
            finally:
                log.close()
            return
        time.sleep(_PAUSE_S)


def _opened(folder: SiteFolder, site: str, now: Clock, *, last_try: bool) -> Log | None:
    try:
        return Log.open(folder.log, site, now)
    except Refusal as refusal:
        if last_try or not any(reason.code == "log.locked" for reason in refusal.reasons):
            raise
        return None
