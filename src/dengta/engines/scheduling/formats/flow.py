"""Flow shops: hybrid (hfsp), any sequence on each machine (npfsp), permutation with setups or with due dates."""

from __future__ import annotations

from typing import Any

import numpy as np

from dengta.engines.scheduling.formats.rows import Rows
from dengta.engines.scheduling.from_columns import from_arrays
from dengta.engines.scheduling.kernels_layout import Ints
from dengta.engines.scheduling.problem import Problem


def hfsp(text: str, source: str) -> Problem:
    """Jobs, stages, identical machines of each stage, then a row a job of its time at each stage."""
    rows = Rows(text, source)
    jobs, stages = _head(rows, "stages")
    row = rows.take("machines of each stage", stages)
    machines = [rows.count(row, k, "machines") for k in range(stages)]
    times = _matrix(rows, jobs, stages, "times of a job")
    rows.finish()
    first = np.concatenate([[0], np.cumsum(machines)])
    return from_arrays(
        order=np.repeat(np.arange(jobs), stages),
        way_ptr=np.concatenate([[0], np.cumsum(np.tile(machines, jobs))]),
        way_machine=np.tile(np.arange(first[-1]), jobs),
        way_time=np.repeat(times.ravel(), np.tile(machines, jobs)),
        machines=int(first[-1]),
    )


def npfsp(text: str, source: str) -> Problem:
    """Jobs, machines, then a row a job of its times; every machine may take its own sequence."""
    rows = Rows(text, source)
    jobs, machines = _head(rows, "machines")
    times = _matrix(rows, jobs, machines, "times of a job")
    rows.finish()
    return from_arrays(**_flow(times))


def sdst_pfsp(text: str, source: str) -> Problem:
    """As `npfsp` in one sequence, then of each machine a matrix of setup times from job to job."""
    rows = Rows(text, source)
    jobs, machines = _head(rows, "machines")
    times = _matrix(rows, jobs, machines, "times of a job")
    setup = [_matrix(rows, jobs, jobs, "setup times") for _ in range(machines)]
    rows.finish()
    return from_arrays(
        **_flow(times),
        state=np.repeat(np.arange(jobs), machines),
        setup=setup,
        machine_setups=np.arange(machines),
        permutation=True,
    )


def tt_pfsp(text: str, source: str) -> Problem:
    """Jobs, machines, a row of due dates, then a row a job of its times; one sequence."""
    rows = Rows(text, source)
    jobs, machines = _head(rows, "machines")
    row = rows.take("due dates", jobs)
    due = [rows.count(row, k, "due date", 0) for k in range(jobs)]
    times = _matrix(rows, jobs, machines, "times of a job")
    rows.finish()
    return from_arrays(**_flow(times), due=due, permutation=True)


def _head(rows: Rows, second: str) -> tuple[int, int]:
    return rows.count(rows.take("jobs", 1), 0, "jobs"), rows.count(rows.take(second, 1), 0, second)


def _matrix(rows: Rows, height: int, width: int, what: str) -> Ints:
    found = np.empty((height, width), np.int64)
    for k in range(height):
        row = rows.take(what, width)
        found[k] = [rows.count(row, j, what, 0) for j in range(width)]
    return found


def _flow(times: Ints) -> dict[str, Any]:
    jobs, machines = times.shape
    return {
        "order": np.repeat(np.arange(jobs), machines),
        "way_ptr": np.arange(jobs * machines + 1),
        "way_machine": np.tile(np.arange(machines), jobs),
        "way_time": times.ravel(),
    }
