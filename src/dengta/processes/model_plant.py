"""The demo's plant as a process: a simulation by the site's own clock, sent through the same door as any source.

Nothing it needs to go on is kept in memory. What it sends is a pure function of the model, the plant book, the seed and
the origin; so after `kill -9` at any instant it simulates again from its origin, or from where it stood when it last
kept a snapshot, leaves out what the log says it holds and goes on. An event keeps its key however often it is made, so
what was on its way when the process died is at most sent twice, which is one fact: nothing is lost, nothing doubled.
"""

from __future__ import annotations

import json
import logging
import os
import threading
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import timedelta
from hashlib import sha256
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from dengta.connect.sender import DoorSender
from dengta.connect.sink import Sink
from dengta.core.ids import stream_id
from dengta.core.intervals import Interval
from dengta.core.reason import Reason, Refusal, refuse_if
from dengta.core.shifts import ShiftOccurrence
from dengta.core.time import DAY, Micros, instant, local_day, to_iso
from dengta.engines import simulation
from dengta.engines.plantbook import PlantBook
from dengta.engines.simulation import PlantModel, Simulation, parse
from dengta.engines.simulation.check import unknown_names
from dengta.log import next_epoch
from dengta.processes.snapshot import Snapshot
from dengta.site.bookshelf import Bookshelf
from dengta.site.clock import SiteTime
from dengta.site.home import Home, SiteFolder

logger = logging.getLogger(__name__)

HISTORY_DAYS = 30
BEAT_S = 0.25
STRETCH: Micros = DAY
"""History is simulated and sent in such stretches, so that the plant moves on the screens at once."""


@dataclass(frozen=True, slots=True)
class Origin:
    """What the whole run follows from: it is simulated from `at` (a midnight, before the day's orders) and told from
    `told`; its events have the epoch `epoch` and their place among those told as seq.

    The fingerprint stands for the model, the plant book and the engine. When one of them has changed, the old run
    cannot be made again; a new one is told from now on, under the next epoch.
    """

    at: Micros
    told: Micros
    seed: int
    fingerprint: str
    epoch: int

    @classmethod
    def load(cls, path: Path) -> Origin | None:
        """The origin kept in `path`; None when there is none yet."""
        try:
            return cls(**json.loads(path.read_text("utf-8")))
        except FileNotFoundError:
            return None

    def save(self, path: Path) -> None:
        """Keep it in `path`, whole and durable before the first event leaves."""
        fresh = path.with_suffix(".new")
        with fresh.open("w", encoding="utf-8") as out:
            json.dump(asdict(self), out)
            out.flush()
            os.fsync(out.fileno())
        fresh.replace(path)
        folder = os.open(path.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)


