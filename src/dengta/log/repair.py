"""Repair: a new database from the sealed files and whatever rows of the old one can still be read.

The old database is put aside, not deleted. What its marks held and nothing can give back is named; what nobody can name
any more shows as holes and as segment numbers missing in the chain.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import chain
from pathlib import Path
from typing import Any

from dengta.core.batch import EventBatch
from dengta.core.reason import Refusal
from dengta.core.time import Micros
from dengta.log import damage, journal, keys, lock, packed, segments, spans, store
from dengta.log.damage import MARKS, Damage
from dengta.log.disk import Disk, RealDisk
from dengta.log.keys import Covered, Runs
from dengta.log.lock import WriterLock
from dengta.log.marks import Marks
from dengta.log.opening import NEW_DATABASE, make_folders
from dengta.log.packed import PackedSegment
from dengta.log.sealing import add_sealed
from dengta.log.segments import SealedSegment
from dengta.log.selection import Selection
from dengta.log.store import add_packed
from dengta.log.verify import absent, manifest

_FAR = 1 << 32
_NAMELESS = ("log.marks_lost", "log.segment_absent", "log.journal_lost")  # worth telling without a key
_Row = tuple[int | None, Micros, EventBatch]  # packed id (None: the next), arrival, events


@dataclass(frozen=True, slots=True)
class Repaired:
    """What the new database holds, and what could not be saved."""

    sealed_segments: int
    packed_segments: int
    events: int
    damage: tuple[Damage, ...]


def repair(folder: Path, site: str, now: Micros, *, disk: Disk | None = None) -> Repaired:
    """Make the log's database again while nobody writes. Refusal while another process holds the log.

    A power cut at any point leaves either the old database or the new one; call again.
    """
    disk = disk or RealDisk()
    lock = WriterLock(folder, now)
    try:
        make_folders(folder, disk)
        if not (folder / store.FILE).exists() and (folder / NEW_DATABASE).exists():
            _exchange(folder, now, disk)  # an earlier repair was cut there
        done = _rebuild(folder, site, now, disk)
        lock.keep()
        return done
    finally:
        lock.release()


def _rebuild(folder: Path, site: str, now: Micros, disk: Disk) -> Repaired:
    old, new = folder / store.FILE, folder / NEW_DATABASE
    for path in _with_journal(new):
        path.unlink(missing_ok=True)
    saved = _Saved(old, lock.acknowledged(folder))
    written, untold = saved.journalled(folder, disk)
    sealed, doubled, found = _sealed(folder, disk)
    held = keys.cover(r for one in sealed for r in one.ranges)
    fresh = store.Store(folder, file=NEW_DATABASE)
    try:
        fresh.prepare(site)
        with fresh.transaction() as db:
            for one in sealed:
                add_sealed(db, one)
            found = saved.gone_segments(db, sealed, found)
            numbers = {no for (no,) in db.execute("SELECT no FROM sealed")}
            found += absent(set(range(1, max(numbers, default=0))) - numbers)
            rows, events = _keep_rows(db, chain(saved.batches(), written, _unpacked(folder, doubled)), held)
            saved.go_on_counting(db)
            marks = Marks.of(keys.ranges_of(held))
            found += untold
            found += saved.lost(held, found)
            found = [replace(b, ranges=tuple(keys.subtract(b.ranges, held)), found_at=now) for b in found]
            found = [b for b in found if b.ranges or b.kept or b.code in _NAMELESS]
            for broken in found:
                damage.add(db, broken)
            for table in ("producer", "outbox", "damage"):
                saved.copy(table, db)
            db.execute("UPDATE site SET gone = ?", (store.last_id(db),))
            fresh.save_marks(marks.dirty())
        fresh.db.execute("PRAGMA journal_mode=DELETE")  # folds the WAL: the new database is one file, synced
    finally:
        fresh.close()
    saved.close()
    _exchange(folder, now, disk)
    return Repaired(len(sealed), rows, events + sum(one.events for one in sealed), tuple(found))


def _exchange(folder: Path, now: Micros, disk: Disk) -> None:
    """Put the old database aside and the new one in its place. The old one goes before its journal, or a cut between
    would leave it without its last commits; the journal goes before the new one comes, or SQLite would replay it."""
    old = folder / store.FILE
    for path in _with_journal(old):
        if path.exists():
            disk.rename(path, folder / damage.FOLDER / f"{now}-{path.name}")
            disk.dirsync(folder / damage.FOLDER)
            disk.dirsync(folder)
    disk.rename(folder / NEW_DATABASE, old)
    disk.dirsync(folder)


def _with_journal(path: Path) -> list[Path]:
    return [path.with_name(path.name + end) for end in ("", "-wal", "-shm")]


def _sealed(folder: Path, disk: Disk) -> tuple[list[SealedSegment], list[SealedSegment], list[Damage]]:
    """The sealed files that are whole, by number; those that hold an event or a number a second time (a file put back
    after producers had sent some of its events again); and those that are broken, put aside."""
    whole: list[SealedSegment] = []
    broken: list[Damage] = []
    for path in (file for day in disk.list(folder / segments.FOLDER) for file in disk.list(day)):
        file = path.relative_to(folder).as_posix()
        if path.suffix != ".parquet":
            disk.unlink(path)
            continue
        try:
            one = segments.describe(file, disk.read(path))
            if one.crc != segments.crc_in_name(file):
                raise ValueError(file)
            whole.append(one)
        except ValueError:
            kept = f"{damage.FOLDER}/{file.replace('/', '-')}"
            disk.rename(path, folder / kept)
            broken.append(Damage("log.file_damaged", file, (), kept))
    held: Covered = {}
    chained: dict[int, SealedSegment] = {}
    doubled: list[SealedSegment] = []
    for one in sorted(whole, key=lambda one: one.no):
        if one.no in chained or keys.count(keys.subtract(one.ranges, held)) < one.events:
            doubled.append(one)
            continue
        chained[one.no] = one
        for stream, epoch, lo, hi in one.ranges:
            spans.add(held.setdefault((stream, epoch), []), lo, hi)
    return list(chained.values()), doubled, broken


def _unpacked(folder: Path, doubled: list[SealedSegment]) -> Iterator[_Row]:
    """The events of files that cannot be listed; whatever of them is nowhere else becomes packed again, and the next
    writer removes the file."""
    for one in doubled:
        yield None, one.arrived, segments.read(str(folder / one.file), Selection())


def _keep_rows(db: sqlite3.Connection, saved: Iterable[_Row], held: Covered) -> tuple[int, int]:
    """Put rows into the new database, without the events that are there; `held` grows by their keys."""
    marks = Marks.of(keys.ranges_of(held))
    rows = events = 0
    for id_, arrived, batch in saved:
        new = marks.admit(Runs.of(batch))
        batch = batch if new is None else batch.take(new)
        if len(batch):
            add_packed(db, PackedSegment.of(batch), arrived, id_=id_)
            rows, events = rows + 1, events + len(batch)
    held.update(keys.cover(marks.ranges()))
    return rows, events


class _Saved:
    """What can be read of an old database, row by row: a broken page costs its rows and no others."""

    def __init__(self, path: Path, acknowledged: int) -> None:
        self._db = sqlite3.connect(path) if path.exists() else None
        self._acknowledged = acknowledged  # the last packed id any writer promised

    def _rows(self, sql: str, *params: object) -> Iterator[tuple[Any, ...]]:
        try:
            if self._db is not None:
                yield from self._db.execute(sql, params)
        except sqlite3.DatabaseError:  # the rest of this table is out of reach this way; what came is kept
            return

    def batches(self) -> Iterator[_Row]:
        """(id, arrived, batch) of the packed rows that are whole, oldest first."""
        ids = {id_ for (id_,) in self._rows("SELECT id FROM packed ORDER BY id")}
        ids |= {id_ for (id_,) in self._rows("SELECT id FROM packed ORDER BY id DESC")}
        for id_ in sorted(ids):
            for arrived, block in self._rows("SELECT arrived, block FROM packed WHERE id = ?", id_):
                try:
                    yield id_, arrived, packed.unpack(block)
                except Refusal:  # its keys are named by `lost`
                    continue

    def journalled(self, folder: Path, disk: Disk) -> tuple[list[_Row], list[Damage]]:
        """What of the journal had not reached the database, and what of it is lost."""
        last = self._last_id()
        rows, acknowledged = journal.readable(folder, disk, last or 0)
        lost = set() if last is None else {*range(last + 1, acknowledged + 1)} - {row.id for row in rows}
        told = [Damage("log.journal_lost", journal.FILE, ())] if lost else []
        return [(None, row.arrived, packed.unpack(row.block)) for row in rows], told

    def _last_id(self) -> int | None:
        row = next(self._rows("SELECT coalesce(max(seq), 0) FROM sqlite_sequence WHERE name = 'packed'"), None)
        return None if row is None else int(row[0])

    def gone_segments(self, db: sqlite3.Connection, sealed: list[SealedSegment], found: list[Damage]) -> list[Damage]:
        """Keep the old manifest's rows of segments that are gone, so that the chain stays whole; their keys are known
        by them. Returns `found` with those keys."""
        here = {one.no for one in sealed}
        told = {one.place: one for one in found}
        try:
            listed = [] if self._db is None else list(manifest(self._db))
        except (sqlite3.DatabaseError, Refusal):  # then the gaps in the numbers show what is missing
            return found
        for segment, damaged in listed:
            if segment.no in here:
                continue
            add_sealed(db, segment, damaged=True)
            if not damaged:
                plain = told.get(segment.file, Damage("log.file_missing", segment.file, ()))
                told[segment.file] = replace(plain, ranges=segment.ranges)
        return list(told.values())

    def go_on_counting(self, db: sqlite3.Connection) -> None:
        """Packed ids are never used twice: go on where the old database stood, or far beyond where nobody knows."""
        there, here = self._last_id(), max(store.last_id(db), self._acknowledged)
        last = (here // _FAR + 1) * _FAR if there is None else max(there, here)
        db.execute("DELETE FROM sqlite_sequence WHERE name = 'packed'")
        db.execute("INSERT INTO sqlite_sequence VALUES ('packed', ?)", (last,))

    def lost(self, held: Covered, found: list[Damage]) -> list[Damage]:
        """What the old marks held and the new log does not, beside what is `found` already."""
        if self._db is None:
            return [Damage("log.marks_lost", MARKS, ())]
        try:
            marked = store.load_marks(self._db).ranges()
        except (sqlite3.DatabaseError, Refusal):
            return [Damage("log.marks_lost", MARKS, ())]
        told = keys.cover(r for one in found for r in one.ranges)
        ranges = tuple(keys.subtract(keys.subtract(marked, held), told))
        return [Damage("log.events_missing", MARKS, ranges)] if ranges else []

    def copy(self, table: str, into: sqlite3.Connection) -> None:
        """What can be read of a small table."""
        columns = [row[1] for row in into.execute(f"PRAGMA table_info({table})")]
        named = ", ".join(columns if table != "damage" else columns[1:])
        for row in self._rows(f"SELECT {named} FROM {table}"):  # noqa: S608 - our own table names
            into.execute(f"INSERT INTO {table} ({named}) VALUES ({', '.join('?' * len(row))})", row)  # noqa: S608

    def close(self) -> None:
        """Let go of the file."""
        if self._db is not None:
            self._db.close()
