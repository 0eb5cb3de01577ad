"""The stream at ``/live/``: ASGI, before Django. One request is one screen for as long as it looks."""

from __future__ import annotations

import asyncio
import random
from typing import Any
from urllib.parse import parse_qs

from dengta.web.live.grant import granted
from dengta.web.live.hub import Hub, Listener
from dengta.web.live.sources import open_source

RETRY_MS = 3000
STUCK_S = 30.0
"""A screen that takes nothing for so long is dropped; its browser comes back by itself."""
_HEADERS = [
    (b"content-type", b"text/event-stream; charset=utf-8"),
    (b"cache-control", b"no-store"),
    (b"x-accel-buffering", b"no"),
    (b"x-content-type-options", b"nosniff"),
]
hub = Hub(open_source)


async def application(scope: dict[str, Any], receive: Any, send: Any) -> None:
    """ASGI: ``GET /live/?grant=...`` answers with server-sent events of the granted topics."""
    note = parse_qs(scope["query_string"]).get(b"grant", [b""])[0].decode("ascii", "replace")
    topics = granted(note) if scope["method"] == "GET" else None
    if not topics:
        await send({"type": "http.response.start", "status": 403, "headers": [(b"content-type", b"text/plain")]})
        await send({"type": "http.response.body", "body": b"this page's grant is not valid (any more): load it again"})
        return
    await send({"type": "http.response.start", "status": 200, "headers": _HEADERS})
    await _say(send, b"retry: %d\n\n" % (RETRY_MS + random.randrange(RETRY_MS)))  # noqa: S311  spreads the return
    with hub.listen(topics) as listener:
        gone = asyncio.create_task(_until_gone(receive, listener))
        try:
            async for message in listener.messages():
                await _say(send, message)
        except TimeoutError:
            return
        finally:
            gone.cancel()


async def _say(send: Any, body: bytes) -> None:
    async with asyncio.timeout(STUCK_S):
        await send({"type": "http.response.body", "body": body, "more_body": True})


async def _until_gone(receive: Any, listener: Listener) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
    listener.leave()
