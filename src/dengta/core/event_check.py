"""What a batch must satisfy before it is an event of Dengta: the same judge at every door."""

from __future__ import annotations

import re
from functools import cache

import numpy as np
from numpy.typing import NDArray

from dengta.core.batch import EventBatch
from dengta.core.quantity import SCALES
from dengta.core.reason import Reason
from dengta.core.time import EARLIEST, LATEST
from dengta.core.vocabulary import (
    ACTIVITY_ELEMENT,
    LARGEST_FLAGS,
    POINTING,
    STATE_ELEMENT,
    ClockSource,
    EventType,
    Flag,
)

LONGEST_TEXT = 200
CORRECTIONS = frozenset({"retract", "value"})
"""``retract``: the target counts no longer. ``value``: the target's value and scale are this event's."""


def check(batch: EventBatch) -> list[Reason]:
    """Every rule that `batch` breaks, each with the first event that breaks it and how many do; [] when none.

    Every batch passes here, so rules about ranges ask the least and largest of a column before they look at rows.
    """
    found: list[Reason] = []
    if len(batch):
        _judge_rows(batch, found)
    if max(map(len, batch.texts)) > LONGEST_TEXT:
        found += [
            Reason("event.text_too_long", (text[:40],), {"length": len(text), "longest": LONGEST_TEXT})
            for text in batch.texts
            if len(text) > LONGEST_TEXT
        ]
    if _UNCLEAN.search("".join(batch.texts)):
        found += [Reason("event.text_not_clean", (repr(t)[:60],)) for t in batch.texts if _UNCLEAN.search(t)]
    return found


def _judge_rows(batch: EventBatch, found: list[Reason]) -> None:
    def judge(code: str, broken: NDArray, **params: str | int) -> None:
        events = np.count_nonzero(broken)
        if events:
            first = int(broken.argmax())
            key = "/".join(str(int(batch[part][first])) for part in ("stream", "epoch", "seq"))
            found.append(Reason(code, (f"event {key}",), {"events": int(events), **params}))

    grid = np.empty((len(_RANGED), len(batch)), np.int64)
    for row, name in zip(grid, _RANGED, strict=True):
        row[:] = batch.columns[name]
    extremes = zip(_RANGED, grid.min(axis=1).tolist(), grid.max(axis=1).tolist(), strict=True)
    for name, least, most in extremes:
        low, high, rule, params = _RANGED[name]
        if least < low or most > high:
            judge(rule, (batch[name] < low) | (batch[name] > high), **params)

    kind, code, value = batch["type"], batch["code"], batch["value"]
    judge("event.type_unknown", ~_TYPES[kind])
    judge("event.clock_unknown", ~_CLOCKS[batch["clock"]])
    told = set(np.flatnonzero(np.bincount(kind)).tolist())
    if told & _PIECES:
        pieces = _table(_PIECES)[kind]
        judge("event.pieces_negative", (value < 0) & pieces)
        judge("event.pieces_not_whole", (batch["scale"] < 0) & pieces)
    if told & _OF_ORDERS:
        judge("event.order_missing", _table(_OF_ORDERS)[kind] & (batch["order"] == 0))
        judge("event.item_missing", (kind == EventType.ORDER_LINE) & (code == 0))
        due = (kind == EventType.ORDER) & (value != 0)
        judge("event.due_out_of_range", due & ((value < EARLIEST) | (value > LATEST) | (batch["scale"] != 0)))
    if EventType.OPERATION_END in told:
        judge("event.duration_negative", (kind == EventType.OPERATION_END) & (value < 0))
    twin = batch["flags"] & Flag.TWIN != 0
    if told & POINTING or twin.any():
        points = _table(POINTING)[kind]
        judge("event.target_missing", (points | twin) & (batch["ref_epoch"] < 1))
        judge("event.twin_points", points & twin)
    for types, words, rule in _CLOSED_WORDS:
        if told & types:
            rows = _table(types)[kind]
            used = np.flatnonzero(np.bincount(code[rows])).tolist()
            wrong = [c for c in used if batch.texts[c] not in words]
            if wrong:
                judge(rule, rows & np.isin(code, wrong), allowed=", ".join(sorted(words)))


_UNCLEAN = re.compile("[\x00-\x1f\x7f\ud800-\udfff]")
"""Control characters and lone surrogates: what is stored can be shown and hashed anywhere."""


_MOST = 2**63 - 1
_RANGED: dict[str, tuple[int, int, str, dict[str, str]]] = {
    "stream": (0, _MOST, "event.stream_negative", {}),
    "epoch": (1, _MOST, "event.epoch_below_one", {}),
    "seq": (0, _MOST, "event.seq_negative", {}),
    "ts": (EARLIEST, LATEST, "event.time_out_of_range", {"field": "ts"}),
    "recv": (EARLIEST, LATEST, "event.time_out_of_range", {"field": "recv"}),
    "flags": (0, LARGEST_FLAGS, "event.flags_unknown", {}),
    "subject": (1, _MOST, "event.subject_missing", {}),
    "scale": (SCALES.start, SCALES.stop - 1, "event.scale_out_of_range", {}),
    "subgroup": (0, _MOST, "event.sample_negative", {}),
    "sample": (0, _MOST, "event.sample_negative", {}),
}
"""Field -> least, largest, and the rule that says so."""


@cache
def _table(members: frozenset[int]) -> NDArray:
    """Membership of a one-byte code as an array to look it up in."""
    table = np.zeros(256, bool)
    table[list(members)] = True
    return table


_TYPES, _CLOCKS = _table(frozenset(EventType)), _table(frozenset(ClockSource))
_PIECES = frozenset({EventType.GOOD, EventType.SCRAP, EventType.REWORK, EventType.ORDER_LINE, EventType.SHIPMENT})
_OF_ORDERS = frozenset({EventType.ORDER, EventType.ORDER_LINE, EventType.SHIPMENT})
_CLOSED_WORDS: tuple[tuple[frozenset[EventType], frozenset[str], str], ...] = (
    (frozenset({EventType.STATE}), frozenset(STATE_ELEMENT), "event.state_unknown"),
    (
        frozenset({EventType.OPERATION_START, EventType.OPERATION_END}),
        frozenset(ACTIVITY_ELEMENT),
        "event.activity_unknown",
    ),
    (frozenset({EventType.CORRECTION}), CORRECTIONS, "event.correction_unknown"),
)
