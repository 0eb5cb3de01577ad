"""Flow shops and due dates: our plan against CP-SAT with a hint and PyJobShop, at the processor time that they took.

Claim: on hybrid flow shops, flow shops with setups and with due dates our gap is at most half of PyJobShop's and our
tardiness at most 0.7 of it; on job shops with setups and due dates at most 0.9 of CP-SAT's with our first plan as hint.
Peers run first, with two workers and as many seconds by the wall as are told; ours then gets, on one thread, the least
processor time that any of them took. One judge for all. Instances are read from a folder of `flow/NAME.txt` (with
`flow/best-known.csv`) and `sdst/NAME.txt`, in the formats `dengta.engines.scheduling.formats` tells.
"""

from __future__ import annotations

import argparse
import csv
import json
import time
from collections.abc import Callable
from importlib.util import find_spec
from itertools import combinations, pairwise
from pathlib import Path
from typing import Any

import numpy as np

from bench.scheduling import _sheet
from bench.stand.rounds import OUT, machine
from dengta.core.budget import Budget
from dengta.engines.scheduling import Goal, Problem, judge, read, solve
from dengta.engines.scheduling.decoder import empty_sheet
from dengta.engines.scheduling.kernels_layout import NEVER, Sheet
from dengta.engines.scheduling.objective import measured

INSTANCES = [
    *["hfsp-140", "hfsp-341", "hfsp-669", "hfsp-861", "hfsp-1193", "npfsp-14", "npfsp-68", "npfsp-125"],
    *["sdst-pfsp-126", "sdst-pfsp-146", "sdst-pfsp-160", "tt-pfsp-3", "tt-pfsp-316", "tt-pfsp-28", "tt-pfsp-408"],
    *["la29v-sdst", "behnke60-sdst"],
]


def pyjobshop(problem: Problem, goal: Goal, seconds: float, seed: int) -> Sheet:
    """PyJobShop on OR-Tools, two workers; one setup object for each pair of operations that may meet on a machine."""
    from pyjobshop import Model

    c, model = problem.columns, Model()
    machines = [model.add_machine() for _ in c.machine_calendar]
    due = [None if day == NEVER else int(day) for day in c.due]
    jobs = [
        model.add_job(weight=int(w), release_date=int(r), due_date=d)
        for w, r, d in zip(c.weight, c.release, due, strict=True)
    ]
    tasks = [model.add_task(job=jobs[o]) for o in c.order]
    on: list[list[int]] = [[] for _ in machines]
    for i, m, t in zip(c.way_operation.tolist(), c.way_machine.tolist(), c.way_time, strict=True):
        model.add_mode(tasks[i], machines[m], int(t))
        on[m].append(i)
    for i in range(len(tasks)):
        for e in range(c.pred_ptr[i], c.pred_ptr[i + 1]):
            model.add_end_before_start(tasks[c.pred[e]], tasks[i])
    for m, matrix in enumerate(c.machine_setups.tolist()):
        for i, j in combinations(on[m], 2) if matrix >= 0 else ():
            for one, other in ((i, j), (j, i)):
                ticks = int(c.setup[matrix, c.state[one], c.state[other]])
                if ticks:
                    model.add_setup_time(machines[m], tasks[one], tasks[other], ticks)
    for one, other in pairwise(machines) if problem.permutation else ():
        model.add_same_sequence(one, other)
    tardy = goal.levels[0][0].kind == "tardiness"
    model.set_objective(weight_makespan=int(not tardy), weight_total_tardiness=int(tardy))
    best = model.solve(time_limit=seconds, num_workers=2, display=False, random_seed=seed).best
    if best is None or not best.tasks:
        return empty_sheet(problem)
    chosen = [int(c.way_machine[task.mode]) for task in best.tasks]
    return _set_up(problem, _sheet(problem, chosen, [t.start for t in best.tasks], [t.end for t in best.tasks]))


