"""Today over 30 days of the model plant: how long a page takes, what it costs the server, and whether it is right.

A real web process; its counts are compared with a ledger of the whole log. The first page of a process reads the last
working days from the log; the others follow it. Bytes are those of the page, compressed.
"""

from __future__ import annotations

import argparse
import re
import statistics
import tempfile
import time
import urllib.parse
import urllib.request
from http.cookiejar import CookieJar
from pathlib import Path
from types import SimpleNamespace

from bench.screens import cpu_s
from dengta.core.time import from_iso
from dengta.engines import kpi, orders
from dengta.log import LogReader
from dengta.site.home import Home
from tests.browser.live_plant import LivePlant
from tests.web.today.plant_home import BOOK, furnished

LIMIT_MS, LIMIT_BYTES = 200.0, 60_000
PAGES = (
    "/today/",
    "/today/due/today/?show=all",
    "/today/measure/order_accuracy/",
    "/today/measure/order_accuracy/?day=2026-05-20",
    "/orders/K260604-078/",
)
_TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="([^"]+)"')
_COUNTS = re.compile(r'today/due/today/\?show=(\w+)"><svg.*?<b>(\d+)</b>')
_AT = re.compile(r"--at (\S+) --due today")


class Director:
    """The browser of the demo's `login`, by default the manager, without pictures."""

    def __init__(self, address: str, login: str = "gao-feng") -> None:
        self.address = address
        self._open = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(CookieJar())).open
        token = _TOKEN.search(self.get("/login/").decode())
        assert token is not None
        form = urllib.parse.urlencode({"csrfmiddlewaretoken": token[1], "person": login}).encode()
        door = f"{address}/login/"
        self._open(urllib.request.Request(door, data=form, headers={"Referer": door})).read()

    def get(self, path: str, **headers: str) -> bytes:
        """The body of a page."""
        with self._open(urllib.request.Request(self.address + path, headers=headers)) as answer:
            body: bytes = answer.read()
        return body


def row(director: Director, pid: int, path: str, times: int) -> bool:
    """One row of the table; False when the page is over its limits."""
    began = time.perf_counter()
    director.get(path)
    first = time.perf_counter() - began
    size = len(director.get(path, **{"Accept-Encoding": "gzip"}))
    took, worked = [], cpu_s(pid)
    for _ in range(times):
        began = time.perf_counter()
        director.get(path)
        took.append(time.perf_counter() - began)
    worked = cpu_s(pid) - worked
    p95 = 1000 * sorted(took)[int(0.95 * times)]
    print(
        f"| `{path}` | {1000 * first:.0f} | {1000 * statistics.median(took):.0f} | {p95:.0f} | "
        f"{1000 * worked / times:.0f} | {size / 1000:.1f} |",
        flush=True,
    )
    return p95 <= LIMIT_MS and size <= LIMIT_BYTES


def right(director: Director, home: Home) -> bool:
    """Whether Today counts what a ledger of the whole log counts at the same instant."""
    page = director.get("/today/").decode()
    at = _AT.search(page)
    assert at is not None
    ledger = orders.Ledger()
    ledger.add(kpi.apply(LogReader(home.site("furniture").log).read()))
    board = orders.board(ledger, BOOK, from_iso(at[1]))
    counts = {str(outlook): n for outlook, n in board.counts(board.due_today).items() if n}
    return counts == {outlook: int(n) for outlook, n in _COUNTS.findall(page)}


def main() -> int:
    """The table of `docs/benchmarks.md`."""
    ask = argparse.ArgumentParser(description=__doc__)
    ask.add_argument("--full", action="store_true", help="500 requests of each page instead of 100")
    times = 500 if ask.parse_args().full else 100
    with tempfile.TemporaryDirectory() as folder:
        home = furnished(Path(folder), days=30)
        plant = LivePlant(SimpleNamespace(home=home), "")  # type: ignore[arg-type]
        plant.start()
        try:
            assert plant.server is not None
            director = Director(plant.address)
            print("| page | first, ms | median, ms | p95, ms | server CPU, ms | kB |")
            print("|---|---:|---:|---:|---:|---:|")
            within = [row(director, plant.server.pid, path, times) for path in PAGES]
            told = right(director, home)
            print(f"\nToday counts what the whole log counts: {told}")
        finally:
            plant.stop()
    return int(not (all(within) and told))


if __name__ == "__main__":
    raise SystemExit(main())
