"""The kernel against exact results: Markov chains solved exactly, and arithmetic."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from dengta.core.time import DAY, HOUR, SECOND
from dengta.engines.simulation import Simulation, parse
from dengta.engines.simulation.kernels_layout import CYCLE, LEAVE
from tests.engines.simulation.plants import ORIGIN, always, line, shifts_of

TABLE = Path(__file__).parents[4] / "shared" / "data" / "simulation" / "exact.jsonl"
T_999 = 4.0728  # Student's t, 15 degrees of freedom, two sides of 99.9 %
BATCHES, LENGTH = 16, 6 * HOUR

KNOWN = [
    # Hunt 1956: three machines without buffers
    ([1, 1, 1], [0, 0], [], 0.5641025641),
    # the model of Gershwin and Berman 1981, with blocking after service
    ([1, 1], [5], [(100, 10), (100, 10)], 0.756196744),
    # four unreliable machines, an exact chain of 992 states
    ([1, 1, 1, 1], [2, 2, 2], [(50, 10)] * 4, 0.4808101193),
]


def throughput(text: str, machines: int) -> tuple[float, float]:
    """Parts a second out of the last machine: mean and half-width of its 99.9 % interval over batches."""
    run = Simulation(parse(text), always, ORIGIN, seed=11)
    run.until(ORIGIN + LENGTH)
    rates = []
    for _ in range(BATCHES):
        trace = run.until(run.now + LENGTH).whole
        out = (trace.kind == LEAVE) & (trace.machine == machines - 1)
        rates.append(np.count_nonzero(out) / (LENGTH / SECOND))
    return float(np.mean(rates)), T_999 * float(np.std(rates, ddof=1)) / BATCHES**0.5


@pytest.mark.parametrize(("means", "buffers", "failures", "exact"), KNOWN)
def test_a_saturated_line_has_the_exact_throughput(means, buffers, failures, exact) -> None:
    mean, half = throughput(line(means, buffers, failures), len(means))
    assert abs(mean - exact) < half
    assert half < 0.03 * exact


@pytest.mark.shared
def test_the_table_of_exact_lines() -> None:
    """Unequal rates and repairs, from the table beside the repository."""
    if not TABLE.exists():
        pytest.skip(f"no {TABLE}: the reference data are not beside the repository")
    lines = {case["id"]: case for case in map(json.loads, TABLE.read_text().splitlines())}
    for name in ("o044",):
        model = lines[name]["model"]
        means = [1 / rate for rate in model["service_rates"]]
        failures = [(1 / p, 1 / r) for p, r in zip(model["failure_rates"], model["repair_rates"], strict=True)]
        mean, half = throughput(line(means, model["buffers"], failures), len(means))
        assert abs(mean - lines[name]["exact"]["throughput"]) < half, name


def test_a_deterministic_line_is_arithmetic() -> None:
    """Cycles of 50, 60, 55 s with one place between: first part after 165 s, then one a minute: 598 in ten hours."""
    run = Simulation(parse(line([50, 60, 55], [1, 1], law="%s")), always, ORIGIN, seed=1)
    trace = run.until(ORIGIN + 36_000 * SECOND).whole
    out = trace.at[(trace.kind == CYCLE) & (trace.machine == 2)]
    assert out[0] == ORIGIN + 165 * SECOND
    assert len(out) == 598
    assert set(np.diff(out)) == {60 * SECOND}


def test_a_part_is_suspended_while_its_machine_is_closed() -> None:
    """7.5 planned hours a day at 18 s are 1,500 parts a day, however breaks cut the cycles."""
    planned = [(6 * HOUR, 6 * HOUR + 1007 * SECOND), (7 * HOUR, 14 * HOUR + 13 * SECOND)]
    planned.append((15 * HOUR, 15 * HOUR + (27_000 - 1007 - 7 * 3600 - 13) * SECOND))
    run = Simulation(parse(line([18], [], law="%s")), shifts_of(planned), ORIGIN, seed=1)
    trace = run.until(ORIGIN + 6 * DAY).whole
    assert np.count_nonzero(trace.kind == CYCLE) == 6 * 1500
