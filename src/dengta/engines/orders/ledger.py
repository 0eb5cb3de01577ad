"""The fold: events in any order, any number of times -> the facts of each order, and who was there.

A fact is kept under its place, so what the ledger answers depends on which events came, never on the order in which
they came. Corrections are done before (`kpi.apply`): an event that was taken out must never have been added.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

import numpy as np

from dengta.core.batch import EventBatch
from dengta.core.time import Micros
from dengta.core.vocabulary import UNCOUNTED, EventType
from dengta.engines.orders.model import Fact, Place

OF_ORDERS = frozenset({EventType.ORDER, EventType.ORDER_LINE, EventType.SHIPMENT})
PIECES = frozenset({EventType.GOOD, EventType.SCRAP, EventType.REWORK})
LABOUR = frozenset({EventType.LOGIN, EventType.LOGOUT, EventType.OPERATION_END})
JOBS = frozenset({EventType.OPERATION_START, EventType.OPERATION_END})
READ = OF_ORDERS | PIECES | LABOUR | JOBS
"""Types that the ledger reads; corrections come on top, for who applies them."""
_TYPE = {int(member): member for member in EventType}


class Presence(NamedTuple):
    """A login, a logout, or the end of an operation that took `value` microseconds, of a named person."""

    place: Place
    type: EventType
    machine: str
    person: str
    value: int


class Ledger:
    """Facts by order. `add` events, then ask `standing`, `board`, `day_measures`."""

    def __init__(self) -> None:
        self.orders: dict[str, dict[Place, Fact]] = {}
        self.presences: dict[Place, Presence] = {}
        self.loose: dict[Place, Fact] = {}
        """Pieces that name no order: they count for what a day made, not for any order."""

    def add(self, batch: EventBatch) -> set[str]:
        """Remember what `batch` tells; the orders it speaks of. Types that are not in `READ` are passed over."""
        wanted = np.isin(batch["type"], [int(t) for t in READ]) & (batch["flags"] & UNCOUNTED == 0)
        nobodys = np.isin(batch["type"], [int(t) for t in LABOUR]) & (batch["person"] == 0)
        no_job = ~np.isin(batch["type"], [int(t) for t in JOBS]) | (batch["order"] == 0)
        batch = batch.take(wanted & ~(nobodys & no_job))
        numbers = [batch[name].tolist() for name in ("ts", "stream", "epoch", "seq", "type", "value", "scale")]
        words = [batch.text(name).tolist() for name in ("subject", "code", "operation", "order", "lot", "person")]
        touched: set[str] = set()
        for row, text in zip(zip(*numbers, strict=True), zip(*words, strict=True), strict=True):
            ts, stream, epoch, seq, kind, value, scale = row
            subject, code, operation, order, lot, person = text
            place, number = (ts, stream, epoch, seq), _whole(value, scale)
            if kind in LABOUR and person:
                self.presences[place] = Presence(place, _TYPE[kind], subject, person, number)
            if kind in LABOUR | JOBS and not (kind in JOBS and order):
                continue
            fact = Fact(place, _TYPE[kind], subject, lot if kind == EventType.ORDER else code, operation, number)
            if order:
                self.orders.setdefault(order, {})[place] = fact
                touched.add(order)
            else:
                self.loose[place] = fact
        return touched

    def facts(self, order: str, at: Micros) -> list[Fact]:
        """What was told of `order` until `at` (inclusive), in the order of time."""
        return sorted(f for place, f in self.orders.get(order, {}).items() if place[0] <= at)

    def forget(self, orders: Iterable[str], before: Micros) -> None:
        """Drop `orders`, and what else lies before `before`."""
        for order in orders:
            self.orders.pop(order, None)
        self.loose = {place: fact for place, fact in self.loose.items() if place[0] >= before}
        self.presences = {place: one for place, one in self.presences.items() if place[0] >= before}

    def pieces(self, start: Micros, end: Micros) -> Iterator[Fact]:
        """Reports of pieces with ``start < ts <= end``: what is counted at an instant was made before it."""
        for facts in (*self.orders.values(), self.loose):
            for place, fact in facts.items():
                if start < place[0] <= end and fact.type in PIECES:
                    yield fact


def _whole(value: int, scale: int) -> int:
    return int(value * 10**scale if scale >= 0 else value // 10**-scale)
