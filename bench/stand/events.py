"""Seeded events such as a plant sends: counters, states, operations with orders, energy."""

from __future__ import annotations

import numpy as np

from dengta.core.batch import EventBatch
from dengta.core.ids import stream_id
from dengta.core.time import HOUR, MILLISECOND, SECOND, Micros
from dengta.core.vocabulary import ClockSource, EventType
from dengta.log import pack, unpack

SITE = "bench"
START: Micros = 1_790_000_000 * SECOND // HOUR * HOUR
STATES = ("running", "minor_stop", "setup", "starved", "blocked", "idle")
REASONS = ("", "jam", "no-material", "tool-change", "operator-away")


def dense_hour(machines: int, seconds_apart: float, seed: int) -> EventBatch:
    """One hour of `machines`, each reporting about every `seconds_apart` seconds, in the order of arrival.

    Seven reports in ten are the piece counter (absolute), one a state with its reason, one an operation's start or end
    with order and operation, one the energy meter; clocks jitter by milliseconds and receipt follows by 5-80 ms.
    """
    rng = np.random.default_rng(seed)
    each = int(3600 / seconds_apart)
    n = machines * each
    machine = np.repeat(np.arange(machines), each)
    gaps = rng.exponential(1.0, (machines, each))
    offsets = np.cumsum(gaps, axis=1) / gaps.sum(axis=1, keepdims=True) * (3600 - 1)
    ts = START + (offsets.ravel() * 1e6).astype(np.int64) // MILLISECOND * MILLISECOND
    kind = rng.choice(
        np.array([EventType.COUNTER, EventType.STATE, EventType.OPERATION_START, EventType.ENERGY], np.uint8),
        n,
        p=[0.7, 0.1, 0.1, 0.1],
    )
    texts, code_of = _dictionary(machines)
    counter, state, job, energy = (kind == k for k in (2, 1, 3, 9))
    code, reason, order, operation, unit, value = (np.zeros(n, np.int64) for _ in range(6))
    code[counter], code[energy], unit[energy] = code_of["pieces"], code_of["electricity"], code_of["Wh"]
    states = rng.integers(0, len(STATES), n)
    code[state] = np.array([code_of[s] for s in STATES])[states[state]]
    reason[state] = np.array([code_of[r] for r in REASONS])[rng.integers(0, len(REASONS), n)[state]]
    code[job] = code_of["run"]
    order[job] = code_of["WO-0"] + (machine[job] * 7 + ts[job] // (600 * SECOND)) % 200
    operation[job] = code_of["OP-10"] + rng.integers(0, 5, n)[job]
    ends = job & (np.arange(n) % 2 == 1)
    kind[ends] = EventType.OPERATION_END
    value[ends] = rng.integers(20, 900, n)[ends] * SECOND
    steps = np.where(counter, rng.integers(1, 3, n), 0).reshape(machines, each)
    value[counter] = (np.cumsum(steps, axis=1) + rng.integers(0, 1_000_000, (machines, 1))).ravel()[counter]
    burnt = np.where(energy, rng.integers(20, 60, n), 0).reshape(machines, each)
    value[energy] = (np.cumsum(burnt, axis=1) + rng.integers(0, 90_000_000, (machines, 1))).ravel()[energy]
    batch = EventBatch.from_columns(
        n,
        texts,
        stream=np.array([stream_id(SITE, f"machine-{m}") for m in range(machines)])[machine],
        epoch=1,
        seq=np.tile(np.arange(each), machines),
        ts=ts,
        recv=ts + rng.integers(5_000, 80_000, n),
        clock=int(ClockSource.DEVICE),
        type=kind,
        subject=code_of["M-000"] + machine,
        code=code,
        reason=reason,
        order=order,
        operation=operation,
        unit=unit,
        value=value,
    )
    return batch.take(np.lexsort((batch["stream"], batch["recv"])))


class StreamBatches:
    """Endless batches of `size` events (a multiple of 20), dense in each of `streams` streams."""

    def __init__(self, streams: int, size: int, seed: int) -> None:
        if size % streams and streams % size:
            raise ValueError(f"{size} events do not spread evenly over {streams} streams")
        hour = dense_hour(20, 3600 * 20 / size, seed).take(slice(0, size))
        self._pattern = unpack(pack(hour))  # a producer's batch carries the texts it uses, not a plant's dictionary
        self._ids = np.array([stream_id(SITE, f"producer-{seed}-{i}") for i in range(streams)])
        self._turn = 0

    def next(self) -> EventBatch:
        """The next batch: fresh keys, seq dense in each stream, times a second later."""
        size, streams = len(self._pattern), len(self._ids)
        place = self._turn * size + np.arange(size)
        self._turn += 1
        later = self._turn * SECOND
        return self._pattern.replace(
            stream=self._ids[place % streams],
            seq=place // streams,
            ts=self._pattern["ts"] + later,
            recv=self._pattern["recv"] + later,
        )


def _dictionary(machines: int) -> tuple[list[str], dict[str, int]]:
    texts = ["", "pieces", "electricity", "Wh", "run", *STATES, *REASONS[1:]]
    texts += [f"OP-{10 * i}" for i in range(1, 6)] + [f"WO-{i}" for i in range(200)]
    texts += [f"M-{m:03d}" for m in range(machines)]
    return texts, {text: i for i, text in enumerate(texts)}
