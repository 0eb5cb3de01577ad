"""Damage: what was found broken, which keys it held, where it was put. Nothing is thrown away and nothing hidden: the
broken piece moves to ``damaged/``, its keys become holes, and a producer that still has those events may send them."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from dengta.core.reason import Reason
from dengta.core.time import Micros
from dengta.log import columns, keys, packed, store
from dengta.log.disk import Disk
from dengta.log.keys import Covered, KeyRange, Runs
from dengta.log.marks import Marks
from dengta.log.writer import Writer

FOLDER = "damaged"
MARKS = "marks"


@dataclass(frozen=True, slots=True)
class Damage:
    """One broken piece.

    code:   its rule and sentence, e.g. ``log.file_damaged``.
    place:  the sealed file, ``packed/<id>``, ``segment/<no>`` where no file is known, or the marks.
    ranges: the keys it held.
    kept:   where it was put aside, relative to the log; "" when nothing is left of it.
    """

    code: str
    place: str
    ranges: tuple[KeyRange, ...]
    kept: str = ""
    found_at: Micros = 0

    @property
    def events(self) -> int:
        """How many events it held."""
        return keys.count(self.ranges)

    @property
    def reason(self) -> Reason:
        """As a finding, for words."""
        return Reason(self.code, (self.place,), {"events": self.events, "kept": self.kept or self.place})


def packed_place(id_: int) -> str:
    """The place of a packed segment."""
    return f"packed/{id_}"


def content(db: sqlite3.Connection, without: Iterable[str] = ()) -> Covered:
    """Every key held by the segments of the manifest and the packed rows, but those at the places `without`."""
    return keys.cover(_held(db, set(without)))


def _held(db: sqlite3.Connection, without: set[str]) -> Iterator[KeyRange]:
    for file, listed in db.execute("SELECT file, keys FROM sealed WHERE damaged = 0"):
        if file not in without:
            yield from keys.decode(listed)
    for id_, n, unsealed, until, listed, block in db.execute(
        "SELECT id, n, unsealed, sealed_until, keys, block FROM packed WHERE unsealed > 0"
    ):
        if packed_place(id_) in without:
            continue
        if unsealed == n and columns.is_whole(listed):
            yield from keys.decode(listed)
        elif columns.is_whole(block):  # what it lists includes what is sealed: count only what it still answers for
            batch = packed.unpack(block)
            yield from Runs.of(batch.take(batch["ts"] >= until)).ranges()


def set_aside(folder: Path, writer: Writer, disk: Disk, found: Sequence[Damage], at: Micros) -> list[Damage]:
    """Move what was `found` into ``damaged/``, make its keys holes and remember it. Returns it with `kept` filled."""
    moved = [replace(one, kept=_move(folder, disk, writer, one.place), found_at=at) for one in found]

    def remember(kept: store.Store, marks: Marks) -> list[Damage]:
        held = content(kept.db, without=[one.place for one in moved])
        done = []
        for one in moved:
            if one.code == "log.marks_behind":
                marks.add(one.ranges)
                continue
            lost = replace(one, ranges=tuple(keys.subtract(one.ranges, held)))
            marks.forget(lost.ranges)
            if one.place.startswith("packed/"):
                id_ = int(one.place.partition("/")[2])
                kept.db.execute("DELETE FROM packed WHERE id = ?", (id_,))
                kept.db.execute("UPDATE site SET gone = max(gone, ?)", (id_,))
            kept.db.execute("UPDATE sealed SET damaged = 1 WHERE file = ?", (one.place,))
            add(kept.db, lost)
            done.append(lost)
        return done

    return writer.run(remember)


def _move(folder: Path, disk: Disk, writer: Writer, place: str) -> str:
    """Put the piece into ``damaged/`` and say where; a crash after the move finds it there the next time."""
    if place == MARKS:
        return ""
    path = folder / place
    kept = Path(FOLDER) / place.replace("/", "-")
    disk.mkdir(folder / FOLDER)
    if place.startswith("packed/"):
        id_ = int(path.name)
        row = writer.run(lambda s, _: s.db.execute("SELECT block FROM packed WHERE id = ?", (id_,)).fetchone())
        if row is None:
            return ""
        disk.write(folder / kept, row[0])
        disk.fsync(folder / kept)
    elif path.exists():
        disk.rename(path, folder / kept)
        disk.dirsync(path.parent)
    elif not (folder / kept).exists():
        return ""
    disk.dirsync(folder / FOLDER)
    disk.dirsync(folder)
    return kept.as_posix()


def add(db: sqlite3.Connection, one: Damage) -> None:
    """Remember damage (inside a transaction)."""
    db.execute(
        "INSERT INTO damage (found_at, code, place, kept, keys) VALUES (?, ?, ?, ?, ?)",
        (one.found_at, one.code, one.place, one.kept, keys.encode(one.ranges)),
    )


def remembered(db: sqlite3.Connection) -> list[Damage]:
    """All damage ever set aside, oldest first."""
    rows = db.execute("SELECT code, place, keys, kept, found_at FROM damage ORDER BY id")
    return [Damage(code, place, tuple(keys.decode(block)), kept, at) for code, place, block, kept, at in rows]
