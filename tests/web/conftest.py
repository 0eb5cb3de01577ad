"""A home with the model plant's book on its shelf and a few events in its log."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from dengta.core.batch import EventBatch
from dengta.core.event import Event
from dengta.core.ids import stream_id
from dengta.core.time import SECOND, from_iso
from dengta.core.vocabulary import ClockSource, EventType
from dengta.log import Log
from dengta.site.bookshelf import Bookshelf
from dengta.site.clock import SiteClock
from dengta.site.home import Home, SiteFolder

BOOK = Path(__file__).parents[2] / "examples" / "plants" / "furniture.toml"
NOW = from_iso("2026-11-23T10:00:00+08:00")
RECORDED = from_iso("2026-01-02T08:00:00+08:00")


@pytest.fixture
def site(settings: Any, tmp_path: Path) -> SiteFolder:
    """The furniture site in a home of the test's own, its clock standing at `NOW`."""
    settings.HOME = Home(tmp_path / "home")
    folder: SiteFolder = settings.HOME.site("furniture")
    SiteClock(NOW, 0, 1, NOW).save(folder.clock)
    Bookshelf(folder.books).add(BOOK.read_text("utf-8"), RECORDED, "gao-feng")
    return folder


@pytest.fixture
def events(site: SiteFolder) -> SiteFolder:
    """500 pieces of saw-1, and 390 of edge-2 of which ten are missing."""
    log = Log.open(site.log, site.site, lambda: NOW - 60 * SECOND)
    try:
        for machine, seqs in (("saw-1", [*range(500)]), ("edge-2", [*range(200), *range(210, 400)])):
            rows = [
                Event(
                    stream=stream_id("furniture", machine),
                    epoch=1,
                    seq=seq,
                    ts=NOW - 3600 * SECOND + seq * SECOND,
                    type=EventType.GOOD,
                    subject=machine,
                    value=1,
                    clock=ClockSource.DEVICE,
                )
                for seq in seqs
            ]
            log.append(EventBatch.of(rows)).result()
    finally:
        log.close()
    return site
