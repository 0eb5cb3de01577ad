"""A home with four days of the model plant, its clock at 23:40 of the last: some orders short, some at risk."""

from __future__ import annotations

from pathlib import Path

from dengta.core.time import DAY, from_iso
from dengta.engines import plantbook
from dengta.engines.simulation import Simulation, parse
from dengta.log import Log
from dengta.processes import examples
from dengta.processes.sites import furnish
from dengta.site.clock import SiteClock, real_now
from dengta.site.home import Home

BOOK_FILE = examples.plant("furniture")
MODEL = examples.model(BOOK_FILE)
BOOK = plantbook.parse(BOOK_FILE.read_text("utf-8"), BOOK_FILE.name)
ORIGIN = from_iso("2026-06-01T00:00:00+08:00")
SEED = 13
"""With this one some orders will not be in time, others are short."""
NOW = from_iso("2026-06-04T23:40:00+08:00")


def furnished(folder: Path, days: int = 4) -> Home:
    """The home in `folder`, its log written and closed."""
    assert MODEL is not None
    start = ORIGIN - (days - 4) * DAY
    run = Simulation(parse(MODEL.read_text("utf-8")), lambda m, w: BOOK.resolver(m).occurrences(w), start, SEED)
    home = Home.at(folder)
    site = furnish(home, BOOK_FILE, NOW).folder
    SiteClock(NOW, real_now(), 1, stop_at=None).save(site.clock)
    log = Log.open(site.log, BOOK.site, lambda: NOW)
    for day in range(days):
        log.append(run.until(min(NOW, start + (day + 1) * DAY)).batch(BOOK.site)).result()
    log.close()
    return home
