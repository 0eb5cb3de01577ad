"""The HTTP batch door: a small ASGI app before one site's log. The same post twice is one fact.

    POST /v1/batch[?stream=&epoch=&seq0=&n=]   body: a packed batch, or canonical lines (application/x-ndjson)
    GET  /v1/marks/<stream>                    how far the log knows the stream
    GET  /v1/health                            needs no token

200 is said only after the log's transaction is durable. 400 carries every reason at once and a repeat will not help;
401, 503 (with Retry-After) and silence mean: nothing was promised, send again.
"""

from __future__ import annotations

import asyncio
import hmac
import json
import logging
from collections.abc import Awaitable, Callable, Iterable, MutableMapping
from dataclasses import dataclass
from typing import Any, Protocol
from urllib.parse import parse_qs

import numpy as np

from dengta.connect import lines
from dengta.core.batch import EventBatch
from dengta.core.reason import Reason, Refusal
from dengta.log import EpochMark, Mark, packed
from dengta.log.marks import Marks

LARGEST_BODY = 8 * 2**20
"""Bytes of one post; a packed batch of some 400,000 events."""
LINES = "application/x-ndjson"
PACKED = "application/vnd.dengta.batch"
RETRY_AFTER_S = 1
_LARGE_BODY = 64 * 2**10
"""Above, reading a body would hold up the posts of others: it goes to a thread."""
_FAULT_OF_SENDER = ("event.", "log.batch_too_large")
"""Refusals of the log that a repeat would meet again; all others are the log's own trouble and pass."""
_DECLARED = ("stream", "epoch", "seq0", "n")

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]


class Memory(Protocol):
    """What the door stands before: a `Log`, or something that passes on to one."""

    async def append_async(self, batch: EventBatch) -> Mark:
        """Return when the batch is durable; Refusal when it breaks a rule or the log cannot take it now."""

    def all_marks(self) -> Marks:
        """The durable marks of every stream."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What goes back: a status and a JSON body."""

    status: int
    body: dict[str, Any]
    headers: tuple[tuple[bytes, bytes], ...] = ()


