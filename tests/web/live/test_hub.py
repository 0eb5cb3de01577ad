"""The hub by its promises: one source a topic, slow screens told the whole, topics that end when nobody listens."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

from dengta.web.live.hub import ROOM, Hub, Listener


class Ticker:
    """A source that says what a test tells it to."""

    def __init__(self) -> None:
        self.said: asyncio.Queue[bytes | Exception] = asyncio.Queue()
        self.all: bytes | None = None
        self.started = 0

    def whole(self) -> bytes | None:
        """Everything said so far."""
        return self.all

    async def changes(self) -> AsyncIterator[bytes]:
        """What is put into `said`."""
        self.started += 1
        while True:
            message = await self.said.get()
            if isinstance(message, Exception):
                raise message
            self.all = (self.all or b"") + message
            yield message


async def heard(listener: Listener, n: int) -> list[bytes]:
    """The next n messages of a listener."""
    found: list[bytes] = []
    messages = listener.messages()
    async with asyncio.timeout(2):
        async for message in messages:
            found.append(message)
            if len(found) == n:
                break
    return found


async def settle() -> None:
    """Let every ready task run."""
    for _ in range(10):
        await asyncio.sleep(0)


def test_a_newcomer_gets_the_whole_and_then_the_changes():
    async def story() -> None:
        source = Ticker()
        hub = Hub(lambda name: source, linger_s=0)
        with hub.listen(["floor:a"]) as first:
            listening = asyncio.create_task(heard(first, 2))
            await settle()
            source.said.put_nowait(b"1")
            await settle()
            with hub.listen(["floor:a"]) as second:
                source.said.put_nowait(b"2")
                assert await listening == [b"1", b"2"]
                assert await heard(second, 1) == [b"12"]
                assert source.started == 1, "two screens, one source"
                assert hub.topics == {"floor:a": 2}

    asyncio.run(story())


def test_a_slow_screen_holds_nobody_up_and_misses_nothing():
    async def story() -> None:
        source = Ticker()
        hub = Hub(lambda name: source, linger_s=0)
        with hub.listen(["floor:a"]) as slow:
            messages = slow.messages()
            source.said.put_nowait(b"0")
            assert await anext(messages) == b"0"
            for i in range(1, ROOM + 3):
                source.said.put_nowait(b"%d" % i)
            await settle()
            assert await anext(messages) == b"".join(b"%d" % i for i in range(ROOM + 3)), "the whole, not a torn tail"

    asyncio.run(story())


def test_a_topic_ends_with_its_last_listener():
    async def story() -> None:
        made: list[Ticker] = []

        def open_source(name: str) -> Ticker:
            made.append(Ticker())
            return made[-1]

        hub = Hub(open_source, linger_s=0)
        with hub.listen(["floor:a"]) as one:
            one.leave()
            assert [message async for message in one.messages()] == []
        await settle()
        await asyncio.sleep(0.01)
        assert hub.topics == {}
        with hub.listen(["floor:a"]):
            assert len(made) == 2

    asyncio.run(story())


def test_a_source_that_fails_starts_again(monkeypatch, caplog):
    monkeypatch.setattr("dengta.web.live.hub.RETRY_S", 0.0)

    async def story() -> None:
        source = Ticker()
        hub = Hub(lambda name: source, linger_s=0)
        with hub.listen(["floor:a"]) as one:
            source.said.put_nowait(OSError("disk"))
            source.said.put_nowait(b"1")
            assert await heard(one, 1) == [b"1"]
            assert source.started == 2

    asyncio.run(story())
    assert "floor:a failed" in caplog.text
