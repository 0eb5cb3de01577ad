"""Scheduling: our plan against CP-SAT with a hint and PyJobShop, on public instances at equal seconds.

Claim: where CP-SAT proves nothing, our makespan is at most 0.98 of the best peer's, judged by the same judge. Instances
are read from a folder of `FORMAT/NAME.txt` (--data); best-known values are given by the reader or in its own files. One
line of JSON for each instance, solver and seed goes to `bench/out/scheduling.jsonl`, and a run goes on where it ended.
Peers come with `pip install dengta[bench]`; one that is not there is named and left out.
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Callable
from importlib.util import find_spec
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np

from bench.stand.rounds import OUT, machine
from dengta.core.budget import Budget
from dengta.engines.scheduling import Problem, judge, read, solve, warm
from dengta.engines.scheduling.decoder import empty_sheet
from dengta.engines.scheduling.kernels_layout import Sheet
from dengta.processes.threads import Threads

INSTANCES = ["jsp/la38", "jsp/ta21", "jsp/dmu41", "fjsp/mk10", "fjsp/la21_rdata", "fjsp/behnke60", "jsp/tai_100_100_1"]
FULL = [
    *INSTANCES,
    *["jsp/ta41", "jsp/ta71", "jsp/swv11", "fjsp/abz8_vdata", "fjsp/dpp18a", "fajsp/YFJS20", "jsp/tai_1000_100_1"],
]

THREADS = 2


def ours(problem: Problem, seconds: float, seed: int) -> Sheet:
    """Dengta."""
    until = time.monotonic() + seconds
    return solve(
        problem, budget=Budget(stop=lambda: time.monotonic() >= until), seed=seed, hands=Threads(THREADS)
    ).sheet


def cp_sat(problem: Problem, seconds: float, seed: int) -> Sheet:
    """CP-SAT: an optional interval a way, no overlap on a machine, hinted with our first plan."""
    from ortools.sat.python import cp_model

    c, hint = problem.columns, solve(problem, budget=Budget(work=0)).sheet
    horizon, model = int(hint.end.max()), cp_model.CpModel()
    start = [model.new_int_var(0, horizon, "") for _ in c.order]
    end = [model.new_int_var(0, horizon, "") for _ in c.order]
    on: list[list[Any]] = [[] for _ in c.machine_calendar]
    taken = [model.new_bool_var("") for _ in c.way_machine]
    for w, (i, m, t) in enumerate(
        zip(c.way_operation.tolist(), c.way_machine.tolist(), c.way_time.tolist(), strict=True)
    ):
        on[m].append(model.new_optional_interval_var(start[i], t, end[i], taken[w], ""))
        model.add_hint(taken[w], int(hint.machine[i] == m))
    for i, (low, high) in enumerate(zip(c.way_ptr[:-1].tolist(), c.way_ptr[1:].tolist(), strict=True)):
        model.add_exactly_one(taken[low:high])
        model.add_hint(start[i], int(hint.start[i]))
        for e in range(c.pred_ptr[i], c.pred_ptr[i + 1]):
            model.add(start[i] >= end[c.pred[e]])
    for intervals in on:
        model.add_no_overlap(intervals)
    longest = model.new_int_var(0, horizon, "")
    model.add_max_equality(longest, end)
    model.minimize(longest)
    solver = cp_model.CpSolver()
    solver.parameters.max_time_in_seconds, solver.parameters.num_workers = seconds, THREADS
    solver.parameters.random_seed = seed
    if solver.solve(model) not in (cp_model.OPTIMAL, cp_model.FEASIBLE):
        return empty_sheet(problem)
    machines = [int(c.way_machine[next(w for w in range(a, b) if solver.value(taken[w]))]) for a, b in _spans(problem)]
    return _sheet(problem, machines, [solver.value(x) for x in start], [solver.value(x) for x in end])


def pyjobshop(problem: Problem, seconds: float, seed: int) -> Sheet:
    """PyJobShop on OR-Tools."""
    from pyjobshop import Model

    c, model = problem.columns, Model()
    machines = [model.add_machine() for _ in c.machine_calendar]
    jobs = [model.add_job() for _ in c.release]
    tasks = [model.add_task(job=jobs[o]) for o in c.order]
    for i, m, t in zip(c.way_operation, c.way_machine, c.way_time, strict=True):
        model.add_mode(tasks[i], machines[m], int(t))
    for i in range(len(tasks)):
        for e in range(c.pred_ptr[i], c.pred_ptr[i + 1]):
            model.add_end_before_start(tasks[c.pred[e]], tasks[i])
    best = model.solve(time_limit=seconds, num_workers=THREADS, display=False, random_seed=seed).best
    if best is None or not best.tasks:
        return empty_sheet(problem)
    chosen = [int(c.way_machine[task.mode]) for task in best.tasks]
    return _sheet(problem, chosen, [task.start for task in best.tasks], [task.end for task in best.tasks])


def _spans(problem: Problem) -> list[tuple[int, int]]:
    ptr = problem.columns.way_ptr.tolist()
    return list(pairwise(ptr))


def _sheet(problem: Problem, machines: list[int], start: list[int], end: list[int]) -> Sheet:
    sheet = empty_sheet(problem)
    for column, values in ((sheet.machine, machines), (sheet.start, start), (sheet.end, end)):
        column[:] = values
    sheet.setup[:] = 0
    sheet.setup_start[:] = sheet.setup_end[:] = sheet.start
    return sheet


CONTESTANTS: dict[str, tuple[str, Callable[[Problem, float, int], Sheet]]] = {
    "dengta": ("numba", ours),
    "cp-sat, hinted": ("ortools", cp_sat),
    "pyjobshop": ("pyjobshop", pyjobshop),
}


def main() -> int:
    """Run what is missing, print the table; 1 when a plan broke a law."""
    ask = argparse.ArgumentParser(prog="python -m bench.scheduling")
    ask.add_argument("--data", type=Path, help="folder of FORMAT/NAME.txt; without it nothing is run")
    ask.add_argument("--seconds", type=float, default=10)
    ask.add_argument("--seeds", type=int, default=1)
    ask.add_argument("--full", action="store_true", help="more instances, 60 s, 3 seeds")
    ask.add_argument("names", nargs="*", help="FORMAT/NAME of the instances")
    told = ask.parse_args()
    if told.data is None:
        print("no instances: name their folder with --data (FORMAT/NAME.txt, e.g. jsp/ta21.txt)")
        return 0
    seconds, seeds = (60.0, 3) if told.full else (told.seconds, told.seeds)
    OUT.mkdir(exist_ok=True)
    out = OUT / "scheduling.jsonl"
    rows = [json.loads(line) for line in out.read_text("utf-8").splitlines()] if out.exists() else []
    known = {(r["instance"], r["solver"], r["seed"], r["seconds"]): r for r in rows if r.get("threads") == THREADS}
    names = told.names or (FULL if told.full else INSTANCES)
    there = {name: run for name, (module, run) in CONTESTANTS.items() if find_spec(module)}
    print(f"{machine()}; {seconds:g} s, {THREADS} threads each; not there: {set(CONTESTANTS) - set(there) or 'none'}\n")
    with out.open("a", encoding="utf-8") as lines:
        for name in names:
            for seed in range(1, seeds + 1):
                for solver, run in there.items():
                    key = (name, solver, seed, seconds)
                    if key not in known:
                        known[key] = _measured(told.data, name, solver, run, seconds, seed)
                        lines.write(json.dumps(known[key]) + "\n")
                        lines.flush()
    return _table(known, names, list(there), seeds, seconds)


def _measured(
    data: Path, name: str, solver: str, run: Callable[[Problem, float, int], Sheet], seconds: float, seed: int
) -> dict[str, Any]:
    form, _, stem = name.partition("/")
    problem, _ = read((data / f"{name}.txt").read_text("utf-8"), stem, form)
    if solver == "dengta":
        warm(problem, problem.goal)  # kernels loaded before the clock runs, as a peer's library is
    cpu, wall = time.process_time(), time.monotonic()
    sheet = run(problem, seconds, seed)
    cpu, wall = time.process_time() - cpu, time.monotonic() - wall
    row = {"instance": name, "solver": solver, "seed": seed, "seconds": seconds}
    row |= {"threads": THREADS, "cpu": round(cpu, 1)}
    planned = bool((sheet.machine >= 0).all())
    laws = [reason.as_dict() for reason in judge(problem, sheet)] if planned else []
    return {**row, "wall": round(wall, 1), "makespan": int(sheet.end.max()) if planned else None, "laws": laws}


def _table(known: dict[Any, dict[str, Any]], names: list[str], solvers: list[str], seeds: int, seconds: float) -> int:
    print("| instance | " + " | ".join(f"{s} (CPU s)" for s in solvers) + " | ours / best peer |")
    print("|---|" + "---:|" * (len(solvers) + 1))
    broken = 0
    for name in names:
        cells, medians = [], {}
        for solver in solvers:
            rows = [known[name, solver, seed, seconds] for seed in range(1, seeds + 1)]
            broken += sum(bool(row["laws"]) for row in rows)
            values = [row["makespan"] for row in rows if row["makespan"] is not None]
            medians[solver] = float(np.median(values)) if values else None
            cpu = np.median([row["cpu"] for row in rows])
            cells.append(f"{medians[solver]:.0f} ({cpu:.0f})" if values else f"none ({cpu:.0f})")
        peers = [v for s, v in medians.items() if s != "dengta" and v is not None]
        mine = medians["dengta"]
        ratio = f"{mine / min(peers):.3f}" if peers and mine is not None else "-"
        print(f"| {name} | {' | '.join(cells)} | {ratio} |")
    print(f"\njudged: {'every plan keeps the law' if not broken else f'{broken} plans break a LAW'}")
    return int(broken > 0)


if __name__ == "__main__":
    raise SystemExit(main())
