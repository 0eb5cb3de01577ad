"""From reports to events, and the fingerprint by which a report is known again: what its events say."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dengta.connect.spreadsheet_mapping import QUANTITIES, STATES, WITHHELD
from dengta.connect.spreadsheet_rows import Report
from dengta.core.batch import EventBatch
from dengta.core.event import Key
from dengta.core.vocabulary import ClockSource, EventType, Flag

Array = NDArray[Any]
EPOCH = 1
IMPORTED = (
    EventType.STATE,
    EventType.OPERATION_START,
    EventType.OPERATION_END,
    EventType.GOOD,
    EventType.SCRAP,
    EventType.REWORK,
)
_PIECES = (
    ("good", EventType.GOOD, ""),
    ("scrap", EventType.SCRAP, ""),
    ("withheld", EventType.SCRAP, WITHHELD),
    ("rework", EventType.REWORK, ""),
)
_FLAGS = {
    (repaired, twin): int(Flag.HISTORICAL | Flag.REPAIRED * repaired | Flag.TWIN * twin)
    for repaired in (False, True)
    for twin in (False, True)
}
Twin = Mapping[EventType, Key]
"""The events of a fact by type: what a twin's events name."""


def events_of(report: Report, style: str) -> int:
    """How many events a report becomes."""
    if style == STATES:
        return 1
    counts = report.counts
    if style == QUANTITIES:
        return sum(1 for role in counts if counts[role] is not None and (role == "good" or counts[role]))
    return 2 + sum(1 for role in counts if counts[role])


def batch_of(
    reports: Sequence[Report],
    style: str,
    stream: int,
    seq: int,
    twins: Mapping[int, Twin] | None = None,
    clock: ClockSource = ClockSource.RECORD,
) -> EventBatch:
    """The events of `reports`, numbered from `seq`. `twins`: the facts that rows say again, by row. clock: what kind of
    writing they are from."""
    codes: dict[str, int] = {"": 0}
    made: list[tuple[int, ...]] = []

    def text(word: str) -> int:
        return codes.setdefault(word, len(codes))

    for report in reports:
        words, twin = report.texts, twins.get(report.row) if twins else None
        flags = _FLAGS[bool(report.repairs), twin is not None]
        order, operation, person = (
            text(words.get("order", "")),
            text(words.get("operation", "")),
            text(words.get("person", "")),
        )
        common = (text(report.machine), order, operation, person, flags)
        activity, why = text(report.activity), text(words.get("reason", ""))
        if style == STATES:
            made.append((report.start, EventType.STATE, activity, why, 0, *common, *_ref(twin, EventType.STATE)))
            continue
        if style != QUANTITIES:
            ref = _ref(twin, EventType.OPERATION_START)
            made.append((report.start, EventType.OPERATION_START, activity, why, 0, *common, *ref))
            ref = _ref(twin, EventType.OPERATION_END)
            made.append((report.end, EventType.OPERATION_END, activity, why, report.length, *common, *ref))
        for role, kind, reason in _PIECES:
            pieces = report.counts.get(role)
            if pieces or (pieces == 0 and style == QUANTITIES and role == "good"):
                because = text(reason) or (why if style == QUANTITIES else 0)
                item = text(words.get("item", ""))
                made.append((report.end, kind, item, because, pieces, *common, *_ref(twin, kind)))
    names = ("ts", "type", "code", "reason", "value", "subject", "order", "operation", "person", "flags", *_REF)
    columns = dict(zip(names, np.array(made, np.int64).reshape(-1, len(names)).T, strict=True))
    number = np.arange(seq, seq + len(made))
    fixed = {"stream": stream, "epoch": EPOCH, "clock": int(clock)}
    return EventBatch.from_columns(len(made), list(codes), seq=number, **fixed, **columns)


_REF = ("ref_stream", "ref_epoch", "ref_seq")


def _ref(twin: Twin | None, kind: EventType) -> Key | tuple[int, int, int]:
    if twin is None:
        return (0, 0, 0)
    return twin.get(kind) or twin[EventType.OPERATION_END]


# -- fingerprints


def head_of(style: str) -> EventType:
    """The type with which each report of a style begins."""
    return {STATES: EventType.STATE, QUANTITIES: EventType.GOOD}.get(style, EventType.OPERATION_START)


