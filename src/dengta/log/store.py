"""The log's SQLite database: what is not sealed yet, the marks, and the manifest of what is. One writer, many readers.

WAL with `synchronous=FULL`: a commit that returned is on the disk. Rows carry packed blocks with their own CRC, so a
flipped bit is found even where SQLite itself would not notice. The last rows may still be on their way here: they are
in the `journal`, and a reader's connection shows them as if they were here already.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from dengta.core.reason import Reason, Refusal
from dengta.core.time import Micros
from dengta.log import keys
from dengta.log.marks import Marks
from dengta.log.packed import PackedRow, PackedSegment

FILE = "log.sqlite"
VERSION = 2
"""2: with a journal before it. An older Dengta, which knows of none, must not write after a crash of a newer one."""
READABLE = (1, VERSION)
_CHECKPOINT_PAGES = 4000

_TABLES = """
CREATE TABLE site (
  name TEXT NOT NULL,
  gone INTEGER NOT NULL,        -- packed segments up to this id may be sealed or joined
  outbox_bytes INTEGER NOT NULL -- what may wait for the slowest destination
);
CREATE TABLE packed (
  id INTEGER PRIMARY KEY AUTOINCREMENT, -- order of arrival, never reused
  n INTEGER NOT NULL,
  unsealed INTEGER NOT NULL,            -- how many of the n no sealed segment holds yet
  sealed_until INTEGER NOT NULL,        -- the events with ts below are in sealed segments
  t0 INTEGER NOT NULL, t1 INTEGER NOT NULL, -- least and largest ts
  recv1 INTEGER NOT NULL,               -- largest recv
  arrived INTEGER NOT NULL,             -- the log's own clock
  keys BLOB NOT NULL,
  block BLOB NOT NULL
);
CREATE TABLE marks (shard INTEGER PRIMARY KEY, block BLOB NOT NULL);
CREATE TABLE producer (stream INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE);
CREATE TABLE sealed ( -- as SealedSegment
  no INTEGER PRIMARY KEY,
  file TEXT NOT NULL,
  hour INTEGER NOT NULL,
  events INTEGER NOT NULL,
  t0 INTEGER NOT NULL, t1 INTEGER NOT NULL, recv1 INTEGER NOT NULL,
  arrived INTEGER NOT NULL,
  size INTEGER NOT NULL, crc INTEGER NOT NULL,
  root BLOB NOT NULL, previous BLOB NOT NULL, link BLOB NOT NULL,
  damaged INTEGER NOT NULL,
  keys BLOB NOT NULL -- last: a scan need not walk over it
);
CREATE TABLE damage (
  id INTEGER PRIMARY KEY,
  found_at INTEGER NOT NULL,
  code TEXT NOT NULL,
  place TEXT NOT NULL,
  kept TEXT NOT NULL,
  keys BLOB NOT NULL
);
CREATE TABLE outbox (destination TEXT PRIMARY KEY, acknowledged INTEGER NOT NULL);
"""

_INSERT = (
    "INSERT INTO packed (id, n, unsealed, sealed_until, t0, t1, recv1, arrived, keys, block)"
    " VALUES (?1, ?2, ?2, 0, ?3, ?4, ?5, ?6, ?7, ?8)"
)


def connect(folder: Path, *, readonly: bool, file: str = FILE) -> sqlite3.Connection:
    """A connection in autocommit mode; usable from any thread, by one at a time."""
    path = folder / file
    uri = f"{path.absolute().as_uri()}?mode={'ro' if readonly else 'rwc'}"
    db = sqlite3.connect(uri, uri=True, isolation_level=None, timeout=30, check_same_thread=False)
    if readonly:
        db.execute("PRAGMA temp_store=MEMORY")
    return db


class Store:
    """The writer's own connection."""

    def __init__(self, folder: Path, largest_bytes: int | None = None, *, file: str = FILE) -> None:
        self._folder, self._file = folder, file
        self._largest = largest_bytes
        self.db = self._open()

    def _open(self) -> sqlite3.Connection:
        db = connect(self._folder, readonly=False, file=self._file)
        try:
            db.execute("PRAGMA journal_mode=WAL")
            db.execute("PRAGMA synchronous=FULL")
            db.execute(f"PRAGMA wal_autocheckpoint={_CHECKPOINT_PAGES}")
            if self._largest is not None:
                size = db.execute("PRAGMA page_size").fetchone()[0]
                db.execute(f"PRAGMA max_page_count={max(self._largest // size, 1)}")
        except sqlite3.Error:
            db.close()
            raise
        return db

    def reopen(self) -> None:
        """A fresh connection, after a failure that may have left the old one in any state."""
        self.db.close()
        self.db = self._open()

    def close(self) -> None:
        """Close; the last connection to close also folds the WAL back."""
        self.db.close()

    def prepare(self, site: str) -> None:
        """Make the tables of a new log, or refuse a database that is damaged, of another site or of a later Dengta."""
        (version,) = self.db.execute("PRAGMA user_version").fetchone()
        if version == 0:
            with self.transaction() as db:
                for statement in _TABLES.split(";\n"):
                    db.execute(statement)
                db.execute("INSERT INTO site VALUES (?, 0, 0)", (site,))
                db.execute(f"PRAGMA user_version={VERSION}")
            return
        if version not in READABLE:
            raise Refusal(Reason("log.version", (str(self._folder),), {"version": version, "known": VERSION}))
        found = [line for (line,) in self.db.execute("PRAGMA quick_check(5)")]
        if found != ["ok"]:
            raise Refusal(Reason("log.database_damaged", (str(self._folder / FILE),), {"error": "; ".join(found)}))
        (name,) = self.db.execute("SELECT name FROM site").fetchone()
        if name != site:
            raise Refusal(Reason("log.other_site", (str(self._folder),), {"site": name, "wanted": site}))
        if version != VERSION:
            self.db.execute(f"PRAGMA user_version={VERSION}")

    @contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """All or nothing; durable when it ends without an error."""
        self.db.execute("BEGIN IMMEDIATE")
        try:
            yield self.db
            self.db.execute("COMMIT")
        except BaseException:
            if self.db.in_transaction:
                self.db.execute("ROLLBACK")
            raise

    def save_marks(self, dirty: Iterable[tuple[int, bytes]]) -> None:
        """Store the blocks of the marks that changed (inside a transaction)."""
        self.db.executemany("INSERT OR REPLACE INTO marks VALUES (?, ?)", dirty)

    def latest_arrival(self) -> Micros:
        """The log's own clock where it last stood; 0 in a new log."""
        row = self.db.execute(
            "SELECT max((SELECT coalesce(max(arrived), 0) FROM packed), (SELECT coalesce(max(arrived), 0) FROM sealed))"
        ).fetchone()
        return int(row[0])


