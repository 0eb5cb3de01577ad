"""Reading the log, from any process: sealed and unsealed events as one relation.

A read takes the manifest and the packed rows in one SQLite transaction, then the sealed files, which never change. So
a seal that happens meanwhile neither hides an event nor shows it twice. What is acknowledged but still on its way into
the database belongs to the transaction too, from the journal: a reader in any process sees an event as soon as its
future has resolved.
"""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Collection, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import NamedTuple

import duckdb
import numpy as np
import pyarrow as pa

from dengta.core.batch import EventBatch
from dengta.core.event import TEXT_FIELDS
from dengta.core.reason import Reason, Refusal
from dengta.core.time import Micros
from dengta.log import journal, packed, segments, status, store, verify
from dengta.log.damage import Damage
from dengta.log.keys import KeyRange
from dengta.log.marks import EpochMark, Marks
from dengta.log.selection import Selection
from dengta.log.status import LogStatus
from dengta.log.verify import Progress

_LOOKS, _LOOK_AGAIN_S = 50, 0.002  # the writer overtakes a reader once in a while, not fifty times in a row


class TailGone(Refusal):
    """The segments a tailer asked for were sealed or joined meanwhile: start over with `LogReader.snapshot`."""


class _Row(NamedTuple):
    id: int
    sealed_until: Micros
    block: bytes


class _File(NamedTuple):
    file: str
    t0: Micros
    t1: Micros


@dataclass(frozen=True, slots=True)
class _Snapshot:
    rows: list[_Row]
    files: list[_File]
    last: int


def _apart(files: Sequence[_File]) -> list[list[_File]]:
    """Files in the order of time; those that overlap, together."""
    parts: list[list[_File]] = []
    for one in sorted(files, key=lambda f: f.t0):
        if parts and one.t0 <= max(f.t1 for f in parts[-1]):
            parts[-1].append(one)
        else:
            parts.append([one])
    return parts


