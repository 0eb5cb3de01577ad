"""Who comes after whom in a stated shop: arcs, a cycle as a path, the longest chain to an order's end."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from dengta.engines.scheduling import model


class Arc(NamedTuple):
    """`before` ends at least `least`, at most `most` ticks before the operation starts."""

    before: int
    least: int
    most: int | None


def arcs(shop: model.Shop) -> tuple[list[str], list[list[Arc]]]:
    """Operations as ``order/operation`` in the order they are stated, and the arcs into each. Names must be right."""
    names = [f"{o.id}/{op.id}" for o in shop.orders for op in o.operations]
    number = {name: i for i, name in enumerate(names)}
    into: list[list[Arc]] = [[] for _ in names]
    for order in shop.orders:
        for at, op in enumerate(order.operations):
            here = number[f"{order.id}/{op.id}"]
            if op.after is None:
                into[here] += [Arc(here - 1, 0, None)] if at else []
            else:
                for a in op.after:
                    into[here].append(Arc(number[a.id if "/" in a.id else f"{order.id}/{a.id}"], a.least, a.most))
            if op.pin is not None and op.pin.after:
                into[here].append(Arc(number[op.pin.after], 0, None))
    _orders_after_orders(shop, number, into)
    return names, into


def _orders_after_orders(shop: model.Shop, number: dict[str, int], into: list[list[Arc]]) -> None:
    """An order after another: each of its first operations after each of the other's last ones."""
    own = {o.id: [number[f"{o.id}/{op.id}"] for op in o.operations] for o in shop.orders}
    inside = {id_: {arc.before for i in ops for arc in into[i]} for id_, ops in own.items()}
    firsts = {id_: [i for i in ops if not any(a.before in ops for a in into[i])] for id_, ops in own.items()}
    for order in shop.orders:
        for after in order.after:
            lasts = [i for i in own[after.id] if i not in inside[after.id]] or own[after.id]
            for i in firsts[order.id] or own[order.id]:
                into[i] += [Arc(last, after.least, after.most) for last in lasts]


def cycle(into: Sequence[Sequence[int]]) -> list[int]:
    """One ring of things each before the next, the first again at the end; [] where there is none.

    into[i]: what goes before i.
    """
    missing = [len(before) for before in into]
    out: list[list[int]] = [[] for _ in into]
    for i, before in enumerate(into):
        for j in before:
            out[j].append(i)
    ready = [i for i, n in enumerate(missing) if not n]
    while ready:
        for j in out[ready.pop()]:
            missing[j] -= 1
            if not missing[j]:
                ready.append(j)
    left = {i for i, n in enumerate(missing) if n}
    if not left:
        return []
    seen = [min(left)]
    while True:
        back = next(j for j in into[seen[-1]] if j in left)
        if back in seen:
            return [back, *reversed(seen[seen.index(back) + 1 :]), back]
        seen.append(back)


class Earliest:
    """The earliest end of every operation if every machine were free for it. The arcs must have no ring."""

    def __init__(self, shop: model.Shop, names: list[str], into: list[list[Arc]]) -> None:
        self._names = names
        self._own: dict[str, list[int]] = {}
        self._because: dict[int, int] = {}
        work: list[int] = []
        opens: list[int] = []
        rate = max([1000, *(o.rate for c in shop.calendars for o in c.openings)])
        for order in shop.orders:
            self._own[order.id] = list(range(len(work), len(work) + len(order.operations)))
            work += [_least_work(op, rate) for op in order.operations]
            opens += [order.release if op.progress else max(order.release, shop.now) for op in order.operations]
        self._end = [-1] * len(work)
        for i in range(len(work)):
            self._reach(i, work, opens, into)

    def _reach(self, target: int, work: list[int], opens: list[int], into: list[list[Arc]]) -> None:
        end, stack = self._end, [target]
        while stack:
            i = stack[-1]
            waits = [a.before for a in into[i] if end[a.before] < 0]
            if waits:
                stack += waits
                continue
            stack.pop()
            begin = opens[i]
            for arc in into[i]:
                if end[arc.before] + arc.least > begin:
                    begin = end[arc.before] + arc.least
                    self._because[i] = arc.before
            end[i] = begin + work[i]

    def of(self, order: model.Order) -> tuple[int, list[str]]:
        """The earliest end of an order, and the chain of operations that says so."""
        last = max(self._own[order.id], key=lambda i: self._end[i])
        chain = [last]
        while chain[-1] in self._because:
            chain.append(self._because[chain[-1]])
        return self._end[last], [self._names[i] for i in reversed(chain)]


def _least_work(op: model.Operation, rate: int) -> int:
    """The fewest ticks `op` can take, at the fastest `rate` of any calendar."""
    return 0 if op.progress is not None else min(way.time for way in op.ways) * 1000 // rate
