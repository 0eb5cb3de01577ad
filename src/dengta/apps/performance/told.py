"""What a site's log was told, for who folds it: the last days in memory, what lies before in the log itself."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from dengta.core.batch import EventBatch
from dengta.core.event import Key
from dengta.core.intervals import Interval
from dengta.core.time import DAY, EARLIEST, Micros
from dengta.core.vocabulary import EventType
from dengta.engines import kpi
from dengta.log import LogReader

_AHEAD = DAY
"""So much is read at once of a machine: who folds one bucket again often folds the next one too."""


class LogTold:
    """A `kpi.Told` over a log. In memory are all events from `since` on that were given to it."""

    def __init__(self, reader: LogReader, types: Sequence[int], batch: EventBatch) -> None:
        """`batch`: all that the log holds."""
        self._reader, self._types = reader, [t for t in types if t != EventType.CORRECTION]
        self._memory, self._since = kpi.Remembered(batch), EARLIEST
        self._read: dict[str, tuple[Interval, EventBatch]] = {}

    def add(self, batch: EventBatch) -> None:
        """What the log was told since."""
        self._memory.add(batch)
        self._read.clear()

    def forget(self, before: Micros) -> None:
        """Leave to the log what happened earlier."""
        batch = self._memory.batch
        self._memory, self._since = kpi.Remembered(batch.take(batch["ts"] >= before)), before
        self._read.clear()

    def events(self, machine: str, start: Micros, end: Micros) -> EventBatch:
        """As `kpi.Told` says. Those of the log may be more than were given: whoever folds them folds them early."""
        if start >= self._since:
            return self._memory.events(machine, start, end)
        span, held = self._read.get(machine, (Interval(EARLIEST, EARLIEST + 1), EventBatch.empty()))
        if not span.start <= start <= end <= span.end:
            span = Interval(start, max(end, start + _AHEAD))
            held = self._reader.read(span.start, span.end, subjects=[machine], types=self._types)
            self._read[machine] = span, held
        return held.take(slice(*np.searchsorted(held["ts"], (start, end))))

    def located(self, corrections: EventBatch) -> Mapping[Key, Micros]:
        """As `kpi.Told` says; what is corrected after days is looked for in all that its machine ever told."""
        found = self._memory.located(corrections)
        if len(found) == len(corrections) or self._since == EARLIEST:
            return found
        machines = {corrections.texts[code] for code in np.unique(corrections["subject"]).tolist()}
        types = [*self._types, int(EventType.CORRECTION)]
        return kpi.locate(corrections, self._reader.read(subjects=machines, types=types))
