"""Nonsense in a stated shop, all of it at once, each with its place."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple, Self

from dengta.core.reason import Param, Reason
from dengta.engines.scheduling.precedence import Earliest, arcs, cycle

if TYPE_CHECKING:
    from dengta.engines.scheduling import model

MOST = 2**53


class Known(NamedTuple):
    """The names an order may use."""

    orders: set[str]
    operations: set[str]
    machines: dict[str, model.Machine]
    skills: Counter[str]
    materials: set[str]

    @classmethod
    def of(cls, shop: model.Shop) -> Self:
        return cls(
            {o.id for o in shop.orders},
            {f"{o.id}/{op.id}" for o in shop.orders for op in o.operations},
            {m.id: m for m in shop.machines},
            Counter(skill for r in shop.resources for skill in set(r.skills)),
            {m.id for m in shop.materials},
        )


def faults(shop: model.Shop) -> list[Reason]:
    """Every fault of `shop`. What hangs on the order of operations is judged once all names are right."""
    found = [*_names(shop), *_calendars(shop), *_machines(shop), *_supplies(shop)]
    known = Known.of(shop)
    for order in shop.orders:
        found += _order(known, order)
    return found or [*_precedence(shop), *_setup_pairs(shop), *_pins(shop), *_begun(shop)]


def _fault(code: str, *place: str, **params: Param) -> Reason:
    return Reason(f"scheduling.{code}", place, params)


def _names(shop: model.Shop) -> Iterator[Reason]:
    kinds: list[tuple[str, list[str]]] = [
        ("order", [o.id for o in shop.orders]),
        ("machine", [m.id for m in shop.machines]),
        ("calendar", [c.id for c in shop.calendars]),
        ("setups", [s.id for s in shop.setups]),
        ("resource", [r.id for r in shop.resources]),
        ("material", [m.id for m in shop.materials]),
        *((f"order {o.id}", [op.id for op in o.operations]) for o in shop.orders),
    ]
    for kind, ids in kinds:
        yield from (_fault("twice", kind, id=i) for i, times in Counter(ids).items() if times > 1)
        yield from (_fault("bad_id", kind, id=i) for i in ids if not i.strip() or "/" in i)
    if not shop.orders:
        yield _fault("no_orders")
    if not shop.machines:
        yield _fault("no_machines")
    if shop.tick < 1:
        yield _fault("number", "tick", value=shop.tick, least=1)


def _whole(place: Iterable[str], least: int = 0, **values: int | None) -> Iterator[Reason]:
    """Numbers below `least`, or beyond what a plan can be counted in."""
    for name, value in values.items():
        if value is not None and not least <= value <= MOST:
            yield _fault("number", *place, name, value=value, least=least)


def _named(place: tuple[str, ...], kind: str, name: str, known: Collection[str]) -> Iterator[Reason]:
    if name and name not in known:
        yield _fault("unknown", *place, kind=kind, name=name)


def _calendars(shop: model.Shop) -> Iterator[Reason]:
    for calendar in shop.calendars:
        place = (f"calendar {calendar.id}",)
        before = None
        for one in sorted(calendar.openings, key=lambda o: (o.start, o.end)):
            if one.end <= one.start or not 0 <= one.rate <= MOST or abs(one.start) > MOST or one.end > MOST:
                yield _fault("opening", *place, start=one.start, end=one.end, rate=one.rate)
            elif before is not None and one.start < before.end:
                yield _fault("openings_overlap", *place, first=before.start, second=one.start)
            before = one
        if not any(o.rate > 0 and o.end > max(o.start, shop.now) for o in calendar.openings):
            yield _fault("never_opens", *place, now=shop.now)


def _machines(shop: model.Shop) -> Iterator[Reason]:
    calendars, setups = {c.id for c in shop.calendars}, {s.id for s in shop.setups}
    for machine in shop.machines:
        place = (f"machine {machine.id}",)
        yield from _named(place, "calendar", machine.calendar, calendars)
        yield from _named(place, "setups", machine.setups, setups)
        if machine.batch is not None:
            yield from _whole(place, 1, capacity=machine.batch.capacity)
            yield from _whole(place, wait=machine.batch.wait)
        yield from _whole(place, 1, buffer=machine.buffer)
    for one in shop.setups:
        for change in one.changes:
            yield from _whole((f"setups {one.id}", f"{change.before} > {change.after}"), time=change.time)
        yield from _whole((f"setups {one.id}",), default=one.default)


def _supplies(shop: model.Shop) -> Iterator[Reason]:
    calendars = {c.id for c in shop.calendars}
    for resource in shop.resources:
        place = (f"resource {resource.id}",)
        yield from _named(place, "calendar", resource.calendar, calendars)
        if not resource.skills:
            yield _fault("no_skill", *place)
    for material in shop.materials:
        place = (f"material {material.id}",)
        yield from _whole(place, stock=material.stock)
        for receipt in material.receipts:
            yield from _whole(place, at=receipt.at)
            yield from _whole(place, 1, quantity=receipt.quantity)


def _order(known: Known, order: model.Order) -> Iterator[Reason]:
    place = (f"order {order.id}",)
    yield from _whole(place, release=order.release, due=order.due, deadline=order.deadline, weight=order.weight)
    if not order.operations:
        yield _fault("no_operations", *place)
    for after in order.after:
        yield from _named(place, "order", after.id, known.orders)
        yield from _lag(place, after)
    for operation in order.operations:
        yield from _operation(known, order, operation)


def _lag(place: tuple[str, ...], after: model.After) -> Iterator[Reason]:
    yield from _whole(place, least=after.least, most=after.most)
    if after.most is not None and after.most < after.least:
        yield _fault("lag_range", *place, after=after.id, least=after.least, most=after.most)


def _operation(known: Known, order: model.Order, operation: model.Operation) -> Iterator[Reason]:
    place = (f"order {order.id}", f"operation {operation.id}")
    if not operation.ways:
        yield _fault("no_machine", *place)
    for way in operation.ways:
        yield from _named(place, "machine", way.machine, known.machines)
        yield from _whole(place, time=way.time)
    for name, times in Counter(w.machine for w in operation.ways).items():
        if times > 1:
            yield _fault("machine_twice", *place, machine=name)
    for after in operation.after or ():
        name = after.id if "/" in after.id else f"{order.id}/{after.id}"
        yield from _named(place, "operation", name, known.operations)
        yield from _lag(place, after)
    yield from _whole(place, 1, size=operation.size, split=operation.split)
    yield from _supply(known, operation, place)
    yield from _fixed(operation, place, known.operations)
    yield from _batched(operation, place, known.machines)


def _supply(known: Known, operation: model.Operation, place: tuple[str, ...]) -> Iterator[Reason]:
    for need in operation.needs:
        yield from _whole(place, 1, count=need.count)
        yield from _named(place, "skill", need.skill, known.skills)
        if need.during not in ("run", "setup", "all"):
            yield _fault("during", *place, during=need.during)
        if need.skill in known.skills and need.count > known.skills[need.skill]:
            yield _fault("too_few", *place, skill=need.skill, count=need.count, there=known.skills[need.skill])
    for amount in (*operation.uses, *operation.makes):
        yield from _named(place, "material", amount.material, known.materials)
        yield from _whole(place, 1, quantity=amount.quantity)


def _fixed(operation: model.Operation, place: tuple[str, ...], known: Collection[str]) -> Iterator[Reason]:
    own = [w.machine for w in operation.ways]
    pin, progress = operation.pin, operation.progress
    if operation.split > 1 and (progress is not None or (pin is not None and pin.start is not None)):
        yield _fault("split_fixed", *place, split=operation.split)
    if pin is not None:
        yield from _whole((*place, "pin"), start=pin.start)
        yield from _named((*place, "pin"), "operation", pin.after or "", known)
        if pin.machine is not None and pin.machine not in own:
            yield _fault("not_a_way", *place, "pin", machine=pin.machine)
        if pin.start is not None and pin.machine is None and len(own) > 1:
            yield _fault("pin_without_machine", *place, "pin")
    if progress is not None:
        yield from _whole((*place, "progress"), start=progress.start, remaining=progress.remaining)
        if progress.machine not in own:
            yield _fault("not_a_way", *place, "progress", machine=progress.machine)


def _batched(
    operation: model.Operation, place: tuple[str, ...], machines: dict[str, model.Machine]
) -> Iterator[Reason]:
    ovens = [m for w in operation.ways if (m := machines.get(w.machine)) is not None and m.batch is not None]
    for oven in ovens:
        if oven.batch is not None and operation.size > oven.batch.capacity:
            yield _fault("too_large", *place, size=operation.size, machine=oven.id, capacity=oven.batch.capacity)


def _precedence(shop: model.Shop) -> Iterator[Reason]:
    names, ends = arcs(shop)
    ring = cycle([[arc.before for arc in into] for into in ends])
    if ring:
        yield _fault("cycle", path=" > ".join(names[i] for i in ring))
        return
    reached = Earliest(shop, names, ends)
    for order in shop.orders:
        if order.deadline is not None:
            earliest, chain = reached.of(order)
            if earliest > order.deadline:
                path = " > ".join(chain)
                yield _fault("deadline", f"order {order.id}", deadline=order.deadline, earliest=earliest, path=path)


def _setup_pairs(shop: model.Shop) -> Iterator[Reason]:
    """Pairs of states that can meet on a machine without anybody having said how long the change takes."""
    setups = {s.id: s for s in shop.setups}
    meet: dict[str, set[str]] = {m.id: {m.state} for m in shop.machines}
    for operation in (op for o in shop.orders for op in o.operations):
        for way in operation.ways:
            meet[way.machine].add(operation.state)
    for machine in shop.machines:
        if machine.setups:
            states = sorted(meet[machine.id])
            for before, after in ((b, a) for b in states for a in states):
                if setups[machine.setups].time(before, after) is None:
                    yield _fault(
                        "setup_missing", f"setups {machine.setups}", machine=machine.id, before=before, after=after
                    )


def _pins(shop: model.Shop) -> Iterator[Reason]:
    """Pinned work on one machine at one time. A lower bound of its length: the stated work, without breaks."""
    speed = {c.id: max(o.rate for o in c.openings) for c in shop.calendars}
    fastest = {m.id: speed.get(m.calendar, 1000) for m in shop.machines}
    batched = {m.id for m in shop.machines if m.batch is not None}
    by_machine: dict[str, list[tuple[int, int, str]]] = {}
    for order in shop.orders:
        for op in order.operations:
            if op.pin is not None and op.pin.start is not None and op.progress is None:
                machine = op.pin.machine or op.ways[0].machine
                time = next(w.time for w in op.ways if w.machine == machine)
                length = -(-time * 1000 // fastest[machine])
                by_machine.setdefault(machine, []).append((op.pin.start, op.pin.start + length, f"{order.id}/{op.id}"))
    for machine, pins in by_machine.items():
        pins.sort()
        for (_, end, first), (start, _, second) in pairwise(pins):
            if start < end and machine not in batched:
                yield _fault("pins_overlap", f"machine {machine}", first=first, second=second, start=start, end=end)


def _begun(shop: model.Shop) -> Iterator[Reason]:
    """Work cannot begin in the future, twice on one machine at once, or before what it waits for is done."""
    names, ends = arcs(shop)
    begun = [op.progress for o in shop.orders for op in o.operations]
    batched = {m.id for m in shop.machines if m.batch is not None}
    running: dict[str, str] = {}
    for name, progress, into in zip(names, begun, ends, strict=True):
        if progress is None:
            continue
        place = tuple(f"{kind} {part}" for kind, part in zip(("order", "operation"), name.split("/"), strict=True))
        if max(progress.start, progress.end or 0) > shop.now:
            yield _fault("begun_later", *place, start=max(progress.start, progress.end or 0), now=shop.now)
        for arc in into:
            before = begun[arc.before]
            if before is None or before.remaining:
                yield _fault("begun_before", *place, before=names[arc.before])
        if progress.remaining and progress.machine not in batched:
            if progress.machine in running:
                yield _fault("begun_twice", *place, machine=progress.machine, other=running[progress.machine])
            running[progress.machine] = name
