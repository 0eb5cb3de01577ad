"""What a run reports: the kernel's trace in columns, and the events that controllers and terminals would send of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dengta.core.batch import EventBatch
from dengta.core.ids import stream_id
from dengta.core.vocabulary import ClockSource, EventType, Flag
from dengta.engines.simulation import kernels_layout as k
from dengta.engines.simulation.arrays import STATES
from dengta.engines.simulation.demand import Order
from dengta.engines.simulation.model import PlantModel

_TYPE = np.array(
    [
        EventType.STATE,
        EventType.COUNTER,
        EventType.OPERATION_START,
        EventType.OPERATION_END,
        EventType.GOOD,
        EventType.SCRAP,
        EventType.REWORK,
        EventType.MEASUREMENT,
        EventType.ENERGY,
        EventType.LOGIN,
        EventType.LOGOUT,
        EventType.ORDER,
        EventType.ORDER_LINE,
        EventType.SHIPMENT,
    ],
    np.uint8,
)
_BY_PERSON = (k.SCRAP, k.REWORK, k.MEASURE, k.LOGIN, k.LOGOUT)
_OF_ORDERS = (k.ORDER_OUT, k.LINE, k.SHIPPED)


@dataclass(frozen=True, slots=True, eq=False)
class Trace:
    """Rows of the kernel in order of time; shape (n,) each. `kind`, `code`, `who`, `value` as in `kernels`; `sample` is
    the item of a scrapped or reworked piece. Rows of the ordering system are those of a machine behind the last one."""

    at: NDArray[np.int64]
    machine: NDArray[np.int64]
    kind: NDArray[np.int64]
    code: NDArray[np.int64]
    who: NDArray[np.int64]
    sample: NDArray[np.int64]
    value: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.at)

    @classmethod
    def of(cls, rows: NDArray) -> Trace:
        """The rows of the kernel's table, copied."""
        return cls(*(rows[name].copy() for name in cls.__dataclass_fields__))

    @classmethod
    def concat(cls, pieces: Sequence[Trace]) -> Trace:
        """All rows of `pieces` in their order."""
        return cls(*(np.concatenate([getattr(p, name) for p in pieces]) for name in cls.__dataclass_fields__))

    def take(self, rows: NDArray) -> Trace:
        """The rows at `rows` (indices or mask)."""
        return Trace(*(getattr(self, name)[rows] for name in self.__dataclass_fields__))


@dataclass(frozen=True, slots=True, eq=False)
class Names:
    """What the numbers of a trace mean. Lists grow as the run goes on; what they hold never changes."""

    model: PlantModel
    reasons: tuple[str, ...]
    orders: list[Order]
    crews: list[str]


def of_orders(names: Names, released: range, done: Trace) -> Trace:
    """What the ordering system tells: orders `released` (numbers in `names`) with their lines, and of each row of
    `done` that all the order's pieces have left; by time, releases first."""
    machine = len(names.model.machines)
    rows: list[tuple[int, int, int, int, int, int, int]] = []
    for number in released:
        order = names.orders[number]
        rows.append((order.released, machine, k.ORDER_OUT, 0, number, 0, order.due))
        rows += [(order.released, machine, k.LINE, item, number, 0, n) for item, n in order.lines]
    for at, number in zip(done.at.tolist(), done.who.tolist(), strict=True):
        pieces = sum(n for _, n in names.orders[number].lines)
        rows.append((at, machine, k.SHIPPED, 0, number, 0, pieces))
    columns = np.array(rows, np.int64).reshape(-1, 7)
    return Trace(*columns[np.argsort(columns[:, 0], kind="stable")].T)