class ModelPlant:
    """One boot of the plant: `catch_up(to)` makes every event up to a site time durable in `sink`."""

    def __init__(
        self,
        folder: Path,
        site: str,
        text: str,
        book: PlantBook,
        sink: Sink,
        now: Micros,
        *,
        seed: int = 1,
        days: int = HISTORY_DAYS,
    ) -> None:
        """Keeps origin and epochs in `folder`. A first run begins `days` days before `now`, at local midnight.

        Refusal: the model's faults, or names in it that the book does not know.
        """
        model = parse(text)
        refuse_if(unknown_names(model, book))
        self._site, self._sink = site, sink
        self._modulus = {
            m: counter.modulus
            for m in model.machines
            for counter in book.machines[m].counters
            if counter.code == "pieces" and counter.modulus is not None
        }
        folder.mkdir(parents=True, exist_ok=True)
        fingerprint = sha256("\0".join((_engine(), book.hash, text)).encode()).hexdigest()
        origin = Origin.load(folder / "origin.json")
        if origin is None or origin.fingerprint != fingerprint:
            days_back = days if origin is None else 0
            at = instant(local_day(now, book.zone) - timedelta(days=days_back), 0, book.zone)
            epoch = next_epoch(folder / "epoch")
            origin = Origin(at, at if origin is None else now, seed, fingerprint, epoch)
            origin.save(folder / "origin.json")
        self.origin = origin
        self._kept = folder / "snapshot.npz"
        held = np.array([self._held(producer) for producer in model.producers], np.int64)
        self._run, self._untold = self._where_it_stood(model, book, held)
        self._first = dict(zip(model.producers, (self._untold + held).tolist(), strict=True))
        self._snapshot_at = self._run.now

    def _where_it_stood(
        self, model: PlantModel, book: PlantBook, held: NDArray[np.int64]
    ) -> tuple[Simulation, NDArray[np.int64]]:
        """The run, and how many rows of each producer are never told. held: rows of each that the log holds.

        A snapshot that tells more than the log holds is not gone on from: the log was brought back from an older copy.
        """
        origin = self.origin

        def shifts(machine: str, window: Interval) -> Sequence[ShiftOccurrence]:
            return book.resolver(machine).occurrences(window)

        found = Snapshot.load(self._kept, self._run_name())
        if found is not None and bool(np.all(found.state.told <= found.untold + held)):
            return Simulation.resumed(model, shifts, origin.at, origin.seed, found.state), found.untold
        run = Simulation(model, shifts, origin.at, origin.seed)
        untold = np.zeros(len(model.producers), np.int64)
        if origin.told > origin.at:
            untold = np.bincount(run.until(origin.told - 1).trace.machine, minlength=len(model.producers))
        return run, untold

    def _run_name(self) -> str:
        """Whose snapshots can be gone on from."""
        return sha256(json.dumps(asdict(self.origin), sort_keys=True).encode()).hexdigest()

    def keep(self) -> None:
        """Keep where it stands: all that was told up to here is in the log."""
        Snapshot(self._run_name(), self._run.state(), self._untold).save(self._kept)
        self._snapshot_at = self._run.now

    def _held(self, producer: str) -> int:
        """How many events of this run the log holds without a hole."""
        marks = self._sink.marks(stream_id(self._site, producer))
        return next((mark.next for mark in marks if mark.epoch == self.origin.epoch), 0)

    def catch_up(self, to: Micros, stop: threading.Event | None = None) -> int:
        """Send what happens up to `to` and is not in the log; the number of events sent. Returns early on `stop`."""
        sent = 0
        while self._run.now < to and not (stop is not None and stop.is_set()):
            events = self._run.until(min(to, self._run.now + STRETCH)).from_index(self._first)
            if len(events):
                batch = events.batch(self._site, self._modulus)
                seq = events.index - self._untold[events.trace.machine]
                self._sink.append(batch.replace(epoch=self.origin.epoch, seq=seq))
                sent += len(events)
        if self._run.now - self._snapshot_at >= STRETCH:
            self.keep()
        return sent


def run(home: Home, site: str, model: Path, stop: threading.Event, *, seed: int = 1, days: int = HISTORY_DAYS) -> None:
    """Be the plant of `site` that the file `model` simulates, by the current plant book, until `stop` is set."""
    folder = home.site(site)
    now = SiteTime(folder.clock)
    text = model.read_text("utf-8")
    book = _book(folder, now())
    with DoorSender(folder) as door:
        plant = ModelPlant(folder.path / "model-plant", site, text, book, door, now(), seed=seed, days=days)
        logger.info("%s: from %s, epoch %d", site, to_iso(plant.origin.at, book.zone), plant.origin.epoch)
        while not stop.is_set():
            plant.catch_up(now(), stop)
            stop.wait(BEAT_S)
        plant.keep()


def _book(folder: SiteFolder, now: Micros) -> PlantBook:
    book = Bookshelf(folder.books).current(now)
    if book is None:
        raise Refusal(Reason("simulation.no_book", (folder.site,)))
    return book


def _engine() -> str:
    """Hash of the simulation engine's sources."""
    files = sorted(Path(simulation.__file__).parent.glob("*.py"))
    return sha256(b"\0".join(file.read_bytes() for file in files)).hexdigest()
