"""The writer: takes batches and commits them in groups, one commit at a time.

A commit costs one sync however much it carries, so whatever has come in is committed together: after `group_events`
events or `group_wait`, by the writer's thread. A batch that alone is that large and finds nobody waiting is committed
by the thread that brings it: handing it over and back would cost as much as the sync. A caller hears of its events only
after COMMIT.
"""

from __future__ import annotations

import sqlite3
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field
from typing import Generic, NamedTuple, TypeVar

import numpy as np

from dengta.core.batch import EventBatch
from dengta.core.reason import Reason, Refusal
from dengta.core.time import MILLISECOND, MINUTE, SECOND, Micros
from dengta.log.lock import WriterLock
from dengta.log.marks import Marks
from dengta.log.packed import PackedSegment
from dengta.log.store import Store, last_id, load_marks

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Settings:
    """How the writer groups, waits and limits."""

    group_events: int = 1_000
    group_wait: Micros = 20 * MILLISECOND
    queue_events: int = 65_536
    """Events that may wait; `append` blocks above."""
    clock_tolerance: Micros = 5 * MINUTE
    """How far `ts` may lie ahead of receipt before the event is flagged CLOCK_AHEAD."""
    store_bytes: int | None = None
    """Largest size of the database file; None: the disk decides."""
    segment_events: int = 8_192
    """Events that fill a sealed segment: neighbouring hours of a day share one until then."""
    outbox_bytes: int = 2 << 30
    """What may wait for the slowest destination; above, nothing is accepted."""


class Mark(NamedTuple):
    """A durable answer: how many events were new, how many the log had, and the last packed segment they are in."""

    accepted: int
    duplicates: int
    segment: int


def _promise() -> Future:
    """A future that cannot be cancelled: who goes away (a client that hangs up) does not take the commit with him."""
    future: Future = Future()
    future.set_running_or_notify_cancel()
    return future


@dataclass(slots=True)
class Offer:
    """A checked and stamped batch on its way in; large ones come packed."""

    batch: EventBatch
    arrived: Micros
    segment: PackedSegment | None = None
    future: Future[Mark] = field(default_factory=_promise)


@dataclass(slots=True)
class Task(Generic[T]):
    """Something else to do in the writer's thread, in a transaction of its own."""

    run: Callable[[Store, Marks], T]
    future: Future[T] = field(default_factory=_promise)


