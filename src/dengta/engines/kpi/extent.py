"""How far the events reach."""

from __future__ import annotations

import numpy as np

from dengta.core.batch import EventBatch
from dengta.core.intervals import Interval
from dengta.core.time import MINUTE
from dengta.core.vocabulary import EventType
from dengta.engines.kpi.columns import FOLDED, SKIPPED
from dengta.engines.kpi.model import LONGEST_REPORT

_COUNTED = [
    *(EventType.COUNTER, EventType.OPERATION_END, EventType.GOOD, EventType.SCRAP, EventType.REWORK),
]


def extent(batch: EventBatch) -> Interval | None:
    """The whole minutes from the first moment that the folded events of `batch` speak of to the last; None if none.

    What is counted at its end belongs to it; where something is counted as it begins, it begins a minute earlier (K7).
    """
    chosen = np.isin(batch["type"], [int(t) for t in FOLDED if t is not EventType.CORRECTION])
    batch = batch.take(chosen & (batch["flags"] & SKIPPED == 0))
    if not len(batch):
        return None
    reports = (batch["type"] == EventType.OPERATION_END) & (batch["scale"] == 0) & (batch["value"] <= LONGEST_REPORT)
    counted = np.isin(batch["type"], _COUNTED)
    begins = batch["ts"] - np.where(reports, batch["value"], 0)
    first, last = int((begins - (counted & (begins == batch["ts"]))).min()), int(batch["ts"].max())
    start = first // MINUTE * MINUTE
    return Interval(start, max(-(-last // MINUTE) * MINUTE, start + MINUTE))
