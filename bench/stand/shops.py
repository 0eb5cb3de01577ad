"""Large job shops from a seed, after the rules of public families, so that figures can be made again from a clone.

`uniform`: Taillard's rule (1993) as used by Da Col and Teppan (2022): every job visits every machine once in random
order, times U(1, 1000). `planted`: as their instances with a known optimum look: every machine's `LENGTH` is cut into
pieces at random, and the pieces are dealt to jobs in order of time, so that a plan of `LENGTH` exists in which no
machine is ever idle; a long job goes on to the end, a short one has two to a dozen operations.
"""

from __future__ import annotations

from heapq import heappop, heappush
from itertools import pairwise

import numpy as np

from dengta.engines.scheduling import Problem, from_arrays

LENGTH = 600_000


def uniform(jobs: int, machines: int, seed: int) -> Problem:
    """`jobs` times `machines` operations."""
    chance = np.random.default_rng(seed)
    machine = np.concatenate([chance.permutation(machines) for _ in range(jobs)]).astype(np.int64)
    time = chance.integers(1, 1001, jobs * machines, dtype=np.int64)
    return _problem(machine, time, np.full(jobs, machines), machines)


def planted(machines: int, operations: int, *, long: bool, seed: int) -> Problem:
    """A shop that can be done in `LENGTH` exactly, which is no less than its bound."""
    chance = np.random.default_rng(seed)
    pieces = []
    for machine, count in enumerate(chance.multinomial(operations - machines, np.ones(machines) / machines) + 1):
        cuts = [0, *sorted(chance.choice(LENGTH - 1, count - 1, replace=False) + 1), LENGTH]
        pieces += [(int(a), machine, int(b - a)) for a, b in pairwise(cuts)]
    jobs: list[list[tuple[int, int]]] = []
    left: list[int] = []
    waiting: list[int] = []
    running: list[tuple[int, int]] = []
    for start, machine, time in sorted(pieces):
        while running and running[0][0] <= start:
            waiting.append(heappop(running)[1])
        fit = [job for job in waiting if jobs[job][-1][0] != machine]
        if fit:
            job = fit[int(chance.integers(len(fit)))]
            waiting.remove(job)
        else:
            job = len(jobs)
            jobs.append([])
            left.append(operations if long else 2 + int(chance.poisson(2.6)))
        jobs[job].append((machine, time))
        left[job] -= 1
        if left[job] > 0:
            heappush(running, (start + time, job))
    dealt = [jobs[k] for k in chance.permutation(len(jobs))]
    machine_of, time_of = np.array([piece for job in dealt for piece in job], np.int64).T
    return _problem(machine_of, time_of, np.array([len(job) for job in dealt]), machines)


def _problem(machine: np.ndarray, time: np.ndarray, count: np.ndarray, machines: int) -> Problem:
    order = np.repeat(np.arange(len(count)), count)
    return from_arrays(
        order=order, way_ptr=np.arange(len(time) + 1), way_machine=machine, way_time=time, machines=machines
    )