class Writer:
    """The thread and its queue."""

    def __init__(self, store: Store, lock: WriterLock, settings: Settings) -> None:
        self._store, self._lock, self._settings = store, lock, settings
        self._marks: Marks | None = load_marks(store.db)
        self._queue: deque[tuple[float, Offer | Task]] = deque()
        self._waiting = 0
        self.written = 0  # bytes of packed blocks since opening
        self._closing = False
        self._changed = threading.Condition()
        self._turn = threading.Lock()  # whose it is uses store and marks
        self._thread = threading.Thread(target=self._run, name="dengta-log", daemon=True)
        self._thread.start()

    def offer(self, offer: Offer, *, block: bool = True) -> bool:
        """Commit a large batch here and now if nobody waits, else put it in the queue; False when there is no room and
        `block` is False."""
        n = len(offer.batch)
        if block and offer.segment is not None and self._commit_here(offer):
            return True
        with self._changed:
            while self._waiting and self._waiting + n > self._settings.queue_events and not self._closing:
                if not block:
                    return False
                self._changed.wait()
            self._enqueue(offer, n)
        return True

    def _commit_here(self, offer: Offer) -> bool:
        if not self._turn.acquire(blocking=False):
            return False
        try:
            if self._queue or self._closing:
                return False
            self._commit([offer])
            return True
        finally:
            self._turn.release()

    def run(self, what: Callable[[Store, Marks], T]) -> T:
        """Do `what` in the writer's thread, in one transaction, and wait for it."""
        task = Task(what)
        with self._changed:
            self._enqueue(task, 0)
        return task.future.result()

    def _enqueue(self, item: Offer | Task, events: int) -> None:
        if self._closing:
            raise Refusal(Reason("log.closed"))
        self._queue.append((time.monotonic(), item))
        self._waiting += events
        self._changed.notify_all()

    def close(self) -> None:
        """Commit what waits, then stop."""
        with self._changed:
            self._closing = True
            self._changed.notify_all()
        self._thread.join()
        with self._turn:  # a caller may still be committing its own
            return

    def _run(self) -> None:
        while work := self._gather():
            with self._turn:
                if isinstance(work, Task):
                    self._do(work)
                else:
                    self._commit(work)
                    self._done(work)

    def _gather(self) -> Task | list[Offer]:
        """The next task, or the offers of the next commit; an empty list when closing and done."""
        settings = self._settings
        with self._changed:
            while not self._queue and not self._closing:
                self._changed.wait()
            if not self._queue:
                return []
            due = self._queue[0][0] + settings.group_wait / SECOND
            while not (
                self._closing
                or self._waiting >= settings.group_events
                or any(isinstance(item, Task) for _, item in self._queue)
                or (left := due - time.monotonic()) <= 0
            ):
                self._changed.wait(left)
            if isinstance(first := self._queue[0][1], Task):
                self._queue.popleft()
                return first
            offers: list[Offer] = []
            while self._queue and isinstance(item := self._queue[0][1], Offer):
                offers.append(item)
                self._queue.popleft()
            return offers

    def _done(self, offers: Sequence[Offer]) -> None:
        with self._changed:
            self._waiting -= sum(len(o.batch) for o in offers)
            self._changed.notify_all()

    def _ready(self) -> Marks:
        """The marks; after a failure the database says what is true."""
        if self._marks is None:
            self._store.reopen()
            self._marks = load_marks(self._store.db)
        return self._marks

    def _do(self, task: Task) -> None:
        try:
            marks = self._ready()
            with self._store.transaction():
                answer = task.run(self._store, marks)
                self._store.save_marks(marks)
        except Exception as error:  # noqa: BLE001 - whatever it was, the caller who waits is told
            task.future.set_exception(self._failed(error))
        else:
            task.future.set_result(answer)

    def _commit(self, offers: list[Offer]) -> None:
        try:
            marks = self._ready()
            with self._store.transaction():
                answers = [answer for joined in _segments(offers) for answer in self._admit(joined, marks)]
                self._store.save_marks(marks)
        except Exception as error:  # noqa: BLE001 - whatever it was, the callers who wait are told
            told = self._failed(error)
            for offer in offers:
                offer.future.set_exception(told)
        else:
            self._lock.trouble("")
            for offer, answer in zip(offers, answers, strict=True):
                offer.future.set_result(answer)

    def _failed(self, error: Exception) -> Exception:
        self._marks = None
        if not isinstance(error, sqlite3.Error):
            return error
        full = getattr(error, "sqlite_errorcode", None) == sqlite3.SQLITE_FULL
        reason = Reason("log.disk_full" if full else "log.store_failed", params={"error": str(error)})
        self._lock.trouble(reason.code)
        return Refusal(reason)

    def _admit(self, offers: list[Offer], marks: Marks) -> list[Mark]:
        """Take in what becomes one packed segment."""
        batch = EventBatch.concat([offer.batch for offer in offers])
        segment = offers[0].segment or PackedSegment.of(batch)
        new = marks.admit(segment.runs)
        if new is not None and not new.any():
            id_ = last_id(self._store.db)
            return [Mark(0, len(offer.batch), id_) for offer in offers]
        if new is not None:
            segment = PackedSegment.of(batch.take(new))
        id_ = add_packed(self._store.db, segment, offers[-1].arrived)
        self.written += len(segment.block)
        if new is None:
            return [Mark(len(offer.batch), 0, id_) for offer in offers]
        ends = np.cumsum([len(offer.batch) for offer in offers])
        parts = np.split(new, ends[:-1])
        return [Mark(int(part.sum()), int((~part).sum()), id_) for part in parts]


def _segments(offers: list[Offer]) -> Iterator[list[Offer]]:
    """The offers that become one packed segment each: small ones joined, large ones alone."""
    small: list[Offer] = []
    for offer in offers:
        if offer.segment is None:
            small.append(offer)
            continue
        if small:
            yield small
            small = []
        yield [offer]
    if small:
        yield small


def add_packed(db: sqlite3.Connection, new: PackedSegment, arrived: Micros, *, id_: int | None = None) -> int:
    """Insert a packed segment (inside a transaction) and return its id, the next one unless given."""
    facts = (id_, new.n, new.n, new.t0, new.t1, new.recv1, arrived, new.runs.encode(), new.block)
    done = db.execute(
        "INSERT INTO packed (id, n, unsealed, sealed_until, t0, t1, recv1, arrived, keys, block)"
        " VALUES (?, ?, ?, 0, ?, ?, ?, ?, ?, ?)",
        facts,
    )
    return int(done.lastrowid or 0)
