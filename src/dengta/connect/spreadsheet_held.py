"""What the log already holds of a kind of file, as reports: so that importing again adds only what is new."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from dengta.connect.spreadsheet_events import EPOCH, IMPORTED, Array, Fingerprints, fingerprints, heads
from dengta.connect.spreadsheet_mapping import QUANTITIES, STATES, ReportMapping
from dengta.core.batch import EventBatch
from dengta.core.event import Key
from dengta.core.ids import stream_id
from dengta.core.reason import Reason, Refusal
from dengta.core.time import EARLIEST, LATEST, Micros, to_iso
from dengta.core.vocabulary import EventType, Flag
from dengta.log import LogReader

MOST_NAMED = 20
"""Changed rows that are named one by one."""


@dataclass(slots=True, eq=False)
class Held:
    """Reports of one stream: `known` gives a report's number by its fingerprint, `first` has its first event.

    seen: whether the file that is being read tells it too. taken: the facts (keys of their ends) whose second source
    is in this stream. next_seq: the number after the last event.
    """

    stream: int
    next_seq: int
    known: Fingerprints
    first: EventBatch
    end: Array
    seen: Array
    taken: frozenset[Key] = frozenset()

    @classmethod
    def of(cls, log: LogReader, mapping: ReportMapping) -> Held:
        """What `log` holds of the stream of `mapping`. Refusal: it was read by a style of another kind."""
        stream = stream_id(mapping.site, mapping.producer)
        none = np.empty(0, np.int64)
        if not log.marks(stream):
            return cls(stream, 0, Fingerprints(), EventBatch.empty(), none, none.astype(bool))
        batch = log.read(types=[int(t) for t in IMPORTED])
        own = batch.take((batch["stream"] == stream) & (batch["epoch"] == EPOCH))
        del batch
        own = own.take(np.argsort(own["seq"], kind="stable"))
        if len(own) and _kind(own) != _wanted(mapping):
            raise Refusal(Reason("import.style_changed", params={"producer": mapping.producer, "style": mapping.style}))
        first = heads(own)
        told = fingerprints(own, first, machine=mapping.says("machine"), activity=mapping.says("activity"))
        keys, number = np.unique(told, return_index=True)
        known = Fingerprints()
        known.add(keys, number)
        lasts = np.maximum.reduceat(own["ts"], first) if len(first) else none
        next_seq = int(own["seq"][-1]) + 1 if len(own) else 0
        return cls(stream, next_seq, known, own.take(first), lasts, np.zeros(len(first), bool), _taken(own))

    def __len__(self) -> int:
        return len(self.end)

    @property
    def twins(self) -> Array:
        """Which reports are the second source of a fact."""
        return np.asarray(self.first["flags"] & Flag.TWIN != 0)

    def missing(self, first: Micros, last: Micros) -> Array:
        """The numbers of reports that ended in ``[first, last]``, the time of the file, and that it does not tell."""
        return np.flatnonzero(~self.seen & (self.end >= first) & (self.end <= last))

    def place(self, number: int) -> tuple[str, str, Micros]:
        """Where a report was: machine, order, end."""
        texts = self.first.texts
        return texts[self.first["subject"][number]], texts[self.first["order"][number]], int(self.end[number])

    def contradictions(self, missing: Array, rows: dict[tuple[str, str, Micros], int]) -> Iterator[Reason]:
        """A reason for each of the `missing`. rows: the new rows of the file by place: such a row was changed."""
        for number in missing[:MOST_NAMED].tolist():
            machine, order, end = self.place(number)
            key = f"{self.stream}/{EPOCH}/{int(self.first['seq'][number])}"
            row = rows.get((machine, order, end)) or rows.get(("", order, end))
            if row is not None:
                yield Reason("import.row_changed", (f"row {row}",), {"key": key})
            else:
                params = {"key": key, "machine": machine, "order": order or "-", "end": to_iso(end)}
                yield Reason("import.row_gone", (), params)
        if len(missing) > MOST_NAMED:
            yield Reason("import.changed_more", (), {"rows": len(missing) - MOST_NAMED})


def _taken(own: EventBatch) -> frozenset[Key]:
    ends = own.take((own["type"] == EventType.OPERATION_END) & (own["flags"] & Flag.TWIN != 0))
    return frozenset(Key(*key) for key in zip(*(ends[f"ref_{part}"].tolist() for part in Key._fields), strict=True))


def _kind(batch: EventBatch) -> EventType:
    kinds = set(np.unique(batch["type"][:1000]).tolist())
    return next(k for k in (EventType.OPERATION_START, EventType.STATE, EventType.GOOD) if k in kinds)


def _wanted(mapping: ReportMapping) -> EventType:
    return {STATES: EventType.STATE, QUANTITIES: EventType.GOOD}.get(mapping.style, EventType.OPERATION_START)


NEVER = (LATEST, EARLIEST)
"""The time of a file without rows: it begins after it ends."""
