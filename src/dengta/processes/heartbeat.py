"""The heartbeat of sites that live in their own time: it keeps their clocks from ageing while nothing runs."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

from dengta.core.time import SECOND, Micros
from dengta.site.clock import Clock, SiteClock, real_now
from dengta.site.home import SiteFolder

BEAT: Micros = SECOND
ASLEEP: Micros = 60 * SECOND
"""A pause between beats so long that the machine slept: the site slept too."""


class Heartbeat:
    """Resumes the own clocks of `sites` at once and saves them every second from then on.

    `sites` says of each how its time goes on: at a site time, that time or a later one to pass on to.
    """

    def __init__(self, sites: Mapping[SiteFolder, Callable[[Micros], Micros]], now: Clock = real_now) -> None:
        self._now, self._goes_on = now, dict(sites)
        self._beaten = now()
        self._clocks: dict[SiteFolder, SiteClock] = {}
        for site in sites:
            clock = SiteClock.load(site.clock)
            if clock is not None:
                self._keep(site, clock.resumed(self._beaten))

    def beat(self) -> None:
        """Save the clocks if a second has passed since the last time."""
        real = self._now()
        if 0 <= real - self._beaten < BEAT:
            return
        slept = not 0 <= real - self._beaten < ASLEEP  # or somebody set the machine's clock back
        for site, clock in self._clocks.items():
            beaten = clock.resumed(real) if slept else clock.rebased(real)
            self._keep(site, replace(beaten, site_at=self._goes_on[site](beaten.site_at)))
        self._beaten = real

    def stop(self) -> None:
        """Save the clocks for the last time."""
        real = self._now()
        for site, clock in self._clocks.items():
            self._keep(site, clock.rebased(real))

    def _keep(self, site: SiteFolder, clock: SiteClock) -> None:
        self._clocks[site] = clock
        clock.save(site.clock)