class LogReader:
    """A read-only view of the log in `folder`. Threads may share one: each call opens its own connection."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    @contextmanager
    def connection(self) -> Iterator[sqlite3.Connection | None]:
        """A connection inside one read transaction, or None where there is no log yet. Refusal when the database is
        gone but sealed files are there."""
        if not (self.folder / store.FILE).exists():
            if any((self.folder / "sealed").glob("*/*.parquet")):
                raise Refusal(Reason("log.database_missing", (str(self.folder),)))
            yield None
            return
        db = store.connect(self.folder, readonly=True)
        try:
            yield db if self._begin(db) else None
        except sqlite3.DatabaseError as error:
            place = (str(self.folder / store.FILE),)
            raise Refusal(Reason("log.database_damaged", place, {"error": str(error)})) from error
        finally:
            db.close()

    def _begin(self, db: sqlite3.Connection) -> bool:
        """Begin a read transaction that sees everything acknowledged, in the database or on its way there; False where
        there are no tables yet."""
        for _ in range(_LOOKS):
            db.execute("BEGIN")
            (version,) = db.execute("PRAGMA user_version").fetchone()
            if version not in (0, *store.READABLE):
                raise Refusal(Reason("log.version", (str(self.folder),), {"version": version, "known": store.VERSION}))
            tail = journal.tail(self.folder, store.last_id(db)) if version else []
            if tail is not None:
                store.show(db, tail)
                return bool(version)
            db.execute("ROLLBACK")
            time.sleep(_LOOK_AGAIN_S)
        raise Refusal(Reason("log.journal_unreadable", (str(self.folder),)))

    def read(
        self,
        start: Micros | None = None,
        end: Micros | None = None,
        *,
        subjects: Collection[str] | None = None,
        types: Collection[int] | None = None,
    ) -> EventBatch:
        """The events with ``start <= ts < end`` (None: no bound) of `subjects` and `types` (None: all), sorted by
        (ts, stream, epoch, seq)."""
        return self.snapshot(start, end, subjects=subjects, types=types)[0]

    def snapshot(
        self,
        start: Micros | None = None,
        end: Micros | None = None,
        *,
        subjects: Collection[str] | None = None,
        types: Collection[int] | None = None,
    ) -> tuple[EventBatch, int]:
        """What `read` gives, and the id from which `tail` goes on without a gap or an overlap."""
        wanted = Selection.of(start, end, subjects, types)
        seen = self._snapshot(wanted)
        batches = [self._sealed(one.file, wanted) for one in seen.files]
        batches += [wanted.of_batch(self._unpack(row)) for row in seen.rows]
        return EventBatch.concat([b for b in batches if len(b)]).sorted(), seen.last

    def pieces(self, *, types: Collection[int] | None = None) -> Iterator[EventBatch]:
        """What `read` gives, in pieces as they are kept and in no order: for who keeps little of each. One read
        transaction as long as it lasts."""
        wanted = Selection.of(None, None, None, types)
        with self.connection() as db:
            if db is None:
                return
            for (file,) in db.execute("SELECT file FROM sealed WHERE damaged = 0 ORDER BY no").fetchall():
                yield self._sealed(file, wanted)
            for row in db.execute("SELECT id, sealed_until, block FROM packed WHERE unsealed > 0 ORDER BY id"):
                yield wanted.of_batch(self._unpack(_Row(*row)))

    def ordered(
        self, start: Micros | None = None, end: Micros | None = None, *, columns: Collection[str]
    ) -> Iterator[EventBatch]:
        """The events with ``start <= ts < end`` a part at a time, `columns` of them only, so that each subject's come
        in the order of (ts, stream, epoch, seq). The next part is read while the caller looks at the last.

        A sealed file is one part, in its own order, by subject; files and unsealed events that overlap in time are one
        part together.
        """
        wanted = Selection.of(start, end, None, None)
        seen = self._snapshot(wanted)
        parts = _apart(seen.files)
        unsealed = [wanted.of_batch(self._unpack(row)) for row in seen.rows]
        unsealed = [batch for batch in unsealed if len(batch)]
        if unsealed:
            first = min(int(batch["ts"].min()) for batch in unsealed)
            last = [file for part in parts if max(f.t1 for f in part) >= first for file in part]
            parts = [part for part in parts if max(f.t1 for f in part) < first]
        with ThreadPoolExecutor(1) as pool:
            jobs = [partial(self._part, part, wanted, columns) for part in parts]
            if unsealed:
                jobs.append(partial(self._part, last, wanted, columns, unsealed))
            ahead = pool.submit(jobs[0]) if jobs else None
            for job in [*jobs[1:], None]:
                if ahead is not None:
                    part, ahead = ahead.result(), pool.submit(job) if job else None
                    yield part

    def _part(
        self, files: list[_File], wanted: Selection, columns: Collection[str], more: Sequence[EventBatch] = ()
    ) -> EventBatch:
        if len(files) == 1 and not more:
            return self._sealed(files[0].file, wanted, columns)
        batches = [self._sealed(one.file, wanted) for one in files]
        return EventBatch.concat([b for b in [*batches, *more] if len(b)]).sorted()

    def tail(self, after: int) -> tuple[EventBatch, int]:
        """The events of the packed segments with an id above `after`, in order of arrival, and the last id.

        Ids only rise. A packed segment goes once its hour is sealed; who asks for one that may be gone gets `TailGone`
        and starts over with `snapshot`. `tail(last_segment())` waits for what comes next.
        """
        with self.connection() as db:
            if db is None:
                return EventBatch.empty(), 0
            (gone,) = db.execute("SELECT gone FROM site").fetchone()
            if not gone <= after <= store.last_id(db):
                raise TailGone(Reason("log.tail_gone", params={"after": after, "gone": gone}))
            found = db.execute("SELECT id, 0, block FROM packed WHERE id > ? ORDER BY id", (after,)).fetchall()
        rows = [_Row(*row) for row in found]
        return EventBatch.concat([self._unpack(row) for row in rows]), rows[-1].id if rows else after

    def arrow(
        self,
        start: Micros | None = None,
        end: Micros | None = None,
        *,
        subjects: Collection[str] | None = None,
        types: Collection[int] | None = None,
    ) -> pa.Table:
        """What `read` gives as an Arrow table; texts as dictionary<int32, string>, "" where there is none."""
        return segments.table(self.read(start, end, subjects=subjects, types=types))

    def relation(
        self, con: duckdb.DuckDBPyConnection, start: Micros | None = None, end: Micros | None = None
    ) -> duckdb.DuckDBPyRelation:
        """The events with ``start <= ts < end`` as a DuckDB relation of `con`, not sorted; the sealed files are read
        only as far as the query needs them. Sealed and unsealed as of now."""
        wanted = Selection.of(start, end, None, None)
        seen = self._snapshot(wanted)
        unsealed = segments.table(EventBatch.concat([wanted.of_batch(self._unpack(row)) for row in seen.rows]))
        texts = ", ".join(f'CAST("{name}" AS VARCHAR) AS "{name}"' for name in TEXT_FIELDS)
        relation = con.from_arrow(unsealed).project(f"* REPLACE ({texts})")
        if not seen.files:
            return relation
        files = con.read_parquet([str(self.folder / one.file) for one in seen.files])
        return files.filter(f"ts >= {wanted.start} AND ts < {wanted.end}").union(relation)

    def verify(self, progress: Progress | None = None) -> list[Damage]:
        """Check every byte, root, link and mark; what is wrong, [] when all is well. `progress(done, total)` events."""
        with self.connection() as db:
            return [] if db is None else verify.verify(self.folder, db, progress or (lambda done, total: None))

    def status(self) -> LogStatus:
        """How the log stands."""
        with self.connection() as db:
            return status.status(self.folder, db)

    def oldest_unsealed(self) -> Micros | None:
        """A time before which no event waits to be sealed; None when none waits at all."""
        with self.connection() as db:
            sql = "SELECT min(max(t0, sealed_until)) FROM packed WHERE unsealed > 0"
            oldest: Micros | None = None if db is None else db.execute(sql).fetchone()[0]
            return oldest

    def last_segment(self) -> int:
        """The id of the last packed segment ever written, 0 when none."""
        with self.connection() as db:
            return 0 if db is None else store.last_id(db)

    def marks(self, stream: int) -> list[EpochMark]:
        """What the log durably holds of one stream, by epoch."""
        return self.all_marks().stream(stream)

    def all_marks(self) -> Marks:
        """The durable marks of every stream."""
        with self.connection() as db:
            return Marks() if db is None else store.load_marks(db)

    def holes(self) -> list[KeyRange]:
        """Every span of seqs missing below the highest seen of its epoch."""
        return self.all_marks().holes()

    def producers(self) -> dict[int, str]:
        """Stream id -> producer, of those enrolled."""
        with self.connection() as db:
            return {} if db is None else dict(db.execute("SELECT stream, name FROM producer ORDER BY name"))

    def _snapshot(self, wanted: Selection) -> _Snapshot:
        with self.connection() as db:
            if db is None:
                return _Snapshot([], [], 0)
            bounds = {"start": wanted.start, "end": wanted.end}
            rows = db.execute(
                "SELECT id, sealed_until, block FROM packed"
                " WHERE unsealed > 0 AND t1 >= max(:start, sealed_until) AND t0 < :end ORDER BY id",
                bounds,
            ).fetchall()
            files = db.execute(
                "SELECT file, t0, t1 FROM sealed WHERE damaged = 0 AND t1 >= :start AND t0 < :end ORDER BY no", bounds
            ).fetchall()
            return _Snapshot([_Row(*row) for row in rows], [_File(*file) for file in files], store.last_id(db))

    def _sealed(self, file: str, wanted: Selection, columns: Collection[str] | None = None) -> EventBatch:
        try:
            return segments.read(str(self.folder / file), wanted, columns)
        except (OSError, ValueError) as error:
            raise Refusal(Reason("log.file_unreadable", (str(self.folder / file),), {"error": str(error)})) from error

    def _unpack(self, row: _Row) -> EventBatch:
        try:
            batch = packed.unpack(row.block)
        except Refusal as refusal:
            raise Refusal(r.at(str(self.folder), f"packed segment {row.id}") for r in refusal.reasons) from None
        if not row.sealed_until:
            return batch
        return batch.take(np.asarray(batch["ts"] >= row.sealed_until))
