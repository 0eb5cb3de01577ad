"""The model plant: 30 days of history, then live; killed anywhere it loses and doubles nothing."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from shutil import copytree, rmtree

import numpy as np
import pytest

from dengta.connect.sink import LogSink, Sink
from dengta.core.batch import EventBatch
from dengta.core.ids import stream_id
from dengta.core.reason import Refusal
from dengta.core.time import DAY, HOUR, MINUTE, Micros, from_iso
from dengta.engines import plantbook
from dengta.engines.simulation import SimulatedEvents, Simulation, parse
from dengta.log import EpochMark, Log, LogReader, Mark
from dengta.processes import examples
from dengta.processes.model_plant import ModelPlant
from dengta.processes.sites import furnish
from dengta.processes.snapshot import Snapshot
from dengta.processes.supervisor import verb
from dengta.site.clock import SiteClock, real_now
from dengta.site.home import Home

SITE = "furniture"
BOOK_FILE = examples.plant(SITE)
BOOK = plantbook.parse(BOOK_FILE.read_text("utf-8"), BOOK_FILE.name)
MODEL_FILE = examples.model(BOOK_FILE)
assert MODEL_FILE is not None
TEXT = MODEL_FILE.read_text("utf-8")
NOW = from_iso("2026-06-10T11:00:00+08:00")
KEYLESS = ("ts", "type", "value", "scale", "subgroup", "sample", "flags")


class Flaky:
    """A sink that dies before or after its n-th append, as a killed process would leave it."""

    def __init__(self, sink: Sink, appends: int, *, kept: bool) -> None:
        self._sink, self._left, self._kept = sink, appends, kept

    def append(self, batch: EventBatch) -> Mark:
        self._left -= 1
        if self._left < 0 and not self._kept:
            raise KeyboardInterrupt
        mark = self._sink.append(batch)
        if self._left < 0:
            raise KeyboardInterrupt
        return mark

    def marks(self, stream: int) -> list[EpochMark]:
        return self._sink.marks(stream)


class Withheld:
    """A sink whose batches are still on their way."""

    def __init__(self, sink: Sink, late: list[EventBatch]) -> None:
        self._sink, self._late = sink, late

    def append(self, batch: EventBatch) -> Mark:
        self._late.append(batch)
        return Mark(len(batch), 0, 0)

    def marks(self, stream: int) -> list[EpochMark]:
        return self._sink.marks(stream)


@contextmanager
def opened(tmp_path: Path) -> Iterator[LogSink]:
    log = Log.open(tmp_path / "log", SITE, lambda: NOW + 2 * DAY)
    try:
        yield LogSink(log)
    finally:
        log.close()


def boot(tmp_path: Path, sink: Sink, now: Micros = NOW, text: str = TEXT) -> ModelPlant:
    return ModelPlant(tmp_path / "plant", SITE, text, BOOK, sink, now, days=3)


def assert_is_the_simulation(batch: EventBatch, origin: Micros, to: Micros, seed: int = 1) -> None:
    """Stream by stream the log holds exactly what the simulation makes, under the same seqs."""
    run = Simulation(parse(TEXT), lambda m, w: BOOK.resolver(m).occurrences(w), origin, seed)
    modulus = {m.id: c.modulus for m in BOOK.machines.values() for c in m.counters if c.modulus}
    pure = run.until(to).batch(SITE, modulus)
    assert len(batch) == len(pure)
    for machine in parse(TEXT).producers:
        stream = stream_id(SITE, machine)
        held, made = (b.take(np.flatnonzero(b["stream"] == stream)) for b in (batch, pure))
        held = held.take(np.argsort(held["seq"]))
        assert np.array_equal(held["seq"], np.arange(len(held)))
        for name in KEYLESS:
            assert np.array_equal(held[name], made[name]), (machine, name)
        for name in ("subject", "code", "reason", "order", "operation", "lot", "person", "unit"):
            assert np.array_equal(held.text(name), made.text(name)), (machine, name)


def test_the_first_boot_sends_history_and_the_next_one_only_what_is_new(tmp_path: Path) -> None:
    with opened(tmp_path) as sink:
        first = boot(tmp_path, sink)
        assert first.origin.at == from_iso("2026-06-07T00:00:00+08:00")
        assert first.catch_up(NOW) > 10_000
        assert first.catch_up(NOW) == 0
        again = boot(tmp_path, sink, NOW + HOUR)
        assert again.origin == first.origin
        assert 0 < again.catch_up(NOW + HOUR) < 3000
    assert_is_the_simulation(LogReader(tmp_path / "log").read(), first.origin.at, NOW + HOUR)


@pytest.mark.parametrize("kept", [False, True])
def test_dying_before_or_after_the_log_took_a_batch_loses_and_doubles_nothing(tmp_path: Path, kept: bool) -> None:
    with opened(tmp_path) as sink:
        for appends in (0, 1, 0):
            with pytest.raises(KeyboardInterrupt):
                boot(tmp_path, Flaky(sink, appends, kept=kept)).catch_up(NOW + DAY)
        last = boot(tmp_path, sink)
        last.catch_up(NOW + DAY)
    assert_is_the_simulation(LogReader(tmp_path / "log").read(), last.origin.at, NOW + DAY)


def test_live_in_small_steps_is_the_same_as_at_once(tmp_path: Path) -> None:
    with opened(tmp_path) as sink:
        plant = boot(tmp_path, sink)
        for at in range(NOW, NOW + 20 * MINUTE, 15_000_000):
            plant.catch_up(at)
        plant.catch_up(NOW)  # a clock that stepped back
    assert_is_the_simulation(LogReader(tmp_path / "log").read(), plant.origin.at, NOW + 20 * MINUTE - 15_000_000)


def test_a_boot_goes_on_from_where_the_last_one_stood(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    began: list[Micros] = []
    until = Simulation.until

    def noted(run: Simulation, at: Micros) -> SimulatedEvents:
        began.append(run.now)
        return until(run, at)

    monkeypatch.setattr(Simulation, "until", noted)
    with opened(tmp_path) as sink:
        first = boot(tmp_path, sink)
        first.catch_up(NOW)
        first.catch_up(NOW + HOUR)
        first.keep()
        began.clear()
        again = boot(tmp_path, sink, NOW + DAY)
        again.catch_up(NOW + DAY)
    assert began[0] == NOW + HOUR
    assert_is_the_simulation(LogReader(tmp_path / "log").read(), first.origin.at, NOW + DAY)


@pytest.mark.parametrize("fault", ["torn", "not an archive", "of another run"])
def test_a_snapshot_that_cannot_be_used_costs_nothing_but_time(tmp_path: Path, fault: str) -> None:
    with opened(tmp_path) as sink:
        first = boot(tmp_path, sink)
        first.catch_up(NOW)
        kept = tmp_path / "plant" / "snapshot.npz"
        if fault == "of another run":
            Snapshot("another", first._run.state(), first._untold).save(kept)
        else:
            kept.write_bytes(kept.read_bytes()[:5000] if fault == "torn" else b"no archive")
        boot(tmp_path, sink, NOW + HOUR).catch_up(NOW + HOUR)
    assert_is_the_simulation(LogReader(tmp_path / "log").read(), first.origin.at, NOW + HOUR)


def test_a_log_brought_back_from_an_older_copy_gets_what_it_lacks(tmp_path: Path) -> None:
    with opened(tmp_path) as sink:
        boot(tmp_path, sink).catch_up(NOW - DAY)
    copytree(tmp_path / "log", tmp_path / "copy")
    with opened(tmp_path) as sink:
        first = boot(tmp_path, sink)
        first.catch_up(NOW)
        first.keep()
    rmtree(tmp_path / "log")
    copytree(tmp_path / "copy", tmp_path / "log")
    with opened(tmp_path) as sink:
        boot(tmp_path, sink).catch_up(NOW)
    assert_is_the_simulation(LogReader(tmp_path / "log").read(), first.origin.at, NOW)


def test_a_changed_model_is_told_from_now_on_in_the_middle_of_its_day(tmp_path: Path) -> None:
    with opened(tmp_path) as sink:
        held = boot(tmp_path, sink).catch_up(NOW)
        changed = boot(tmp_path, sink, NOW, TEXT.replace("due_days = 1", "due_days = 2"))
        assert changed.origin.told == NOW
        assert changed.catch_up(NOW + HOUR) > 300, "the day's orders are at work"
        changed.keep()
        again = boot(tmp_path, sink, NOW + HOUR, TEXT.replace("due_days = 1", "due_days = 2"))
        assert again.catch_up(NOW + HOUR) == 0
    batch = LogReader(tmp_path / "log").read()
    assert (batch["epoch"] == 1).sum() == held
    assert batch["ts"][batch["epoch"] == 2].min() >= NOW
    assert LogReader(tmp_path / "log").holes() == []


def test_names_the_book_does_not_know_are_refused(tmp_path: Path) -> None:
    with opened(tmp_path) as sink, pytest.raises(Refusal) as refused:
        boot(tmp_path, sink, text=TEXT.replace('"saw-1"', '"saw-9"'))
    assert [r.params["name"] for r in refused.value.reasons] == ["saw-9"]
    assert not (tmp_path / "plant").exists()


def test_kill_9_of_the_process_behind_a_door(tmp_path: Path) -> None:
    """Killed three times in the middle of its history; what the log holds is the simulation."""
    home = Home.at(tmp_path)
    plant = furnish(home, BOOK_FILE, NOW)
    SiteClock(NOW, real_now(), 60).save(plant.folder.clock)
    assert plant.model is not None
    reader = LogReader(plant.folder.log)
    saw = stream_id(SITE, "saw-1")

    def start(*arguments: str) -> subprocess.Popen[bytes]:
        return subprocess.Popen([*verb(*arguments), "--home", str(tmp_path)], stderr=subprocess.DEVNULL)

    def held() -> int:
        return sum(mark.next for mark in reader.marks(saw))

    def until(wanted: int) -> None:
        deadline = time.monotonic() + 180
        while held() < wanted:
            assert time.monotonic() < deadline, "the plant stands still"
            time.sleep(0.02)

    ingest = start("ingest", SITE)
    try:
        deadline = time.monotonic() + 30
        while not plant.folder.door.exists():
            assert time.monotonic() < deadline, "no door"
            time.sleep(0.02)
        for _ in range(3):
            process = start("model-plant", SITE, "--model", str(plant.model))
            until(held() + 600)
            os.kill(process.pid, signal.SIGKILL)
            process.wait()
    finally:
        ingest.send_signal(signal.SIGTERM)
        ingest.wait(timeout=30)
    batch = reader.read()
    last = int(batch["ts"].max())
    origin = int(batch["ts"].min())
    assert_is_the_simulation(batch, origin, last)


def test_a_batch_that_arrives_after_the_next_boot_is_one_fact(tmp_path: Path) -> None:
    """The dead boot's last post was still on its way when the next boot asked what the log holds."""
    with opened(tmp_path) as sink:
        late: list[EventBatch] = []
        dead = boot(tmp_path, Withheld(sink, late))
        dead.catch_up(NOW - DAY)
        alive = boot(tmp_path, sink)
        alive.catch_up(NOW)
        assert all(sink.append(batch).accepted == 0 for batch in late)
    assert_is_the_simulation(LogReader(tmp_path / "log").read(), alive.origin.at, NOW)