def insert(db: sqlite3.Connection, rows: Iterable[PackedRow]) -> None:
    """Add packed segments that have their ids (inside a transaction)."""
    db.executemany(_INSERT, rows)


def add_packed(db: sqlite3.Connection, new: PackedSegment, arrived: Micros, *, id_: int | None = None) -> None:
    """Add a packed segment (inside a transaction), with the next id unless one is given."""
    db.execute(_INSERT, PackedRow.of(new, arrived, id_))


def show(db: sqlite3.Connection, tail: Sequence[PackedRow]) -> None:
    """Let this connection, inside its read transaction, see `tail` as if it were in the database: a temporary view
    stands before the table of its name."""
    if not tail:
        return
    db.execute("CREATE TEMP TABLE journalled AS SELECT * FROM main.packed WHERE 0")
    db.executemany(_INSERT.replace("packed", "journalled", 1), tail)
    db.execute("CREATE TEMP VIEW packed AS SELECT * FROM main.packed UNION ALL SELECT * FROM journalled")


def _shown(db: sqlite3.Connection) -> bool:
    return bool(db.execute("SELECT count(*) FROM temp.sqlite_master").fetchone()[0])


def load_marks(db: sqlite3.Connection) -> Marks:
    """The stored marks, with those of the tail shown. Refusal when a block is damaged."""
    marks = Marks.load(db.execute("SELECT shard, block FROM marks ORDER BY shard"))
    if _shown(db):
        for (listed,) in db.execute("SELECT keys FROM journalled"):
            marks.add(keys.decode(listed))
    return marks


def last_id(db: sqlite3.Connection) -> int:
    """The id of the last packed segment ever written, 0 when none."""
    row = db.execute("SELECT seq FROM sqlite_sequence WHERE name = 'packed'").fetchone()
    last = int(row[0]) if row else 0
    if _shown(db):
        (last,) = db.execute("SELECT max(id) FROM journalled").fetchone()
    return last
