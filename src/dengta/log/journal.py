"""The journal: packed segments on their way into the database.

A commit of SQLite writes a dozen pages where one record and one sync would do. So a batch is durable, and acknowledged,
once its record is synced here; the database takes in many at a time, behind the callers' backs, and when it has them
all the writer begins at the start of the file again. The file was filled with zeros before, so that a sync writes data
and nothing else.

A record is a packed row: a head, its keys, its block, each begun on a sector's border of its own so that a torn write
never touches what was acknowledged before. Ids are dense. The head has a CRC and repeats those of keys and block: what
an earlier lap left behind never passes for the rest of a record that was cut. (Write-ahead logging: Mohan et al.,
ARIES, 1992; the lap over a file kept at its length is SQLite's own WAL's.)
"""

from __future__ import annotations

import mmap
import struct
import zlib
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from dengta.core.reason import Reason, Refusal
from dengta.log import columns, lock
from dengta.log.disk import Disk
from dengta.log.packed import PackedRow, PackedSegment

FILE = "journal"
SECTOR = 4096
FIRST, LARGEST = 1 << 18, 1 << 23
"""Bytes of a new journal, and of one that has grown."""

_MAGIC = b"DTJ1"
_HEAD = struct.Struct("<4sqqIqqqqII4s4s")
_CRC = struct.Struct("<I")
_BEHIND = _HEAD.size + _CRC.size
_KEY_BYTES = 32  # a run of keys takes at most this, beside the head of their columns
Bytes = bytes | mmap.mmap


class _Head(NamedTuple):
    magic: bytes
    id: int
    group: int  # the first id of those synced together
    n: int
    t0: int
    t1: int
    recv1: int
    arrived: int
    keys: int
    block: int
    keys_crc: bytes
    block_crc: bytes

    @property
    def size(self) -> int:
        """Bytes to the next record."""
        return _padded(_BEHIND + self.keys + self.block)


class Journal:
    """The writer's end. Not thread-safe."""

    def __init__(self, folder: Path, disk: Disk) -> None:
        self._path, self._disk = folder / FILE, disk
        if not self._path.exists():
            disk.write(self._path, bytes(FIRST))
            disk.fsync(self._path)
            disk.dirsync(folder)
        self._file = disk.file(self._path)
        self._size = self._path.stat().st_size
        self._at = 0

    def takes(self, segment: PackedSegment) -> bool:
        """Whether there is room for `segment`, whatever of it is new."""
        keys = SECTOR + _KEY_BYTES * len(segment.runs.lo)
        return self._at + _padded(_BEHIND + keys + len(segment.block)) <= self._size

    def write(self, rows: Sequence[PackedRow]) -> bool:
        """Make `rows` durable, with one sync; False when there is no room. OSError: none of them counts."""
        data = b"".join(_record(row, rows[0].id or 0) for row in rows)
        if self._at + len(data) > self._size:
            return False
        self._file.write_at(self._at, data)
        self._file.sync()
        self._at += len(data)
        return True

    def rewind(self) -> None:
        """The database durably has everything written: begin at the start."""
        self._at = 0

    def grow(self) -> None:
        """Make room for more, until it has its full length."""
        more = min(4 * self._size, LARGEST) - self._size
        if more > 0:
            self._file.write_at(self._size, bytes(more))
            self._file.sync()
            self._size += more

    def clear(self) -> None:
        """Leave no record behind that could be taken for news: the database durably has everything."""
        data = self._disk.read(self._path)
        for at in range(0, len(data), SECTOR):
            if data[at : at + len(_MAGIC)] == _MAGIC:
                self._file.write_at(at, bytes(SECTOR))
        self._file.sync()
        self._at = 0

    def close(self) -> None:
        """Let go of the file."""
        self._file.close()


def tail(folder: Path, after: int) -> list[PackedRow] | None:
    """The acknowledged rows behind id `after`, as a reader sees them; None when the database has overtaken `after`
    meanwhile: look there again.

    While a writer is there it says how far the journal is durable; when none is, every whole record counts, as it will
    for the next one.
    """
    acknowledged = lock.acknowledged(folder)
    if acknowledged <= after and lock.holder(folder) is not None:
        return []
    try:
        with (folder / FILE).open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
            rows = _rows(data, after)
    except (FileNotFoundError, ValueError):  # none yet, or an empty file: a writer has just come
        rows = []
    last = max(acknowledged, after)
    if len(rows) < last - after:
        return None
    return rows[: last - after] if lock.holder(folder) is not None else rows


