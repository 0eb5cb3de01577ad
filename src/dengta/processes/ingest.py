"""The ingest process: the one writer of a site's log, behind its HTTP door on a free loopback port."""

from __future__ import annotations

import asyncio
import json
import logging
import os
import queue
import secrets
import socket
import threading
from concurrent.futures import Future
from typing import Any, cast

import uvicorn

from dengta.connect.door import Door, Receive, Scope, Send
from dengta.connect.sender import DoorAddress, write_door_file
from dengta.core.batch import EventBatch
from dengta.core.reason import Refusal
from dengta.core.time import DAY, HOUR, MINUTE, SECOND, Micros
from dengta.log import Log, Mark
from dengta.log.marks import Marks
from dengta.site.clock import Clock, SiteTime, real_now
from dengta.site.home import SiteFolder

logger = logging.getLogger(__name__)

LATENESS: Micros = 2 * HOUR
"""Site time after which an hour counts as closed; an event that comes later adds a segment of its own."""
PASS_S = 5.0
START_S = 20.0
"""Before the first pass: a start has better things to do."""
QUIET: Micros = 5 * SECOND
"""Real time without old events before closed hours are sealed: history on its way is sealed once, not in slices."""
PATIENCE: Micros = 10 * MINUTE
"""Real time after which sealing no longer waits for quiet."""


class Ear:
    """The log as the door sees it, which also hears when events older than the sealing border come in."""

    def __init__(self, log: Log, now: Clock) -> None:
        self._log, self._now = log, now
        self._last_old: Micros = 0
        self._waits_since: Micros | None = None

    async def append_async(self, batch: EventBatch) -> Mark:
        """As the log's."""
        self.hear(batch)
        return await self._log.append_async(batch)

    def all_marks(self) -> Marks:
        """As the log's."""
        return self._log.all_marks()

    def hear(self, batch: EventBatch) -> None:
        """Note whether something of `batch` lies before the border."""
        if len(batch) and int(batch["ts"].min()) < self.border():
            self._last_old = real_now()

    def border(self) -> Micros:
        """Site time before which hours are closed."""
        return self._now() - LATENESS

    def is_quiet(self) -> bool:
        """No old events lately, or they have been coming for so long that waiting is no use."""
        real = real_now()
        if real - self._last_old >= QUIET:
            self._waits_since = None
            return True
        self._waits_since = self._waits_since or real
        return real - self._waits_since >= PATIENCE


class Sealer:
    """Seals closed hours every few seconds and when asked, in a thread that a stop does not wait for: what it is at is
    safe at any instant, and closing the log ends it."""

    def __init__(self, log: Log, ear: Ear) -> None:
        self._log, self._ear = log, ear
        self._asked: queue.SimpleQueue[Future[int]] = queue.SimpleQueue()
        threading.Thread(target=self._run, name="sealer", daemon=True).start()

    def seal(self) -> Future[int]:
        """Seal what is closed without waiting for quiet; how many segments that makes."""
        answer: Future[int] = Future()
        self._asked.put(answer)
        return answer

    def _seal(self, *, full: bool) -> int:
        """Everything closed, a UTC day at a time (more of a long backlog): a stop loses little of the work."""
        border = self._ear.border()
        made = 0
        while (oldest := self._log.reader.oldest_unsealed()) is not None and oldest < border // HOUR * HOUR:
            until = min(border, (oldest // DAY + 1 + (border - oldest) // (50 * DAY)) * DAY)
            made += len(self._log.seal(until, full=full))
            if self._log.reader.oldest_unsealed() == oldest:
                break  # what is left waits for a reason of its own
        return made

    def _run(self) -> None:
        pause = START_S
        while True:
            full = False
            try:
                answer: Future[int] = self._asked.get(timeout=pause)
            except queue.Empty:
                if not self._ear.is_quiet():
                    continue
                answer, full = Future(), True
            pause = PASS_S
            try:
                made = self._seal(full=full)
            except Refusal as refusal:  # the disk's, or the log has been closed; tried again next time
                logger.warning("not sealed: %s", refusal)
                answer.set_exception(refusal)
            except Exception as fault:
                logger.exception("sealing broke; it is tried again")
                answer.set_exception(fault)
            else:
                answer.set_result(made)
                if made:
                    logger.info("sealed %d segments", made)


class Ingest:
    """The ASGI app: the site's door, and before it ``POST /v1/seal``, which seals the closed hours at once."""

    def __init__(self, log: Log, site: str, token: str, now: Clock) -> None:
        ear = Ear(log, now)
        self._token = f"Bearer {token}".encode()
        self._sealer = Sealer(log, ear)
        self._door = Door(cast(Log, ear), site, token)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One ASGI connection."""
        if scope["type"] == "http" and (scope["method"], scope["path"]) == ("POST", "/v1/seal"):
            await self._seal(scope, send)
        else:
            await self._door(scope, receive, send)

    async def _seal(self, scope: Scope, send: Send) -> None:
        given = dict(scope["headers"]).get(b"authorization", b"")
        status: int = 401
        answer: dict[str, Any] = {}
        if secrets.compare_digest(given, self._token):
            try:
                status, answer = 200, {"segments": await asyncio.wrap_future(self._sealer.seal())}
            except Refusal as refusal:
                status, answer = 503, {"reasons": [reason.as_dict() for reason in refusal.reasons]}
        headers = [(b"content-type", b"application/json")]
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": json.dumps(answer).encode()})


def serve(site: SiteFolder) -> None:
    """Own the log of `site` until SIGTERM or SIGINT. Refusal: another process owns it, its store is unreadable."""
    now = SiteTime(site.clock)
    log = Log.open(site.log, site.site, now)
    threading.Thread(target=log.warm, name="warm", daemon=True).start()
    try:
        with socket.socket() as listening:
            listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            listening.bind(("127.0.0.1", 0))
            listening.listen(128)
            token = secrets.token_urlsafe(32)
            write_door_file(site, DoorAddress(listening.getsockname()[1], token, os.getpid()))
            asyncio.run(_serve(Ingest(log, site.site, token, now), listening))
    finally:
        site.door.unlink(missing_ok=True)
        log.close()


async def _serve(ingest: Ingest, listening: socket.socket) -> None:
    app: Any = ingest
    config = uvicorn.Config(
        app, log_level="warning", access_log=False, ws="none", timeout_graceful_shutdown=3, timeout_keep_alive=60
    )
    await uvicorn.Server(config).serve(sockets=[listening])
