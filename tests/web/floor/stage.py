"""A home with the model plant's book and a morning of its events, at a fixed time of its own clock."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from pathlib import Path

from dengta.core.batch import EventBatch
from dengta.core.event import Event
from dengta.core.ids import stream_id
from dengta.core.time import HOUR, MINUTE, SECOND, Micros, from_iso
from dengta.core.vocabulary import EventType, Flag
from dengta.engines.plantbook import PlantBook
from dengta.log import Log
from dengta.site.bookshelf import Bookshelf
from dengta.site.clock import SiteClock, real_now
from dengta.site.home import Home, SiteFolder

BOOK = Path(__file__).parents[3] / "examples" / "plants" / "furniture.toml"
NOW = from_iso("2026-11-23T10:40:00+08:00")
_STATES = (
    ("running", "", 26),
    ("setup", "setup-tool", 7),
    ("running", "", 31),
    ("starved", "", 4),
    ("running", "", 18),
    ("minor_stop", "", 2),
    ("running", "", 22),
    ("idle", "", 6),
)


@dataclass
class Stage:
    """The site of a test, told event by event."""

    home: Home
    now: Micros = NOW
    folder: SiteFolder = field(init=False)
    log: Log = field(init=False)
    book: PlantBook = field(init=False)

    def __post_init__(self) -> None:
        self.folder = self.home.site("furniture")
        self.folder.path.mkdir(parents=True, exist_ok=True)
        self.book = Bookshelf(self.folder.books).add(BOOK.read_text("utf-8"), self.now - HOUR).book
        self.set_clock()
        self.log = Log.open(self.folder.log, "furniture", lambda: self.now)
        self._seq: dict[str, int] = {}
        self.counts: dict[str, int] = {}
        """Where each machine's counter stands."""

    def set_clock(self, rate: int = 1, stop_at: Micros | None = None) -> None:
        """Where the site's clock stands, how fast it goes and where it ends."""
        SiteClock(self.now, real_now(), rate, stop_at).save(self.folder.clock)

    def event(self, machine: str, at: Micros, kind: EventType, code: str = "", value: int = 0, **more: str) -> Event:
        """The next event of a machine's controller."""
        seq = self._seq[machine] = self._seq.get(machine, -1) + 1
        return Event(
            stream=stream_id("furniture", machine),
            epoch=1,
            seq=seq,
            ts=at,
            type=kind,
            subject=machine,
            code=code,
            value=value,
            flags=Flag.SYNTHETIC,
            **more,  # type: ignore[arg-type]
        )

    def tell(self, *events: Event) -> None:
        """Into the log, durably."""
        self.log.append(EventBatch.of(events)).result()

    def morning(self, hours: int = 4, seed: int = 7) -> None:
        """The last `hours` of every machine: states with reasons and orders, a piece every 20 to 60 seconds of running;
        the last three machines end stopped, starved and silent."""
        chance = random.Random(seed)
        machines = list(self.book.machines)
        for i, machine in enumerate(machines):
            silent = machine == machines[-1]
            self.tell(*self._machine(machine, hours, chance, end=self.now - (HOUR if silent else 0)))
            if i == len(machines) - 3:
                at = self.now - 12 * MINUTE
                self.tell(
                    self.event(machine, at, EventType.STATE, "down", reason="failure-mechanical", order="WO-1017")
                )
            if i == len(machines) - 2:
                at = self.now - 3 * MINUTE
                self.tell(self.event(machine, at, EventType.STATE, "starved", order="WO-1017"))

    def _machine(self, machine: str, hours: int, chance: random.Random, end: Micros) -> list[Event]:
        at, step, count = self.now - hours * HOUR, chance.randrange(len(_STATES)), chance.randrange(60_000)
        told = [self.event(machine, at, EventType.LOGIN, person=f"op-{1 + chance.randrange(9):02d}")]
        while at < end:
            state, reason, minutes = _STATES[step % len(_STATES)]
            order = "" if state == "idle" else f"WO-{1001 + step // 3}"
            told.append(self.event(machine, at, EventType.STATE, state, reason=reason, order=order, operation=""))
            until = at + int(minutes * chance.uniform(0.5, 1.6)) * MINUTE
            while state == "running" and at < min(until, end):
                at += chance.randrange(20, 60) * SECOND
                count += 1
                told.append(self.event(machine, at, EventType.COUNTER, "pieces", count))
                told.append(self.event(machine, at, EventType.GOOD, value=1, order=order))
            at, step = max(at, until), step + 1
        told = [event for event in told if event.ts <= end]
        self.counts[machine] = next(e.value for e in reversed(told) if e.type == EventType.COUNTER)
        return told

    def close(self) -> None:
        """Let the log go."""
        self.log.close()
