"""Reading the floor of a site: one `SiteFloor` a process, brought up to date by whoever looks."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from types import MappingProxyType

from dengta.apps.production.current import HORIZON, PIECES, CurrentFloor, MachineNow
from dengta.apps.production.tracks import Span
from dengta.core.batch import EventBatch
from dengta.core.intervals import Interval
from dengta.core.shifts import ShiftOccurrence
from dengta.core.time import DAY, HOUR, SECOND, Micros, instant, local_day
from dengta.core.vocabulary import EventType, TimeElement
from dengta.engines import kpi
from dengta.engines.plantbook import PlantBook
from dengta.log import LogReader, TailGone
from dengta.site.bookshelf import Bookshelf
from dengta.site.clock import SiteTime, real_now
from dengta.site.home import SiteFolder

STRIP = 8 * HOUR
"""How much of the past a tile's strip shows."""
_LOOKBACK = 14 * DAY
_CHUNK = 6 * HOUR
_ALL_EVERY = 2 * SECOND
_SPEAKS = (EventType.STATE, EventType.OPERATION_START, EventType.OPERATION_END)


@dataclass(frozen=True, slots=True)
class Seen:
    """One machine as a screen shows it. From `stale_at` on its last word is too old to be believed (None: no word).

    by_day: its calendar has no shifts at all, so the numbers of the shift are those of the local day.
    """

    now: MachineNow
    shift: ShiftOccurrence | None
    stale_at: Micros | None
    turn: int
    by_day: bool = False


@dataclass(frozen=True, slots=True)
class FloorView:
    """A site's floor at `at`; the machines in the order of the plant book. `turn` rises with every look that changed
    something, and each `Seen` names the turn of its own last change."""

    at: Micros
    rate: int
    stop: Micros | None
    book: PlantBook | None
    turn: int = 0
    machines: MappingProxyType[str, Seen] = field(default_factory=lambda: MappingProxyType({}))

    def changed(self, since: int) -> dict[str, Seen]:
        """The machines that changed after turn `since`."""
        return {name: seen for name, seen in self.machines.items() if seen.turn > since}


class SiteFloor:
    """The floor of one site. Follows the log as it grows; where the site's clock stands in recorded history (it has a
    `stop_at`), it follows the clock through the log instead. Threads may share it."""

    def __init__(self, folder: SiteFolder, time: SiteTime) -> None:
        self._reader = LogReader(folder.log)
        self._shelf = Bookshelf(folder.books)
        self._time = time
        self._lock = threading.Lock()
        self._book: PlantBook | None = None
        self._floor = CurrentFloor([])
        self._view: FloorView | None = None
        self._heard = 0
        self._read_to: Micros = 0
        self._all_at: Micros = 0

    def look(self) -> FloorView:
        """The floor now."""
        with self._lock:
            clock, at, real = self._time.clock, self._time(), real_now()
            replayed = clock is not None and clock.stop_at is not None
            everything = not 0 <= real - self._all_at < _ALL_EVERY
            changed = self._follow(at, replayed, everything)
            if changed is None:
                everything = True
                self._load(at, replayed)
            if everything:
                self._all_at = real
            names = list(self._floor) if everything else sorted(changed or ())
            rate, stop = (clock.rate, clock.stop_at) if clock else (1, None)
            self._view = self._seen(FloorView(at, rate, stop, self._book), names)
            return self._view

    def spans(self, machine: str, start: Micros, end: Micros) -> Sequence[Span]:
        """What `machine` did in ``[start, end)``, as far as the floor remembers (`HORIZON`)."""
        with self._lock:
            return self._floor.spans(machine, start, end)

    def _follow(self, at: Micros, replayed: bool, look_for_book: bool) -> set[str] | None:
        """Fold what is new; None when the floor must be folded anew."""
        if self._view is None or at < self._view.at - SECOND or replayed != bool(self._view.stop):
            return None
        if look_for_book and self._shelf.current(at) is not self._book:
            return None
        if replayed:
            if at > self._read_to + HORIZON:
                return None
            batch = EventBatch.empty()
            if at >= self._read_to:
                batch = kpi.apply(self._reader.read(self._read_to, at + _CHUNK))
                self._read_to = at + _CHUNK
        else:
            try:
                batch, self._heard = self._reader.tail(self._heard)
            except TailGone:
                return None
        changed = self._floor.apply(batch, at)
        return None if self._floor.corrected else changed

    def _load(self, at: Micros, replayed: bool) -> None:
        book = self._book = self._shelf.current(at)
        self._floor = CurrentFloor(
            book.machines if book else (),
            counters={m.id: c for m in book.machines.values() for c in m.counters if c.code == PIECES} if book else {},
            reasons={r.id: r.element for r in book.reasons.values() if r.element is not None} if book else {},
        )
        self._read_to = at + _CHUNK
        batch, self._heard = self._reader.snapshot(at - HORIZON, self._read_to if replayed else None)
        self._floor.apply(kpi.apply(batch), at)
        silent = self._floor.silent()
        if silent:
            earlier = self._reader.read(at - _LOOKBACK, at - HORIZON, subjects=silent, types=_SPEAKS)
            self._floor.apply(kpi.apply(earlier), at)

    def _seen(self, fresh: FloorView, names: Sequence[str]) -> FloorView:
        """`fresh` with its machines: those named looked at anew, the others as they were."""
        book, before = fresh.book, self._view
        known = dict(before.machines) if before is not None and before.book is book else {}
        turn = before.turn + 1 if before is not None else 1
        for name in names:
            assert book is not None, "machines come from the book"
            shift = book.resolver(name).occurrence_at(fresh.at)
            by_day = not book.calendar(name).all_shifts()
            midnight = instant(local_day(fresh.at, book.zone), 0, book.zone)
            start = shift.interval.start if shift else midnight if by_day else None
            now = self._floor.now(name, fresh.at, start)
            seen = Seen(now, shift, self._stale_at(now), turn, by_day)
            old = known.get(name)
            if old is None or (old.now, old.stale_at, old.shift) != (seen.now, seen.stale_at, seen.shift):
                known[name] = seen
        return FloorView(fresh.at, fresh.rate, fresh.stop, book, turn, MappingProxyType(known))

    def _stale_at(self, now: MachineNow) -> Micros | None:
        """Its last word and what the plant book allows; a machine at rest may be silent until its next shift."""
        if now.last_ts is None or self._book is None:
            return None
        allowed = self._book.machines[now.machine].stale_after
        stale_at = now.last_ts + allowed
        if now.element is not TimeElement.REST:
            return stale_at
        resolver = self._book.resolver(now.machine)
        planned = resolver.planned(Interval(now.last_ts, now.last_ts + 3 * DAY))
        quiet_until = next((p.start for p in planned if p.end > now.last_ts), now.last_ts + 3 * DAY)
        return max(stale_at, quiet_until + allowed)


@lru_cache(maxsize=64)
def site_floor(folder: SiteFolder, time: SiteTime) -> SiteFloor:
    """The floor of a site, one per process."""
    return SiteFloor(folder, time)
