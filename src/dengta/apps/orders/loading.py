"""From the log to a ledger: only the events that the asked days need, however long the history is."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from dengta.core.batch import EventBatch
from dengta.core.time import DAY, Micros
from dengta.core.vocabulary import EventType
from dengta.engines import kpi
from dengta.engines.orders import LOOKBACK, READ, Fact, Ledger, Standing, standing
from dengta.engines.plantbook import PlantBook
from dengta.log import LogReader

LONGEST: Micros = 92 * DAY
"""An order is looked for so long after its last event."""
_ORDERING = (EventType.ORDER, EventType.ORDER_LINE, EventType.SHIPMENT)
_MADE = (EventType.GOOD, EventType.SCRAP, EventType.REWORK)


def load(reader: LogReader, since: Micros, until: Micros | None = None) -> Ledger:
    """The orders that were open or due at `since` or later, whole, and the pieces and labour from `since` to `until`.

    Pieces are read from the release of the oldest such order on; of orders that nobody told, as far as `LONGEST`.
    """
    told = reader.read(since - LONGEST, types=[*_ORDERING, EventType.CORRECTION])
    ordering = Ledger()
    ordering.add(kpi.apply(told))
    gone = {
        order
        for order, facts in ordering.orders.items()
        if left_before(facts.values(), since) or (until is not None and min(facts)[0] >= until)
    }
    releases = [min(facts)[0] for order, facts in ordering.orders.items() if order not in gone]
    start = min([since - LOOKBACK, *releases])
    made = _pieces(reader, start, until)
    strange = {made.texts[code] for code in set(made["order"].tolist())} - ordering.orders.keys() - {""}
    if strange:
        made = _pieces(reader, since - LONGEST, until)
    ledger = Ledger()
    ledger.add(kpi.apply(EventBatch.concat([told, made]).sorted()))
    ledger.forget(gone, since - LOOKBACK)
    return ledger


def one_order(reader: LogReader, order: str, book: PlantBook, at: Micros) -> Standing | None:
    """An order of any age; None where nobody spoke of it in the last `LONGEST`."""
    batch = order_events(reader, order, at)
    ledger = Ledger()
    ledger.add(kpi.apply(batch))
    facts = ledger.facts(order, at)
    return standing(order, facts, book) if facts else None


def order_events(reader: LogReader, order: str, at: Micros, since: Micros | None = None) -> EventBatch:
    """What was told of `order` until `at`, with the corrections of that time; sorted. `since`: its first event."""
    if since is not None:
        told = reader.read(since, at + 1, types=[*_ORDERING, *_MADE, EventType.CORRECTION])
        return told.take(_is_of(told, order) | (told["type"] == EventType.CORRECTION))
    ordering = reader.read(at - LONGEST, at + 1, types=_ORDERING)
    mine = _of(ordering, order)
    start = int(mine["ts"].min()) if len(mine) else at - LONGEST
    left = mine["ts"][mine["type"] == EventType.SHIPMENT]
    end = int(left.max()) + DAY if len(left) else at
    made = reader.read(start, min(end, at) + 1, types=[*_MADE, EventType.CORRECTION])
    is_correction = made["type"] == EventType.CORRECTION
    return EventBatch.concat([mine, _of(made, order), made.take(is_correction)]).sorted()


def left_before(facts: Iterable[Fact], since: Micros) -> bool:
    """Whether an order's shipments and its due date all lie before `since`."""
    shipped, due = [], []
    for fact in facts:
        if fact.type is EventType.SHIPMENT:
            shipped.append(fact.place[0])
        elif fact.type is EventType.ORDER:
            due.append((fact.place, fact.value))
    return bool(shipped) and max(shipped) < since - LOOKBACK and (not due or max(due)[1] <= since)


def _pieces(reader: LogReader, start: Micros, until: Micros | None) -> EventBatch:
    return reader.read(start, until, types=[t for t in READ if t not in _ORDERING])


def _of(batch: EventBatch, order: str) -> EventBatch:
    return batch.take(_is_of(batch, order))


def _is_of(batch: EventBatch, order: str) -> NDArray[np.bool_]:
    """Which events name `order`; shape (n,)."""
    known = batch.texts.index(order) if order in batch.texts else -1
    named: NDArray[np.bool_] = batch["order"] == known
    return named
