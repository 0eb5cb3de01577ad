"""Verifying a log: every byte against its CRC, every event against its root, every root against the chain, and the
marks against all of it. Reads only; `Log.set_aside` acts on what it finds."""

from __future__ import annotations

import sqlite3
import zlib
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import pyarrow as pa

from dengta.core.canonical import EMPTY_ROOT, chain, leaves, merkle_root
from dengta.core.reason import Refusal
from dengta.log import damage, keys, packed, segments, store
from dengta.log.damage import MARKS, Damage, content, packed_place
from dengta.log.keys import Runs
from dengta.log.segments import SealedSegment
from dengta.log.selection import Selection

Progress = Callable[[int, int], None]
"""Called with (events verified, events in all)."""

_EVERYTHING = Selection()


def verify(folder: Path, db: sqlite3.Connection, progress: Progress) -> list[Damage]:
    """Everything that is wrong with the log; [] when every acknowledged event is there and is what it was.

    `db` is inside a read transaction, which ends before the files are read: that may take long, and the database could
    not fold its WAL meanwhile.
    """
    (total,) = db.execute(
        "SELECT (SELECT coalesce(sum(events), 0) FROM sealed WHERE damaged = 0)"
        " + (SELECT coalesce(sum(n), 0) FROM packed)"
    ).fetchone()
    found: list[Damage] = []
    done = 0
    for id_, n, block, listed in db.execute("SELECT id, n, block, keys FROM packed ORDER BY id"):
        if not _is_whole(block, listed):
            found.append(damaged_row(db, id_, listed))
        done += n
        progress(done, total)
    found += _against_marks(db, found)
    known = {one.place for one in damage.remembered(db)}
    chained = manifest(db)
    db.execute("COMMIT")
    no, link = 0, EMPTY_ROOT
    for segment, set_aside in chained:
        found += [one for one in absent(range(no + 1, segment.no)) if one.place not in known]
        if not set_aside:
            code = _file_fault(folder, segment)
            if not code and segment.no == no + 1 and segment.previous != link:
                code = "log.chain_broken"
            if code:
                found.append(Damage(code, segment.file, segment.ranges))
            done += segment.events
            progress(done, total)
        no, link = segment.no, segment.link
    return found


def absent(numbers: Iterable[int]) -> list[Damage]:
    """The damage of segments that are missing in the chain without a trace."""
    return [Damage("log.segment_absent", f"segment/{no}", ()) for no in numbers]


def manifest(db: sqlite3.Connection) -> Iterator[tuple[SealedSegment, bool]]:
    """Every sealed segment of the manifest in the order of the chain, and whether it was set aside."""
    rows = db.execute(
        "SELECT damaged, no, file, hour, events, t0, t1, recv1, arrived, size, crc, root, previous, link, keys"
        " FROM sealed ORDER BY no"
    ).fetchall()
    return ((SealedSegment(*(*row[1:-1], tuple(keys.decode(row[-1])))), bool(row[0])) for row in rows)


def _file_fault(folder: Path, listed: SealedSegment) -> str:
    try:
        data = (folder / listed.file).read_bytes()
    except OSError:
        return "log.file_missing"
    if zlib.crc32(data) != listed.crc or segments.crc_in_name(listed.file) != listed.crc:
        return "log.file_damaged"
    try:
        said = segments.describe(listed.file, data)
        batch = segments.read(pa.BufferReader(data), _EVERYTHING)
    except (ValueError, OSError, Refusal):
        return "log.file_damaged"
    if merkle_root(leaves(batch)) != listed.root or chain(listed.previous, listed.root) != listed.link:
        return "log.root_wrong"
    return "" if said == listed and tuple(Runs.of(batch).ranges()) == listed.ranges else "log.root_wrong"


def _is_whole(block: bytes, listed: bytes) -> bool:
    try:
        return Runs.of(packed.unpack(block)).encode() == listed
    except Refusal:
        return False


def damaged_row(db: sqlite3.Connection, id_: int, listed: bytes) -> Damage:
    """The damage of a packed row: its keys as it lists them, or, where that list is broken too, whatever the marks
    hold and nothing readable does."""
    place = packed_place(id_)
    try:
        ranges = keys.decode(listed)
    except Refusal:
        ranges = keys.subtract(store.load_marks(db).ranges(), content(db, without=[place]))
    return Damage("log.row_damaged", place, tuple(ranges))


def _against_marks(db: sqlite3.Connection, found: list[Damage]) -> list[Damage]:
    """What the marks hold and no segment does, and the other way round."""
    held = content(db)
    told = keys.cover([r for one in found for r in one.ranges])
    marked = list(store.load_marks(db).ranges())
    lost = keys.subtract(keys.subtract(marked, held), told)
    beyond = keys.subtract(keys.ranges_of(held), keys.cover(marked))
    pairs = (("log.events_missing", lost), ("log.marks_behind", beyond))
    return [Damage(code, MARKS, tuple(ranges)) for code, ranges in pairs if ranges]
