"""Sending batches through a door until it acknowledges them: standard library only, one kept-alive connection.

A batch is either acknowledged as durable or the caller is told that it was not; the door knows keys, so sending again
is always safe.
"""

from __future__ import annotations

import http.client
import json
import os
import random
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from email.message import Message
from types import TracebackType
from typing import Any

from dengta.connect.door import LARGEST_BODY, PACKED, RETRY_AFTER_S
from dengta.core.batch import EventBatch
from dengta.core.reason import Reason, Refusal
from dengta.log import EpochMark, Mark, packed
from dengta.site.home import SiteFolder

DEADLINE_S = 60.0
TIMEOUT_S = 30.0
LARGEST_POST = 50_000
"""Events of one post; longer batches go in several."""
_FIRST_PAUSE_S, _LONGEST_PAUSE_S = 0.02, 1.0
_FINAL = frozenset({400, 413})
"""The door understood and refused: the same post will not fare better."""


@dataclass(frozen=True, slots=True)
class DoorAddress:
    """Where a door listens and what opens it. `pid` is the process behind it, 0 when that is another machine's."""

    port: int
    token: str = field(repr=False)
    pid: int = 0
    host: str = "127.0.0.1"


def write_door_file(folder: SiteFolder, address: DoorAddress) -> None:
    """Say where the site's door listens; replaced as a whole, readable by its owner only (it holds the token)."""
    folder.path.mkdir(parents=True, exist_ok=True)
    fresh = folder.door.with_suffix(f".{os.getpid()}.tmp")
    fresh.unlink(missing_ok=True)
    with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as out:
        json.dump(asdict(address), out)
    fresh.replace(folder.door)


def read_door_file(folder: SiteFolder) -> DoorAddress | None:
    """What the door file says; None where there is none (or it is being written by something that died)."""
    try:
        return DoorAddress(**json.loads(folder.door.read_text("utf-8")))
    except (FileNotFoundError, ValueError, TypeError):
        return None


class DoorSender:
    """Sends to one door; belongs to one thread. The address is read again whenever the door does not answer.

    deadline: seconds to keep trying one call before Refusal; timeout: seconds to wait for one answer;
    seed: of the jitter between tries.
    """

    def __init__(
        self,
        where: SiteFolder | DoorAddress,
        *,
        deadline: float = DEADLINE_S,
        timeout: float = TIMEOUT_S,
        seed: int | None = None,
    ) -> None:
        self._where, self._deadline, self._timeout = where, deadline, timeout
        self._random = random.Random(seed)  # noqa: S311 - spreads retries, guards nothing
        self._connection: http.client.HTTPConnection | None = None
        self._token = ""

    def __enter__(self) -> DoorSender:
        return self

    def __exit__(self, kind: type[BaseException] | None, fault: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    def send(self, batch: EventBatch, *, deadline: float | None = None) -> Mark:
        """Return when all of `batch` is durable behind the door.

        Raises Refusal: the door's reasons when it refuses the batch, ``door.not_acknowledged`` when it did not
        acknowledge within `deadline` seconds (nothing is known then; send again).
        """
        total = Mark(0, 0, 0)
        for body in _posts(batch):
            mark = self._until_answered("POST", "/v1/batch", body, deadline)
            total = Mark(
                total.accepted + mark["accepted"],
                total.duplicates + mark["duplicates"],
                max(total.segment, mark["segment"]),
            )
        return total

    append = send

    def deliver(self, block: bytes, *, deadline: float | None = None) -> dict[int, list[EpochMark]]:
        """Send one packed batch as it is; the door's durable marks of its streams. Refusal as of `send`."""
        told = self._until_answered("POST", "/v1/batch", block, deadline)["marks"]
        return {int(stream): _marks(marks) for stream, marks in told.items()}

    def marks(self, stream: int, *, deadline: float | None = None) -> list[EpochMark]:
        """How far the log behind the door knows `stream`."""
        return _marks(self._until_answered("GET", f"/v1/marks/{stream}", None, deadline)["marks"])

    def is_up(self) -> bool:
        """Whether the door answers right now and knows our token; one try. Another may have taken over its port."""
        try:
            status, _, _ = self._once("GET", "/v1/marks/0", None)
        except (OSError, http.client.HTTPException, Refusal):
            self.close()
            return False
        return status == 200

    def close(self) -> None:
        """Let go of the connection; the next call makes a new one."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _until_answered(self, method: str, path: str, body: bytes | None, deadline: float | None) -> dict[str, Any]:
        seconds = self._deadline if deadline is None else deadline
        until, pause = time.monotonic() + seconds, _FIRST_PAUSE_S
        while True:
            least_pause = 0.0
            try:
                status, headers, answer = self._once(method, path, body)
            except Refusal as refusal:
                reasons = list(refusal.reasons)
            except (OSError, http.client.HTTPException) as fault:
                reasons = [Reason("door.no_answer", params={"fault": str(fault) or type(fault).__name__})]
            else:
                if status == 200:
                    return answer
                reasons = _reasons(status, answer)
                if status in _FINAL:
                    raise Refusal(reasons)
                least_pause = _retry_after(headers) if status == 503 else 0.0
            self.close()
            pause = min(2 * pause, _LONGEST_PAUSE_S)
            wait = max(pause * self._random.uniform(0.5, 1.0), least_pause)
            if time.monotonic() + wait > until:
                raise Refusal([Reason("door.not_acknowledged", params={"seconds": seconds}), *reasons])
            time.sleep(wait)

    def _once(self, method: str, path: str, body: bytes | None) -> tuple[int, Message, dict[str, Any]]:
        connection = self._connected()
        headers = {"Authorization": f"Bearer {self._token}", "Content-Type": PACKED}
        connection.request(method, path, body, headers)
        response = connection.getresponse()
        data = response.read()
        try:
            answer = json.loads(data)
        except ValueError:
            answer = {}
        return response.status, response.headers, answer if isinstance(answer, dict) else {}

    def _connected(self) -> http.client.HTTPConnection:
        if self._connection is None:
            address = self._where if isinstance(self._where, DoorAddress) else read_door_file(self._where)
            if address is None:
                raise Refusal(Reason("door.closed"))
            self._connection = http.client.HTTPConnection(address.host, address.port, timeout=self._timeout)
            self._token = address.token
        return self._connection


def _posts(batch: EventBatch) -> Iterator[bytes]:
    """The batch in as few posts as the door's limits allow."""
    if not len(batch):
        return
    body = packed.pack(batch) if len(batch) <= LARGEST_POST else b""
    if body and (len(body) <= LARGEST_BODY or len(batch) == 1):
        yield body
        return
    middle = len(batch) // 2
    yield from _posts(batch.take(slice(0, middle)))
    yield from _posts(batch.take(slice(middle, None)))


def _marks(told: list[dict[str, Any]]) -> list[EpochMark]:
    return [EpochMark(m["epoch"], m["next"], tuple((lo, hi) for lo, hi in m["above"])) for m in told]


def _reasons(status: int, answer: dict[str, Any]) -> list[Reason]:
    told = answer.get("reasons")
    if not told:
        return [Reason("door.status", params={"status": status})]
    return [Reason(one["code"], tuple(one["place"]), one["params"]) for one in told]


def _retry_after(headers: Message) -> float:
    text = headers.get("Retry-After", "")
    return float(text) if text.isdecimal() else float(RETRY_AFTER_S)
