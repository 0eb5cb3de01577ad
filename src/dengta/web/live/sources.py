"""What the topics show: ``floor:<site>`` is a site's machines as they change."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncIterator, Iterable
from typing import Any

from django.conf import settings

from dengta.apps.production.queries import STRIP, FloorView, Seen, SiteFloor, site_floor
from dengta.figures import StripView, strip_svg
from dengta.web.live.hub import Source
from dengta.web.scope import site_time

LOOK_S = 0.25
BEAT_S = 2.0
STRIPS_S = 15.0


def open_source(topic: str) -> Source:
    """The source of `topic`. KeyError for a kind nobody shows: grants are signed, so that is our fault."""
    kind, _, site = topic.partition(":")
    folder = settings.HOME.site(site)
    return {"floor": lambda: FloorSource(site_floor(folder, site_time(folder.clock)))}[kind]()


def sse(event: str, data: dict[str, Any]) -> bytes:
    """One server-sent event."""
    return f"event: {event}\ndata: {json.dumps(data, ensure_ascii=False, separators=(',', ':'))}\n\n".encode()


def machine_data(seen: Seen) -> dict[str, Any]:
    """A machine for a screen: codes and numbers; words are the page's, in its reader's language."""
    now = seen.now
    return {
        "state": now.state,
        "level": now.level,
        "since": now.since,
        "reason": now.reason,
        "order": now.order,
        "operation": now.operation,
        "people": now.people,
        "pieces": now.pieces_shift,
        "of": "day" if seen.by_day else "shift",
        "hour": now.pieces_hour,
        "scrap": now.scrap_shift,
        "at": now.last_ts,
        "stale": seen.stale_at,
        "flags": int(now.flags),
        "why": dict(now.unknown),
    }


def strip_of(floor: SiteFloor, view: FloorView, machine: str) -> str:
    """The strip of a machine's last hours, as SVG."""
    start = view.at - STRIP
    return strip_svg(StripView(start, view.at, [span[:3] for span in floor.spans(machine, start, view.at)]))


class FloorSource:
    """A site's floor: looked at every quarter second off the event loop, sent when something changed."""

    def __init__(self, floor: SiteFloor) -> None:
        self._floor = floor
        self._view: FloorView | None = None
        self._whole: bytes | None = None
        self._strips: dict[str, str] = {}

    def whole(self) -> bytes | None:
        """Everything: the site's time and every machine with its strip. Made once a turn, however many ask."""
        if self._whole is None and self._view is not None:
            self._whole = self._message("whole", self._view, self._view.machines, self._view.machines)
        return self._whole

    async def changes(self) -> AsyncIterator[bytes]:
        """Changed machines, and at least every `BEAT_S` the site's time."""
        told: FloorView | None = None
        beat_at = strips_at = 0.0
        while True:
            view = await asyncio.to_thread(self._floor.look)
            tick = time.monotonic()
            fresh = view.changed(told.turn if told else 0)
            redrawn = [n for n in fresh if n not in self._strips or not told or _began(told, n) != _began(view, n)]
            if tick - strips_at >= STRIPS_S:
                strips_at, fresh, redrawn = tick, dict(view.machines), list(view.machines)
            if fresh or tick - beat_at >= BEAT_S:
                if redrawn:
                    self._strips |= await asyncio.to_thread(self._draw, view, redrawn)
                self._view, self._whole, told, beat_at = view, None, view, tick
                yield self._message("floor", view, fresh, redrawn)
            await asyncio.sleep(LOOK_S)

    def _draw(self, view: FloorView, machines: Iterable[str]) -> dict[str, str]:
        return {name: strip_of(self._floor, view, name) for name in machines}

    def _message(self, event: str, view: FloorView, names: Iterable[str], drawn: Iterable[str]) -> bytes:
        machines = {name: machine_data(view.machines[name]) for name in names}
        for name in drawn:
            machines[name]["strip"] = self._strips[name]
        book = view.book.short if view.book else ""
        return sse(event, {"at": view.at, "rate": view.rate, "stop": view.stop, "book": book, "machines": machines})


def _began(view: FloorView, machine: str) -> int | None:
    seen = view.machines.get(machine)
    return seen.now.since if seen else None
