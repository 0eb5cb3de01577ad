"""Making a home's sites ready to run: the plant book on the shelf, the clock in its place."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from dengta.core.intervals import Interval
from dengta.core.reason import Reason, Refusal
from dengta.core.time import DAY, HOUR, MINUTE, Micros
from dengta.engines.plantbook import PlantBook, parse
from dengta.processes import examples
from dengta.site.bookshelf import Bookshelf
from dengta.site.clock import SiteClock
from dengta.site.home import Home, SiteFolder

DEMO_SITE = "furniture"
DEMO_RATE = 60
REPLAY_SITE = "machining"
REPLAY_RATE = 600
_WORTH_STARTING: Micros = 30 * MINUTE
_NIGHT: Micros = 2 * HOUR
_DUSK: Micros = 10 * MINUTE
_DAWN: Micros = 5 * MINUTE


@dataclass(frozen=True, slots=True)
class Plant:
    """A site to run: its folder, the model that simulates it (None: real machines do), whether it is made up, and to
    which time its own clock passes on at a time (`Heartbeat`)."""

    folder: SiteFolder
    model: Path | None
    fictional: bool
    goes_on: Callable[[Micros], Micros] = lambda at: at


def furnish(home: Home, book_file: Path, now: Micros) -> Plant:
    """Put the plant book of `book_file` on its site's shelf; a simulated plant gets a clock of its own.

    Its clock begins at `now`, later goes on where it stood, and passes over hours in which nobody works: whoever starts
    the demo wants to see it move. Refusal: no such file, or the book's faults.
    """
    if not book_file.is_file():
        raise Refusal(Reason("process.book_missing", (str(book_file),)))
    text = book_file.read_text("utf-8")
    book = parse(text, book_file.name)
    folder = home.site(book.site)
    model = examples.model(book_file)
    clock = SiteClock.load(folder.clock)
    if model is not None:
        at = now if clock is None else clock.site_at
        begins = working(book, at, _WORTH_STARTING)
        if clock is None or begins > at:
            clock = SiteClock(begins, now, DEMO_RATE)
            clock.save(folder.clock)
    Bookshelf(folder.books).add(text, now if clock is None else clock.site_at, source=book_file.name)
    return Plant(folder, model, book.fictional, partial(over_night, book) if model is not None else lambda at: at)


def over_night(book: PlantBook, at: Micros) -> Micros:
    """`at`, or shortly before work begins again where nobody has worked for a while nor will for hours: a demonstration
    passes over nights and Sundays."""
    begins = working(book, at)
    asleep = begins - at > _NIGHT and working(book, at - _DUSK) == begins
    return begins - _DAWN if asleep else at


def working(book: PlantBook, at: Micros, least: Micros = 0) -> Micros:
    """`at`, or the next instant from which some machine is planned to work for at least `least`; `at` too where none is
    within a month."""
    window = Interval(at, at + 31 * DAY)
    resolvers = {book.resolver(machine) for machine in book.machines}
    starts = (part.start for one in resolvers for part in one.planned(window) if part.length >= least)
    return min(starts, default=at)


@dataclass(frozen=True, slots=True)
class Replay:
    """A recorded plant, shown by moving its clock through the recording. No event is written."""

    folder: SiteFolder
    start: Micros
    end: Micros


def replay(home: Home, site: str, now: Micros) -> Replay:
    """Set the clock of `site` to its recording; one that was stopped on the way goes on, one that ended begins again.

    It begins where half of what was ever heard has been heard: before, most of a plant is silent on the screen.
    An example plant book of the same name goes on the shelf when it is empty. Refusal when nothing is recorded.
    """
    import numpy as np

    from dengta.log import LogReader  # half a second that a start of the model plant need not wait for

    folder = home.site(site)
    recorded = LogReader(folder.log).read()
    if not len(recorded):
        raise Refusal(Reason("run.no_recording", params={"site": site, "home": str(home.path)}))
    _, first = np.unique(recorded["subject"], return_index=True)  # events come in order of time
    start, end = int(np.median(recorded["ts"][first])), int(recorded["ts"].max())
    clock = SiteClock.load(folder.clock)
    if clock is None or clock.stop_at != end or not start <= clock.site_at < end:
        SiteClock(start, now, REPLAY_RATE, end).save(folder.clock)
    book = examples.plants() / f"{site}.toml"
    shelf = Bookshelf(folder.books)
    if book.is_file() and not shelf.revisions():
        shelf.add(book.read_text("utf-8"), start, source=book.name)
    return Replay(folder, start, end)