def fingerprints(batch: EventBatch, style: str, *, machine: bool, activity: bool) -> Array:
    """For each report of `batch` the 16 bytes that stand for all its events say, as ``S16``.

    batch: events of one stream in the order of their numbers, whole reports. machine, activity: whether the file says
    them; a second source that does not is known by the rest. Reports of one fingerprint become the same events.
    """
    first = np.flatnonzero(batch["type"] == head_of(style))
    told = event_prints(batch, machine=machine, activity=activity)
    return as_keys(np.add.reduceat(told, first) if len(first) else told[:0])


def as_keys(sums: Array) -> Array:
    """Sums of `event_prints` over the events of each report, shape (n, 2), as ``S16``."""
    return np.ascontiguousarray(sums).view("S16").ravel()


def event_prints(batch: EventBatch, *, machine: bool, activity: bool) -> Array:
    """Two 64-bit numbers for what each event says, shape (n, 2). A report is known by their sums, so that its events
    may be read in any order and any pieces."""
    told = [batch[name].astype(np.uint64) for name in ("type", "ts", "value")]
    words = _hashed(batch.texts)
    work = np.isin(batch["type"], (EventType.OPERATION_START, EventType.OPERATION_END))
    for name in ("order", "operation", "person", "reason", "subject", "code"):
        column = words[batch[name]]
        if name == "subject" and not machine:
            column = np.zeros_like(column)
        if name == "code" and not activity:
            column = np.where(work[:, None], np.uint64(0), column)
        told.append(column)
    lanes = []
    for lane in (0, 1):
        mixed = np.full(len(batch), lane, np.uint64)
        for column in told:
            mixed = _mix(mixed ^ (column if column.ndim == 1 else column[:, lane]))
        lanes.append(mixed)
    return np.stack(lanes, axis=1)


def _hashed(texts: Sequence[str]) -> Array:
    """Two 64-bit numbers for each text, shape (n, 2)."""
    digests = b"".join(hashlib.blake2b(text.encode(), digest_size=16).digest() for text in texts)
    return np.frombuffer(digests, np.uint64).reshape(-1, 2)


def _mix(value: Array) -> Array:
    """The finaliser of splitmix64 (Steele, Lea and Flood, 2014): every bit of input moves every bit of output."""
    value = value + np.uint64(0x9E3779B97F4A7C15)
    value = (value ^ (value >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    value = (value ^ (value >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return np.asarray(value ^ (value >> np.uint64(31)))


LONGEST_RUN = 1 << 19
"""A longer run of fingerprints is joined no more: what joining needs beside it stays small."""


class Fingerprints:
    """Fingerprints, each with a number: 24 bytes a report, in sorted runs that are joined as they grow."""

    def __init__(self) -> None:
        self._runs: list[tuple[Array, Array]] = []

    def find(self, wanted: Array) -> Array:
        """The number of each of `wanted`, -1 where it is not in the set."""
        found = np.full(len(wanted), -1, np.int64)
        for keys, numbers in self._runs:
            at = np.minimum(np.searchsorted(keys, wanted), len(keys) - 1)
            found = np.where(keys[at] == wanted, numbers[at], found)
        return found

    def add(self, keys: Array, numbers: Array) -> None:
        """Put `keys`, none of which is in the set or comes twice, into it."""
        if not len(keys):
            return
        if (keys[1:] < keys[:-1]).any():
            order = np.argsort(keys)
            keys, numbers = keys[order], numbers[order]
        self._runs.append((keys, np.asarray(numbers, np.int64)))
        while len(self._runs) > 1 and len(self._runs[-2][0]) <= min(2 * len(self._runs[-1][0]), LONGEST_RUN):
            (keys, numbers), (more, others) = self._runs[-2:]
            keys, numbers = np.concatenate([keys, more]), np.concatenate([numbers, others])
            order = np.argsort(keys, kind="stable")
            self._runs[-2:] = [(keys[order], numbers[order])]


class Repeats:
    """Which row of a file told a fingerprint first. Of those that the log holds, which are `count` and numbered by
    `known`, eight bytes each are enough."""

    def __init__(self, known: Fingerprints, count: int) -> None:
        self._known, self._others = known, Fingerprints()
        self._row = np.zeros(count + 1, np.int64)  # the last one is nobody's: a number of -1 finds it

    def find(self, wanted: Array) -> Array:
        """The row that told each of `wanted`, -1 where none did."""
        row = self._row[self._known.find(wanted)]
        return np.where(row > 0, row, self._others.find(wanted))

    def add(self, keys: Array, rows: Array) -> None:
        """Row numbers (from 1) of `keys`, none of which was told before or comes twice."""
        number = self._known.find(keys)
        held = number >= 0
        self._row[number[held]] = rows[held]
        self._others.add(keys[~held], rows[~held])
