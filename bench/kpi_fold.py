"""The KPI fold: events per CPU second, in batch, in increments of a thousand, and as a follower of the log.

Counters, states and operation reports of many machines over an hour, cut at every quarter and where the order changes.
Everything from raw event columns to rows is measured; all must end bit for bit where the batch does. The follower also
sorts what arrives, watches for what comes late, and keeps what it needs to fold a bucket again.
"""

from __future__ import annotations

import argparse
import statistics

import numpy as np

from bench.stand.events import START, dense_hour
from bench.stand.rounds import interleaved, judged, machine
from dengta.core.batch import EventBatch
from dengta.core.time import HOUR
from dengta.engines import kpi

SLICE = 1_000
CLAIMS = {"batch": 20e6, "increments": 1e6, "following": 1e6}


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
    setting = kpi.Setting.plain(names, tuple(START + quarter * HOUR // 4 for quarter in range(5)), counters)
    slices = [batch.take(slice(at, at + SLICE)) for at in range(0, len(batch), SLICE)]
    answers: dict[str, kpi.Rows] = {}

    def whole(_: int) -> float:
        answers["batch"] = kpi.fold(setting, batch, START + HOUR)
        return 0.0

    def increments(_: int) -> float:
        running = kpi.Fold(setting)
        for one in slices:
            running.advance(one)
        answers["increments"] = running.rows(START + HOUR)
        return 0.0

    def following(_: int) -> float:
        follower = kpi.Follower(setting, nothing_is_late)
        for one in slices:
            follower.advance(one)
        answers["following"] = follower.rows(START + HOUR)
        return 0.0

    laps = interleaved({"batch": whole, "increments": increments, "following": following}, rounds, seed=1)
    print(f"{machine()}; {len(batch):,} events, {len(answers['batch']):,} rows, {machines} machines, {rounds} rounds\n")
    print("| fold | events per CPU second | events per second | claimed |")
    print("|---|---:|---:|---|")
    for name, lap in laps.items():
        cpu, wall = (len(batch) / statistics.median(seconds) for seconds in (lap.cpu, lap.wall))
        claim = f">= {CLAIMS[name] / 1e6:.0f} M {'holds' if cpu >= CLAIMS[name] else 'MISSED'}"
        print(f"| {name} | {cpu / 1e6:.1f} M | {wall / 1e6:.1f} M | {claim} |")
    wrong = {name: "" if same(answers["batch"], told_) else "other rows" for name, told_ in answers.items()}
    return int(judged(wrong))


def nothing_is_late(name: str, start: int, end: int) -> EventBatch:
    """Events that arrive in order never have to be read again."""
    raise ValueError(f"{name} was to be read again from {start} to {end}")


def same(one: kpi.Rows, other: kpi.Rows) -> bool:
    """Bit for bit, whatever the order of rows."""
    a, b = one.merged(), other.merged()
    return a.texts == b.texts and np.array_equal(a.keys, b.keys) and np.array_equal(a.facts, b.facts)


if __name__ == "__main__":
    raise SystemExit(main())
