"""Where one order stands: its facts and the plant book's routes -> lines, what is missing, where it was seen last.

Reports come at the end of a job, so a machine may have passed pieces on before it says so: pieces that are through a
later operation are through the earlier ones too. A scrapped piece is made again from the start of its route, so what
was scrapped later does not count as passed.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from dengta.core.reason import Reason
from dengta.core.time import Micros
from dengta.core.vocabulary import EventType
from dengta.engines.orders.model import Fact, Line, Sighting, Standing, State, UnderWay, Waiting
from dengta.engines.plantbook import PlantBook


@dataclass(slots=True)
class _Told:
    """What the facts of an order say, item by item."""

    wave: str = ""
    released: Micros | None = None
    due: Micros | None = None
    ordered: dict[str, int] = field(default_factory=dict)
    shipments: list[tuple[Micros, int]] = field(default_factory=list)
    good: dict[tuple[str, str], list[Fact]] = field(default_factory=lambda: defaultdict(list))
    scrap: dict[tuple[str, str], list[Fact]] = field(default_factory=lambda: defaultdict(list))
    under_way: dict[tuple[str, str], Micros] = field(default_factory=dict)
    last: Fact | None = None
    nameless: int = 0


def standing(order: str, facts: Sequence[Fact], book: PlantBook) -> Standing:
    """The order by `facts`, which are sorted by their place and end at the instant asked about."""
    told = _told(facts)
    items = dict.fromkeys(
        [*(i for i, n in told.ordered.items() if n), *(item for item, _ in (*told.good, *told.scrap))]
    )
    lines, off_route = [], told.nameless
    for item in items:
        line, off = _line(item, told, book)
        lines.append(line)
        off_route += off
    shipped = sum(n for _, n in told.shipments)
    state = _state(told, lines, shipped)
    ends = [line.done_at for line in lines if line.ordered]
    complete = bool(ends) and None not in ends
    return Standing(
        order=order,
        wave=told.wave,
        released=told.released,
        due=told.due,
        state=state,
        lines=tuple(lines),
        shipped=shipped,
        shipped_at=told.shipments[-1][0] if told.shipments else None,
        completed=max(at for at in ends if at is not None) if complete else None,
        last=None if told.last is None else _seen(told.last),
        off_route=off_route,
        heard=facts[-1].place[0],
        under_way=tuple(UnderWay(operation, m, since) for (m, operation), since in told.under_way.items()),
        unknown=tuple(_unknown(order, told, lines)),
    )


def _told(facts: Iterable[Fact]) -> _Told:
    told = _Told()
    pieces = []
    for fact in facts:
        if fact.type is EventType.ORDER:
            told.released = fact.place[0] if told.released is None else told.released
            told.wave, told.due = fact.code, fact.value or None
        elif fact.type is EventType.ORDER_LINE:
            told.ordered[fact.code] = fact.value
        elif fact.type is EventType.SHIPMENT:
            told.shipments.append((fact.place[0], fact.value))
        elif fact.type is EventType.OPERATION_START:
            told.under_way[fact.subject, fact.operation] = fact.place[0]
        elif fact.type is EventType.OPERATION_END:
            told.under_way.pop((fact.subject, fact.operation), None)
        else:
            pieces.append(fact)
            if (fact.subject, fact.operation) in told.under_way:
                told.under_way[fact.subject, fact.operation] = fact.place[0]
    only = next(iter(told.ordered)) if len(told.ordered) == 1 else "" if not told.ordered else None
    for fact in pieces:
        told.last = fact if fact.value else told.last
        item = fact.code or only
        if item is None:
            told.nameless += fact.value
        elif fact.type is not EventType.REWORK:
            (told.good if fact.type is EventType.GOOD else told.scrap)[item, fact.operation].append(fact)
    return told


def _line(item: str, told: _Told, book: PlantBook) -> tuple[Line, int]:
    """The line of `item`, and how many of its pieces were reported off its route."""
    ordered, route = told.ordered.get(item), book.routes.get(item)
    good = {operation: _sum(facts) for (one, operation), facts in told.good.items() if one == item}
    if route is None:
        return Line(item, ordered, None, good), 0
    off = sum(n for operation, n in good.items() if operation not in route)
    passed = _passed([good.get(o, 0) for o in route], [_sum(told.scrap.get((item, o), ())) for o in route])
    gather = next((k for k, o in enumerate(route) if book.operations[o].gathers), len(route))
    last = told.good.get((item, route[-1]), [])
    return (
        Line(
            item=item,
            ordered=ordered,
            route=route,
            good=good,
            passed=tuple(passed),
            arrived=passed[gather - 1] if gather else ordered or 0,
            done=passed[-1],
            done_at=_reached(last, ordered),
            waiting=tuple(_waiting(item, ordered or 0, route, passed, gather, told)),
        ),
        off,
    )


def _sum(facts: Iterable[Fact]) -> int:
    return sum(fact.value for fact in facts)


def _passed(good: Sequence[int], scrap: Sequence[int]) -> list[int]:
    """Pieces through each operation and not lost later, from the last operation to the first."""
    found: list[int] = []
    after, lost = 0, 0
    for made, scrapped in zip(reversed(good), reversed(scrap), strict=True):
        after = max(after, made - lost)
        lost += scrapped
        found.append(after)
    return found[::-1]


def _reached(last: Sequence[Fact], ordered: int | None) -> Micros | None:
    """When as many pieces as ordered were good at the last operation."""
    made = 0
    for fact in last:
        made += fact.value
        if ordered is not None and made >= ordered > 0:
            return fact.place[0]
    return None


def _waiting(
    item: str, ordered: int, route: Sequence[str], passed: Sequence[int], gather: int, told: _Told
) -> Iterable[Waiting]:
    """The missing pieces by the operation they wait for, the furthest first."""
    missing = ordered - passed[-1]
    for step in reversed(range(len(route))):
        before = passed[step - 1] if step else ordered
        here = min(missing, before - passed[step])
        if here <= 0:
            continue
        missing -= here
        last = _before(item, route, step, told) if step else _scrapped(item, route, ordered, told)
        yield Waiting(item, here, route[step], step, last, step >= gather)


def _before(item: str, route: Sequence[str], step: int, told: _Told) -> Sighting | None:
    """Where pieces that wait for `step` were last: good at the step before it."""
    last = max((f for f in told.good.get((item, route[step - 1]), []) if f.value), default=None)
    return None if last is None else _seen(last)


def _seen(fact: Fact) -> Sighting:
    return Sighting(fact.subject, fact.operation, fact.place[0], fact.type is EventType.SCRAP)


def _scrapped(item: str, route: Sequence[str], ordered: int, told: _Told) -> Sighting | None:
    """Where pieces that wait for the start of their route were scrapped; None while some may never have begun."""
    begun = sum(_sum(kind.get((item, route[0]), ())) for kind in (told.good, told.scrap))
    lost = [f for operation in route for f in told.scrap.get((item, operation), []) if f.value]
    if begun < ordered or not lost:
        return None
    return _seen(max(lost))


def _state(told: _Told, lines: Sequence[Line], shipped: int) -> State:
    ordered = [line for line in lines if line.ordered]
    if told.shipments and shipped >= sum(line.ordered or 0 for line in ordered):
        return State.SHIPPED
    if told.last is None:
        return State.NOT_STARTED
    if not ordered or any(line.route is None for line in ordered):
        return State.UNKNOWN
    if not any(line.missing for line in ordered):
        return State.COMPLETE
    waits = any((line.arrived or 0) < (line.ordered or 0) for line in ordered)
    return State.SHORT if waits and any(line.arrived for line in ordered) else State.IN_WORK


def _unknown(order: str, told: _Told, lines: Sequence[Line]) -> Iterable[Reason]:
    if told.released is None:
        yield Reason("orders.not_told", (order,))
    elif told.due is None:
        yield Reason("orders.no_due", (order,))
    if not any(told.ordered.values()):
        yield Reason("orders.no_lines", (order,))
    for item in Counter(line.item for line in lines if line.route is None):
        yield Reason("orders.no_route", (order,), {"item": item or "-"})
