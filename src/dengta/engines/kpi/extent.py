"""How far the events reach."""

from __future__ import annotations

import numpy as np

from dengta.core.batch import EventBatch
from dengta.core.intervals import Interval
from dengta.core.vocabulary import EventType
from dengta.engines.kpi.columns import FOLDED


def extent(batch: EventBatch) -> Interval | None:
    """From the first moment that the folded events of `batch` speak of to the last, which lies inside; None if none."""
    batch = batch.take(np.isin(batch["type"], [int(t) for t in FOLDED if t is not EventType.CORRECTION]))
    if not len(batch):
        return None
    worked = np.where(batch["type"] == EventType.OPERATION_END, batch["value"], 0)
    return Interval(int((batch["ts"] - worked).min()), int(batch["ts"].max()) + 1)
