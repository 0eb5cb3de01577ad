"""From events to points: texts become numbers, reports become intervals, everything in the order of time."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from dengta.core.batch import EventBatch
from dengta.core.vocabulary import STATE_ELEMENT, ClockSource, EventType, Flag
from dengta.engines.kpi.model import ACTIVITIES, ELEMENTS, Ints, Point, Points, Setting

FOLDED = (
    EventType.STATE,
    EventType.COUNTER,
    EventType.OPERATION_END,
    EventType.GOOD,
    EventType.SCRAP,
    EventType.REWORK,
    EventType.CORRECTION,
)
"""Types the figures are made of: a reader need not fetch others."""

_PIECES = {EventType.GOOD: Point.GOOD, EventType.SCRAP: Point.SCRAP, EventType.REWORK: Point.REWORK}


def points(batch: EventBatch, setting: Setting) -> Points:
    """The points of `batch`, which is sorted by (ts, stream, epoch, seq) and has its corrections done (`apply`).

    Events of machines that `setting` does not name make no points.
    """
    machines = _table(batch, {m: i for i, m in enumerate(setting.machines)})[batch["subject"]]
    counts = (machines >= 0) & (batch["flags"] & Flag.BAD == 0)
    made = [
        *_states(batch, counts, setting),
        *_reports(batch, counts),
        *(_pieces(batch, counts & (batch["type"] == kind), point) for kind, point in _PIECES.items()),
        _counts(batch, counts, setting),
    ]
    rows, ts, kind, value, which = (np.concatenate(column) for column in zip(*(m[:5] for m in made), strict=True))
    order = np.lexsort((rows, ts))  # at one instant: in the order of the events
    return Points(
        ts[order],
        machines[rows[order]].astype(np.int32),
        kind[order],
        value[order],
        which[order],
        sum(m[5] for m in made),
    )


_Made = tuple[Ints, Ints, NDArray[np.uint8], Ints, NDArray[np.int32], int]


def _make(rows: Ints, ts: Ints, point: Point, value: Ints, which: Ints | int = 0, unread: int = 0) -> _Made:
    kinds = np.full(len(rows), point, np.uint8)
    return rows, ts, kinds, value.astype(np.int64), np.broadcast_to(which, rows.shape).astype(np.int32), unread


def _table(batch: EventBatch, words: Mapping[str, int]) -> Ints:
    """Number of each text of the batch's dictionary, -1 for a text that has none."""
    return np.array([words.get(text, -1) for text in batch.texts], np.int64)


def _states(batch: EventBatch, counts: NDArray, setting: Setting) -> list[_Made]:
    rows = np.flatnonzero(counts & (batch["type"] == EventType.STATE))
    column = {element: i for i, element in enumerate(ELEMENTS)}
    by_state = _table(batch, {s: column[e] for s, e in STATE_ELEMENT.items()})[batch["code"][rows]]
    by_reason = _table(batch, {r: column[e] for r, e in setting.reasons.items() if r})[batch["reason"][rows]]
    return [_make(rows, batch["ts"][rows], Point.STATE, np.where(by_reason >= 0, by_reason, by_state))]


def _reports(batch: EventBatch, counts: NDArray) -> list[_Made]:
    rows = np.flatnonzero(counts & (batch["type"] == EventType.OPERATION_END))
    length, fits = _whole(batch, rows)
    rows, length, unread = rows[fits], length[fits], int((~fits).sum())
    activity = _table(batch, {a: i for i, a in enumerate(ACTIVITIES)})[batch["code"][rows]]
    end = batch["ts"][rows]
    lasts = length > 0
    return [
        _make(rows[lasts], (end - length)[lasts], Point.ENTER, activity[lasts]),
        _make(rows[lasts], end[lasts], Point.LEAVE, activity[lasts]),
        _make(rows, end, Point.REPORT, np.ones(len(rows), np.int64), unread=unread),
    ]


def _pieces(batch: EventBatch, chosen: NDArray, point: Point) -> _Made:
    rows = np.flatnonzero(chosen)
    pieces, fits = _whole(batch, rows)
    rows = rows[fits]
    return _make(rows, batch["ts"][rows], point, pieces[fits], unread=int((~fits).sum()))


def _counts(batch: EventBatch, counts: NDArray, setting: Setting) -> _Made:
    rows = np.flatnonzero(counts & (batch["type"] == EventType.COUNTER))
    ids = {(c.machine, c.code): i for i, c in enumerate(setting.counters)}
    subject, code = batch["subject"][rows].astype(np.int64), batch["code"][rows].astype(np.int64)
    pairs, back = np.unique(subject * len(batch.texts) + code, return_inverse=True)
    names = [(batch.texts[p // len(batch.texts)], batch.texts[p % len(batch.texts)]) for p in pairs.tolist()]
    which = np.array([ids.get(name, -1) for name in names], np.int64)[back] if len(rows) else np.empty(0, np.int64)
    rows, which = rows[which >= 0], which[which >= 0]
    count, fits = _whole(batch, rows)
    rows, which = rows[fits], which[fits]
    return _make(rows, batch["ts"][rows], Point.COUNT, count[fits], which, int((~fits).sum()))


def _whole(batch: EventBatch, rows: Ints) -> tuple[Ints, NDArray[np.bool_]]:
    """``value * 10**scale`` of `rows` as integers, and where that is one that fits."""
    value, scale = batch["value"][rows], batch["scale"][rows].astype(np.int64)
    if not scale.any():
        return value, np.ones(len(rows), np.bool_)
    power = 10 ** np.clip(np.abs(scale), 0, 18)
    up, down = (scale >= 0) & (scale <= 18), (scale < 0) & (scale >= -18)
    fits = (up & (np.abs(value) <= np.iinfo(np.int64).max // power)) | (down & (value % power == 0)) | (value == 0)
    return np.where(fits, np.where(up, value * power, value // power), 0), fits


def grades(batch: EventBatch, setting: Setting) -> list[str]:
    """Provenance of each machine's figures (K12): "A", "B", or "" where nothing was folded."""
    machines = _table(batch, {m: i for i, m in enumerate(setting.machines)})[batch["subject"]]
    folded = (machines >= 0) & np.isin(batch["type"], [int(t) for t in FOLDED])
    written = np.isin(batch["clock"], [int(ClockSource.RECORD), int(ClockSource.PERSON)])
    any_event = np.bincount(machines[folded], minlength=len(setting.machines))
    any_written = np.bincount(machines[folded & written], minlength=len(setting.machines))
    return ["" if not n else "B" if w else "A" for n, w in zip(any_event, any_written, strict=True)]
