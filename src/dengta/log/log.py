"""The log of one site: append, seal, read. One process writes it; `LogReader` reads it from any other."""

from __future__ import annotations

import asyncio
import sqlite3
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType

import numpy as np

from dengta.core.batch import EventBatch
from dengta.core.event_check import check
from dengta.core.grid import Grid
from dengta.core.ids import stream_id
from dengta.core.reason import Reason, Refusal, refuse_if
from dengta.core.time import Micros
from dengta.core.vocabulary import ClockSource, EventType, Flag
from dengta.log import damage, opening, packed, sealing, store
from dengta.log.damage import Damage
from dengta.log.disk import Disk, RealDisk, make_folder
from dengta.log.journal import Journal
from dengta.log.keys import KeyRange
from dengta.log.lock import WriterLock
from dengta.log.marks import EpochMark, Marks
from dengta.log.outbox import Outbox
from dengta.log.packed import PackedSegment
from dengta.log.reader import LogReader
from dengta.log.segments import SealedSegment
from dengta.log.writer import Mark, Offer, Settings, Writer


class Log:
    """Open one with `Log.open`; a context manager. Every method may be called from any thread."""

    def __init__(self, folder: Path, site: str, now: Callable[[], Micros], disk: Disk, settings: Settings) -> None:
        self.site = site
        self.reader = LogReader(folder)
        self._now, self._disk, self._settings = now, disk, settings
        self._clock, self._sealing = threading.Lock(), threading.Lock()
        with ExitStack() as undo:
            self._lock = WriterLock(folder, now())
            undo.callback(self._lock.release)
            opening.refuse_lost_database(folder, self._lock.kept)
            opening.make_folders(folder, disk)
            try:
                self._store = store.Store(folder, settings.store_bytes)
                undo.callback(self._store.close)
                self._store.prepare(site)
                self._lock.keep()
                written = Journal(folder, disk)
                undo.callback(written.close)
                opening.take_over(folder, self._store, disk)
                written.clear()
                self._arrived = self._store.latest_arrival()
                self._writer = Writer(self._store, written, self._lock, settings)
                undo.callback(self._writer.close)
                self.set_aside(opening.look(folder, self._store.db))
                opening.remove_orphans(folder, self._store.db, disk)
            except sqlite3.Error as error:
                place = (str(folder / store.FILE),)
                raise Refusal(Reason("log.database_damaged", place, {"error": str(error)})) from error
            self.outbox = Outbox(self.reader, self._writer, settings.outbox_bytes)
            self._closing = undo.pop_all()

    @classmethod
    def open(
        cls,
        folder: Path,
        site: str,
        now: Callable[[], Micros],
        *,
        disk: Disk | None = None,
        settings: Settings | None = None,
    ) -> Log:
        """Open or make the log of `site` in `folder` as its only writer.

        `now` gives the site's time, microseconds UTC. Refusal when another process writes it, when it belongs to
        another site, or when its database is damaged beyond what can be set aside (then `repair`).
        """
        disk = disk or RealDisk()
        make_folder(disk, folder)
        return cls(folder, site, now, disk, settings or Settings())

    def append(self, batch: EventBatch) -> Future[Mark]:
        """Hand in a batch. The future resolves once its events are on the disk; until then nobody may rely on them.

        Events with ``recv == 0`` are stamped. Raises Refusal, with nothing kept, when a rule of `event_check` is
        broken; blocks while the queue is full. The future raises Refusal when the disk refuses: append again later.
        """
        offer = self._offer(batch)
        if len(batch):
            self._writer.offer(offer)
        return offer.future

    async def append_async(self, batch: EventBatch) -> Mark:
        """`append` for asyncio: waits without blocking the loop."""
        if len(batch) >= self._settings.group_events:
            return await asyncio.wrap_future(await asyncio.to_thread(self.append, batch))
        offer = self._offer(batch)
        if len(batch) and not self._writer.offer(offer, block=False):
            await asyncio.to_thread(self._writer.offer, offer)
        return await asyncio.wrap_future(offer.future)

    def warm(self) -> None:
        """Load the compiled loops now and not with the first batch: half a second from their cache, some without."""
        size = self._settings.group_events
        clock, kind = int(ClockSource.EDGE), int(EventType.COUNTER)
        self._offer(EventBatch.from_columns(size, ("", "warm"), epoch=1, subject=1, clock=clock, type=kind))

    def _offer(self, batch: EventBatch) -> Offer:
        """Checked, stamped and, when large, packed: in the caller's thread, beside the writer's syncs."""
        from dengta.log.kernels import runs_ahead

        if len(batch) > packed.LARGEST:
            raise Refusal(Reason("log.batch_too_large", params={"events": len(batch), "most": packed.LARGEST}))
        arrived = self._arrival()
        if not batch["recv"].all():
            batch = batch.replace(recv=np.where(batch["recv"] == 0, arrived, batch["recv"]))
        grid = Grid.of(batch)
        if runs_ahead(grid.field("ts"), grid.field("recv"), self._settings.clock_tolerance):
            batch = self._flagged(batch)
            grid = Grid.of(batch)
        refuse_if(check(batch, grid))
        self.outbox.refuse_when_full()
        if len(batch) >= self._settings.group_events:
            return Offer(batch, arrived, PackedSegment.of(batch, grid))
        offer = Offer(batch, arrived)
        if not len(batch):
            offer.future.set_result(Mark(0, 0, self.reader.last_segment()))
        return offer

    def _flagged(self, batch: EventBatch) -> EventBatch:
        """With a flag at the events whose clock ran ahead of receipt."""
        ahead = batch["ts"] > batch["recv"] + self._settings.clock_tolerance
        return batch.replace(flags=np.where(ahead, batch["flags"] | int(Flag.CLOCK_AHEAD), batch["flags"]))

    def _arrival(self) -> Micros:
        """The log's own clock: the site's time, never backwards."""
        with self._clock:
            self._arrived = max(self._arrived, self._now())
            return self._arrived

    def enrol(self, producer: str) -> int:
        """The stream id of `producer`, remembered with its name. Refusal when another producer has this id."""
        stream = stream_id(self.site, producer)

        def remember(kept: store.Store, _: object) -> str:
            kept.db.execute("INSERT OR IGNORE INTO producer VALUES (?, ?)", (stream, producer))
            (name,) = kept.db.execute("SELECT name FROM producer WHERE stream = ?", (stream,)).fetchone()
            return str(name)

        name = self._writer.run(remember)
        if name != producer:
            raise Refusal(Reason("log.stream_taken", (producer,), {"other": name}))
        return stream

    def marks(self, stream: int) -> list[EpochMark]:
        """What the log durably holds of one stream, by epoch."""
        return self.reader.marks(stream)

    def all_marks(self) -> Marks:
        """What the log durably holds of every stream."""
        return self.reader.all_marks()

    def holes(self) -> list[KeyRange]:
        """Every span of seqs missing below the highest seen of its epoch."""
        return self.reader.holes()

    def seal(self, until: Micros, *, full: bool = False) -> list[SealedSegment]:
        """Seal the hours that end at or before `until` (site time less the lateness one waits for) and tidy what is
        packed; returns the new segments. With `full`, hours of a day that goes on wait until they fill a segment.
        Runs beside appends. Refusal when the disk refuses: nothing is lost, call again."""
        folder, fill = self.reader.folder, self._settings.segment_events
        with self._sealing:
            self._writer.catch_up()
            cutoff = sealing.worthwhile(folder, until, fill) if full else until
            try:
                try:
                    made = sealing.seal(folder, self.site, self._writer, self._disk, cutoff, fill)
                except Refusal:
                    if not self._set_aside_broken_rows():
                        raise
                    made = sealing.seal(folder, self.site, self._writer, self._disk, cutoff, fill)
            except OSError as error:
                raise Refusal(Reason("log.seal_failed", (str(folder),), {"error": str(error)})) from error
            sealing.join(folder, self._writer, self._arrival())
        return made

    def _set_aside_broken_rows(self) -> bool:
        """One packed row that went bad must not keep the others from being sealed. True when there was one."""
        with self.reader.connection() as db:
            found = opening.look(self.reader.folder, db) if db else []
        return bool(found and damage.set_aside(self.reader.folder, self._writer, self._disk, found, self._arrival()))

    def set_aside(self, found: Sequence[Damage]) -> list[Damage]:
        """Move damaged pieces (as `LogReader.verify` finds them) into ``damaged/`` and make their keys holes, so that
        producers can send them again. Returns what is lost."""
        if not found:
            return []
        with self._sealing:
            return damage.set_aside(self.reader.folder, self._writer, self._disk, found, self._arrival())

    def close(self) -> None:
        """Commit what waits, fold the database, let the next writer in. Once is enough."""
        self._closing.close()

    def __enter__(self) -> Log:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()
