"""The writer: takes batches and commits them in groups, one commit at a time.

A commit costs one sync however much it carries, so whatever has come in is committed together: after `group_events`
events or `group_wait`, by the writer's thread. A batch that alone is that large and finds nobody waiting is committed
by the thread that brings it: handing it over and back would cost as much as the sync. A caller hears of its events only
after that sync.

Committed means durable in the `journal`. Only the writer's thread touches the database: it takes in what is journalled
`store_wait` later or when much has come, many segments in one transaction, beside the commits. What finds no room in
the journal goes into the database at once.
"""

from __future__ import annotations

import errno
import logging
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
from dengta.log import keys
from dengta.log.journal import Journal
from dengta.log.lock import WriterLock
from dengta.log.marks import Marks
from dengta.log.packed import PackedRow, PackedSegment
from dengta.log.store import Store, insert, last_id, load_marks

T = TypeVar("T")
logger = logging.getLogger(__name__)

_MUCH = 1 << 21  # bytes in the journal that the database takes in without waiting
_AGAIN_S = 1.0  # after the database refused


@dataclass(frozen=True, slots=True)
class Settings:
    """How the writer groups, waits and limits."""

    group_events: int = 1_000
    group_wait: Micros = 20 * MILLISECOND
    queue_events: int = 65_536
    """Events that may wait; `append` blocks above."""
    clock_tolerance: Micros = 5 * MINUTE
    """How far `ts` may lie ahead of receipt before the event is flagged CLOCK_AHEAD."""
    store_wait: Micros = 100 * MILLISECOND
    """How long what is committed may wait in the journal for its way into the database."""
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

    def __init__(self, store: Store, journal: Journal, lock: WriterLock, settings: Settings) -> None:
        self._store, self._journal, self._lock, self._settings = store, journal, lock, settings
        self._marks: Marks | None = load_marks(store.db)
        self._last = last_id(store.db)
        self._pending: list[PackedRow] = []  # in the journal and not in the database yet
        self._pending_bytes = 0
        self._due = 0.0  # when the database takes them in
        self._queue: deque[tuple[float, Offer | Task]] = deque()
        self._waiting = 0
        self.written = 0  # bytes of packed blocks since opening
        self._closing = False
        self._changed = threading.Condition()
        self._turn = threading.RLock()  # whose it is uses marks, journal and what is pending
        self._thread = threading.Thread(target=self._run, name="dengta-log", daemon=True)
        self._thread.start()

    def offer(self, offer: Offer, *, block: bool = True) -> bool:
        """Commit a large batch here and now if nobody waits, else put it in the queue; False when there is no room and
        `block` is False."""
        n = len(offer.batch)
        if block and offer.segment is not None and self._commit_here(offer, offer.segment):
            return True
        with self._changed:
            while self._waiting and self._waiting + n > self._settings.queue_events and not self._closing:
                if not block:
                    return False
                self._changed.wait()
            self._enqueue(offer, n)
        return True

    def _commit_here(self, offer: Offer, segment: PackedSegment) -> bool:
        """False: somebody else is at it, or the database is needed, which is the writer's thread's."""
        if not self._turn.acquire(blocking=False):
            return False
        try:
            if self._queue or self._closing or self._marks is None or not self._journal.takes(segment):
                return False
            self._commit([offer])
            return True
        finally:
            self._turn.release()

    def run(self, what: Callable[[Store, Marks], T]) -> T:
        """Do `what` in the writer's thread, in one transaction that sees everything committed before, and wait for
        it."""
        task = Task(what)
        with self._changed:
            self._enqueue(task, 0)
        return task.future.result()

    def catch_up(self) -> None:
        """Return when the database has everything committed before."""
        self.run(lambda *_: None)

    def _enqueue(self, item: Offer | Task, events: int) -> None:
        if self._closing:
            raise Refusal(Reason("log.closed"))
        self._queue.append((time.monotonic(), item))
        self._waiting += events
        self._changed.notify_all()

    def close(self) -> None:
        """Commit what waits, bring it into the database, then stop."""
        with self._changed:
            self._closing = True
            self._changed.notify_all()
        self._thread.join()
        try:
            if not self._pending:
                self._journal.clear()
        except OSError as error:  # nothing is lost: the next writer sees that the database has it all
            logger.warning("the journal could not be cleared: %s", self._failed(error))

    def _run(self) -> None:
        while (work := self._gather()) is not None:
            if isinstance(work, Task):
                with self._turn:
                    self._do(work)
            elif work:
                with self._turn:
                    self._commit(work)
                self._done(work)
            else:
                self._store_pending_later()
        with self._turn:  # a caller may still be committing its own
            self._store_pending_later()

    def _gather(self) -> Task | list[Offer] | None:
        """The next task, or the offers of the next commit; an empty list when what is pending is due, None when
        closing and done."""
        settings = self._settings
        with self._changed:
            while not self._closing and (self._is_due() or not self._queue):
                if self._is_due():
                    return []
                self._changed.wait(self._due - time.monotonic() if self._pending else None)
            if not self._queue:
                return None
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

    def _is_due(self) -> bool:
        return bool(self._pending) and self._due <= time.monotonic()

    def _done(self, offers: Sequence[Offer]) -> None:
        with self._changed:
            self._waiting -= sum(len(o.batch) for o in offers)
            self._changed.notify_all()

    def _ready(self) -> Marks:
        """The marks; after a failure database and journal say what is true, and the database must take in what is
        pending before anything more is accepted."""
        with self._turn:
            if self._marks is None:
                self._store.reopen()
                self._marks = load_marks(self._store.db)
                there = last_id(self._store.db)  # a COMMIT that failed may yet have reached the disk
                self._pending = [row for row in self._pending if (row.id or 0) > there]
                self._last = there + len(self._pending)
                for row in self._pending:
                    self._marks.add(keys.decode(row.keys))
                self._store_pending()
            return self._marks

    def _store_pending(self, more: Sequence[PackedRow] = ()) -> None:
        """Bring what is pending, and `more`, durably into the database; then the journal may begin anew."""
        with self._turn:
            rows = [*self._pending, *more]
            dirty = [] if self._marks is None else self._marks.dirty()
        if not rows and not dirty:
            return
        try:
            with self._store.transaction() as db:
                insert(db, rows)
                self._store.save_marks(dirty)
        except BaseException:
            with self._turn:
                self._marks = None
            raise
        with self._turn:
            del self._pending[: len(rows) - len(more)]
            self._pending_bytes = sum(len(row.block) for row in self._pending)
            self._due = time.monotonic() + self._settings.store_wait / SECOND
            if not self._pending:
                self._journal.rewind()

    def _store_pending_later(self) -> None:
        """`_store_pending` where nobody waits for it: what it cannot do now it does later, and accepts nothing until
        then."""
        try:
            self._ready()
            self._store_pending()
        except Exception as error:  # noqa: BLE001 - whatever it was, it is told and tried again
            logger.warning("the database lags behind the journal: %s", self._failed(error))
            self._due = time.monotonic() + _AGAIN_S
        else:
            self._lock.trouble("")

    def _do(self, task: Task) -> None:
        try:
            marks = self._ready()
            self._store_pending()
            with self._store.transaction():
                answer = task.run(self._store, marks)
                self._store.save_marks(marks.dirty())
        except Exception as error:  # noqa: BLE001 - whatever it was, the caller who waits is told
            task.future.set_exception(self._failed(error))
        else:
            task.future.set_result(answer)

    def _commit(self, offers: list[Offer]) -> None:
        try:
            answers = self._keep(offers, self._ready())
        except BaseException as error:
            told = self._failed(error)
            for offer in offers:
                offer.future.set_exception(told)
            if isinstance(error, KeyboardInterrupt):
                raise
        else:
            self._lock.trouble("")
            for offer, answer in zip(offers, answers, strict=True):
                offer.future.set_result(answer)

    def _keep(self, offers: list[Offer], marks: Marks) -> list[Mark]:
        """Make the offers durable and acknowledge them to readers."""
        rows: list[PackedRow] = []
        answers = [answer for joined in _segments(offers) for answer in self._admit(joined, marks, rows)]
        if rows:
            if self._journal.write(rows):
                self._wait_for_the_store(rows)
            else:
                self._store_pending(rows)
                self._journal.grow()
            self._last += len(rows)
            self._lock.acknowledge(self._last)
            self.written += sum(len(row.block) for row in rows)
        return answers

    def _wait_for_the_store(self, rows: Sequence[PackedRow]) -> None:
        first, few = not self._pending, self._pending_bytes < _MUCH
        self._pending += rows
        self._pending_bytes += sum(len(row.block) for row in rows)
        if first:
            self._due = time.monotonic() + self._settings.store_wait / SECOND
        much = few and self._pending_bytes >= _MUCH
        if much:
            self._due = 0.0
        if first or much:
            with self._changed:
                self._changed.notify_all()

    def _failed(self, error: BaseException) -> BaseException:
        self._marks = None
        if not isinstance(error, sqlite3.Error | OSError):
            return error
        full = getattr(error, "sqlite_errorcode", None) == sqlite3.SQLITE_FULL
        full |= isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT)
        reason = Reason("log.disk_full" if full else "log.store_failed", params={"error": str(error)})
        self._lock.trouble(reason.code)
        return Refusal(reason)

    def _admit(self, offers: list[Offer], marks: Marks, rows: list[PackedRow]) -> list[Mark]:
        """Take in what becomes one packed segment; its row goes to `rows` if anything of it is new."""
        batch = EventBatch.concat([offer.batch for offer in offers])
        segment = offers[0].segment or PackedSegment.of(batch)
        new = marks.admit(segment.runs)
        if new is not None and not new.any():
            return [Mark(0, len(offer.batch), self._last + len(rows)) for offer in offers]
        if new is not None:
            segment = PackedSegment.of(batch.take(new))
        id_ = self._last + len(rows) + 1
        rows.append(PackedRow.of(segment, offers[-1].arrived, id_))
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
