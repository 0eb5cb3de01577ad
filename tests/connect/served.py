"""A door on loopback for tests: the real app behind a real server, in a thread."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import uvicorn

from dengta.connect.door import Door, Memory
from dengta.connect.sender import DoorAddress
from dengta.core.batch import EventBatch
from dengta.core.time import HOUR, SECOND
from dengta.core.vocabulary import ClockSource, EventType

TOKEN = "key-of-the-test"
START = 1_790_000_000 * SECOND // HOUR * HOUR


def now() -> int:
    """The site's time in tests stands still."""
    return START + HOUR


@contextmanager
def serving(log: Memory, site: str = "demo", *, patience: float = 20.0) -> Iterator[DoorAddress]:
    """The address of a door before `log`, which is open as long as the context lasts."""
    listening = socket.create_server(("127.0.0.1", 0))
    config = uvicorn.Config(Door(log, site, TOKEN, patience=patience), log_level="warning", access_log=False)
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, args=([listening],), daemon=True)
    thread.start()
    try:
        yield DoorAddress(listening.getsockname()[1], TOKEN)
    finally:
        server.should_exit = True
        thread.join(10)
        listening.close()
        assert not thread.is_alive()


def counters(stream: int, first: int, n: int, *, epoch: int = 1, subject: str = "saw-1") -> EventBatch:
    """n readings of a piece counter, seq from `first`."""
    seq = range(first, first + n)
    return EventBatch.from_columns(
        n,
        ["", subject, "pieces"],
        stream=stream,
        epoch=epoch,
        seq=list(seq),
        ts=[START + s * SECOND for s in seq],
        recv=START + HOUR,
        clock=int(ClockSource.DEVICE),
        type=int(EventType.COUNTER),
        subject=1,
        code=2,
        value=list(seq),
    )
