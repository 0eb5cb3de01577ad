"""A stopped demo does not age."""

from __future__ import annotations

from functools import partial
from itertools import pairwise
from pathlib import Path

from dengta.core.time import MINUTE, SECOND, from_iso
from dengta.engines.plantbook import parse
from dengta.processes import examples
from dengta.processes.heartbeat import Heartbeat
from dengta.processes.sites import over_night
from dengta.site.clock import SiteClock
from dengta.site.home import SiteFolder

START = 1_000 * SECOND
NOON = 500_000 * SECOND


def steadily(at: int) -> int:
    return at


def test_the_site_stands_still_between_runs_and_while_the_machine_sleeps(tmp_path: Path) -> None:
    site = SiteFolder("furniture", tmp_path)
    SiteClock(NOON, START, 60).save(site.clock)
    real = [START + 3_600 * SECOND]  # an hour after it was made the first run begins

    def now() -> int:
        return real[0]

    def there() -> int:
        clock = SiteClock.load(site.clock)
        assert clock is not None
        return clock.now(real[0])

    heart = Heartbeat({site: steadily, SiteFolder("bench", tmp_path / "bench"): steadily}, now)
    assert there() == NOON
    for _ in range(100):
        real[0] += SECOND // 10
        heart.beat()
    assert there() == NOON + 600 * SECOND
    real[0] += 8 * 3_600 * SECOND  # asleep for a night
    heart.beat()
    assert there() == NOON + 600 * SECOND
    real[0] += SECOND // 2
    heart.stop()
    real[0] += 3_600 * SECOND  # nothing runs for an hour
    Heartbeat({site: steadily}, now)
    assert there() == NOON + 630 * SECOND
    assert not (tmp_path / "bench").exists()


def test_a_demonstration_passes_over_the_night(tmp_path: Path) -> None:
    book = parse(examples.plant("furniture").read_text("utf-8"))
    site = SiteFolder("furniture", tmp_path)
    real = [START]
    SiteClock(from_iso("2026-06-13T00:30:00+08:00"), START, 60).save(site.clock)  # the late shift ends at 01:00
    heart = Heartbeat({site: partial(over_night, book)}, lambda: real[0])
    seen = []
    for _ in range(100):
        real[0] += SECOND
        heart.beat()
        clock = SiteClock.load(site.clock)
        assert clock is not None
        seen.append(clock.now(real[0]))
    steps = [b - a for a, b in pairwise(seen)]
    (jump,) = (i for i, step in enumerate(steps) if step != MINUTE)
    assert from_iso("2026-06-13T01:05:00+08:00") <= seen[jump] < from_iso("2026-06-13T01:20:00+08:00")
    assert seen[jump + 1] == from_iso("2026-06-13T07:55:00+08:00")