class Door:
    """The app of one site. `token` opens it; `patience` is how many seconds a post waits for the log to take it."""

    def __init__(self, log: Memory, site: str, token: str, *, patience: float = 20.0) -> None:
        if not token:
            raise ValueError("a door without a token is no door")
        self._log, self._site, self._patience = log, site, patience
        self._token = f"Bearer {token}".encode()
        self._trouble: tuple[Reason, ...] = ()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One ASGI connection."""
        if scope["type"] == "lifespan":
            await _live(receive, send)
        elif scope["type"] == "http":
            await _reply(send, await self._answer(scope, receive))
        else:
            raise ValueError(f"the door speaks HTTP, not {scope['type']}")

    async def _answer(self, scope: Scope, receive: Receive) -> Answer:
        asked = (scope["method"], scope["path"])
        if asked == ("GET", "/v1/health"):
            return self._health()
        headers = dict(scope["headers"])
        if not hmac.compare_digest(headers.get(b"authorization", b""), self._token):
            return _refused(401, Reason("door.token"))
        if asked == ("POST", "/v1/batch"):
            return await self._post(scope, headers, receive)
        if asked[0] == "GET" and asked[1].startswith("/v1/marks/"):
            return self._marks(asked[1].removeprefix("/v1/marks/"))
        return _refused(404, Reason("door.unknown_path", (" ".join(asked),)))

    def _health(self) -> Answer:
        reasons = [reason.as_dict() for reason in self._trouble]
        return Answer(503 if reasons else 200, {"site": self._site, "taking": not reasons, "reasons": reasons})

    def _marks(self, stream: str) -> Answer:
        number = _whole(stream)
        if number is None:
            return _refused(400, Reason("door.stream_unreadable", (stream[:40],)))
        return Answer(200, {"stream": number, "marks": told(self._log.all_marks().stream(number))})

    async def _post(self, scope: Scope, headers: dict[bytes, bytes], receive: Receive) -> Answer:
        body = await _body(headers, receive)
        if body is None:
            return _refused(413, Reason("door.too_large", params={"largest": LARGEST_BODY}))
        try:
            large = len(body) > _LARGE_BODY
            batch = await asyncio.to_thread(_read, body, headers) if large else _read(body, headers)
            query = parse_qs(scope["query_string"].decode("latin-1"), keep_blank_values=True)
            found = declaration_faults(batch, {k: v[-1] for k, v in query.items()})
        except Refusal as refusal:
            found = list(refusal.reasons)
        return _refused(400, *found) if found else await self._append(batch)

    async def _append(self, batch: EventBatch) -> Answer:
        waiting = asyncio.ensure_future(self._log.append_async(batch))
        try:
            # Shielded: a post that gives up waiting takes nothing back; the batch may still become durable.
            mark = await asyncio.wait_for(asyncio.shield(waiting), self._patience)
        except Refusal as refusal:
            if all(reason.code.startswith(_FAULT_OF_SENDER) for reason in refusal.reasons):
                return _refused(400, *refusal.reasons)
            self._trouble = refusal.reasons
            return _later(*refusal.reasons)
        except TimeoutError:
            waiting.add_done_callback(_heard)
            return _later(Reason("door.not_yet", params={"seconds": self._patience}))
        self._trouble = ()
        return Answer(200, self._taken(batch, mark))

    def _taken(self, batch: EventBatch, mark: Mark) -> dict[str, Any]:
        held = self._log.all_marks()
        marks = {str(stream): told(held.stream(stream)) for stream in np.unique(batch["stream"]).tolist()}
        return {"accepted": mark.accepted, "duplicates": mark.duplicates, "segment": mark.segment, "marks": marks}


def told(marks: Iterable[EpochMark]) -> list[dict[str, Any]]:
    """Marks as JSON: per epoch the first seq not contiguous, and the half-open spans ``[lo, hi]`` held above it."""
    return [{"epoch": m.epoch, "next": m.next, "above": [list(pair) for pair in m.above]} for m in marks]


def declaration_faults(batch: EventBatch, declared: dict[str, str]) -> list[Reason]:
    """What the query of a post says about its batch and the batch denies; a mixed batch declares nothing."""
    given = {name: declared[name] for name in _DECLARED if name in declared}
    if not given:
        return []
    missing = [name for name in _DECLARED if name not in given]
    if missing:
        return [Reason("door.declaration_incomplete", params={"missing": ", ".join(missing)})]
    numbers = [_whole(given[name]) for name in _DECLARED]
    unreadable = [name for name, number in zip(_DECLARED, numbers, strict=True) if number is None]
    if unreadable:
        return [Reason("door.declaration_unreadable", (name,), {"value": given[name][:40]}) for name in unreadable]
    stream, epoch, first, n = (number or 0 for number in numbers)
    faults = []
    if len(batch) != n:
        faults.append(Reason("door.declaration_count", ("n",), {"declared": n, "found": len(batch)}))
    for name, want in (("stream", stream), ("epoch", epoch), ("seq", first + np.arange(len(batch)))):
        wrong = int(np.count_nonzero(batch[name] != want))
        if wrong:
            faults.append(Reason("door.declaration_differs", (name,), {"events": wrong}))
    return faults


def _whole(text: str) -> int | None:
    """The whole number from 0 below 2^63 that `text` writes, else None."""
    number = int(text) if text.isascii() and text.isdecimal() and len(text) < 20 else 2**63
    return number if number < 2**63 else None


def _read(body: bytes, headers: dict[bytes, bytes]) -> EventBatch:
    kind = headers.get(b"content-type", PACKED.encode()).partition(b";")[0].strip().decode("latin-1")
    if kind == LINES:
        return lines.read_bytes(body, "body")
    return packed.unpack(body)


async def _body(headers: dict[bytes, bytes], receive: Receive) -> bytes | None:
    """The whole body, None when it is longer than allowed (what is left of it is not read)."""
    length = headers.get(b"content-length", b"0")
    if length.isdigit() and int(length) > LARGEST_BODY:
        return None
    parts: list[bytes] = []
    size = 0
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            return b""  # nobody waits for the answer; an empty body is refused as unreadable
        parts.append(message.get("body", b""))
        size += len(parts[-1])
        if size > LARGEST_BODY:
            return None
        if not message.get("more_body"):
            return b"".join(parts)


def _refused(status: int, *reasons: Reason) -> Answer:
    return Answer(status, {"reasons": [reason.as_dict() for reason in reasons]})


def _later(*reasons: Reason) -> Answer:
    answer = _refused(503, *reasons)
    return Answer(answer.status, answer.body, ((b"retry-after", str(RETRY_AFTER_S).encode()),))


def _heard(done: asyncio.Future[Mark]) -> None:
    """An append that failed after its post had stopped waiting is not an unheard exception: it is logged."""
    if not done.cancelled() and (fault := done.exception()) is not None:
        logging.getLogger(__name__).warning("a batch was not made durable: %s", fault)


async def _reply(send: Send, answer: Answer) -> None:
    body = json.dumps(answer.body, ensure_ascii=False).encode()
    headers = [(b"content-type", b"application/json"), (b"content-length", str(len(body)).encode()), *answer.headers]
    await send({"type": "http.response.start", "status": answer.status, "headers": headers})
    await send({"type": "http.response.body", "body": body})


async def _live(receive: Receive, send: Send) -> None:
    while True:
        message = await receive()
        await send({"type": f"{message['type']}.complete"})
        if message["type"] == "lifespan.shutdown":
            return
