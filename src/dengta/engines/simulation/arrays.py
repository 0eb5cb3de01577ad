"""The model laid out for the kernel: names become numbers, lists of lists become one list with offsets."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dengta.core.time import Micros
from dengta.engines.simulation import kernels_layout as k
from dengta.engines.simulation.kernels_chance import draw
from dengta.engines.simulation.model import DISTRIBUTIONS, STOP_STATES, Distribution, PlantModel

STATES = ("off", "break", "idle", "starved", "blocked", "waiting", "running", "setup", *STOP_STATES)
"""Words of the states that the kernel tells, by its numbers."""
_KINDS = list(DISTRIBUTIONS)


@dataclass(frozen=True, slots=True, eq=False)
class Flat:
    """A model in arrays, and the texts and first steps that its numbers mean."""

    plant: k.Plant
    reasons: tuple[str, ...]
    first_step: tuple[int, ...]
    families: int


def flatten(model: PlantModel) -> Flat:
    """The arrays of `model`."""
    reasons: dict[str, int] = {"": 0}
    laws: dict[Distribution, int] = {}

    def reason(text: str) -> int:
        return reasons.setdefault(text, len(reasons))

    def law(one: Distribution) -> int:
        return laws.setdefault(one, len(laws))

    stations = model.stations
    steps = [step for item in model.items for step in (*item.route, None)]
    first_step = offsets(len(item.route) + 1 for item in model.items)
    sources = {item.route[0].station for item in model.items}
    stops = [
        (
            STOP_STATES.index(x.state),
            reason(x.reason),
            x.clock == "open",
            law(x.every),
            law(x.lasts),
            x.staff.pool,
            x.staff.people,
        )
        for s in stations
        for x in s.stops
    ]
    told = [
        [reason(s.setup_reason if state == "setup" else model.reasons.get(state, "")) for state in STATES]
        for s in stations
    ]
    plant = k.Plant(
        station=_i32([i for i, s in enumerate(stations) for _ in s.machines]),
        first=_i32(offsets(len(s.machines) for s in stations)),
        room=np.array([k.NEVER if s.buffer is None else s.buffer for s in stations], np.int64),
        by_family=np.array([s.rule == "family" for s in stations], np.bool_),
        gathers=np.array([s.gathers for s in stations], np.bool_),
        is_source=np.array([i in sources for i in range(len(stations))], np.bool_),
        pool=_i32([[s.setup_staff.pool, s.run_staff.pool] for s in stations]),
        people=_i32([[s.setup_staff.people, s.run_staff.people] for s in stations]),
        setup=_i32([-1 if s.setup is None else law(s.setup) for s in stations]),
        reason=_i32(told),
        stop_first=_i32(offsets(len(s.stops) for s in stations)),
        stops=_i32(stops, 7),
        flaw_first=_i32(offsets(len(s.flaws) for s in stations)),
        flaws=_i32(
            [(k.SCRAP if f.kind == "scrap" else k.REWORK, reason(f.reason)) for s in stations for f in s.flaws], 2
        ),
        flaw_share=np.array([f.share for s in stations for f in s.flaws], np.float64),
        measure_first=_i32(offsets(len(s.measures) for s in stations)),
        measures=np.array([(q.every, q.size) for s in stations for q in s.measures], np.int64).reshape(-1, 2),
        normal=np.array(
            [(q.mean * 10**q.decimals, q.sd * 10**q.decimals) for s in stations for q in s.measures], np.float64
        ).reshape(-1, 2),
        power=np.array([[s.power_w.get(state, 0) for state in STATES] for s in stations], np.int64),
        step_station=_i32([-1 if step is None else step.station for step in steps]),
        step_run=_i32([-1 if step is None else law(step.run) for step in steps]),
        kind=_i32([_KINDS.index(one.kind) for one in laws]),
        number=np.array([(*one.parameters, *[0.0] * (4 - len(one.parameters))) for one in laws], np.float64),
        rhythm=np.array([model.recording.meter, model.recording.counter, model.recording.patience], np.int64),
    )
    return Flat(plant, tuple(reasons), tuple(first_step[:-1]), max(1, len(model.families)))


def begin(model: PlantModel, flat: Flat, seed: int, origin: Micros) -> k.State:
    """The empty plant at `origin`: every machine closed, every clock of wear drawn."""
    machines, stations = model.machines, model.stations
    n, most = len(machines), max((len(s.stops) for s in stations), default=0) or 1
    samples = max((len(s.measures) for s in stations), default=0) or 1
    purposes = [f"{s.id}/{purpose}" for s in stations for purpose in ("run", "setup", "flaw", "measure")]
    purposes += [f"{m}/stop {i} {end}" for m in machines for i in range(most) for end in ("every", "lasts")]
    state = k.State(
        clock=np.array([origin, origin, 0, 0, 0, 0], np.int64),
        tally=np.zeros(6, np.int64),
        chance=np.array([stream(seed, purpose) for purpose in purposes], np.uint64),
        base=np.full(n, k.EMPTY, np.int32),
        crew=np.full(n, k.OFF, np.int32),
        duty=np.full(n, k.OFF, np.int32),
        stop=np.full(n, -1, np.int32),
        held=np.zeros(n, np.bool_),
        want=np.full(n, origin, np.int64),
        since=np.full(n, origin, np.int64),
        left=np.zeros((n, 2), np.int64),
        wear=np.full((n, most), k.NEVER, np.int64),
        slot=np.full(n, k.NEVER, np.int64),
        part=np.full(n, -1, np.int32),
        cycles=np.zeros(n, np.int32),
        family=np.full(n, -1, np.int32),
        job=np.full((n, 3), (-1, 0, 0), np.int64),
        counts=np.zeros((n, 3), np.int64),
        told=np.full((n, 4), (-1, 0, origin, k.NEVER), np.int64),
        energy=np.zeros((n, 2), np.int64),
        group=np.zeros((n, samples, 3), np.int64),
        dirty=np.ones(n, np.bool_),
        head=np.full((len(stations), flat.families), -1, np.int32),
        tail=np.full((len(stations), flat.families), -1, np.int32),
        waits=np.zeros(len(stations), np.int64),
        free=np.array([p.people for p in model.pools], np.int64),
    )
    for i in range(n):
        first, last = flat.plant.stop_first[flat.plant.station[i] : flat.plant.station[i] + 2]
        for kind in range(last - first):
            chosen = 4 * len(stations) + 2 * (i * most + kind)
            state.wear[i, kind] = draw(flat.plant, state, flat.plant.stops[first + kind, 3], chosen)
    return state


def stream(seed: int, purpose: str) -> int:
    """The start of a stream of random numbers: its own for each purpose, whatever else the model has."""
    return int.from_bytes(hashlib.sha256(f"{seed}/{purpose}".encode()).digest()[:8])


def offsets(lengths: Iterable[int]) -> list[int]:
    """Where each of consecutive pieces begins, and where the last ends."""
    found = [0]
    for length in lengths:
        found.append(found[-1] + length)
    return found


def _i32(values: Sequence[object], width: int = 0) -> NDArray[np.int32]:
    array = np.array(values, np.int32)
    return array.reshape(-1, width) if width else array
