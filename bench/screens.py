"""Live screens: what 500 of them cost the process that feeds them, and how soon they see a change.

A real web process serves the floor of a site whose log this script writes, about twenty events a second. Screens are
raw clients of the live stream on loopback; each keeps every machine's pieces and must know the truth in the end.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import statistics
import tempfile
import threading
import time
from pathlib import Path

import django

from dengta.core.vocabulary import EventType
from dengta.site.clock import SiteTime
from dengta.site.home import Home
from tests.browser.live_plant import LivePlant
from tests.web.floor.stage import Stage

SCREENS = (500, 2000)
STEADY_S = 20.0
AT_ONCE = 50
LIMIT_MB = 50.0
COLUMNS = (
    "screens",
    "MB more",
    "kB a screen",
    "connects/s",
    "server CPU %",
    "clients' CPU %",
    "kB/s a screen",
    "ms to see, median",
    "p99",
    "wrong",
)


class Screen:
    """One client: what it was told of every machine."""

    def __init__(self) -> None:
        self.pieces: dict[str, int | None] = {}
        self.seen: dict[tuple[str, int], float] = {}
        self.bytes = 0

    async def look(self, port: int, path: str, connected: asyncio.Event) -> None:
        """Listen until cancelled."""
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        try:
            writer.write(f"GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())
            async for line in reader:
                self.bytes += len(line)
                if line.startswith(b"data: "):
                    at = time.monotonic()
                    for machine, told in json.loads(line[6:])["machines"].items():
                        self.pieces[machine] = told["pieces"]
                        self.seen.setdefault((machine, told["pieces"]), at)
                    connected.set()
        finally:
            writer.close()


class Feeder(threading.Thread):
    """Pieces of machines, one after the other, twenty a second; remembers when each count became durable."""

    def __init__(self, stage: Stage) -> None:
        super().__init__(daemon=True)
        self.stage = stage
        self.time = SiteTime(stage.folder.clock)
        self.stop = threading.Event()
        self.made: dict[tuple[str, int], float] = {}
        self.added: dict[str, int] = {}

    def run(self) -> None:
        """Until told to stop."""
        machines = list(self.stage.book.machines)
        for i in range(1_000_000):
            if self.stop.wait(0.05):
                return
            machine = machines[i % len(machines)]
            self.stage.counts[machine] += 1
            self.added[machine] = self.added.get(machine, 0) + 1
            count = self.stage.counts[machine]
            self.stage.tell(self.stage.event(machine, self.time(), EventType.COUNTER, "pieces", count))
            self.made[(machine, self.added[machine])] = time.monotonic()


def memory_mb(pid: int) -> float:
    """Resident memory of a process that belongs to it alone."""
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) / 1024 for line in lines if line.startswith("RssAnon"))


def cpu_s(pid: int) -> float:
    """Processor seconds of a process so far."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


async def measure(plant: LivePlant, screens: int, feeder: Feeder) -> bool:
    """One row of the table; False when a screen was told something wrong."""
    from dengta.web.live.grant import grant

    assert plant.server is not None
    port, path, pid = (
        int(plant.address.rpartition(":")[2]),
        f"/live/?grant={grant('furniture', ['floor'])}",
        plant.server.pid,
    )
    first, known = Screen(), asyncio.Event()
    watch = asyncio.create_task(first.look(port, path, known))
    await known.wait()
    await asyncio.sleep(3)
    base, before = dict(first.pieces), memory_mb(pid)
    made_before = dict(feeder.added)
    all_screens = [Screen() for _ in range(screens)]
    room = asyncio.Semaphore(AT_ONCE)

    async def connect(screen: Screen) -> asyncio.Task[None]:
        async with room:
            there = asyncio.Event()
            task = asyncio.create_task(screen.look(port, path, there))
            await there.wait()
            return task

    start = time.monotonic()
    tasks = await asyncio.gather(*(connect(screen) for screen in all_screens))
    connecting = time.monotonic() - start
    worked, ours, start = cpu_s(pid), time.process_time(), time.monotonic()
    await asyncio.sleep(STEADY_S)
    worked, ours, passed = cpu_s(pid) - worked, time.process_time() - ours, time.monotonic() - start
    grown = memory_mb(pid) - before
    feeder.stop.set()
    feeder.join()
    await asyncio.sleep(3)
    truth = {m: (base[m] or 0) - made_before.get(m, 0) + feeder.added.get(m, 0) for m in base}
    wrong = sum(screen.pieces != first.pieces or not _near(screen.pieces, truth) for screen in all_screens)
    offset = {m: truth[m] - feeder.added.get(m, 0) for m in truth}
    late = [
        seen - feeder.made[(machine, pieces - offset[machine])]
        for screen in all_screens[::10]
        for (machine, pieces), seen in screen.seen.items()
        if seen > start and (machine, pieces - offset[machine]) in feeder.made
    ]
    for task in [watch, *tasks]:
        task.cancel()
    await asyncio.gather(watch, *tasks, return_exceptions=True)
    kb = statistics.mean(s.bytes for s in all_screens) / 1024 / passed
    print(
        f"| {screens:,} | {grown:.1f} | {1024 * grown / screens:.1f} | {screens / connecting:,.0f} | "
        f"{100 * worked / passed:.0f} | {100 * ours / passed:.0f} | {kb:.1f} | "
        f"{1000 * statistics.median(late):.0f} | {1000 * sorted(late)[int(0.99 * len(late))]:.0f} | {wrong} |",
        flush=True,
    )
    return not wrong and (screens > SCREENS[0] or grown < LIMIT_MB)


def _near(told: dict[str, int | None], truth: dict[str, int]) -> bool:
    """The same pieces; the first count may fall between a piece made and its being seen."""
    return all(abs((told[m] or 0) - truth[m]) <= 1 for m in truth)


def main() -> int:
    """The table of `docs/benchmarks.md`."""
    ask = argparse.ArgumentParser(description=__doc__)
    ask.add_argument("--screens", type=int, help=f"how many; by default {SCREENS[0]}, with --full also {SCREENS[1]}")
    ask.add_argument("--full", action="store_true")
    told = ask.parse_args()
    print(" ".join(f"| {name}" for name in COLUMNS), "|")
    print("|---:" * len(COLUMNS) + "|")
    good = True
    with tempfile.TemporaryDirectory() as folder:
        os.environ |= {"DENGTA_HOME": folder, "DJANGO_SETTINGS_MODULE": "dengta.web.settings"}
        django.setup()
        stage = Stage(Home.at(folder))
        stage.morning()
        for screens in [told.screens] if told.screens else SCREENS[: 2 if told.full else 1]:
            plant, feeder = LivePlant(stage, ""), Feeder(stage)
            try:
                plant.start()
                feeder.start()
                good &= asyncio.run(measure(plant, screens, feeder))
            finally:
                feeder.stop.set()
                plant.stop()
        stage.close()
    return int(not good)


if __name__ == "__main__":
    raise SystemExit(main())
