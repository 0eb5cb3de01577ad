"""How far the events reach."""

from __future__ import annotations

import numpy as np

from dengta.core.batch import EventBatch
from dengta.core.intervals import Interval
from dengta.core.vocabulary import EventType
from dengta.engines.kpi.columns import FOLDED, SKIPPED
from dengta.engines.kpi.model import LONGEST_REPORT


def extent(batch: EventBatch) -> Interval | None:
    """From the first moment that the folded events of `batch` speak of to the last, which lies inside; None if none."""
    chosen = np.isin(batch["type"], [int(t) for t in FOLDED if t is not EventType.CORRECTION])
    batch = batch.take(chosen & (batch["flags"] & SKIPPED == 0))
    if not len(batch):
        return None
    reports = (batch["type"] == EventType.OPERATION_END) & (batch["scale"] == 0) & (batch["value"] <= LONGEST_REPORT)
    worked = np.where(reports, batch["value"], 0)
    return Interval(int((batch["ts"] - worked).min()), int(batch["ts"].max()) + 1)
