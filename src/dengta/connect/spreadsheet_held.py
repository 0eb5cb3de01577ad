"""What the log already holds of a kind of file, as reports: so that importing again adds only what is new."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from dengta.connect.spreadsheet_mapping import WITHHELD
from dengta.connect.spreadsheet_rows import Report
from dengta.core.batch import EventBatch
from dengta.core.reason import Reason
from dengta.core.time import Micros, to_iso
from dengta.core.vocabulary import EventType
from dengta.log import LogReader

EPOCH = 1
IMPORTED = (
    EventType.OPERATION_START,
    EventType.OPERATION_END,
    EventType.GOOD,
    EventType.SCRAP,
    EventType.REWORK,
)
MOST_NAMED = 20
"""Changed rows that are named one by one."""


class _Place(NamedTuple):
    """Where the log has a report: its first seq, and by what a person would find it."""

    seq: int
    end: Micros
    machine: str
    order: str


@dataclass(frozen=True, slots=True)
class Held:
    """Reports of one stream by fingerprint, and the seq after the last one."""

    stream: int
    reports: dict[bytes, _Place]
    next_seq: int

    @classmethod
    def of(cls, log: LogReader, stream: int) -> Held:
        """What `log` holds of `stream`; a report begins at each OPERATION_START."""
        if not log.marks(stream):
            return cls(stream, {}, 0)
        batch = log.read(types=[int(t) for t in IMPORTED])
        own = batch.take((batch["stream"] == stream) & (batch["epoch"] == EPOCH))
        own = own.take(np.argsort(own["seq"], kind="stable"))
        reports = {
            report.fingerprint(): _Place(seq, report.end, report.machine, report.texts["order"])
            for seq, report in _reports(own)
        }
        return cls(stream, reports, int(own["seq"][-1]) + 1 if len(own) else 0)

    def contradictions(
        self, seen: set[bytes], new: dict[tuple[str, str, Micros], int], first: Micros, last: Micros
    ) -> list[Reason]:
        """A reason for each held report that ended in ``[first, last]``, the time of the file, but is not in `seen`.

        new: row of each report the log does not hold, by (machine, order, end): such a row was changed.
        """
        found: list[Reason] = []
        for fingerprint, place in self.reports.items():
            if fingerprint in seen or not first <= place.end <= last:
                continue
            key = f"{self.stream}/{EPOCH}/{place.seq}"
            row = new.get((place.machine, place.order, place.end))
            if row is not None:
                found.append(Reason("import.row_changed", (f"row {row}",), {"key": key}))
                continue
            params = {"key": key, "machine": place.machine, "order": place.order or "-", "end": to_iso(place.end)}
            found.append(Reason("import.row_gone", (), params))
        if len(found) > MOST_NAMED:
            found[MOST_NAMED:] = [Reason("import.changed_more", (), {"rows": len(found) - MOST_NAMED})]
        return found


def _reports(events: EventBatch) -> Iterator[tuple[int, Report]]:
    """The reports whose events these are, sorted by seq, each with its first seq."""
    number = {name: events[name].tolist() for name in ("seq", "ts", "type", "value")}
    word = {name: events.text(name).tolist() for name in _WORDS}
    starts = [i for i, kind in enumerate(number["type"]) if kind == EventType.OPERATION_START]
    for first, after in zip(starts, [*starts[1:], len(events)], strict=True):
        counts = {"good": 0, "scrap": 0, "withheld": 0, "rework": 0}
        texts = {name: word[name][first] for name in ("order", "operation", "person", "reason")} | {"item": ""}
        start, end, length = number["ts"][first], number["ts"][first], 0
        for i in range(first + 1, after):
            kind, value = number["type"][i], number["value"][i]
            if kind == EventType.OPERATION_END:
                end, length = number["ts"][i], value
            else:
                counts["withheld" if word["reason"][i] == WITHHELD else _ROLES[kind]] = value
                texts["item"] = word["code"][i]
        machine, activity = word["subject"][first], word["code"][first]
        yield number["seq"][first], Report(0, machine, activity, start, end, length, counts, texts, [], [])


_WORDS = ("subject", "code", "reason", "order", "operation", "person")
_ROLES = {int(EventType.GOOD): "good", int(EventType.SCRAP): "scrap", int(EventType.REWORK): "rework"}