@dataclass(frozen=True, slots=True, eq=False)
class SimulatedEvents:
    """A stretch of a run. `whole` is for the judge; `trace` is what is told, and event i is number `index[i]` of its
    producer, from 0 at the origin of the run."""

    whole: Trace
    trace: Trace
    index: NDArray[np.int64]
    names: Names

    def __len__(self) -> int:
        return len(self.trace)

    def from_index(self, first: Mapping[str, int]) -> SimulatedEvents:
        """Without the first ``first[producer]`` events of each producer."""
        skipped = np.array([first.get(m, 0) for m in self.names.model.producers], np.int64)
        rows = self.index >= skipped[self.trace.machine]
        return SimulatedEvents(self.whole, self.trace.take(rows), self.index[rows], self.names)

    def batch(self, site: str, modulus: Mapping[str, int] | None = None) -> EventBatch:
        """The events as (epoch 1, seq = index), one stream a producer; counters run over at ``modulus[machine]``."""
        t, model = self.trace, self.names.model
        n, machines = len(t), model.machines
        texts = {"": 0}

        def coded(words: list[str]) -> NDArray[np.int32]:
            return np.array([texts.setdefault(word, len(texts)) for word in words], np.int32)

        subject = coded([*machines, site])
        operation = coded([*(s.id for s in model.stations for _ in s.machines), ""])
        item = coded([i.id for i in model.items])
        measures = [m for s in model.stations for m in (*[None] * (len(s.stops) + len(s.flaws)), *s.measures)]
        is_kind = [t.kind == kind for kind in range(k.TAKE)]
        columns: dict[str, NDArray] = {name: np.zeros(n, np.int64) for name in ("scale", "subgroup", "sample")}
        text = {name: np.zeros(n, np.int32) for name in ("code", "reason", "person", "unit", "gauge")}
        value = t.value.copy()

        state, count, energy, measured = (is_kind[kind] for kind in (k.STATE, k.COUNTER, k.ENERGY, k.MEASURE))
        text["code"][state] = coded(list(STATES))[t.code[state]]
        text["reason"][state] = coded(list(self.names.reasons))[t.value[state]]
        value[state] = 0
        text["code"][count] = coded(["pieces"])[0]
        wraps = np.array([(modulus or {}).get(m, 2**62) for m in model.producers], np.int64)
        value[count] %= wraps[t.machine[count]]
        text["code"][is_kind[k.START] | is_kind[k.END]] = coded(["run"])[0]
        text["code"][energy], text["unit"][energy] = coded(["electricity", "Wh"])
        flawed, line = is_kind[k.SCRAP] | is_kind[k.REWORK], is_kind[k.GOOD] | is_kind[k.LINE]
        text["reason"][flawed] = coded(list(self.names.reasons))[t.code[flawed]]
        text["code"][flawed], text["code"][line] = item[t.sample[flawed]], item[t.code[line]]
        if measured.any():
            q, sample = t.code[measured], t.sample[measured]
            text["code"][measured] = coded([m.characteristic if m else "" for m in measures])[q]
            text["unit"][measured] = coded([m.unit if m else "" for m in measures])[q]
            text["gauge"][measured] = coded([m.gauge if m else "" for m in measures])[q]
            columns["scale"][measured] = np.array([-m.decimals if m else 0 for m in measures])[q]
            size = np.array([m.size if m else 1 for m in measures])[q]
            columns["subgroup"][measured], columns["sample"][measured] = sample // size + 1, sample % size + 1
        here = is_kind[k.LOGIN] | is_kind[k.LOGOUT]
        people, width = self._people(coded)
        text["person"][here] = people[t.machine[here] * width + t.code[here] - 1]
        order, lot = self._context(coded)
        return EventBatch.from_columns(
            n,
            tuple(texts),
            stream=np.array([stream_id(site, m) for m in model.producers], np.int64)[t.machine],
            epoch=1,
            seq=self.index,
            ts=t.at,
            clock=np.select(
                [np.isin(t.kind, _BY_PERSON), np.isin(t.kind, _OF_ORDERS)],
                [ClockSource.PERSON, ClockSource.SERVER],
                ClockSource.DEVICE,
            ),
            type=_TYPE[t.kind],
            subject=subject[t.machine],
            order=order,
            lot=lot,
            operation=np.where(t.who >= 0, operation[t.machine], 0),
            value=value,
            flags=Flag.SYNTHETIC,
            **columns,
            **text,
        )

    def _people(self, coded: Callable[[list[str]], NDArray[np.int32]]) -> tuple[NDArray[np.int32], int]:
        """(person of machine m in crew c at m * width + c, width)."""
        model, crews = self.names.model, self.names.crews
        found: list[str] = []
        for station in model.stations:
            pool = model.pools[station.crew].crews if station.crew >= 0 else {}
            for place in range(len(station.machines)):
                present = [pool.get(shift, ()) for shift in crews]
                found += [people[place % len(people)] if people else "" for people in present]
        return coded(found), len(crews)

    def _context(self, coded: Callable[[list[str]], NDArray[np.int32]]) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
        """The order and the wave (as lot) of each event."""
        used, where = np.unique(self.trace.who, return_inverse=True)
        orders = [self.names.orders[i] if i >= 0 else None for i in used.tolist()]
        return coded([o.id if o else "" for o in orders])[where], coded([o.wave if o else "" for o in orders])[where]
