"""A site's own clock: faster than life, still while nothing runs, never back."""

from __future__ import annotations

import time
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from dengta.core.time import DAY, HOUR, MINUTE, SECOND
from dengta.site.clock import SiteClock, SiteTime, real_now

T = 1_795_392_000 * SECOND


def test_it_runs_at_its_rate_from_its_anchor() -> None:
    clock = SiteClock(site_at=T, real_at=0, rate=60)
    assert clock.now(real=SECOND) == T + MINUTE
    assert clock.now(real=-SECOND) == T  # the machine's clock stepped back: the site's stands


def test_it_stops_where_the_record_ends() -> None:
    clock = SiteClock(site_at=T, real_at=0, rate=600, stop_at=T + HOUR)
    assert clock.now(real=MINUTE) == T + HOUR


@given(st.lists(st.integers(0, DAY), min_size=1, max_size=8), st.integers(1, 1000))
def test_heartbeats_change_nothing(moments: list[int], rate: int) -> None:
    clock = first = SiteClock(site_at=T, real_at=0, rate=rate)
    for real in sorted(moments):
        clock = clock.rebased(real)
    assert clock.now(real=2 * DAY) == first.now(real=2 * DAY)


def test_a_stopped_site_does_not_age() -> None:
    beat = SiteClock(site_at=T, real_at=0, rate=60).rebased(real=HOUR)
    assert beat.resumed(real=7 * DAY).now(real=7 * DAY) == T + 60 * HOUR


def test_the_file_is_the_clock(tmp_path: Path) -> None:
    path = tmp_path / "site" / "clock.json"
    told = SiteTime(path)
    assert abs(told() - real_now()) < MINUTE  # no file: real time
    clock = SiteClock(site_at=T, real_at=real_now(), rate=60)
    clock.save(path)
    assert SiteClock.load(path) == clock
    time.sleep(0.25)  # the file is looked at five times a second
    assert T <= told() < T + HOUR
    assert told.clock == clock
