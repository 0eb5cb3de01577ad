"""Pages as a real server sends them, over a month of the model plant: how long, how heavy.

Thirty days of the model plant are in a log; `dengta run`'s web process serves it and one person asks for each page
in turn, in both languages, the pages alternating. The goal is 200 ms for 95 of 100, and 120 kB a page.
"""

from __future__ import annotations

import argparse
import gzip
import re
import statistics
import sys
import tempfile
import time
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import urlencode

from dengta.core.batch import EventBatch
from dengta.core.time import DAY, HOUR, Micros, from_iso
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
    """The log as a sink that seals what is two hours old, as the ingest process does."""

    def __init__(self, log: Log, clock: list[Micros]) -> None:
        self._log, self._clock = log, clock

    def append(self, batch: EventBatch) -> Mark:
        """Durable, and sealed behind it."""
        self._clock[0] = int(batch["ts"].max()) + 1
        done = self._log.append(batch).result()
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


class Reader:
    """One signed-in person on one connection, reading one language."""

    def __init__(self, address: str, language: str) -> None:
        self._host = address.removeprefix("http://")
        self._connection = HTTPConnection(self._host, timeout=60)
        self._cookies: dict[str, str] = {}
        token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', self.get("/login/")[1].decode())
        people = re.findall(r'name="person" value="([^"]+)"', self.get("/login/")[1].decode())
        assert token, "no form to sign in with"
        for path, form in (("/login/", {"person": people[4]}), ("/language/", {"language": language, "next": "/"})):
            self._ask("POST", path, urlencode({"csrfmiddlewaretoken": token.group(1), **form}))
            token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', self.get("/plant/")[1].decode()) or token

    def get(self, path: str) -> tuple[int, bytes, int]:
        """Status, what was sent unpacked, and bytes over the wire."""
        return self._ask("GET", path)

    def _ask(self, method: str, path: str, body: str | None = None) -> tuple[int, bytes, int]:
        headers = {
            "Cookie": "; ".join(f"{name}={value}" for name, value in self._cookies.items()),
            "Accept-Encoding": "gzip",
            "Referer": f"http://{self._host}/",
        }
        if body is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        self._connection.request(method, path, body, headers)
        answer = self._connection.getresponse()
        sent = answer.read()
        for cookie in answer.headers.get_all("Set-Cookie") or ():
            name, _, value = cookie.partition(";")[0].partition("=")
            self._cookies[name] = value
        packed = answer.headers.get("Content-Encoding") == "gzip"
        return answer.status, gzip.decompress(sent) if packed else sent, len(sent)


def styles(reader: Reader, page: bytes) -> int:
    """Bytes over the wire of the styles and scripts a page asks for."""
    names = set(re.findall(r'(?:src|href)="(/static/[^"]+)"', page.decode("utf-8", "ignore")))
    return sum(reader.get(name)[2] for name in names)


def measure(server: Server, rounds: int) -> bool:
    """The table; False where a page was not sent, or a goal was missed."""
    readers = {language: Reader(server.address, language) for language in ("en", "zh-hans")}
    start = time.monotonic()
    while readers["en"].get(PAGES[0])[0] == 202:
        time.sleep(0.05)
    print(f"first page ready after {time.monotonic() - start:.1f} s\n")
    took: dict[str, list[float]] = {page: [] for page in PAGES}
    first: dict[str, float] = {}
    sizes: dict[str, int] = {}
    good = True
    for _ in range(rounds):
        for page in PAGES:
            for reader in readers.values():
                before = time.perf_counter()
                status, content, wire = reader.get(page)
                took[page].append(1000 * (time.perf_counter() - before))
                first.setdefault(page, took[page][0])
                good &= status == 200
                if page not in sizes:
                    sizes[page] = wire + styles(reader, content)
    print("| page | first, ms | median, ms | p95, ms | kB |")
    print("|---|---:|---:|---:|---:|")
    for page, times in took.items():
        p95 = sorted(times)[int(0.95 * len(times))]
        good &= p95 <= LIMIT_MS and sizes[page] <= LIMIT_KB * 1000
        numbers = f"{first[page]:.0f} | {statistics.median(times):.0f} | {p95:.0f} | {sizes[page] / 1000:.0f}"
        print(f"| `{page}` | {numbers} |", flush=True)
    return good


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
