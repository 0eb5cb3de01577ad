"""The hub: any number of screens listen to a few topics; each topic is produced once.

A slow screen never holds up another: it has room for `ROOM` messages, and one that falls further behind is told the
whole anew instead of every change it missed. Messages are bytes made once and shared by all who get them.
"""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Protocol

ROOM = 4
LINGER_S = 5.0
"""A topic lives on this long after its last listener: a reloaded page finds it warm."""
RETRY_S = 2.0
log = logging.getLogger(__name__)


class Source(Protocol):
    """What a topic shows."""

    def changes(self) -> AsyncIterator[bytes]:
        """Messages as they come, for ever. Starts afresh at each call."""

    def whole(self) -> bytes | None:
        """One message that says everything as it is now; None while nothing is known yet."""


class Listener:
    """One screen: what it has yet to be sent."""

    __slots__ = ("_behind", "_left", "_topics", "_waiting", "_wake")

    def __init__(self, topics: Sequence[_Topic]) -> None:
        self._topics = topics
        self._waiting: deque[bytes] = deque()
        self._wake = asyncio.Event()
        self._behind = True
        self._left = False
        self._wake.set()

    def offer(self, message: bytes) -> None:
        """Put a message into its room; a full room is emptied, and the whole will be sent instead."""
        if len(self._waiting) >= ROOM:
            self._waiting.clear()
            self._behind = True
        if not self._behind:
            self._waiting.append(message)
        self._wake.set()

    def leave(self) -> None:
        """The screen is gone: `messages` ends."""
        self._left = True
        self._wake.set()

    async def messages(self) -> AsyncIterator[bytes]:
        """The whole, then the changes, until the screen leaves."""
        while True:
            await self._wake.wait()
            self._wake.clear()
            if self._left:
                return
            if self._behind:
                wholes = [topic.source.whole() for topic in self._topics]
                if None not in wholes:
                    self._behind = False
                    yield b"".join(whole for whole in wholes if whole)
            elif self._waiting:
                together = b"".join(self._waiting)
                self._waiting.clear()
                yield together


class _Topic:
    """One source, its listeners, and the task that carries from one to the others."""

    def __init__(self, name: str, source: Source) -> None:
        self.name = name
        self.source = source
        self.listeners: set[Listener] = set()
        self.task: asyncio.Task[None] | None = None

    async def carry(self) -> None:
        """Offer every change to every listener; a source that fails is started again, and says so."""
        while True:
            try:
                async for message in self.source.changes():
                    for listener in self.listeners:
                        listener.offer(message)
            except Exception as failure:
                log.error("live topic %s failed; it starts again in %s s", self.name, RETRY_S, exc_info=failure)
            await asyncio.sleep(RETRY_S)


class Hub:
    """The topics somebody listens to. Lives in one event loop.

    open_source: the source of a topic by its name.
    """

    def __init__(self, open_source: Callable[[str], Source], *, linger_s: float = LINGER_S) -> None:
        self._open = open_source
        self._linger_s = linger_s
        self._topics: dict[str, _Topic] = {}

    @property
    def topics(self) -> dict[str, int]:
        """Topics alive now and how many listen to each."""
        return {name: len(topic.listeners) for name, topic in self._topics.items()}

    @contextmanager
    def listen(self, names: Sequence[str]) -> Iterator[Listener]:
        """A listener of the topics `names` for as long as the context lasts."""
        topics = [self._topic(name) for name in names]
        listener = Listener(topics)
        for topic in topics:
            topic.listeners.add(listener)
        try:
            yield listener
        finally:
            for topic in topics:
                topic.listeners.discard(listener)
                if not topic.listeners:
                    asyncio.get_running_loop().call_later(self._linger_s, self._close_if_unheard, topic)

    def _topic(self, name: str) -> _Topic:
        topic = self._topics.get(name)
        if topic is None:
            topic = self._topics[name] = _Topic(name, self._open(name))
            topic.task = asyncio.get_running_loop().create_task(topic.carry())
        return topic

    def _close_if_unheard(self, topic: _Topic) -> None:
        if not topic.listeners and self._topics.get(topic.name) is topic:
            del self._topics[topic.name]
            if topic.task is not None:
                topic.task.cancel()
