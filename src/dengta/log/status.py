"""How a log stands, in numbers: what `dengta log status` prints."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from pathlib import Path

from dengta.core.time import Micros
from dengta.log import damage, keys, lock, store
from dengta.log.damage import Damage
from dengta.log.keys import KeyRange
from dengta.log.lock import Holder
from dengta.log.marks import Marks


@dataclass(frozen=True, slots=True)
class Waiting:
    """What one destination of the outbox still has to get."""

    destination: str
    acknowledged: int
    segments: int
    bytes: int


@dataclass(frozen=True, slots=True)
class LogStatus:
    """The state of a log at one instant. Times are 0 where there is no event yet.

    head: the last link of the chain; who knows it knows whether anything sealed was changed since. b"" before any seal.
    lost: events that damage took and nobody has sent again.
    holder: who writes it now, None when nobody does; its `trouble` says what hinders it.
    """

    site: str
    streams: int
    unsealed_events: int
    unsealed_bytes: int
    sealed_events: int
    sealed_bytes: int
    sealed_segments: int
    head: bytes
    last_segment: int
    last_ts: Micros
    last_recv: Micros
    holes: tuple[KeyRange, ...]
    damage: tuple[Damage, ...]
    lost: int
    outbox: tuple[Waiting, ...]
    outbox_limit: int
    holder: Holder | None

    @property
    def events(self) -> int:
        """All events."""
        return self.unsealed_events + self.sealed_events

    @property
    def missing(self) -> int:
        """How many events the holes lack."""
        return keys.count(self.holes)

    @property
    def outbox_alarm(self) -> bool:
        """Some destination is behind by half the limit; at the limit nothing is accepted any more."""
        return any(2 * line.bytes >= self.outbox_limit > 0 for line in self.outbox)

    @property
    def sealed_bytes_per_event(self) -> float | None:
        """Bytes on disk per sealed event; None when none is sealed."""
        return self.sealed_bytes / self.sealed_events if self.sealed_events else None


def status(folder: Path, db: sqlite3.Connection | None) -> LogStatus:
    """The status of the log in `folder`; `db` is inside a read transaction, None where there is no log yet."""
    who = lock.holder(folder)
    if db is None:
        return LogStatus("", 0, 0, 0, 0, 0, 0, b"", 0, 0, 0, (), (), 0, (), 0, who)
    site, outbox_limit = db.execute("SELECT name, outbox_bytes FROM site").fetchone()
    open_, open_bytes, ts0, recv0 = db.execute(
        "SELECT coalesce(sum(unsealed), 0), coalesce(sum(length(block)), 0), coalesce(max(t1), 0),"
        " coalesce(max(recv1), 0) FROM packed WHERE unsealed > 0"
    ).fetchone()
    sealed, sealed_bytes, count, ts1, recv1 = db.execute(
        "SELECT coalesce(sum(events), 0), coalesce(sum(size), 0), count(*), coalesce(max(t1), 0),"
        " coalesce(max(recv1), 0) FROM sealed WHERE damaged = 0"
    ).fetchone()
    head = db.execute("SELECT link FROM sealed ORDER BY no DESC LIMIT 1").fetchone()
    marks = store.load_marks(db)
    broken = damage.remembered(db)
    return LogStatus(
        site=site,
        streams=len(marks.streams()),
        unsealed_events=open_,
        unsealed_bytes=open_bytes,
        sealed_events=sealed,
        sealed_bytes=sealed_bytes,
        sealed_segments=count,
        head=head[0] if head else b"",
        last_segment=store.last_id(db),
        last_ts=max(ts0, ts1),
        last_recv=max(recv0, recv1),
        holes=tuple(marks.holes()),
        damage=tuple(broken),
        lost=_lost(broken, marks),
        outbox=tuple(waiting(db)),
        outbox_limit=outbox_limit,
        holder=who,
    )


def _lost(broken: list[Damage], marks: Marks) -> int:
    held = keys.cover(marks.ranges())
    gone = keys.cover(r for one in broken for r in one.ranges)
    return keys.count(keys.subtract(keys.ranges_of(gone), held))


def waiting(db: sqlite3.Connection) -> list[Waiting]:
    """Every destination of the outbox and what waits for it."""
    rows = db.execute(
        "SELECT destination, acknowledged, count(id), coalesce(sum(length(block)), 0) FROM outbox"
        " LEFT JOIN packed ON id > acknowledged GROUP BY destination ORDER BY destination"
    )
    return [Waiting(*row) for row in rows]
