"""Sealing: the packed events of closed hours become segments.

A segment holds whole hours of one UTC day: one hour of a busy plant, as many of a quiet one as fill a file, for a file
costs some kilobytes however little is in it.

The order is what makes it safe against a power cut: write the file, fsync it, rename it, fsync its folders; then, in
one transaction, list it in the manifest and mark its events as sealed; then the packed form may go. Cut before the
transaction and the file is an orphan whose events are still packed (`opening` removes it); after it all is done.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from functools import partial
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

import numpy as np

from dengta.core.batch import EventBatch
from dengta.core.canonical import EMPTY_ROOT
from dengta.core.reason import Refusal
from dengta.core.time import DAY, HOUR, MINUTE, Micros
from dengta.log import keys, packed, segments, store
from dengta.log.disk import Disk
from dengta.log.marks import Marks
from dengta.log.packed import PackedSegment
from dengta.log.segments import SealedSegment
from dengta.log.store import add_packed
from dengta.log.writer import Writer

_ROUND = 1_000_000  # events sealed in one transaction: bounds the memory
_STALE = DAY  # an event whose ts lies after its receipt (a clock ahead) is sealed into the hour it claims a day later
_SMALL = 4_096  # packed segments below are joined up to this many events
_JOIN_AFTER, _JOIN_BEHIND = 2 * MINUTE, 500  # not what a tailer may just be about to ask for


class _Packed(NamedTuple):
    id: int
    n: int
    t1: Micros
    arrived: Micros
    sealed_until: Micros
    block: bytes


@dataclass(frozen=True, slots=True)
class _Part:
    """A packed row and which of its events a round seals: those with ts in ``[row.sealed_until, until)``."""

    row: _Packed
    until: Micros
    batch: EventBatch
    left: int


def worthwhile(folder: Path, until: Micros, fill: int) -> Micros:
    """`until`, or the start of its UTC day while what is closed of that day does not fill a segment."""
    cutoff, day = until // HOUR * HOUR, until // DAY * DAY
    db = store.connect(folder, readonly=True)
    try:
        (waiting,) = db.execute(
            "SELECT coalesce(sum(unsealed), 0) FROM packed WHERE t1 >= ? AND max(t0, sealed_until) < ?", (day, cutoff)
        ).fetchone()
    finally:
        db.close()
    return cutoff if waiting >= fill else day


def seal(folder: Path, site: str, writer: Writer, disk: Disk, until: Micros, fill: int) -> list[SealedSegment]:
    """Seal the events of the hours that end at or before `until`, up to about `fill` in a segment; returns the new
    segments."""
    cutoff = until // HOUR * HOUR
    made: list[SealedSegment] = []
    while parts := _round(folder, cutoff):
        made += _seal_round(folder, site, writer, disk, parts, fill)
    return made


def _round(folder: Path, cutoff: Micros) -> list[_Part]:
    parts: list[_Part] = []
    total = 0
    db = store.connect(folder, readonly=True)
    try:
        found = db.execute(
            "SELECT id, n, t1, arrived, sealed_until, block FROM packed"
            " WHERE unsealed > 0 AND max(t0, sealed_until) < :cutoff OR unsealed > 0 AND arrived < :stale ORDER BY id",
            {"cutoff": cutoff, "stale": cutoff - _STALE},
        )
        for row in map(_Packed._make, found):
            until = row.t1 + 1 if row.arrived < cutoff - _STALE else cutoff
            batch = _unpacked(row)
            ts = batch["ts"]
            left = int(np.count_nonzero(ts >= until))
            parts.append(_Part(row, until, batch.take((ts >= row.sealed_until) & (ts < until)), left))
            total += len(parts[-1].batch)
            if total >= _ROUND:
                break
    finally:
        db.close()
    return parts


def _unpacked(row: _Packed) -> EventBatch:
    try:
        return packed.unpack(row.block)
    except Refusal as refusal:
        raise Refusal(r.at(f"packed segment {row.id}") for r in refusal.reasons) from None


def _seal_round(
    folder: Path, site: str, writer: Writer, disk: Disk, parts: list[_Part], fill: int
) -> list[SealedSegment]:
    made: list[SealedSegment] = []
    no, link = writer.run(lambda kept, _: _end_of_chain(kept.db))
    arrived = max(part.row.arrived for part in parts)
    for batch in _buckets(EventBatch.concat([part.batch for part in parts]), fill):
        segment, data = segments.build(batch, site=site, no=no + 1, previous=link, arrived=arrived)
        _write(folder, disk, segment.file, data)
        made.append(segment)
        no, link = segment.no, segment.link
    for day in sorted({(folder / segment.file).parent for segment in made}):
        disk.dirsync(day)
    if made:
        disk.dirsync(folder / segments.FOLDER)

    def mark(kept: store.Store, _: Marks) -> None:
        for segment in made:
            add_sealed(kept.db, segment)
        kept.db.executemany(
            "UPDATE packed SET sealed_until = ?, unsealed = ? WHERE id = ?",
            [(part.until, part.left, part.row.id) for part in parts],
        )
        drop_packed(kept.db)

    writer.run(mark)
    return made


def _buckets(batch: EventBatch, fill: int) -> Iterator[EventBatch]:
    """Whole hours, in order; neighbours of one day together while they fit into a segment of `fill` events."""
    hour = batch["ts"] // HOUR
    order = np.argsort(hour, kind="stable")
    starts = np.flatnonzero(np.diff(hour[order], prepend=-1))
    days = hour[order][starts] // (DAY // HOUR)
    first = 0
    for at, (start, end) in enumerate(pairwise([*starts.tolist(), len(order)])):
        if start > first and (days[at] != days[at - 1] or end - first > fill):
            yield batch.take(order[first:start])
            first = start
    if len(order):
        yield batch.take(order[first:])


def _write(folder: Path, disk: Disk, file: str, data: bytes) -> None:
    path = folder / file
    disk.mkdir(path.parent)
    fresh = path.with_suffix(".new")
    disk.write(fresh, data)
    disk.fsync(fresh)
    disk.rename(fresh, path)


def _end_of_chain(db: sqlite3.Connection) -> tuple[int, bytes]:
    row = db.execute("SELECT no, link FROM sealed ORDER BY no DESC LIMIT 1").fetchone()
    return (row[0], row[1]) if row else (0, EMPTY_ROOT)


def add_sealed(db: sqlite3.Connection, one: SealedSegment, *, damaged: bool = False) -> None:
    """List a segment in the manifest (inside a transaction)."""
    row = asdict(one) | {"ranges": keys.encode(one.ranges), "damaged": damaged}
    db.execute(
        "INSERT INTO sealed VALUES (:no, :file, :hour, :events, :t0, :t1, :recv1, :arrived, :size, :crc,"
        " :root, :previous, :link, :damaged, :ranges)",
        row,
    )


def drop_packed(db: sqlite3.Connection) -> None:
    """Remove the packed rows that are sealed and that every destination of the outbox has (inside a transaction)."""
    done = "unsealed = 0 AND id <= (SELECT coalesce(min(acknowledged), 9223372036854775807) FROM outbox)"
    db.execute(f"UPDATE site SET gone = max(gone, (SELECT coalesce(max(id), 0) FROM packed WHERE {done}))")  # noqa: S608
    db.execute(f"DELETE FROM packed WHERE {done}")  # noqa: S608


def join(folder: Path, writer: Writer, now: Micros) -> None:
    """Join small neighbouring packed segments: a quiet plant commits a few events at a time, and each row costs a
    reader as much as a thousand events. The joined row keeps the last id; tailers behind it start over."""
    db = store.connect(folder, readonly=True)
    try:
        found = db.execute(
            "SELECT id, n FROM packed WHERE unsealed = n AND n < ? AND arrived < ? AND id <= ? ORDER BY id",
            (_SMALL, now - _JOIN_AFTER, store.last_id(db) - _JOIN_BEHIND),
        ).fetchall()
    finally:
        db.close()
    for ids in _groups(found):
        writer.run(partial(_join, ids))


def _groups(rows: list[tuple[int, int]]) -> Iterator[list[int]]:
    ids: list[int] = []
    total = 0
    for id_, n in rows:
        if ids and total + n > _SMALL:
            if len(ids) > 1:
                yield ids
            ids, total = [], 0
        ids.append(id_)
        total += n
    if len(ids) > 1 and total > _SMALL // 2:
        yield ids


def _join(ids: list[int], kept: store.Store, _: Marks) -> None:
    db = kept.db
    held = f"id IN ({','.join('?' * len(ids))})"
    rows = db.execute(f"SELECT block, arrived FROM packed WHERE {held} ORDER BY id", ids).fetchall()  # noqa: S608
    batch = EventBatch.concat([packed.unpack(block) for block, _ in rows])
    db.execute(f"DELETE FROM packed WHERE {held}", ids)  # noqa: S608
    arrived = max(arrived for _, arrived in rows)
    add_packed(db, PackedSegment.of(batch), arrived, id_=ids[-1])
    db.execute("UPDATE site SET gone = max(gone, ?)", (ids[-1],))
