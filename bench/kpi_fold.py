"""The KPI fold: events per CPU second, whole and in increments of a thousand.

No claim yet. Counters, states and operation reports of many machines over an hour, cut at every quarter. Preparing
(text to number, report to interval, sorting by time) and folding are measured apart; the increments must end bit for
bit where the batch does.
"""

from __future__ import annotations

import argparse
import statistics

import numpy as np

from bench.stand.events import START, dense_hour
from bench.stand.rounds import interleaved, machine
from dengta.core.time import HOUR
from dengta.engines import kpi

SLICE = 1_000


def main() -> int:
    """Print the table; 1 when increment and batch differ."""
    ask = argparse.ArgumentParser(prog="python -m bench.kpi_fold")
    ask.add_argument("--machines", type=int, default=100)
    ask.add_argument("--rounds", type=int, default=5)
    ask.add_argument("--full", action="store_true", help="ten times the machines, nine rounds")
    told = ask.parse_args()
    machines, rounds = (told.machines * 10, 9) if told.full else (told.machines, told.rounds)
    batch = dense_hour(machines, 0.5, seed=1).sorted()
    names = tuple(sorted(set(batch.text("subject"))))
    counters = tuple(kpi.Counter(name, "pieces") for name in names)
    setting = kpi.Setting(names, tuple(START + quarter * HOUR // 4 for quarter in range(5)), counters)
    points = kpi.points(batch, setting)
    slices = [points.take(slice(at, at + SLICE)) for at in range(0, len(points), SLICE)]
    answers: dict[str, np.ndarray] = {}

    def prepare(_: int) -> float:
        kpi.points(batch, setting)
        return 0.0

    def whole(_: int) -> float:
        answers["batch"] = kpi.fold(setting, points, START + HOUR).cells
        return 0.0

    def increments(_: int) -> float:
        running = kpi.begin(setting)
        for one in slices:
            running.advance(one)
        answers["increment"] = running.totals(START + HOUR).cells
        return 0.0

    contestants = {"prepare": prepare, "fold, batch": whole, f"fold, increments of {SLICE}": increments}
    laps = interleaved(contestants, rounds, seed=1)
    print(f"{machine()}; {len(batch):,} events, {len(points):,} points, {machines} machines, {rounds} rounds\n")
    print("| what | events per CPU second | events per second |")
    print("|---|---:|---:|")
    for name, lap in laps.items():
        cpu, wall = (len(batch) / statistics.median(seconds) for seconds in (lap.cpu, lap.wall))
        print(f"| {name} | {cpu / 1e6:.1f} M | {wall / 1e6:.1f} M |")
    same = bool((answers["batch"] == answers["increment"]).all())
    print(f"\njudged: increments end {'bit for bit where the batch does' if same else 'ELSEWHERE than the batch'}")
    return int(not same)


if __name__ == "__main__":
    raise SystemExit(main())
