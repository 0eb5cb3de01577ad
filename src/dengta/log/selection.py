"""Which events a reader wants: time, subjects, types."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

import numpy as np

from dengta.core.batch import EventBatch
from dengta.core.time import LATEST, Micros


@dataclass(frozen=True, slots=True)
class Selection:
    """Events with ``start <= ts < end``; None for subjects or types means all."""

    start: Micros = 0
    end: Micros = LATEST + 1
    subjects: tuple[str, ...] | None = None
    types: tuple[int, ...] | None = None

    @classmethod
    def of(
        cls,
        start: Micros | None,
        end: Micros | None,
        subjects: Collection[str] | None,
        types: Collection[int] | None,
    ) -> Selection:
        """From a reader's arguments."""
        return cls(
            0 if start is None else start,
            LATEST + 1 if end is None else end,
            None if subjects is None else tuple(sorted(subjects)),
            None if types is None else tuple(sorted(int(t) for t in types)),
        )

    def of_batch(self, batch: EventBatch) -> EventBatch:
        """The wanted events of a batch, in its order."""
        ts = batch["ts"]
        wanted = (ts >= self.start) & (ts < self.end)
        if self.subjects is not None:
            named = set(self.subjects)
            wanted &= np.array([t in named for t in batch.texts], bool)[batch["subject"]]
        if self.types is not None:
            wanted &= np.isin(batch["type"], self.types)
        return batch if wanted.all() else batch.take(wanted)
