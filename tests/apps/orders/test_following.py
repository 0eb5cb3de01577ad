"""The orders of a site followed as its log grows are those read at once: late, corrected, replayed, the next day."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from dengta.apps.orders.loading import one_order
from dengta.apps.orders.queries import SiteOrders, TodayView
from dengta.core.batch import EventBatch
from dengta.core.event import Event, Key
from dengta.core.time import DAY, HOUR, MINUTE, Micros, from_iso
from dengta.core.vocabulary import ClockSource, EventType
from dengta.engines import kpi, orders
from dengta.engines.simulation import Simulation, parse
from dengta.log import Log, LogReader
from dengta.site.bookshelf import Bookshelf
from dengta.site.clock import SiteClock, SiteTime, real_now
from dengta.site.home import Home, SiteFolder
from tests.web.today.plant_home import BOOK, BOOK_FILE, MODEL

assert MODEL is not None
ORIGIN = from_iso("2026-06-01T00:00:00+08:00")
NOW = ORIGIN + 2 * DAY + 15 * HOUR
WHOLE = Simulation(
    parse(MODEL.read_text("utf-8")), lambda m, w: BOOK.resolver(m).occurrences(w), ORIGIN, 1
).until(NOW + DAY).batch(BOOK.site)  # fmt: skip


class Plant:
    """A site whose log grows as the test says."""

    def __init__(self, folder: Path) -> None:
        self.folder: SiteFolder = Home.at(folder).site(BOOK.site)
        self.folder.path.mkdir(parents=True)
        self.book = Bookshelf(self.folder.books).add(BOOK_FILE.read_text("utf-8"), ORIGIN).book
        self.log = Log.open(self.folder.log, BOOK.site, lambda: NOW + DAY)
        self.seq = 0

    def at(self, now: Micros, *, replayed: bool = False) -> None:
        """The site's clock stands at `now`."""
        SiteClock(now, real_now() + DAY, 1, now + DAY if replayed else None).save(self.folder.clock)

    def tell(self, batch: EventBatch) -> None:
        self.log.append(batch).result()

    def until(self, since: Micros, end: Micros) -> None:
        """The model plant's events of ``since <= ts < end``."""
        self.tell(WHOLE.take((WHOLE["ts"] >= since) & (WHOLE["ts"] < end)))

    def event(self, at: Micros, kind: EventType, code: str, value: int = 0, **more: object) -> Event:
        """One event of a terminal at the last station."""
        event = Event(
            stream=99, epoch=1, seq=self.seq, ts=at, clock=ClockSource.PERSON, type=kind, subject="pack-1",
            operation="pack", code=code, value=value, **more,  # type: ignore[arg-type]
        )  # fmt: skip
        self.seq += 1
        return event

    def orders(self) -> SiteOrders:
        return SiteOrders(self.folder, SiteTime(self.folder.clock))


@pytest.fixture
def plant(tmp_path: Path) -> Iterator[Plant]:
    made = Plant(tmp_path)
    yield made
    made.log.close()


def looked(known: SiteOrders) -> TodayView:
    view = known.look()
    assert view is not None
    return view


def assert_is_all_there_is(view: TodayView, plant: Plant) -> None:
    """What a ledger of the whole log says."""
    ledger = orders.Ledger()
    ledger.add(kpi.apply(LogReader(plant.folder.log).read()))
    assert view.board == orders.board(ledger, plant.book, view.board.at)
    for of in view.measures:
        assert of == orders.day_measures(ledger, plant.book, of.day, view.board.at)


def test_followed_in_steps_it_is_the_whole_log(plant: Plant) -> None:
    """Over the change of the business day too."""
    plant.until(0, NOW)
    plant.at(NOW)
    known = plant.orders()
    assert_is_all_there_is(looked(known), plant)
    for hours in (1, 3, 9, 12, 18):
        plant.until(int(LogReader(plant.folder.log).read()["ts"].max()) + 1, NOW + hours * HOUR)
        plant.at(NOW + hours * HOUR)
        assert_is_all_there_is(looked(known), plant)


def test_late_events_and_corrections_of_yesterday_change_yesterday(plant: Plant) -> None:
    plant.until(0, NOW)
    plant.at(NOW)
    known = plant.orders()
    before = looked(known).measures[0]
    due = next(row for row in before.accuracy if row.exact)
    late = plant.event(due.due - HOUR, EventType.GOOD, "door", 1, order=due.order)
    plant.tell(EventBatch.of([late]))
    after = looked(known).measures[0]
    assert next(row for row in after.accuracy if row.order == due.order).surplus == 1
    assert_is_all_there_is(looked(known), plant)
    taken_back = plant.event(NOW - MINUTE, EventType.CORRECTION, "retract", ref=Key(99, 1, late.seq))
    plant.tell(EventBatch.of([taken_back]))
    assert looked(known).measures[0] == before
    assert_is_all_there_is(looked(known), plant)


def test_a_replayed_recording_knows_nothing_of_its_future(plant: Plant) -> None:
    plant.until(0, NOW + DAY)
    known = plant.orders()
    for hours in (0, 2, 10, 14):
        plant.at(NOW + hours * HOUR, replayed=True)
        view = looked(known)
        ledger = orders.Ledger()
        ledger.add(WHOLE.take(WHOLE["ts"] <= view.board.at))
        assert view.board == orders.board(ledger, plant.book, view.board.at)


def test_an_old_order_and_an_old_day_are_read_from_the_log(plant: Plant) -> None:
    plant.until(0, NOW + DAY)
    plant.at(NOW + DAY)
    known = plant.orders()
    looked(known)
    ledger = orders.Ledger()
    ledger.add(WHOLE)
    first = orders.business_day_at(plant.book, ORIGIN + 12 * HOUR)
    of, before = known.days(first, plant.book)
    assert of == orders.day_measures(ledger, plant.book, first, NOW + DAY)
    assert before.cycles == ()
    assert known.days(first, plant.book)[0] is of, "kept until something is told of it"
    old = of.cycles[0].order
    whole = orders.standing(old, ledger.facts(old, NOW + DAY), plant.book)
    assert known.order(old, plant.book) == whole
    assert one_order(LogReader(plant.folder.log), old, plant.book, NOW + DAY) == whole
    told = known.events(old)
    assert set(told.text("order")) == {old}
    assert len(told) == (WHOLE.text("order") == old).sum() - sum(
        kind in (EventType.STATE, EventType.COUNTER, EventType.OPERATION_START, EventType.OPERATION_END,
                 EventType.MEASUREMENT)
        for kind in WHOLE["type"][WHOLE.text("order") == old]
    )  # fmt: skip


def test_orders_known_by_their_pieces_only_are_read_back_to_their_beginning(plant: Plant) -> None:
    """A shop whose orders nobody releases: what was made ten days ago counts."""
    pieces = [
        replace(plant.event(NOW - days * DAY, EventType.GOOD, "", 5, order="Case 1"), subject="saw-1", operation="saw")
        for days in (10, 1)
    ]
    plant.tell(EventBatch.of(pieces[:1]))
    plant.at(NOW)
    known = plant.orders()
    looked(known)
    plant.tell(EventBatch.of(pieces[1:]))
    (entry,) = looked(known).board.undated
    assert entry.standing.lines[0].good == {"saw": 10}
    assert entry.standing.state is orders.State.UNKNOWN
