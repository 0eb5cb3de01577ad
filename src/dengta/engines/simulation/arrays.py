"""The model laid out for the kernel: names become numbers, lists of lists become one list with offsets."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dengta.core.time import Micros
from dengta.engines.simulation import kernels_layout as k
from dengta.engines.simulation.kernels_chance import draw
from dengta.engines.simulation.model import DISTRIBUTIONS, STOP_STATES, Distribution, Flaw, Measure, PlantModel, Stop

STATES = ("off", "break", "idle", "starved", "blocked", "waiting", "running", "setup", *STOP_STATES)
"""Words of the states that the kernel tells, by its numbers."""
TRACE_ROWS = 1 << 16


class _Numbered(dict[Any, int]):
    """Numbers for things, in the order in which they are first asked for."""

    def __call__(self, thing: object) -> int:
        return self.setdefault(thing, len(self))


def flatten(model: PlantModel, seed: int, origin: Micros) -> tuple[k.Plant, tuple[str, ...]]:
    """The empty plant at `origin`, every machine closed and every clock of wear drawn; and the texts of its reasons."""
    reason, time, purpose = _Numbered({"": 0}), _Numbered(), _Numbered()
    stations, traits, told = _stations(model, reason, time, purpose)
    steps = [
        (step.station, time(step.run), item) if step else (-1, -1, item)
        for item, one in enumerate(model.items)
        for step in (*one.route, None)
    ]
    own = np.zeros((len(model.machines), len(traits)), k.OWN)
    machine = 0
    for station, row in zip(model.stations, stations, strict=True):
        for name in station.machines:
            for number, stop in enumerate(range(row["stops"], row["stops_end"])):
                own[machine, stop]["chance"] = purpose(f"{name}/stop {number} every")
                purpose(f"{name}/stop {number} lasts")  # the next stream: the kernel counts on it
            machine += 1
    plant = k.Plant(
        station=_table(k.STATION, stations),
        trait=_table(k.TRAIT, traits),
        told=np.array(told, k.TOLD),
        time=_table(k.TIME, [_time(one) for one in time]),
        step=np.array(steps, k.STEP),
        machine=_table(k.MACHINE, [_machine(i, origin) for i, s in enumerate(model.stations) for _ in s.machines]),
        own=own,
        made=np.zeros((len(model.machines), len(model.items)), np.int64),
        queue=np.full((len(stations), max(1, len(model.families))), -1, k.QUEUE),
        free=np.array([pool.people for pool in model.pools], np.int64),
        chance=np.array([stream(seed, what) for what in purpose], np.uint64),
        clock=_clock(model, origin),
        part=np.empty(0, k.PART),
        order=np.empty(0, k.ORDER),
        opening=np.empty(0, k.OPENING),
        row=np.empty(TRACE_ROWS, k.ROW),
    )
    for machine, stop in np.argwhere(own["chance"] > 0):
        chosen = own[machine, stop]
        chosen["wear"] = draw(plant.time, plant.trait[stop]["every"], plant.chance, chosen["chance"])
    return plant, tuple(reason)


def _stations(
    model: PlantModel, reason: _Numbered, time: _Numbered, purpose: _Numbered
) -> tuple[list[dict[str, int]], list[dict[str, float]], list[list[tuple[int, int]]]]:
    """The records of stations, of their traits one after the other, and what each told state of a station means."""
    rows: list[dict[str, int]] = []
    traits: list[dict[str, float]] = []
    told: list[list[tuple[int, int]]] = []
    first = 0
    for number, s in enumerate(model.stations):
        row = {
            "first": first,
            "end": first + len(s.machines),
            "room": k.NEVER if s.buffer is None else s.buffer,
            "by_family": s.rule == "family",
            "gathers": s.gathers,
            "is_source": any(item.route[0].station == number for item in model.items),
            "setup": -1 if s.setup is None else time(s.setup),
            "setup_pool": s.setup_staff.pool,
            "setup_people": s.setup_staff.people,
            "run_pool": s.run_staff.pool,
            "run_people": s.run_staff.people,
            "chance": min(purpose(f"{s.id}/{what}") for what in ("run", "setup", "flaw", "measure")),
        }
        for kind, found in (
            ("stops", [_stop(x, reason, time) for x in s.stops]),
            ("flaws", [_flaw(x, reason) for x in s.flaws]),
            ("measures", [_measure(x) for x in s.measures]),
        ):
            row[kind], row[f"{kind}_end"] = len(traits), len(traits) + len(found)
            traits += found
        words = {**model.reasons, "setup": s.setup_reason}
        told.append([(reason(words.get(state, "")), s.power_w.get(state, 0)) for state in STATES])
        rows.append(row)
        first = row["end"]
    return rows, traits, told


def _clock(model: PlantModel, origin: Micros) -> NDArray[np.int64]:
    clock = np.zeros(k.CLOCKS, np.int64)
    clock[[k.NOW, k.METER_AT]] = origin
    rhythm = model.recording
    clock[[k.METER, k.TELL_COUNT, k.PATIENCE]] = rhythm.meter, rhythm.counter, rhythm.patience
    return clock


def _time(one: Distribution) -> dict[str, float]:
    return {"kind": list(DISTRIBUTIONS).index(one.kind), **dict(zip("abc", one.parameters, strict=False))}


def _stop(x: Stop, reason: _Numbered, time: _Numbered) -> dict[str, float]:
    return {
        "kind": k.S_STOP + STOP_STATES.index(x.state),
        "reason": reason(x.reason),
        "by_calendar": x.clock == "open",
        "every": time(x.every),
        "lasts": time(x.lasts),
        "pool": x.staff.pool,
        "people": x.staff.people,
    }


def _flaw(x: Flaw, reason: _Numbered) -> dict[str, float]:
    return {"kind": k.SCRAP if x.kind == "scrap" else k.REWORK, "reason": reason(x.reason), "share": x.share}


def _measure(x: Measure) -> dict[str, float]:
    return {"every": x.every, "size": x.size, "mean": x.mean * 10**x.decimals, "sd": x.sd * 10**x.decimals}


def _machine(station: int, origin: Micros) -> dict[str, int]:
    none = dict.fromkeys(("stop", "part", "family", "job", "told"), -1)
    never = dict.fromkeys(("slot", "quiet"), k.NEVER)
    return {**none, **never, "station": station, "since": origin, "told_at": origin, "dirty": 1}


def stream(seed: int, purpose: str) -> int:
    """The start of a stream of random numbers: its own for each purpose, whatever else the model has."""
    return int.from_bytes(hashlib.sha256(f"{seed}/{purpose}".encode()).digest()[:8])


def offsets(lengths: Iterable[int]) -> list[int]:
    """Where each of consecutive pieces begins, and where the last ends."""
    found = [0]
    for length in lengths:
        found.append(found[-1] + length)
    return found


def _table(dtype: np.dtype, rows: Sequence[Mapping[str, float]]) -> NDArray:
    """Records from dicts; what a dict leaves out is 0."""
    table = np.zeros(len(rows), dtype)
    for record, row in zip(table, rows, strict=True):
        for name, value in row.items():
            record[name] = value
    return table
