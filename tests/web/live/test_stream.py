"""The stream as ASGI: a grant opens it, the whole comes first, changes follow; it never asks the database."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest
from django.core import signing

from dengta.core.time import HOUR, MINUTE, SECOND
from dengta.core.vocabulary import EventType
from dengta.site.clock import SiteClock, real_now
from dengta.site.home import Home
from dengta.web.live import stream
from dengta.web.live.grant import grant, granted
from dengta.web.live.hub import Hub
from dengta.web.live.sources import open_source
from tests.web.floor.stage import Stage


@pytest.fixture
def stage(tmp_path, settings):
    settings.HOME = Home.at(tmp_path)
    made = Stage(settings.HOME)
    yield made
    made.close()


class Screen:
    """An ASGI client of the stream."""

    def __init__(self, note: str) -> None:
        self.scope = {"type": "http", "method": "GET", "path": "/live/", "query_string": f"grant={note}".encode()}
        self.told: asyncio.Queue[tuple[str, dict[str, Any]]] = asyncio.Queue()
        self.status = 0
        self.gone = asyncio.Event()

    async def receive(self) -> dict[str, Any]:
        """Silence, then the end."""
        await self.gone.wait()
        return {"type": "http.disconnect"}

    async def send(self, message: dict[str, Any]) -> None:
        """Take events apart."""
        self.status = message.get("status", self.status)
        for block in message.get("body", b"").decode().split("\n\n"):
            if block.startswith("event: "):
                kind, data = block.split("\n")
                self.told.put_nowait((kind.removeprefix("event: "), json.loads(data.removeprefix("data: "))))

    async def until(self, machine: str, field: str, value: object) -> dict[str, Any]:
        """The first message that says so of `machine`."""
        async with asyncio.timeout(10):
            while True:
                _, said = await self.told.get()
                if said["machines"].get(machine, {}).get(field) == value:
                    return said


@pytest.fixture
def hub(monkeypatch):
    monkeypatch.setattr(stream, "hub", Hub(open_source, linger_s=0))


def watch(story) -> None:
    """Run `story(screen)` beside the stream it looks at."""

    async def both() -> None:
        screen = Screen(grant("furniture", ["floor"]))
        task = asyncio.create_task(stream.application(screen.scope, screen.receive, screen.send))
        await story(screen)
        screen.gone.set()
        await asyncio.wait_for(task, 5)
        await asyncio.sleep(0.05)
        assert stream.hub.topics == {}

    asyncio.run(both())


def test_the_whole_comes_first_and_then_what_changes(stage, hub):
    stage.morning()

    async def story(screen: Screen) -> None:
        kind, said = await asyncio.wait_for(screen.told.get(), 10)
        assert kind == "whole"
        assert len(said["machines"]) == 20
        assert said["machines"]["pack-3"]["state"] == "down"
        assert said["machines"]["pack-3"]["strip"].startswith("<svg")
        assert said["book"] == stage.book.short
        stage.tell(stage.event("saw-1", stage.now, EventType.STATE, "maintenance", reason="planned-maintenance"))
        told = await screen.until("saw-1", "state", "maintenance")
        assert len(told["machines"]) < 20, "only what changed"
        late = stage.event("saw-1", stage.now - HOUR, EventType.STATE, "down")
        stage.tell(late, stage.event("saw-1", stage.now + SECOND, EventType.COUNTER, "pieces", 1))
        await screen.until("saw-1", "state", "maintenance")

    watch(story)


def test_a_recorded_plant_plays_by_its_clock_and_nothing_is_written(stage, hub):
    at = stage.now - 10 * MINUTE
    stage.tell(
        stage.event("saw-1", at, EventType.OPERATION_START, "run", order="Case1"),
        stage.event("saw-1", at + 5 * MINUTE, EventType.OPERATION_END, "run", 5 * MINUTE, order="Case1"),
    )
    before = stage.log.marks(stage.event("saw-1", 0, EventType.STATE).stream)
    SiteClock(at - MINUTE, real_now(), 120, stage.now).save(stage.folder.clock)

    async def story(screen: Screen) -> None:
        kind, said = await asyncio.wait_for(screen.told.get(), 10)
        assert (kind, said["machines"]["saw-1"]["state"]) == ("whole", "unknown")
        running = await screen.until("saw-1", "state", "running")
        assert at <= running["at"] < at + 5 * MINUTE
        idle = await screen.until("saw-1", "state", "idle")
        assert idle["at"] >= at + 5 * MINUTE

    watch(story)
    assert stage.log.marks(stage.event("saw-1", 0, EventType.STATE).stream) == before


@pytest.mark.parametrize("note", ["", "forged", "a:b:c"])
def test_without_a_grant_there_is_no_stream(note, hub):
    async def ask() -> int:
        screen = Screen(note)
        await stream.application(screen.scope, screen.receive, screen.send)
        return screen.status

    assert asyncio.run(ask()) == 403


def test_a_grant_ends_with_the_longest_session(settings):
    note = grant("furniture", ["floor"])
    assert granted(note) == ("floor:furniture",)
    settings.SESSION_LONGEST_S = -1
    assert granted(note) is None
    assert granted(signing.dumps(["floor:furniture"], salt="other")) is None
