"""Operations that are made in sublots: each sublot is an operation of its own, before anything is planned.

Lot streaming with equal and consistent sublots (Trietsch and Baker 1993): where an operation follows one that is split
into as many, each sublot waits for its own; otherwise all wait for all. A sublot is whole, takes any way of its
operation, and may run beside its siblings; together they are the work, the material and the size of the whole.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from dengta.engines.scheduling import model


def streamed(shop: model.Shop) -> model.Shop:
    """The shop with a row for each sublot, named ``operation#1``, ``operation#2``...; itself where nothing is split."""
    lots = {f"{o.id}/{op.id}": op.split for o in shop.orders for op in o.operations if op.split > 1}
    if not lots:
        return shop
    return replace(shop, orders=tuple(replace(o, operations=_operations(o, lots)) for o in shop.orders))


def _operations(order: model.Order, lots: dict[str, int]) -> tuple[model.Operation, ...]:
    from dengta.engines.scheduling.model import After

    found: list[model.Operation] = []
    for at, op in enumerate(order.operations):
        after = op.after
        if after is None:
            after = (After(order.operations[at - 1].id),) if at else ()
        pin = op.pin
        if pin is not None and pin.after in lots:
            after, pin = (*after, After(pin.after)), replace(pin, after=None)
        for j in range(op.split):
            ends = tuple(one for a in after for one in _ends(order.id, a, lots, op.split, j))
            found.append(_sublot(replace(op, after=ends, pin=pin, split=1), j, op.split))
    return tuple(found)


def _ends(order: str, after: model.After, lots: dict[str, int], own: int, j: int) -> list[model.After]:
    """What sublot j waits for."""
    count = lots.get(after.id if "/" in after.id else f"{order}/{after.id}", 1)
    if count == 1:
        return [after]
    which = (j,) if count == own else range(count)
    return [replace(after, id=f"{after.id}#{k + 1}") for k in which]


def _sublot(op: model.Operation, j: int, count: int) -> model.Operation:
    """Sublot j of `count`: its share of everything that is counted, remainders spread."""
    if count == 1:
        return op

    def share(whole: int) -> int:
        return whole * (j + 1) // count - whole * j // count

    def amounts(all_: tuple[model.Amount, ...]) -> tuple[model.Amount, ...]:
        return tuple(replace(a, quantity=share(a.quantity)) for a in all_ if share(a.quantity))

    return replace(
        op,
        id=f"{op.id}#{j + 1}",
        ways=tuple(replace(way, time=share(way.time)) for way in op.ways),
        uses=amounts(op.uses),
        makes=amounts(op.makes),
        size=max(1, share(op.size)),
    )
