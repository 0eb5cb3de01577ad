"""KPIs of orders, marked as ours: lead time, production cycle, on-time delivery; and AOET of ISO 22400-2.

C37 lead time: release (or first start) to shipment. C38, C39 production cycle: first start to last end, median and P90.
C40 on-time delivery: orders shipped not later than due, of those due by `now` or shipped.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from dengta.core.batch import EventBatch
from dengta.core.reason import Reason
from dengta.core.time import Micros
from dengta.core.vocabulary import UNCOUNTED, EventType
from dengta.engines.kpi.clauses import Ratio

_WORK = (
    EventType.OPERATION_START,
    EventType.OPERATION_END,
    EventType.GOOD,
    EventType.SCRAP,
    EventType.REWORK,
)


@dataclass(frozen=True, slots=True)
class OrderTimes:
    """The instants of one order, None where nobody told. started, ended: first and last work on it."""

    order: str
    released: Micros | None = None
    started: Micros | None = None
    ended: Micros | None = None
    due: Micros | None = None
    shipped: Micros | None = None

    @property
    def execution(self) -> Micros | None:
        """Actual order execution time (AOET): from its first start to its last end, waiting and moving included."""
        return None if self.started is None or self.ended is None else self.ended - self.started


def order_times(batch: EventBatch) -> dict[str, OrderTimes]:
    """First and last work on each order that `batch` (corrections done) tells of; a report begins when it says."""
    chosen = np.isin(batch["type"], [int(t) for t in _WORK]) & (batch["order"] != 0)
    work = batch.take(chosen & (batch["flags"] & int(UNCOUNTED) == 0))
    if not len(work):
        return {}
    took = np.where((work["type"] == EventType.OPERATION_END) & (work["scale"] == 0), work["value"], 0)
    codes, group = np.unique(work["order"], return_inverse=True)
    first, last = np.full(len(codes), np.iinfo(np.int64).max), np.full(len(codes), np.iinfo(np.int64).min)
    np.minimum.at(first, group, work["ts"] - took)
    np.maximum.at(last, group, work["ts"])
    names = (batch.texts[code] for code in codes.tolist())
    spans = zip(names, first.tolist(), last.tolist(), strict=True)
    return {order: OrderTimes(order, started=a, ended=b) for order, a, b in spans}


def order_clauses(orders: Iterable[OrderTimes], now: Micros) -> dict[str, Ratio]:
    """C37 to C40 over `orders`; times as microseconds. On-time delivery knows by `now` which orders are due."""
    known = list(orders)
    lead = [o.shipped - begun for o in known if o.shipped is not None and (begun := _begun(o)) is not None]
    cycles = [o.execution for o in known if o.execution is not None]
    expected = [o for o in known if o.due is not None and (o.due <= now or o.shipped is not None)]
    kept = sum(1 for o in expected if o.shipped is not None and o.due is not None and o.shipped <= o.due)
    return {
        "lead_time_median": _of("lead_time_median", lead, "shipped", median),
        "production_cycle_median": _of("production_cycle_median", cycles, "AOET", median),
        "production_cycle_p90": _of("production_cycle_p90", cycles, "AOET", p90),
        "on_time_delivery": _of("on_time_delivery", expected, "due", lambda of: Fraction(kept, len(of))),
    }


def _begun(order: OrderTimes) -> Micros | None:
    return order.released if order.released is not None else order.started


def _of(name: str, values: list, missing: str, form: Callable[[list], Fraction]) -> Ratio:
    if not values:
        return Ratio(name, None, Reason("kpi.undefined_input", (name,), {"input": missing}))
    return Ratio(name, form(values))


def median(values: list[int]) -> Fraction:
    """The middle value, or the mean of the two middle ones."""
    ranked, n = sorted(values), len(values)
    return Fraction(ranked[(n - 1) // 2] + ranked[n // 2], 2)


def p90(values: list[int]) -> Fraction:
    """The smallest value that at least nine in ten do not exceed (nearest rank)."""
    return Fraction(sorted(values)[-(-9 * len(values) // 10) - 1])


def execution_inputs(times: Mapping[str, OrderTimes], order: str) -> dict[str, int | None]:
    """AOET of one order as an input of `Figure.with_inputs`."""
    return {"AOET": times[order].execution if order in times else None}
