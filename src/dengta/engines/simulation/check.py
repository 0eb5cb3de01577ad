"""The judge of a run, written apart from the kernel: it reads only the model, the calendar, the orders and the trace.

A part that is in work when its machine closes is suspended: nothing ends or begins on a closed machine, and the work
goes on with the time it had left when the machine opens again. What ends at the very instant of closing has ended.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator

import numpy as np
from numpy.typing import NDArray

from dengta.core.intervals import Interval
from dengta.core.reason import Reason
from dengta.engines.plantbook import PlantBook
from dengta.engines.simulation.arrays import STATES
from dengta.engines.simulation.demand import Order, Shifts
from dengta.engines.simulation.kernels_layout import (
    CYCLE,
    DONE,
    GATED,
    IN,
    LEAVE,
    OUT,
    QUEUED,
    REMADE,
    SCRAP,
    SCRAPPED,
    STATE,
    TAKE,
    Plant,
)
from dengta.engines.simulation.model import PlantModel
from dengta.engines.simulation.trace import Trace


def conserved(plant: Plant) -> list[Reason]:
    """The law that is checked after every stretch: what came in and was made again went out, was lost, or is here."""
    clock, in_hand = plant.clock, plant.machine["part"]
    made = int(clock[IN] + clock[REMADE])
    held = int(clock[QUEUED] + clock[GATED] + plant.part["size"][in_hand[in_hand >= 0]].sum())
    gone = int(clock[OUT] + clock[SCRAPPED])
    if made == gone + held:
        return []
    return [Reason("simulation.not_conserved", params={"made": made, "gone": gone, "held": held})]


def unknown_names(model: PlantModel, book: PlantBook) -> list[Reason]:
    """Names and routes in the model that `book` does not know, each with its place."""

    def missing(kind: str, used: Iterator[str], known: Collection[str], *place: str) -> list[Reason]:
        names = sorted({name for name in used if name and name not in known})
        return [Reason("simulation.not_in_book", place, {"kind": kind, "name": name}) for name in names]

    found = missing("reason", iter(model.reasons.values()), book.reasons, "reasons")
    for s in model.stations:
        place = f"station {s.id}"
        causes = [s.setup_reason, *(x.reason for x in s.stops), *(x.reason for x in s.flaws)]
        found += missing("operation", iter([s.id]), book.operations, place)
        found += missing("machine", iter(s.machines), book.machines, place)
        found += missing("reason", iter(causes), book.reasons, place)
    for pool in model.pools:
        found += missing("person", (p for crew in pool.crews.values() for p in crew), book.persons, f"pool {pool.id}")
    for item in model.items:
        ours, stated = tuple(model.stations[step.station].id for step in item.route), book.routes.get(item.id)
        if stated not in (None, ours):
            places = {"route": " > ".join(ours), "stated": " > ".join(stated or ())}
            found.append(Reason("simulation.other_route", (f"item {item.id}",), places))
    return found


Part = tuple[int, tuple[int, ...]]
"""A part as the judge knows it: its order, and the stations of its route."""


def judge(
    model: PlantModel, shifts: Shifts, window: Interval, orders: list[Order], parts: list[Part], trace: Trace
) -> list[Reason]:
    """The laws that a whole run over `window` breaks, each with the first place; [] when it keeps them all."""
    return [
        *_in_time(trace),
        *_one_at_a_time(model, trace),
        *_within_shifts(model, shifts, window, trace),
        *_on_their_routes(model, parts, trace),
        *_orders_done(model, orders, parts, trace),
    ]


def _broken(law: str, machine: str, at: int) -> Reason:
    return Reason("simulation.law_broken", (machine,), {"law": law, "at": at})


def _in_time(trace: Trace) -> list[Reason]:
    back = np.flatnonzero(np.diff(trace.at) < 0)
    return [_broken("time_runs_forward", "", int(trace.at[i])) for i in back[:1]]


def _one_at_a_time(model: PlantModel, trace: Trace) -> list[Reason]:
    """A machine takes a part only when the last one has left it or was scrapped on it."""
    found: list[Reason] = []
    comes = trace.kind == TAKE
    goes = (trace.kind == LEAVE) | ((trace.kind == CYCLE) & (trace.code == SCRAP))
    for i, machine in enumerate(model.machines):
        rows = np.flatnonzero((comes | goes) & (trace.machine == i))
        wrong = comes[rows] != (np.arange(len(rows)) % 2 == 0)
        wrong[1::2] |= trace.who[rows[1::2]] != trace.who[rows[: len(rows) - 1 : 2]]
        found += [_broken("one_part_at_a_time", machine, int(trace.at[r])) for r in rows[wrong][:1]]
    return found


def _within_shifts(model: PlantModel, shifts: Shifts, window: Interval, trace: Trace) -> list[Reason]:
    """Cycles end, and states of work lie, in planned time only."""
    found: list[Reason] = []
    closed = [STATES.index(state) for state in ("off", "break")]
    for i, machine in enumerate(model.machines):
        planned = [p for o in shifts(machine, window) for p in o.planned]
        starts, ends = np.array([p.start for p in planned]), np.array([p.end for p in planned])
        mine = trace.machine == i
        state = np.flatnonzero(mine & (trace.kind == STATE))
        works = ~np.isin(trace.code[state], closed)
        until = np.append(trace.at[state[1:]], window.end) if len(state) else np.empty(0, np.int64)
        cycles = trace.at[np.flatnonzero(mine & (trace.kind == CYCLE))]
        for since, to in ((trace.at[state][works], until[works]), (cycles, cycles)):
            outside = _outside(starts, ends, since, to)
            found += [_broken("work_in_planned_time", machine, int(at)) for at in since[outside][:1]]
    return found


def _outside(starts: NDArray, ends: NDArray, since: NDArray, to: NDArray) -> NDArray:
    """Which of [since, to] do not lie within one of the planned intervals or several that touch."""
    if not len(starts):
        return np.ones(len(since), bool)
    touching = np.append(starts[1:] > ends[:-1], True)
    begins, finishes = starts[np.append(True, touching[:-1])], ends[touching]
    place = np.searchsorted(finishes, to)
    inside = place < len(finishes)
    inside[inside] &= begins[place[inside]] <= since[inside]
    outside: NDArray = ~inside
    return outside


def _on_their_routes(model: PlantModel, parts: list[Part], trace: Trace) -> list[Reason]:
    """A part visits the stations of its route in order, and from the start again when it was scrapped."""
    station = [i for i, s in enumerate(model.stations) for _ in s.machines]
    gathers = {i for i, s in enumerate(model.stations) if s.gathers}
    done: dict[int, int] = {}
    rows = np.flatnonzero((trace.kind == TAKE) | ((trace.kind == CYCLE) & (trace.code == SCRAP)))
    columns = (trace.kind[rows], trace.machine[rows], trace.who[rows], trace.at[rows])
    for kind, machine, part, at in zip(*(c.tolist() for c in columns), strict=True):
        step = done.get(part, 0)
        if kind == CYCLE:
            done[part] = 0
        elif parts[part][1][step : step + 1] != (station[machine],):
            return [_broken("parts_follow_their_route", model.machines[machine], at)]
        else:
            done[part] = step + (station[machine] not in gathers)
    return []


def _orders_done(model: PlantModel, orders: list[Order], parts: list[Part], trace: Trace) -> list[Reason]:
    """An order is done once, after its release, at the very moment when the last of all its parts is through."""
    station = np.array([i for i, s in enumerate(model.stations) for _ in s.machines])
    order_of = np.array([order for order, _ in parts])
    last = np.array([route[-1] for _, route in parts])
    left = np.full(len(orders), -1)
    through = np.zeros(len(orders), np.int64)
    rows = np.flatnonzero(trace.kind == LEAVE)
    rows = rows[last[trace.who[rows]] == station[trace.machine[rows]]]
    np.add.at(through, order_of[trace.who[rows]], trace.value[rows])
    left[order_of[trace.who[rows]]] = trace.at[rows]
    told = np.full(len(orders), -1)
    done = np.flatnonzero(trace.kind == DONE)
    told[trace.who[done]] = trace.at[done]
    whole = through == np.bincount(order_of, minlength=len(orders))
    wrong = np.where(whole, told != left, told >= 0) | (np.bincount(trace.who[done], minlength=len(orders)) > 1)
    wrong |= whole & (left < np.array([o.released for o in orders]))
    return [_broken("orders_done_with_their_last_part", orders[i].id, int(told[i])) for i in np.flatnonzero(wrong)[:1]]