def _rows(data: Bytes, after: int) -> list[PackedRow]:
    found: list[PackedRow] = []
    at = last = 0
    while (head := _head(data, at)) and (not at or head.id == last + 1):
        last = head.id
        if last > after:
            row = _row(data, at, head)
            if last != after + 1 + len(found) or not is_whole(row):
                break
            found.append(row)
        at += head.size
    return found


def left(folder: Path, disk: Disk, after: int) -> list[PackedRow]:
    """The rows behind id `after` that a writer which did not close has left, in order.

    A record cut in the middle counts for nothing if it was never acknowledged, and ends the list. If it was (something
    was written behind it, or the writer had said so) that is damage: the row is given as it is found. Refusal when
    acknowledged records are not here at all.
    """
    data = disk.read(folder / FILE)
    heads = _news(data, after)
    acknowledged = _acknowledged(folder, heads.values())
    found: list[PackedRow] = []
    for id_ in range(after + 1, max([acknowledged, *heads]) + 1):
        row = _row(data, *heads[id_]) if id_ in heads else None
        if id_ <= acknowledged and row is None:
            raise Refusal(Reason("log.journal_lacks", (str(folder),), {"first": id_, "last": acknowledged}))
        if row is None or (id_ > acknowledged and not is_whole(row)):
            break
        found.append(row)
    return found


def readable(folder: Path, disk: Disk, after: int) -> tuple[list[PackedRow], int]:
    """For a repair: every whole row behind id `after`, whatever is missing between, and the last id that was
    acknowledged."""
    data = disk.read(folder / FILE) if (folder / FILE).exists() else b""
    heads = _news(data, after)
    rows = [row for at, head in heads.values() if is_whole(row := _row(data, at, head))]
    return rows, _acknowledged(folder, heads.values())


def _news(data: bytes, after: int) -> dict[int, tuple[int, _Head]]:
    return {head.id: (at, head) for at, head in _walk(data) if head.id > after}


def _acknowledged(folder: Path, heads: Iterable[tuple[int, _Head]]) -> int:
    """The last id that was acknowledged: as the writer said, or as shows by what it wrote afterwards."""
    return max([lock.acknowledged(folder), *(head.group - 1 for _, head in heads)])


def _walk(data: bytes) -> Iterator[tuple[int, _Head]]:
    """The heads of the last lap, found even behind a broken one: those of earlier laps have lower ids."""
    at = last = 0
    while at < len(data):
        head = _head(data, at)
        if head is not None and head.id > last:
            last = head.id
            yield at, head
            at += head.size
        else:
            at += SECTOR


def is_whole(row: PackedRow) -> bool:
    """Whether keys and block are what was written."""
    return columns.is_whole(row.keys) and columns.is_whole(row.block)


def _record(row: PackedRow, group: int) -> bytes:
    told = _Head(_MAGIC, row.id or 0, group, *row[1:6], len(row.keys), len(row.block), row.keys[-4:], row.block[-4:])
    head = _HEAD.pack(*told)
    return b"".join((head, _CRC.pack(zlib.crc32(head)), row.keys, row.block)).ljust(told.size, b"\0")


def _head(data: Bytes, at: int) -> _Head | None:
    head = data[at : at + _HEAD.size]
    if head[: len(_MAGIC)] != _MAGIC or data[at + _HEAD.size : at + _BEHIND] != _CRC.pack(zlib.crc32(head)):
        return None
    return _Head._make(_HEAD.unpack(head))


def _row(data: Bytes, at: int, head: _Head) -> PackedRow:
    """The row behind a head; keys or block that are not the head's are made to fail their own CRC too."""
    middle = at + _BEHIND + head.keys
    keys, block = data[at + _BEHIND : middle], data[middle : middle + head.block]
    keys = keys if keys[-4:] == head.keys_crc else keys + b"\0"
    block = block if block[-4:] == head.block_crc else block + b"\0"
    return PackedRow(head.id, head.n, head.t0, head.t1, head.recv1, head.arrived, keys, block)


def _padded(size: int) -> int:
    return -(-size // SECTOR) * SECTOR
