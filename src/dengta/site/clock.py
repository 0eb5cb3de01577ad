"""Clocks at the edge: the real one, and the clock of a site that lives in its own time (demo, replay).

A site clock runs `rate` times as fast as the real one and stands still while nothing runs: `dengta run` starts it from
where its last heartbeat left it. Everything inside takes the time as an argument; only processes and doors read these.
"""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path

from dengta.core.time import MILLISECOND, Micros

Clock = Callable[[], Micros]


def real_now() -> Micros:
    """Now by the machine's clock, microseconds UTC."""
    return time.time_ns() // 1_000


@dataclass(frozen=True, slots=True)
class SiteClock:
    """At real time `real_at` the site's time was `site_at`; since then it runs at `rate`, never past `stop_at`."""

    site_at: Micros
    real_at: Micros
    rate: int
    stop_at: Micros | None = None

    def now(self, real: Micros | None = None) -> Micros:
        """The site's time at real time `real` (now when None)."""
        passed = (real_now() if real is None else real) - self.real_at
        there = self.site_at + max(passed, 0) * self.rate
        return there if self.stop_at is None else min(there, self.stop_at)

    def save(self, path: Path) -> None:
        """Replace the clock file as a whole, durably."""
        path.parent.mkdir(parents=True, exist_ok=True)
        fresh = path.with_suffix(f".{os.getpid()}.tmp")
        with fresh.open("w") as out:
            json.dump(asdict(self), out)
            out.flush()
            os.fsync(out.fileno())
        fresh.replace(path)

    @classmethod
    def load(cls, path: Path) -> SiteClock | None:
        """The saved clock, or None where the site has none and lives in real time."""
        try:
            return cls(**json.loads(path.read_text()))
        except FileNotFoundError:
            return None

    def rebased(self, real: Micros | None = None) -> SiteClock:
        """The same clock with its anchor moved to now: what a heartbeat saves."""
        real = real_now() if real is None else real
        return SiteClock(self.now(real), real, self.rate, self.stop_at)

    def resumed(self, real: Micros | None = None) -> SiteClock:
        """The clock started again at `real` from where its anchor stands: the time between counts for nothing."""
        return SiteClock(self.site_at, real_now() if real is None else real, self.rate, self.stop_at)


class SiteTime:
    """The clock of a site as a callable: its own where it has one (read again when the file changes), else the real."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._stamp: int | None = None
        self._clock: SiteClock | None = None
        self._looked: Micros = 0

    @property
    def clock(self) -> SiteClock | None:
        """The site's own clock, None in real time. The file is looked at most every 200 ms."""
        real = real_now()
        if real - self._looked > 200 * MILLISECOND or real < self._looked:
            self._looked = real
            stamp = self._path.stat().st_mtime_ns if self._path.exists() else None
            if stamp != self._stamp:
                self._clock, self._stamp = SiteClock.load(self._path), stamp
        return self._clock

    def __call__(self) -> Micros:
        """Now, in the site's time."""
        clock = self.clock
        return real_now() if clock is None else clock.now()
