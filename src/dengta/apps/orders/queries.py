"""Reading the orders of a site: one `SiteOrders` a process, brought up to date by whoever looks."""

from __future__ import annotations

import threading
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

import numpy as np

from dengta.apps.orders.loading import load, one_order, order_events
from dengta.core.batch import EventBatch
from dengta.core.time import DAY, Micros
from dengta.core.vocabulary import EventType
from dengta.engines import orders
from dengta.engines.orders import Board, BusinessDay, DayMeasures, Ledger, Standing
from dengta.engines.plantbook import PlantBook
from dengta.log import LogReader, TailGone
from dengta.site.bookshelf import Bookshelf
from dengta.site.clock import SiteTime
from dengta.site.home import SiteFolder


@dataclass(frozen=True, slots=True)
class TodayView:
    """The board at an instant, and the measures of the last two working days before it, the latest first."""

    book: PlantBook
    board: Board
    measures: tuple[DayMeasures, DayMeasures]


@dataclass(slots=True)
class _Known:
    """A standing that was worked out; `ahead`: some of the order's facts lie in the future and will change it."""

    standing: Standing
    ahead: bool


class SiteOrders:
    """The orders of one site, following the log as it grows. Threads may share it.

    It keeps what was open or due on the last two working days and since; other days are read from the log when asked.
    """

    def __init__(self, folder: SiteFolder, time: SiteTime) -> None:
        self._reader = LogReader(folder.log)
        self._shelf = Bookshelf(folder.books)
        self._time = time
        self._lock = threading.Lock()
        self._book: PlantBook | None = None
        self._ledger = Ledger()
        self._days: tuple[BusinessDay, BusinessDay, BusinessDay] | None = None
        self._heard = 0
        self._at: Micros = 0
        self._known: dict[str, _Known] = {}
        self._measured: dict[date, DayMeasures] = {}  # of days that are over, until something is told of one of them
        self._read: set[str] = set()

    def look(self) -> TodayView | None:
        """What is known now; None for a site without a plant book."""
        with self._lock:
            at = self._time()
            book = self._shelf.current(at)
            if book is None:
                return None
            today = orders.business_day_at(book, at)
            if book is not self._book or self._days is None or self._days[0] != today or not self._follow(at):
                self._load(book, today)
            self._at = at
            assert self._days is not None, "loaded or followed"
            board = orders.board_of(self._standings(at).values(), book, at)
            return TodayView(book, board, (self._measures(self._days[1], at), self._measures(self._days[2], at)))

    def days(self, day: BusinessDay, book: PlantBook) -> tuple[DayMeasures, DayMeasures]:
        """The measures of any business day and of the working day before it, by what the log holds now."""
        self.look()
        wanted = (day, orders.previous_day(book, day))
        with self._lock:
            kept = [self._measured[one.date] for one in wanted if one.date in self._measured]
            at = self._at
        if len(kept) < len(wanted):
            ledger = load(self._reader, wanted[1].start, day.end + orders.LOOKBACK)
            kept = [orders.day_measures(ledger, book, one, at) for one in wanted]
            if day.end <= at:
                with self._lock:
                    self._measured |= {one.day.date: one for one in kept}
        return kept[0], kept[1]

    def order(self, order: str, book: PlantBook) -> Standing | None:
        """One order now; None where nobody spoke of it."""
        with self._lock:
            kept = self._ledger.orders.get(order) if self._book is book else None
            if kept:
                return orders.standing(order, self._ledger.facts(order, self._at), book)
        return one_order(self._reader, order, book, self._time())

    def events(self, order: str) -> EventBatch:
        """What the log holds of `order` until now, corrections of those events among it."""
        at = self._time()
        with self._lock:
            kept = self._ledger.orders.get(order)
            since = min(kept)[0] if kept else None
        batch = order_events(self._reader, order, at, since)
        keys = {event.key for event in batch if event.type is not EventType.CORRECTION}
        wanted = [event.type is not EventType.CORRECTION or event.ref in keys for event in batch]
        return batch.take(np.array(wanted, bool))

    def _load(self, book: PlantBook, today: BusinessDay) -> None:
        before = orders.previous_day(book, today)
        self._days = (today, before, orders.previous_day(book, before))
        self._heard = self._reader.last_segment()  # before reading: what comes twice is one fact
        self._ledger = load(self._reader, self._days[2].start)
        self._book = book
        self._read = set(self._ledger.orders)
        self._known, self._measured = {}, {}

    def _follow(self, at: Micros) -> bool:
        """Add what is new; False when everything must be read again."""
        if at < self._at - DAY:
            return False
        try:
            batch, self._heard = self._reader.tail(self._heard)
        except TailGone:
            return False
        if (batch["type"] == EventType.CORRECTION).any():
            return False
        touched = self._ledger.add(batch)
        for order in touched:
            self._known.pop(order, None)
        if self._days is not None and len(batch) and int(batch["ts"].min()) < self._days[0].start:
            self._measured = {}
        return not self._half_read(touched)

    def _half_read(self, touched: Iterable[str]) -> bool:
        """Whether the log may hold more of these orders than was read: nobody released them while we listened."""
        fresh = set(touched) - self._read
        self._read |= fresh
        ledger = self._ledger.orders
        return any(all(f.type is not EventType.ORDER for f in ledger[order].values()) for order in fresh)

    def _standings(self, at: Micros) -> dict[str, Standing]:
        found: dict[str, Standing] = {}
        for order, facts in self._ledger.orders.items():
            known = self._known.get(order)
            if known is None or known.ahead:
                now = self._ledger.facts(order, at)
                if not now:
                    continue
                known = _Known(orders.standing(order, now, self._require()), len(now) < len(facts))
                self._known[order] = known
            found[order] = known.standing
        return found

    def _measures(self, day: BusinessDay, at: Micros) -> DayMeasures:
        if day.date not in self._measured:
            standings = self._standings(at)
            self._measured[day.date] = orders.day_measures(self._ledger, self._require(), day, at, standings)
        return self._measured[day.date]

    def _require(self) -> PlantBook:
        assert self._book is not None, "loaded with a book"
        return self._book


@lru_cache(maxsize=64)
def site_orders(folder: SiteFolder, time: SiteTime) -> SiteOrders:
    """The orders of a site, one per process."""
    return SiteOrders(folder, time)