def cp_sat(problem: Problem, goal: Goal, seconds: float, seed: int) -> Sheet:
    """CP-SAT: optional intervals, a circuit of the ways on each machine with setups, hinted with our first plan."""
    from ortools.sat.python import cp_model

    c, hint = problem.columns, solve(problem, goal, Budget(work=0)).sheet
    horizon, model = int(hint.end.max() * 1.2), cp_model.CpModel()
    start = [model.new_int_var(0, horizon, "") for _ in c.order]
    end = [model.new_int_var(0, horizon, "") for _ in c.order]
    taken = [model.new_bool_var("") for _ in c.way_machine]
    on: list[list[tuple[int, Any]]] = [[] for _ in c.machine_calendar]
    for w, (i, m, t) in enumerate(
        zip(c.way_operation.tolist(), c.way_machine.tolist(), c.way_time.tolist(), strict=True)
    ):
        on[m].append((w, model.new_optional_interval_var(start[i], t, end[i], taken[w], "")))
        model.add_hint(taken[w], int(hint.machine[i] == m))
    for i, (low, high) in enumerate(pairwise(c.way_ptr.tolist())):
        model.add_exactly_one(taken[low:high])
        model.add_hint(start[i], int(hint.start[i]))
        model.add_hint(end[i], int(hint.end[i]))
        model.add(start[i] >= int(c.release[c.order[i]]))
        for e in range(c.pred_ptr[i], c.pred_ptr[i + 1]):
            model.add(start[i] >= end[c.pred[e]])
    for m, ways in enumerate(on):
        model.add_no_overlap([interval for _, interval in ways])
        if c.machine_setups[m] >= 0:
            _circuit(model, problem, [w for w, _ in ways], hint, taken, start, end)
    late = []
    for order in range(len(c.release)):
        tardiness = model.new_int_var(0, horizon, "")
        rows = np.flatnonzero(c.order == order)
        for i in rows.tolist():
            model.add(tardiness >= end[i] - int(c.due[order]))
        model.add_hint(tardiness, max(0, int(hint.end[rows].max() - c.due[order])))
        late.append(int(c.weight[order]) * tardiness)
    model.minimize(sum(late))
    solver = cp_model.CpSolver()
    solver.parameters.max_time_in_seconds, solver.parameters.num_workers = seconds, 2
    solver.parameters.random_seed = seed
    if solver.solve(model) not in (cp_model.OPTIMAL, cp_model.FEASIBLE):
        return empty_sheet(problem)
    spans = pairwise(c.way_ptr.tolist())
    machines = [int(c.way_machine[next(w for w in range(a, b) if solver.value(taken[w]))]) for a, b in spans]
    return _set_up(problem, _sheet(problem, machines, [solver.value(x) for x in start], [solver.value(x) for x in end]))


def _circuit(model: Any, problem: Problem, ways: list[int], hint: Sheet, taken: Any, start: Any, end: Any) -> None:
    """One after the other on a machine, with the setup between them; hinted as the plan `hint` has it."""
    c, machine = problem.columns, int(problem.columns.way_machine[ways[0]])
    matrix, places = int(c.machine_setups[machine]), {int(c.way_operation[w]): k for k, w in enumerate(ways, 1)}
    rows = np.flatnonzero(hint.machine == machine)
    walk = [0, *(places[i] for i in rows[np.argsort(hint.start[rows], kind="stable")].tolist()), 0]
    hinted, arcs = set(pairwise(walk)), []

    def arc(a: int, b: int) -> Any:
        follows = model.new_bool_var("")
        model.add_hint(follows, int((a, b) in hinted))
        arcs.append((a, b, follows))
        return follows

    idle = arc(0, 0)
    for k, w in enumerate(ways, 1):
        arc(0, k), arc(k, 0)
        arcs.append((k, k, ~taken[w]))
        model.add_implication(taken[w], ~idle)
        i = int(c.way_operation[w])
        for q, x in enumerate(ways, 1):
            if q != k:
                j = int(c.way_operation[x])
                gap = int(c.setup[matrix, c.state[i], c.state[j]])
                model.add(start[j] >= end[i] + gap).only_enforce_if(arc(k, q))
    model.add_circuit(arcs)


def _set_up(problem: Problem, sheet: Sheet) -> Sheet:
    """The setups of a peer's plan, each right behind the operation before it."""
    c = problem.columns
    for m in np.flatnonzero(c.machine_setups >= 0).tolist():
        rows = np.flatnonzero(sheet.machine == m)
        for i, j in pairwise(rows[np.lexsort((sheet.end[rows], sheet.start[rows]))].tolist()):
            ticks = int(c.setup[c.machine_setups[m], c.state[i], c.state[j]])
            if ticks:
                sheet.setup[j], sheet.setup_start[j], sheet.setup_end[j] = ticks, sheet.end[i], sheet.end[i] + ticks
    return sheet


def ours(problem: Problem, goal: Goal, seconds: float, seed: int) -> Sheet:
    """Dengta, one thread, `seconds` of processor time."""
    until = time.process_time() + seconds
    return solve(problem, goal, Budget(stop=lambda: time.process_time() >= until), seed=seed).sheet


PEERS: dict[str, tuple[str, Callable[[Problem, Goal, float, int], Sheet]]] = {
    "cp-sat, hinted": ("ortools", cp_sat),
    "pyjobshop": ("pyjobshop", pyjobshop),
}


