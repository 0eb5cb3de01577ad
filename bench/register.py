"""The register: rate series by town from columns, firm by firm for comparison, and its pages from a real server.

The sample city of 7,000 firms is in a database; series over five years by quarter and town come from the engine's
columns, and beside it from loops over the same facts, which must agree. Pages: one person asks for each in turn, in
both languages. The goals are 100 ms for the series and 200 ms for 95 of 100 pages.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from datetime import date
from pathlib import Path

from bench.pages import weight
from bench.screens import cpu_s
from bench.stand.rounds import machine
from bench.today import Director
from dengta import programmes
from dengta.engines import register as engine
from dengta.engines.register import Definition, Register
from dengta.site.home import Home
from tests.browser.live_plant import Server

CITY = "zhongshan"
PAGES = (
    "/city/register/",
    "/city/register/?day=2024-12-31&standing=filed",
    "/city/register/?day=2025-12-09&standing=not_verified&town=442000118",
    "/city/register/?q=suoye&sort=town",
    "/city/register/?page=200",
    "/city/register/{firm}/",
    "/city/register/{firm}/?day=2024-06-30&known=2024-06-30",
    "/city/towns/?day=2025-12-31",
    "/city/projects/",
    "/city/related/",
)
LIMIT_MS, LIMIT_SERIES_MS = 200, 100
LOAD = """
import django
django.setup()
from django.core.management import call_command
call_command("migrate", interactive=False, verbosity=0)
from dengta.apps.accounts.commands import ensure_demo_people
from dengta.apps.accounts.journal import Call
from dengta.apps.register.models import Enterprise
from dengta.apps.register.sample_load import load_sample
from dengta.site.clock import real_now
analyst = next(one for one in ensure_demo_people(at=real_now()) if one.login == "xu-lan")
load_sample(call=Call.fresh(analyst, real_now()), programme="zhongshan")
print(Enterprise.objects.order_by("pk")[3].code)
"""


def quarters() -> list[date]:
    """The ends of the quarters of five years."""
    firsts = [date(year, month, 1) for year in range(2021, 2026) for month in (4, 7, 10)]
    firsts += [date(year, 1, 1) for year in range(2022, 2027)]
    return sorted(date.fromordinal(first.toordinal() - 1) for first in firsts)


def series(columns: Register, rounds: int) -> bool:
    """Median of the series by town under each definition; False where it is wrong or too slow."""
    days, good = quarters(), True
    print("| series, 20 quarters x 23 towns | columns, ms | firm by firm, ms | ratio |\n|---|---:|---:|---:|")
    for definition in Definition:
        took, naive = [], []
        for _ in range(rounds):
            start = time.perf_counter()
            found = engine.series(columns, days, definition)
            took.append(1000 * (time.perf_counter() - start))
        for at, day in enumerate(days[::6]):  # loops take a second a day
            start = time.perf_counter()
            told = engine.counted(columns, day, definition)
            naive.append(1000 * (time.perf_counter() - start))
            towns = [rates[6 * at] for rates in found.values()]
            good &= told == (sum(one.transformed for one in towns), sum(one.listed for one in towns))
        mine, other = statistics.median(took), statistics.median(naive) * len(days)
        good &= mine <= LIMIT_SERIES_MS
        print(f"| {definition.value} | {mine:.1f} | {other:.0f} | {other / mine:.0f} |", flush=True)
    return good


def pages(server: Server, firm: str, rounds: int) -> bool:
    """The table of pages; False where a goal was missed."""
    assert server.server is not None
    reader, pid = Director(server.address, "xu-lan"), server.server.pid
    asked = [page.format(firm=firm) for page in PAGES]
    took: dict[str, list[float]] = {page: [] for page in asked}
    worked = dict.fromkeys(asked, 0.0)
    for _ in range(rounds):
        for page in asked:
            for language in ("en", "zh-hans"):
                cpu, before = cpu_s(pid), time.perf_counter()
                reader.get(page, **{"Accept-Language": language})
                took[page].append(1000 * (time.perf_counter() - before))
                worked[page] += cpu_s(pid) - cpu
    print("\n| page | first, ms | median, ms | p95, ms | CPU, ms | kB |\n|---|---:|---:|---:|---:|---:|")
    good = True
    for page, times in took.items():
        p95 = sorted(times)[int(0.95 * len(times))]
        good &= p95 <= LIMIT_MS
        told = f"{times[0]:.0f} | {statistics.median(times):.0f} | {p95:.0f} | {1000 * worked[page] / len(times):.0f}"
        print(f"| `{page}` | {told} | {weight(reader, page) / 1000:.0f} |", flush=True)
    return good


def loaded(home: Home) -> str:
    """The sample city in a database of the home; the code of one of its firms."""
    home.path.mkdir(mode=0o700, parents=True, exist_ok=True)
    environment = os.environ | {
        "DENGTA_HOME": str(home.path),
        "DENGTA_DEMO": "1",
        "DJANGO_SETTINGS_MODULE": "dengta.web.settings",
    }
    start = time.monotonic()
    done = subprocess.run([sys.executable, "-c", LOAD], env=environment, check=True, capture_output=True, text=True)
    print(f"the sample city was made and brought in within {time.monotonic() - start:.1f} s", file=sys.stderr)
    return done.stdout.split()[-1]


def main() -> int:
    """The tables of `docs/benchmarks.md`."""
    ask = argparse.ArgumentParser(description=__doc__)
    ask.add_argument("--rounds", type=int, default=15, help="how often each page is asked for in each language")
    ask.add_argument("--full", action="store_true", help="four times as often")
    told = ask.parse_args()
    rounds = told.rounds * (4 if told.full else 1)
    data = engine.city_of(*programmes.city(CITY), CITY)
    points = [*(one.point for one in data.published), *data.assumed]
    columns = engine.sample(points, data.towns, engine.FIRMS, seed=1).register
    good = series(columns, rounds)
    with tempfile.TemporaryDirectory() as folder:
        home = Home.at(Path(folder) / "home")
        server = Server(home)
        firm = loaded(home)
        try:
            server.start()
            good &= pages(server, firm, rounds)
        finally:
            server.stop()
    print(f"\n{machine()}")
    return int(not good)


if __name__ == "__main__":
    raise SystemExit(main())
