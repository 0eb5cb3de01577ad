"""Pages as a real server sends them, over a month of the model plant: how long, how heavy.

Thirty days of the model plant are in a log; `dengta run`'s web process serves it and one person asks for each page
in turn, in both languages, the pages alternating. The goal is 200 ms for 95 of 100, and 120 kB a page.
CPU is what the server spent on a request, whatever else the machine did.
"""

from __future__ import annotations

import argparse
import re
import statistics
import sys
import tempfile
import time
from pathlib import Path

from bench.screens import cpu_s
from bench.today import Director
from dengta.core.batch import EventBatch
from dengta.core.time import DAY, HOUR, SECOND, Micros, from_iso
from dengta.log import EpochMark, Log, Mark
from dengta.processes.model_plant import ModelPlant
from dengta.site.bookshelf import Bookshelf
from dengta.site.clock import SiteClock, real_now
from dengta.site.home import Home
from tests.browser.live_plant import Server

NOW = from_iso("2026-11-24T20:00:00+08:00")
PLANTS = Path(__file__).parents[1] / "examples" / "plants"
PAGES = (
    "/performance/",
    "/performance/?window=shift",
    "/performance/?window=7-days",
    "/performance/?window=30-days",
    "/performance/?window=7-days&line=edge&shift=late",
    "/performance/edge-3/?date=2026-11-23&shift=late",
    "/performance/edge-3/?window=30-days",
    "/performance/reason/?kind=stop&reason=waiting-material&window=7-days",
    "/performance/?window=7-days&export=all.xlsx",
    "/floor/",
)
LIMIT_MS, LIMIT_KB = 200, 120


class _Sealing:
    """The log as a sink that hears of everything a second later and seals what is two hours old, as the ingest process
    does."""

    def __init__(self, log: Log, clock: list[Micros]) -> None:
        self._log, self._clock = log, clock

    def append(self, batch: EventBatch) -> Mark:
        """Durable, and sealed behind it."""
        self._clock[0] = int(batch["ts"].max()) + SECOND
        done = self._log.append(batch.replace(recv=batch["ts"] + SECOND)).result()
        self._log.seal(self._clock[0] - 2 * HOUR)
        return done

    def marks(self, stream: int) -> list[EpochMark]:
        """What the log holds of `stream`."""
        return self._log.marks(stream)


def month(home: Home, days: int = 30) -> int:
    """Thirty days of the model plant in `home`, its clock standing at their end; how many events."""
    folder = home.site("furniture")
    folder.path.mkdir(parents=True)
    book = Bookshelf(folder.books).add((PLANTS / "furniture.toml").read_text("utf-8"), NOW - 40 * DAY).book
    SiteClock(NOW, real_now(), 0).save(folder.clock)
    clock = [NOW - days * DAY]
    log = Log.open(folder.log, "furniture", lambda: clock[0])
    try:
        text = (PLANTS / "furniture.sim.toml").read_text("utf-8")
        plant = ModelPlant(folder.path / "model-plant", "furniture", text, book, _Sealing(log, clock), NOW, days=days)
        return plant.catch_up(NOW)
    finally:
        log.close()


def measure(server: Server, rounds: int) -> bool:
    """The table; False where a goal was missed."""
    assert server.server is not None
    director, pid = Director(server.address), server.server.pid
    start = time.monotonic()
    while b'http-equiv="refresh"' in director.get(PAGES[0]):
        time.sleep(0.05)
    print(f"first page after {time.monotonic() - start:.1f} s\n")
    took: dict[str, list[float]] = {page: [] for page in PAGES}
    worked = dict.fromkeys(PAGES, 0.0)
    for _ in range(rounds):
        for page in PAGES:
            for language in ("en", "zh-hans"):
                cpu, before = cpu_s(pid), time.perf_counter()
                director.get(page, **{"Accept-Language": language})
                took[page].append(1000 * (time.perf_counter() - before))
                worked[page] += cpu_s(pid) - cpu
    print("| page | first, ms | median, ms | p95, ms | CPU, ms | kB |")
    print("|---|---:|---:|---:|---:|---:|")
    good = True
    for page, times in took.items():
        p95, kb = sorted(times)[int(0.95 * len(times))], weight(director, page) / 1000
        good &= p95 <= LIMIT_MS and kb <= LIMIT_KB
        numbers = (
            f"{times[0]:.0f} | {statistics.median(times):.0f} | {p95:.0f} | {1000 * worked[page] / len(times):.0f}"
        )
        print(f"| `{page}` | {numbers} | {kb:.0f} |", flush=True)
    return good


def weight(director: Director, page: str) -> int:
    """Bytes over the wire of a page with its styles and scripts."""
    names = set(re.findall(rb'(?:src|href)="(/static/[^"]+)"', director.get(page)))
    return sum(len(director.get(path, **{"Accept-Encoding": "gzip"})) for path in (page, *(n.decode() for n in names)))


def main() -> int:
    """The table of `docs/benchmarks.md`."""
    ask = argparse.ArgumentParser(description=__doc__)
    ask.add_argument("--rounds", type=int, default=25, help="how often each page is asked for in each language")
    ask.add_argument("--full", action="store_true", help="four times as often")
    told = ask.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        home = Home.at(folder)
        print(f"{month(home):,} events of 20 machines in 30 days", file=sys.stderr)
        server = Server(home)
        try:
            server.start()
            return int(not measure(server, told.rounds * (4 if told.full else 1)))
        finally:
            server.stop()


if __name__ == "__main__":
    raise SystemExit(main())
