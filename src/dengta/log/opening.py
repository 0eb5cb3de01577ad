"""What a writer does before it takes the first event: clear away what a crash left, and set aside what is broken."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from pathlib import Path

from dengta.core.reason import Reason, Refusal
from dengta.log import columns, damage, journal, keys, packed, segments, store
from dengta.log.damage import Damage
from dengta.log.disk import Disk
from dengta.log.keys import Runs
from dengta.log.packed import PackedSegment
from dengta.log.store import Store
from dengta.log.verify import damaged_row

NEW_DATABASE = "log.sqlite.new"


def refuse_lost_database(folder: Path, had_one: bool) -> None:
    """Never start empty: where there was a database, or sealed segments are, its absence is a fault."""
    sealed = any((folder / segments.FOLDER).glob("*/*.parquet"))
    if not (folder / store.FILE).exists() and (had_one or sealed or (folder / NEW_DATABASE).exists()):
        raise Refusal(Reason("log.database_missing", (str(folder),)))


def take_over(folder: Path, kept: Store, disk: Disk) -> None:
    """Bring what a writer that did not close has left in its journal into the database, through the marks: nothing
    twice. Damaged rows come in as they are, for `look` to find."""
    rows = journal.left(folder, disk, store.last_id(kept.db))
    if not rows:
        return
    marks = store.load_marks(kept.db)
    with kept.transaction() as db:
        for row in rows:
            if not journal.is_whole(row):
                store.insert(db, [row])
                continue
            batch = packed.unpack(row.block)
            new = marks.admit(Runs.of(batch))
            if new is None:
                store.insert(db, [row])
            elif new.any():
                store.add_packed(db, PackedSegment.of(batch.take(new)), row.arrived, id_=row.id)
        kept.save_marks(marks.dirty())
        db.execute("UPDATE sqlite_sequence SET seq = max(seq, ?) WHERE name = 'packed'", (rows[-1].id,))


def make_folders(folder: Path, disk: Disk) -> None:
    """The folders of a log, durable."""
    disk.mkdir(folder / segments.FOLDER)
    disk.mkdir(folder / damage.FOLDER)
    disk.dirsync(folder)


def remove_orphans(folder: Path, db: sqlite3.Connection, disk: Disk) -> None:
    """Remove the files of a seal that was cut before its transaction: their events are still packed.

    A whole segment that is not in the manifest and holds events the log has nowhere else is another matter (a database
    put back from an old copy): that is refused.
    """
    listed = {row[0] for row in db.execute("SELECT file FROM sealed")}
    unlisted = [
        path
        for day in disk.list(folder / segments.FOLDER)
        for path in disk.list(day)
        if path.relative_to(folder).as_posix() not in listed
    ]
    held = damage.content(db) if unlisted else {}
    for path in unlisted:
        try:
            described = segments.describe(path.name, disk.read(path))
        except ValueError:  # torn by the cut: whole ones were renamed only after their fsync
            described = None
        if described and path.suffix == ".parquet" and keys.subtract(described.ranges, held):
            raise Refusal(Reason("log.segment_unlisted", (path.relative_to(folder).as_posix(),)))
        disk.unlink(path)
    for day in {path.parent for path in unlisted}:
        disk.dirsync(day)


def look(folder: Path, db: sqlite3.Connection) -> Sequence[Damage]:
    """The damage that shows without reading every file: sealed files that are gone or of another length, packed rows
    whose CRC is wrong. `verify` reads everything."""
    found = []
    for file, size, listed in db.execute("SELECT file, size, keys FROM sealed WHERE damaged = 0 ORDER BY no"):
        path = folder / file
        if not (path.exists() and path.stat().st_size == size):
            code = "log.file_damaged" if path.exists() else "log.file_missing"
            found.append(Damage(code, file, tuple(keys.decode(listed))))
    for id_, block, listed in db.execute("SELECT id, block, keys FROM packed"):
        if not (columns.is_whole(block) and columns.is_whole(listed)):
            found.append(damaged_row(db, id_, listed))
    return found
