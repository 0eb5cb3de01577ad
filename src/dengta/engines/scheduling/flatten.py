"""A stated shop -> the columns engines work on."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import accumulate
from typing import TYPE_CHECKING, Any

import numpy as np

from dengta.engines.scheduling.kernels_layout import NEVER, RUN, SETUP, Columns, Ints
from dengta.engines.scheduling.precedence import Arc, arcs
from dengta.engines.scheduling.problem import Names, Problem

if TYPE_CHECKING:
    from dengta.engines.scheduling import model

_WHEN = {"run": RUN, "setup": SETUP, "all": RUN | SETUP}


def flatten(shop: model.Shop) -> Problem:
    """The problem of `shop`, names and all."""
    names, into = arcs(shop)
    operations = [op for o in shop.orders for op in o.operations]
    states = sorted({"", *(op.state for op in operations), *(m.state for m in shop.machines)} - {""})
    columns = Columns(
        **_orders(shop.orders),
        **_operations(shop, operations, states),
        **_arcs(into),
        **_ways(shop, operations),
        **_supplies(shop, operations),
        **_machines(shop, states),
        **_calendars(shop.calendars),
        now=ints([shop.now]),
    )
    known = Names(
        tuple(o.id for o in shop.orders),
        tuple(names),
        tuple(m.id for m in shop.machines),
        tuple(r.id for r in shop.resources),
        tuple(m.id for m in shop.materials),
        tuple(states),
    )
    return Problem(columns, known, shop.origin, shop.tick, shop.zone)


def ints(values: Iterable[int]) -> Ints:
    """A column."""
    return np.array(list(values), np.int64)


def cuts(lengths: Iterable[int]) -> Ints:
    """Where each of several runs begins in one column, and where the last ends."""
    return ints(accumulate(lengths, initial=0))


def successors(pred_ptr: Ints, pred: Ints) -> tuple[Ints, Ints, Ints]:
    """The same arcs by the operation they come from: succ_ptr, succ, succ_arc."""
    n = len(pred_ptr) - 1
    target = np.repeat(np.arange(n), np.diff(pred_ptr))
    arc = np.argsort(pred, kind="stable").astype(np.int64)
    ptr = np.concatenate([[0], np.cumsum(np.bincount(pred, minlength=n))]).astype(np.int64)
    return ptr, target[arc].astype(np.int64), arc


def _or_never(value: int | None) -> int:
    return NEVER if value is None else value


def _numbers(things: Sequence[Any]) -> dict[str, int]:
    return {thing.id: i for i, thing in enumerate(things)}


def _orders(orders: Sequence[model.Order]) -> dict[str, Ints]:
    return {
        "release": ints(o.release for o in orders),
        "due": ints(_or_never(o.due) for o in orders),
        "deadline": ints(_or_never(o.deadline) for o in orders),
        "weight": ints(o.weight for o in orders),
        "order": ints(i for i, o in enumerate(orders) for _ in o.operations),
    }


def _operations(shop: model.Shop, operations: Sequence[model.Operation], states: list[str]) -> dict[str, Ints]:
    machine = _numbers(shop.machines)
    keys = {key: i for i, key in enumerate(sorted({op.key for op in operations} - {""}))}
    fixed = [op.progress.machine if op.progress else op.pin.machine if op.pin else None for op in operations]
    return {
        "state": ints(states.index(op.state) if op.state else -1 for op in operations),
        "size": ints(op.size for op in operations),
        "key": ints(keys.get(op.key, -1) for op in operations),
        "must_fit": ints(op.must_fit for op in operations),
        "pin_machine": ints(
            machine[name] if name else machine[op.ways[0].machine] if _starts(op) else -1
            for op, name in zip(operations, fixed, strict=True)
        ),
        "pin_start": ints(op.pin.start if op.pin and op.pin.start is not None else -1 for op in operations),
        "begun": ints(op.progress.start if op.progress else -1 for op in operations),
        "remaining": ints(op.progress.remaining if op.progress else -1 for op in operations),
        "ended": ints(-1 if op.progress is None or op.progress.end is None else op.progress.end for op in operations),
    }


def _starts(op: model.Operation) -> bool:
    return op.pin is not None and op.pin.start is not None


def _arcs(into: list[list[Arc]]) -> dict[str, Ints]:
    pred_ptr, flat = cuts(map(len, into)), [arc for arcs in into for arc in arcs]
    pred = ints(arc.before for arc in flat)
    succ_ptr, succ, succ_arc = successors(pred_ptr, pred)
    return {
        "pred_ptr": pred_ptr,
        "pred": pred,
        "lag": ints(arc.least for arc in flat),
        "lag_most": ints(_or_never(arc.most) for arc in flat),
        "succ_ptr": succ_ptr,
        "succ": succ,
        "succ_arc": succ_arc,
    }


def _ways(shop: model.Shop, operations: Sequence[model.Operation]) -> dict[str, Ints]:
    machine = _numbers(shop.machines)
    return {
        "way_ptr": cuts(len(op.ways) for op in operations),
        "way_operation": ints(i for i, op in enumerate(operations) for _ in op.ways),
        "way_machine": ints(machine[way.machine] for op in operations for way in op.ways),
        "way_time": ints(way.time for op in operations for way in op.ways),
    }


def _supplies(shop: model.Shop, operations: Sequence[model.Operation]) -> dict[str, Ints]:
    """Needs, scarce skills first; skills, who has the fewest first: so that one choice seldom spoils the next."""
    skills = sorted({skill for r in shop.resources for skill in r.skills})
    versatile = [(len(set(r.skills)), i) for i, r in enumerate(shop.resources)]
    able = [[i for _, i in sorted(versatile) if skill in shop.resources[i].skills] for skill in skills]
    needs = [sorted(op.needs, key=lambda n: len(able[skills.index(n.skill)])) for op in operations]
    material, calendar = _numbers(shop.materials), _numbers(shop.calendars)
    uses = [[*_summed(op.uses, material, 1), *_summed(op.makes, material, -1)] for op in operations]
    moves = Counter(k for one in uses for k, _ in one)
    events = [sorted([(-NEVER, m.stock), *((r.at, r.quantity) for r in m.receipts)]) for m in shop.materials]
    stock = [(*known, *[(NEVER, 0)] * moves[k]) for k, known in enumerate(events)]
    return {
        "need_ptr": cuts(map(len, needs)),
        "need_skill": ints(skills.index(n.skill) for one in needs for n in one),
        "need_count": ints(n.count for one in needs for n in one),
        "need_when": ints(_WHEN[n.during] for one in needs for n in one),
        "slot_ptr": cuts(sum(n.count for n in one) for one in needs),
        "use_ptr": cuts(map(len, uses)),
        "use_material": ints(k for one in uses for k, _ in one),
        "use_quantity": ints(quantity for one in uses for _, quantity in one),
        "resource_calendar": ints(calendar.get(r.calendar, -1) for r in shop.resources),
        "skill_ptr": cuts(map(len, able)),
        "skill_resource": ints(i for one in able for i in one),
        "stock_ptr": cuts(map(len, stock)),
        "stock_known": ints(map(len, events)),
        "stock_at": ints(at for one in stock for at, _ in one),
        "stock_change": ints(change for one in stock for _, change in one),
    }


def _summed(amounts: Iterable[model.Amount], number: dict[str, int], sign: int) -> Iterable[tuple[int, int]]:
    """Each material once, with all of it."""
    total = Counter[int]()
    for one in amounts:
        total[number[one.material]] += sign * one.quantity
    return total.items()


def _machines(shop: model.Shop, states: list[str]) -> dict[str, Ints]:
    calendar, setups = _numbers(shop.calendars), _numbers(shop.setups)
    size = max(1, len(states))
    setup = np.zeros((max(1, len(shop.setups)), size, size), np.int64)
    for k, one in enumerate(shop.setups):
        for i, before in enumerate(states):
            for j, after in enumerate(states):
                setup[k, i, j] = one.time(before, after) or 0
    return {
        "machine_calendar": ints(calendar.get(m.calendar, -1) for m in shop.machines),
        "machine_setups": ints(setups.get(m.setups, -1) for m in shop.machines),
        "machine_state": ints(states.index(m.state) if m.state else -1 for m in shop.machines),
        "capacity": ints(m.batch.capacity if m.batch else 0 for m in shop.machines),
        "wait": ints(m.batch.wait if m.batch else 0 for m in shop.machines),
        "buffer": ints(-1 if m.buffer is None else m.buffer for m in shop.machines),
        "setup": setup,
        "attached": ints([s.attached for s in shop.setups] or [0]),
    }


def _calendars(calendars: Sequence[model.Calendar]) -> dict[str, Ints]:
    """Openings in order, those that touch at one rate as one."""
    merged: list[list[list[int]]] = []
    for one in calendars:
        pieces: list[list[int]] = []
        for o in sorted(one.openings, key=lambda o: o.start):
            if pieces and pieces[-1][1] == o.start and pieces[-1][2] == o.rate:
                pieces[-1][1] = o.end
            else:
                pieces.append([o.start, o.end, o.rate])
        merged.append(pieces)
    flat = [piece for pieces in merged for piece in pieces]
    return {
        "open_ptr": cuts(map(len, merged)),
        "open_start": ints(p[0] for p in flat),
        "open_end": ints(p[1] for p in flat),
        "open_rate": ints(p[2] for p in flat),
    }
