"""A stopped demo does not age."""

from __future__ import annotations

from pathlib import Path

from dengta.core.time import SECOND
from dengta.processes.heartbeat import Heartbeat
from dengta.site.clock import SiteClock
from dengta.site.home import SiteFolder

START = 1_000 * SECOND
NOON = 500_000 * SECOND


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

    heart = Heartbeat([site, SiteFolder("bench", tmp_path / "bench")], now)
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
    Heartbeat([site], now)
    assert there() == NOON + 630 * SECOND
    assert not (tmp_path / "bench").exists()
