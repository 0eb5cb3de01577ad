"""Stores beside which ours is measured. Each makes one batch durable per `append` and ignores a key it has seen,
but for the raw file, which keeps whatever it is given: the floor nobody can go below.

The peers get an easier event than ours: a fixed record of 60 bytes with the texts already numbers, where our log keeps
all 24 fields, their texts, and reads them back by itself.
"""

from __future__ import annotations

import os
import sqlite3
import zlib
from pathlib import Path
from typing import ClassVar, Protocol

import numpy as np

from bench.stand.rounds import process_cpu
from dengta.core.batch import EventBatch
from dengta.core.event import FIELD

NAMES = ("stream", "epoch", "seq", "ts", "recv", "value", "type", "clock", "flags", "subject", "code", "order")
RECORD = np.dtype([(name, FIELD[name].dtype) for name in NAMES])
Keys = list[tuple[int, int, int]]


class Peer(Protocol):
    """A store of batches."""

    idempotent: bool

    def append(self, batch: EventBatch) -> None:
        """Take the batch; durable on return, or at the latest when `settle` returns."""

    def settle(self) -> None:
        """Return when everything given is durable."""

    def keys(self) -> Keys:
        """The keys it holds, read back from the disk."""

    def cpu_elsewhere(self) -> float:
        """CPU seconds spent for it outside this process so far."""

    def close(self) -> None:
        """Let go of files and connections."""


class RawFile:
    """A length, a CRC and the records, then fdatasync. Not idempotent."""

    idempotent = False

    def __init__(self, folder: Path) -> None:
        self._path = folder / "raw.log"
        self._file = os.open(self._path, os.O_CREAT | os.O_WRONLY | os.O_APPEND, 0o644)

    def append(self, batch: EventBatch) -> None:
        body = records(batch).tobytes()
        os.write(self._file, len(body).to_bytes(4, "little") + zlib.crc32(body).to_bytes(4, "little") + body)
        os.fdatasync(self._file)

    def settle(self) -> None:
        return

    def keys(self) -> Keys:
        found: Keys = []
        data, at = self._path.read_bytes(), 0
        while at < len(data):
            length, crc = (int.from_bytes(data[at + i : at + i + 4], "little") for i in (0, 4))
            body = data[at + 8 : at + 8 + length]
            if zlib.crc32(body) != crc:
                raise ValueError(f"torn record at byte {at}")
            found += _keys(np.frombuffer(body, RECORD))
            at += 8 + length
        return found

    def cpu_elsewhere(self) -> float:
        return 0.0

    def close(self) -> None:
        os.close(self._file)


class SqliteRows:
    """A row an event, UNIQUE (stream, epoch, seq), WAL with synchronous=FULL, INSERT OR IGNORE, one commit a batch."""

    idempotent = True

    def __init__(self, folder: Path) -> None:
        self._db = sqlite3.connect(folder / "rows.sqlite", isolation_level=None)
        self._db.execute("PRAGMA journal_mode=WAL")
        self._db.execute("PRAGMA synchronous=FULL")
        columns = ", ".join(f'"{name}" INTEGER' for name in NAMES)
        self._db.execute(f"CREATE TABLE event ({columns}, UNIQUE (stream, epoch, seq))")
        self._insert = f"INSERT OR IGNORE INTO event VALUES ({', '.join('?' * len(NAMES))})"

    def append(self, batch: EventBatch) -> None:
        rows = zip(*(batch[name].tolist() for name in NAMES), strict=True)
        self._db.execute("BEGIN IMMEDIATE")
        self._db.executemany(self._insert, rows)
        self._db.execute("COMMIT")

    def settle(self) -> None:
        return

    def keys(self) -> Keys:
        return self._db.execute("SELECT stream, epoch, seq FROM event").fetchall()

    def cpu_elsewhere(self) -> float:
        return 0.0

    def close(self) -> None:
        self._db.close()


class PostgresCopy:
    """Binary COPY into a staging table, then INSERT ... ON CONFLICT DO NOTHING, one commit a batch.

    Raises what psycopg raises when no server answers at `conninfo`, and ValueError when it does not sync its commits.
    """

    idempotent = True

    _HEADER = b"PGCOPY\n\xff\r\n\0" + bytes(8)
    _WIDTHS: ClassVar = {name: max(FIELD[name].dtype.itemsize, 4) for name in NAMES}

    def __init__(self, conninfo: str) -> None:
        import psycopg

        self._db = psycopg.connect(conninfo, connect_timeout=5)
        for setting in ("fsync", "synchronous_commit", "full_page_writes"):
            if self._db.execute(f"SHOW {setting}").fetchone() != ("on",):
                raise ValueError(f"the PostgreSQL server runs with {setting} off: not comparable")
        columns = ", ".join(f'"{n}" {"bigint" if w == 8 else "integer"}' for n, w in self._WIDTHS.items())
        self._db.execute("DROP TABLE IF EXISTS dengta_bench_event")
        self._db.execute(f"CREATE TABLE dengta_bench_event ({columns}, PRIMARY KEY (stream, epoch, seq))")
        self._db.execute(f"CREATE TEMP TABLE staging ({columns}) ON COMMIT DELETE ROWS")
        self._db.commit()
        parts: list[tuple[str, str]] = [("fields", ">i2")]
        for name, width in self._WIDTHS.items():
            parts += [(f"{name}_length", ">i4"), (name, f">i{width}")]
        self._wire = np.dtype(parts)

    def append(self, batch: EventBatch) -> None:
        rows = np.empty(len(batch), self._wire)
        rows["fields"] = len(NAMES)
        for name, width in self._WIDTHS.items():
            rows[f"{name}_length"] = width
            rows[name] = batch[name]
        with self._db.cursor() as cursor:
            with cursor.copy("COPY staging FROM STDIN (FORMAT BINARY)") as copy:
                copy.write(self._HEADER + rows.tobytes() + b"\xff\xff")
            cursor.execute("INSERT INTO dengta_bench_event SELECT * FROM staging ON CONFLICT DO NOTHING")
        self._db.commit()

    def settle(self) -> None:
        return

    def keys(self) -> Keys:
        return self._db.execute("SELECT stream, epoch, seq FROM dengta_bench_event").fetchall()

    def cpu_elsewhere(self) -> float:
        return process_cpu(self._db.info.backend_pid)

    def close(self) -> None:
        self._db.rollback()
        self._db.execute("DROP TABLE dengta_bench_event")
        self._db.commit()
        self._db.close()


def records(batch: EventBatch) -> np.ndarray:
    """The batch as fixed records of 60 bytes."""
    rows = np.empty(len(batch), RECORD)
    for name in NAMES:
        rows[name] = batch[name]
    return rows


def _keys(rows: np.ndarray) -> Keys:
    return list(zip(rows["stream"].tolist(), rows["epoch"].tolist(), rows["seq"].tolist(), strict=True))