def main() -> int:
    """Run what is missing, print the table; 1 when a plan broke a law."""
    ask = argparse.ArgumentParser(prog="python -m bench.flow")
    ask.add_argument("--data", type=Path, help="folder with flow/ and sdst/; without it nothing is run")
    ask.add_argument("--seconds", type=float, default=60)
    ask.add_argument("--seeds", type=int, default=1)
    ask.add_argument("--full", action="store_true", help="three seeds")
    ask.add_argument("names", nargs="*", help="names of the instances")
    told = ask.parse_args()
    told.seeds = max(told.seeds, 3) if told.full else told.seeds
    if told.data is None:
        print("no instances: name their folder with --data (flow/NAME.txt, sdst/NAME.txt)")
        return 0
    OUT.mkdir(exist_ok=True)
    out = OUT / "flow.jsonl"
    rows = [json.loads(line) for line in out.read_text("utf-8").splitlines()] if out.exists() else []
    known = {(r["instance"], r["solver"], r["seed"], r["seconds"]): r for r in rows}
    names = told.names or INSTANCES
    print(
        f"{machine()}; peers {told.seconds:g} s by the wall and two workers; ours one thread, no more CPU than they\n"
    )
    with out.open("a", encoding="utf-8") as lines:
        for name in names:
            problem, goal = _instance(told.data, name)
            peers = {s: run for s, (module, run) in PEERS.items() if find_spec(module) and _fits(s, name)}
            for seed in range(1, told.seeds + 1):
                cpu = told.seconds
                for solver, run in (*peers.items(), ("dengta", ours)):
                    key = (name, solver, seed, told.seconds)
                    if key not in known:
                        allowed = cpu if solver == "dengta" else told.seconds
                        row = _measured(problem, goal, run, allowed, seed)
                        known[key] = {"instance": name, "solver": solver, "seed": seed, "seconds": told.seconds, **row}
                        lines.write(json.dumps(known[key]) + "\n")
                        lines.flush()
                    cpu = min(cpu, known[key]["cpu"])
    return _table(known, names, told.seeds, told.seconds, told.data)


def _fits(solver: str, name: str) -> bool:
    """CP-SAT for job shops with setups, PyJobShop for flow shops."""
    return (solver == "pyjobshop") != name.endswith("-sdst")


def _instance(data: Path, name: str) -> tuple[Problem, Goal]:
    setups = name.endswith("-sdst")
    text = (data / ("sdst" if setups else "flow") / f"{name}.txt").read_text("utf-8")
    return read(text, name, "sdst" if setups else name.rpartition("-")[0])


def _measured(
    problem: Problem, goal: Goal, run: Callable[[Problem, Goal, float, int], Sheet], seconds: float, seed: int
) -> dict[str, Any]:
    if run is ours:
        solve(problem, goal, Budget(work=60))  # kernels loaded before the clock runs, as a peer's library is
    cpu, wall = time.process_time(), time.monotonic()
    sheet = run(problem, goal, seconds, seed)
    row: dict[str, Any] = {"cpu": round(time.process_time() - cpu, 1), "wall": round(time.monotonic() - wall, 1)}
    planned = bool((sheet.machine >= 0).all())
    row["value"] = goal.value(measured(problem.columns, sheet))[1] if planned else None
    return {**row, "laws": [reason.as_dict() for reason in judge(problem, sheet)] if planned else []}


def _table(known: dict[Any, dict[str, Any]], names: list[str], seeds: int, seconds: float, data: Path) -> int:
    listed = data / "flow" / "best-known.csv"
    best = {row["file"][:-4]: int(row["best_known"]) for row in csv.DictReader(listed.open(encoding="utf-8"))}
    print("| instance | best known | peer | dengta (CPU s) | peer (CPU s) | ours / peer | gap of ours | gap of peer |")
    print("|---|---:|---|---:|---:|---:|---:|---:|")
    broken = 0
    for name in names:
        solvers = [s for s in ("dengta", *PEERS) if (name, s, 1, seconds) in known]
        values, cells = [], []
        for solver in solvers:
            rows = [known[name, solver, seed, seconds] for seed in range(1, seeds + 1)]
            broken += sum(bool(row["laws"]) for row in rows)
            found = [row["value"] for row in rows if row["value"] is not None]
            values.append(float(np.median(found)) if found else None)
            cpu = np.median([row["cpu"] for row in rows])
            cells.append(f"{values[-1]:.0f} ({cpu:.0f})" if found else f"none ({cpu:.0f})")
        mine, peer = values[0], values[1] if len(values) > 1 else None
        ratio = f"{mine / peer:.3f}" if mine is not None and peer else "-"
        gaps = [f"{100 * (v / best[name] - 1):.1f} %" if v is not None and name in best else "-" for v in (mine, peer)]
        cells += ["-"] * (2 - len(cells))
        print(f"| {name} | {best.get(name, '-')} | {', '.join(solvers[1:])} | {' | '.join([*cells, ratio, *gaps])} |")
    print(f"\njudged: {'every plan keeps the law' if not broken else f'{broken} plans break a LAW'}")
    return int(broken > 0)


if __name__ == "__main__":
    raise SystemExit(main())
