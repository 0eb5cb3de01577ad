"""The floor of a site as it grows, is sealed, is described anew, or is replayed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from dengta.apps.production.queries import SiteFloor
from dengta.core.batch import EventBatch
from dengta.core.event import Event, Key
from dengta.core.time import DAY, HOUR, MINUTE, Micros, from_iso
from dengta.core.vocabulary import EventType
from dengta.log import Log
from dengta.site.bookshelf import Bookshelf
from dengta.site.clock import SiteClock
from dengta.site.home import Home, SiteFolder

PLANTS = Path(__file__).parents[3] / "examples" / "plants"
NOON = from_iso("2026-11-23T12:00:00+08:00")  # a Monday; the day shift began at eight


class Site:
    """A site with its book, its log and a clock that stands where a test puts it."""

    def __init__(self, home: Home, site: str, now: Micros) -> None:
        self.folder: SiteFolder = home.site(site)
        self.folder.path.mkdir(parents=True)
        self.shelf = Bookshelf(self.folder.books)
        self.text = (PLANTS / f"{site}.toml").read_text("utf-8")
        self.shelf.add(self.text, now)
        self.now = now
        self.at(now)
        self.log = Log.open(self.folder.log, site, lambda: self.now)
        self.floor = SiteFloor(self.folder, self)  # type: ignore[arg-type]
        self._seq = -1

    def at(self, now: Micros, stop_at: Micros | None = None) -> None:
        """The clock stands at `now`."""
        self.now = now
        self.clock = SiteClock(now, now, 1, stop_at)

    def __call__(self) -> Micros:
        """The site's time, as `SiteTime` tells it."""
        return self.now

    def tell(self, machine: str, at: Micros, kind: EventType, code: str = "", value: int = 0, **more: object) -> None:
        """One event into the log."""
        self._seq += 1
        key = {"stream": 5, "epoch": 1, "seq": self._seq}
        event = Event(**key, ts=at, type=kind, subject=machine, code=code, value=value, **more)  # type: ignore[arg-type]
        self.log.append(EventBatch.of([event])).result()


@pytest.fixture
def open_site(tmp_path: Path) -> Iterator[Callable[[str, Micros], Site]]:
    opened: list[Site] = []

    def make(site: str, now: Micros) -> Site:
        opened.append(Site(Home.at(tmp_path), site, now))
        return opened[-1]

    yield make
    for site in opened:
        site.log.close()


def test_the_floor_follows_the_log_also_through_sealing(open_site):
    site = open_site("furniture", NOON)
    site.tell("saw-1", NOON - 3 * HOUR, EventType.STATE, "running")
    assert site.floor.look().machines["saw-1"].now.state == "running"
    first = site.floor.look().turn
    site.tell("saw-1", NOON - 2 * HOUR, EventType.STATE, "setup")
    assert site.floor.look().changed(first).keys() == {"saw-1"}
    site.log.seal(NOON - HOUR)
    site.tell("saw-2", NOON - MINUTE, EventType.STATE, "down")
    seen = site.floor.look().machines
    assert (seen["saw-1"].now.state, seen["saw-2"].now.state) == ("setup", "down")


def test_a_correction_takes_effect(open_site):
    site = open_site("furniture", NOON)
    site.tell("saw-1", NOON - HOUR, EventType.GOOD, value=5)
    assert site.floor.look().machines["saw-1"].now.pieces_shift == 5
    site.tell("saw-1", NOON - MINUTE, EventType.CORRECTION, "value", 3, ref=Key(5, 1, 0))
    assert site.floor.look().machines["saw-1"].now.pieces_shift == 3


def test_a_machine_at_rest_may_be_silent_until_its_next_shift(open_site):
    early = from_iso("2026-11-23T06:00:00+08:00")
    site = open_site("furniture", early)
    for machine, state in (("saw-1", "off"), ("saw-2", "running")):
        site.tell(machine, early - HOUR, EventType.STATE, state)
    seen, allowed = site.floor.look().machines, site.shelf.current(early).machines["saw-1"].stale_after
    assert seen["saw-2"].stale_at == early - HOUR + allowed
    assert seen["saw-1"].stale_at == from_iso("2026-11-23T08:00:00+08:00") + allowed


def test_what_was_told_long_ago_still_holds(open_site):
    site = open_site("furniture", NOON)
    site.tell("saw-1", NOON - 5 * DAY, EventType.STATE, "maintenance", reason="planned-maintenance")
    seen = site.floor.look().machines["saw-1"].now
    assert (seen.state, seen.since) == ("maintenance", NOON - 5 * DAY)


def test_a_plant_without_shifts_counts_by_the_day(open_site):
    noon = from_iso("2012-02-15T12:00:00-06:00")
    site = open_site("machining", noon)
    machine = next(iter(site.shelf.current(noon).machines))
    site.tell(machine, noon - 13 * HOUR, EventType.GOOD, value=50)
    site.tell(machine, noon - HOUR, EventType.GOOD, value=7)
    seen = site.floor.look().machines[machine]
    assert (seen.by_day, seen.shift, seen.now.pieces_shift) == (True, None, 7)


def test_a_replay_goes_with_the_clock_and_may_begin_again(open_site):
    start = from_iso("2012-02-15T06:00:00-06:00")
    site = open_site("machining", start)
    machine = next(iter(site.shelf.current(start).machines))
    for hour in range(0, 30, 10):
        site.tell(machine, start + hour * HOUR, EventType.OPERATION_START, "run", order=f"Case{hour}")
        site.tell(machine, start + (hour + 2) * HOUR, EventType.OPERATION_END, "run", 2 * HOUR, order=f"Case{hour}")
    end = start + 40 * HOUR
    told = []
    for at in (start + HOUR, start + 3 * HOUR, start + 11 * HOUR, start + 21 * HOUR, start + 23 * HOUR, start + HOUR):
        site.at(at, end)
        now = site.floor.look().machines[machine].now
        told.append((now.state, now.order))
    assert told == [
        ("running", "Case0"),
        ("idle", ""),
        ("running", "Case10"),
        ("running", "Case20"),
        ("idle", ""),
        ("running", "Case0"),
    ]
