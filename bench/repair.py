"""Repair: how soon a plan of 100,000 operations goes on after a stop and late work, how good, and how calm.

Claim: feasible within 0.1 s, improved within 1 s, within 1 % of a full replan, at least 90 % of the starts kept that
the right shift alone does not touch. Job shops are generated (operations of 1 to 1,000 ticks, each order once over
every machine); the machine with the most work stops for 2 % of the plan, 20 operations take half as long again. The
full replan has the same past and `--replan` seconds. Every plan is judged.
"""

from __future__ import annotations

import argparse
import time
from statistics import median

import numpy as np

from bench.stand.rounds import machine
from dengta.core.budget import Budget
from dengta.engines.scheduling import Down, Goal, Plan, Stability, Takes, from_arrays, solve
from dengta.engines.scheduling.events import Event
from dengta.engines.scheduling.problem import Problem

SIZES = ((1000, 100), (100, 100), (50, 20))


def job_shop(orders: int, machines: int, seed: int) -> Problem:
    """Each order once over every machine, in an order of its own."""
    chance = np.random.default_rng(seed)
    way = np.concatenate([chance.permutation(machines) for _ in range(orders)])
    n = orders * machines
    order = np.repeat(np.arange(orders), machines)
    return from_arrays(order=order, way_ptr=np.arange(n + 1), way_machine=way, way_time=chance.integers(1, 1001, n))


def disturbed(plan: Plan, seed: int) -> tuple[int, list[Event]]:
    """A moment in the plan and what happens then."""
    chance = np.random.default_rng(seed)
    c, now = plan.problem.columns, int(plan.makespan * chance.uniform(0.1, 0.7))
    load = np.bincount(c.way_machine[plan.start > now], c.way_time[plan.start > now])
    longer = chance.choice(np.flatnonzero(plan.start > now), 20, replace=False)
    events: list[Event] = [Down(int(load.argmax()), now, now + plan.makespan // 50)]
    return now, events + [Takes(int(i), int(c.way_time[i]) * 3 // 2) for i in longer]


def repaired(plan: Plan, now: int, events: list[Event], seconds: float) -> tuple[Plan, float, float]:
    """The plan, wall and processor seconds."""
    wall, spent = time.perf_counter(), time.process_time()
    calm = Stability(machine=10, start=10)
    if seconds:
        again = plan.repair(
            events, now, stability=calm, budget=Budget(stop=lambda: time.perf_counter() - wall > seconds)
        )
    else:
        again = plan.repair(events, now, stability=calm, budget=Budget(work=0))
    return again, time.perf_counter() - wall, time.process_time() - spent


def measured(orders: int, machines: int, seconds: float, replan: float, rounds: int) -> None:
    """One line: medians over the rounds, the worst in brackets."""
    rows = []
    for seed in range(1, rounds + 1):
        problem = job_shop(orders, machines, seed)
        until = time.monotonic() + seconds
        plan = solve(problem, Goal.of("makespan"), Budget(stop=lambda until=until: time.monotonic() > until), seed)
        now, events = disturbed(plan, seed)
        first, first_wall, first_cpu = repaired(plan, now, events, 0)
        better, wall, cpu = repaired(plan, now, events, 0.85)
        until = time.monotonic() + replan
        best = solve(first.problem, plan.goal, Budget(stop=lambda until=until: time.monotonic() > until), seed)
        for one in (first, better, best):
            one.check()
        untouched = (plan.start >= now) & (first.start == plan.start)
        kept = float((better.start == plan.start)[untouched].mean()) if untouched.any() else 1.0
        off = [100 * (one.makespan / best.makespan - 1) for one in (first, better)]
        rows.append((first_wall, first_cpu, off[0], wall, cpu, off[1], 100 * kept, untouched.sum()))
    middle, worst = [median(column) for column in zip(*rows, strict=True)], [max(c) for c in zip(*rows, strict=True)]
    least_kept = min(row[6] for row in rows)
    print(
        f"| {orders * machines:,} | {middle[0]:.3f} ({worst[0]:.3f}) | {middle[1]:.3f} | {middle[2]:+.2f} % "
        f"| {middle[3]:.2f} ({worst[3]:.2f}) | {middle[4]:.2f} | {middle[5]:+.2f} ({worst[5]:+.2f}) % "
        f"| {middle[6]:.1f} ({least_kept:.1f}) % of {int(middle[7]):,} |",
        flush=True,
    )


def main() -> int:
    """Print the table; 0: every plan was lawful."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--full", action="store_true", help="replans of a minute, ten rounds")
    parser.add_argument("--seconds", type=float, default=10, help="of the plan before anything happens")
    parser.add_argument("--replan", type=float, default=10, help="seconds of the full replan")
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    if options.full:
        options.replan, options.rounds = 60, 10
    warm = job_shop(4, 3, 1)
    solve(warm, Goal.of("makespan"), Budget(work=30)).repair([Down(0, 1, 9)], 1, budget=Budget(work=30))
    print(machine())
    print("| operations | shift s (worst) | CPU s | over replan | repaired s (worst) | CPU s | over replan | kept |")
    print("|---|---|---|---|---|---|---|---|")
    for orders, machines in SIZES:
        measured(orders, machines, options.seconds, options.replan, options.rounds)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
