"""Measuring side by side: every contestant in turn inside each round, so that a busy machine is busy for all."""

from __future__ import annotations

import os
import random
import statistics
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

OUT = Path(__file__).parents[1] / "out"
"""Where benches put their files: beside the sources, on the same disk for everybody, ignored by git."""


@dataclass(slots=True)
class Lap:
    """Seconds by the wall and by the processor, one entry a round."""

    wall: list[float] = field(default_factory=list)
    cpu: list[float] = field(default_factory=list)


def interleaved(
    contestants: Mapping[str, Callable[[int], float]], rounds: int, seed: int, warm: int = 1
) -> dict[str, Lap]:
    """Run each contestant once a round, in an order drawn anew for each; `warm` rounds first that are not counted.

    A contestant takes the round's number and returns CPU seconds spent outside this process (0.0 when none).
    """
    order = random.Random(seed)
    laps = {name: Lap() for name in contestants}
    for number in range(warm + rounds):
        names = list(contestants)
        order.shuffle(names)
        for name in names:
            cpu, wall = time.process_time(), time.perf_counter()
            elsewhere = contestants[name](number)
            wall, cpu = time.perf_counter() - wall, time.process_time() - cpu + elsewhere
            if number >= warm:
                laps[name].wall.append(wall)
                laps[name].cpu.append(cpu)
    return laps


def print_laps(laps: Mapping[str, Lap], ours: str, work: int, claims: Mapping[str, float]) -> None:
    """The table of a bench as Markdown: rate, CPU, and how many times as fast as each contestant `ours` is."""
    print("\n| store | events/s, median | events per CPU-s | ours is, median [least..most] | claimed |")
    print("|---|---:|---:|---:|---:|")
    for name, lap in sorted(laps.items(), key=lambda each: statistics.median(each[1].wall)):
        rate, cpu = work / statistics.median(lap.wall), work / max(statistics.median(lap.cpu), 1e-9)
        middle, least, most = ratio(laps[ours], lap)
        times = "" if name == ours else f"{middle:.2f}x [{least:.2f}..{most:.2f}]"
        claim = f">= {claims[name]}x {'holds' if middle >= claims[name] else 'MISSED'}" if name in claims else ""
        print(f"| {name} | {_short(rate)} | {_short(cpu)} | {times} | {claim} |")


def judged(verdicts: Mapping[str, str]) -> bool:
    """Print what each contestant got wrong ("" nothing); True when any did."""
    wrong = {name: verdict for name, verdict in verdicts.items() if verdict}
    print("\njudged: " + ("; ".join(f"{n}: {v}" for n, v in wrong.items()) or f"all {len(verdicts)} right"))
    return bool(wrong)


def _short(number: float) -> str:
    return f"{number / 1e6:.2f} M" if number >= 1e6 else f"{number / 1e3:.0f} k"


def ratio(ours: Lap, peer: Lap) -> tuple[float, float, float]:
    """How many times as fast as `peer` we are: median, least and most over the rounds, each round against itself."""
    each = [theirs / mine for mine, theirs in zip(ours.wall, peer.wall, strict=True)]
    return statistics.median(each), min(each), max(each)


def process_cpu(pid: int) -> float:
    """CPU seconds another process has used so far (its own threads; Linux), 0.0 where that cannot be read."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0.0
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def machine() -> str:
    """One line about this machine and how busy it is."""
    models = (line for line in Path("/proc/cpuinfo").read_text().splitlines() if line.startswith("model name"))
    model = next(models, "?: unknown processor").partition(":")[2].strip()
    gib = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    load = "/".join(f"{x:.1f}" for x in os.getloadavg())
    return f"{os.cpu_count()} cores ({model}), {gib:.0f} GiB, load {load}"
