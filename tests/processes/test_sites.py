"""Sites made ready: book and clock of the model plant, the clock of a recording."""

from __future__ import annotations

from pathlib import Path

import pytest

from dengta.core.reason import Refusal
from dengta.core.time import HOUR, SECOND, from_iso, to_iso
from dengta.log import Log
from dengta.processes import examples, sites
from dengta.site.bookshelf import Bookshelf
from dengta.site.clock import SiteClock
from dengta.site.home import Home
from tests.processes.producer import EPOCH, made

NOW = from_iso("2026-09-22T09:00:00+08:00")  # a Tuesday morning at the model plant
NIGHT = from_iso("2026-09-22T03:00:00+08:00")


def test_the_model_plant_gets_its_book_and_clock_once(tmp_path: Path) -> None:
    home = Home.at(tmp_path)
    book = examples.plant("furniture")
    plant = sites.furnish(home, book, NOW)
    assert (plant.folder.site, plant.fictional) == ("furniture", True)
    assert plant.model is not None
    assert plant.model.name == "furniture.sim.toml"
    assert SiteClock.load(plant.folder.clock) == SiteClock(NOW, NOW, sites.DEMO_RATE)
    sites.furnish(home, book, NOW + HOUR)
    assert SiteClock.load(plant.folder.clock) == SiteClock(NOW, NOW, sites.DEMO_RATE)
    assert len(Bookshelf(plant.folder.books).revisions()) == 1


def test_a_start_at_night_passes_over_to_the_morning_shift(tmp_path: Path) -> None:
    home = Home.at(tmp_path)
    for _ in range(2):
        plant = sites.furnish(home, examples.plant("furniture"), NIGHT)
        clock = SiteClock.load(plant.folder.clock)
        assert clock is not None
        assert NIGHT < clock.site_at < NOW, to_iso(clock.site_at)
        assert clock.real_at == NIGHT


def test_a_plant_of_ones_own_lives_in_real_time(tmp_path: Path) -> None:
    book = tmp_path / "ours.toml"
    book.write_text(examples.plant("furniture").read_text("utf-8").replace('site = "furniture"', 'site = "ours"'))
    plant = sites.furnish(Home.at(tmp_path / "home"), book, NOW)
    assert plant.folder.site == "ours"
    assert plant.model is None
    assert not plant.folder.clock.exists()
    with pytest.raises(Refusal) as refused:
        sites.furnish(Home.at(tmp_path / "home"), tmp_path / "theirs.toml", NOW)
    assert refused.value.reasons[0].code == "process.book_missing"
    with pytest.raises(Refusal) as refused:
        examples.plant("nowhere")
    assert "furniture" in str(refused.value.reasons[0].params["known"])


def test_a_replay_begins_when_half_is_heard_goes_on_where_it_was_and_begins_again(tmp_path: Path) -> None:
    home = Home.at(tmp_path)
    with pytest.raises(Refusal) as refused:
        sites.replay(home, "machining", NOW)
    assert refused.value.reasons[0].code == "run.no_recording"
    assert home.sites() == []
    site = home.site("machining")
    with Log.open(site.log, "machining", lambda: NOW) as log:
        log.append(made("machining", 0, 100)).result()
    end = EPOCH + 99 * SECOND
    found = sites.replay(home, "machining", NOW)
    assert (found.start, found.end) == (EPOCH + SECOND // 2, end)  # between the first word of saw-1 and of saw-2
    assert SiteClock.load(site.clock) == SiteClock(found.start, NOW, sites.REPLAY_RATE, end)
    assert len(Bookshelf(site.books).revisions()) == 1
    halfway = SiteClock(EPOCH + 50 * SECOND, NOW, sites.REPLAY_RATE, end)
    halfway.save(site.clock)
    sites.replay(home, "machining", NOW + HOUR)
    assert SiteClock.load(site.clock) == halfway
    SiteClock(end, NOW, sites.REPLAY_RATE, end).save(site.clock)
    sites.replay(home, "machining", NOW + HOUR)
    assert SiteClock.load(site.clock) == SiteClock(found.start, NOW + HOUR, sites.REPLAY_RATE, end)
