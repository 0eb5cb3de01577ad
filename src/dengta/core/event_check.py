"""What a batch must satisfy before it is an event of Dengta: the same judge at every door."""

from __future__ import annotations

import re
from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from dengta.core.batch import EventBatch
from dengta.core.grid import ROW, Grid
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


def check(batch: EventBatch, grid: Grid | None = None) -> list[Reason]:
    """Every rule that `batch` breaks, each with the first event that breaks it and how many do; [] when none.

    Every batch passes here, so the rules ask the least and largest of a column before they look at rows; who has the
    `Grid.of(batch)` already gives it along.
    """
    found: list[Reason] = []
    if len(batch):
        _judge_rows(batch, Grid.of(batch) if grid is None else grid, found)
    if max(map(len, batch.texts)) > LONGEST_TEXT:
        found += [
            Reason("event.text_too_long", (text[:40],), {"length": len(text), "longest": LONGEST_TEXT})
            for text in batch.texts
            if len(text) > LONGEST_TEXT
        ]
    if _UNCLEAN.search("".join(batch.texts)):
        found += [Reason("event.text_not_clean", (repr(t)[:60],)) for t in batch.texts if _UNCLEAN.search(t)]
    return found


def _judge_rows(batch: EventBatch, grid: Grid, found: list[Reason]) -> None:
    from dengta.core.kernels import tally, within

    def judge(code: str, broken: NDArray, **params: str | int) -> None:
        events = np.count_nonzero(broken)
        if events:
            first = int(broken.argmax())
            key = "/".join(str(int(batch[part][first])) for part in ("stream", "epoch", "seq"))
            found.append(Reason(code, (f"event {key}",), {"events": int(events), **params}))

    if not within(grid.ends, _BOUNDS):
        for (low, high, rule, params), values in zip(_RANGED, grid.values, strict=True):
            judge(rule, (values < low) | (values > high), **params)

    kind, value = batch["type"], batch["value"]
    used = np.zeros((len(_CLOSED_WORDS) + 1, len(batch.texts)), bool)
    told = tally(grid.field("type"), grid.field("code"), _LIST_OF, used)
    if told & _PIECES and (grid.least("value") < 0 or grid.least("scale") < 0):
        pieces = _rows(kind, _PIECES)
        judge("event.pieces_negative", (value < 0) & pieces)
        judge("event.pieces_not_whole", (batch["scale"] < 0) & pieces)
    if told & _OF_ORDERS:
        judge("event.order_missing", _rows(kind, _OF_ORDERS) & (batch["order"] == 0))
        judge("event.item_missing", (kind == EventType.ORDER_LINE) & (batch["code"] == 0))
        due = (kind == EventType.ORDER) & (value != 0)
        judge("event.due_out_of_range", due & ((value < EARLIEST) | (value > LATEST) | (batch["scale"] != 0)))
    if told & _ENDS and grid.least("value") < 0:
        judge("event.duration_negative", _rows(kind, _ENDS) & (value < 0))
    if told & _POINTING or grid.most("flags") >= Flag.TWIN:
        points, twin = _rows(kind, _POINTING), batch["flags"] & Flag.TWIN != 0
        judge("event.target_missing", (points | twin) & (batch["ref_epoch"] < 1))
        judge("event.twin_points", points & twin)
    for (types, words, rule), codes in zip(_CLOSED_WORDS, used, strict=False):
        if told & types:
            wrong = [code for code in codes.nonzero()[0].tolist() if batch.texts[code] not in words]
            if wrong:
                judge(rule, _rows(kind, types) & np.isin(batch["code"], wrong), allowed=", ".join(sorted(words)))


_UNCLEAN = re.compile("[\x00-\x1f\x7f\ud800-\udfff]")
"""Control characters and lone surrogates: what is stored can be shown and hashed anywhere."""


_ANY = 2**63 - 1
_RANGES: dict[str, tuple[int, int, str, dict[str, str]]] = {
    "stream": (0, _ANY, "event.stream_negative", {}),
    "epoch": (1, _ANY, "event.epoch_below_one", {}),
    "seq": (0, _ANY, "event.seq_negative", {}),
    "ts": (EARLIEST, LATEST, "event.time_out_of_range", {"field": "ts"}),
    "recv": (EARLIEST, LATEST, "event.time_out_of_range", {"field": "recv"}),
    "clock": (min(ClockSource), max(ClockSource), "event.clock_unknown", {}),
    "type": (min(EventType), max(EventType), "event.type_unknown", {}),
    "flags": (0, LARGEST_FLAGS, "event.flags_unknown", {}),
    "subject": (1, _ANY, "event.subject_missing", {}),
    "scale": (SCALES.start, SCALES.stop - 1, "event.scale_out_of_range", {}),
    "subgroup": (0, _ANY, "event.sample_negative", {}),
    "sample": (0, _ANY, "event.sample_negative", {}),
}
"""Field -> least, largest, and the rule that says so."""
_RANGED = [_RANGES.get(name, (-_ANY - 1, _ANY, "", {})) for name in ROW]
_BOUNDS = np.array([(low, high) for low, high, *_ in _RANGED]).T.copy()
for _codes in (EventType, ClockSource):
    if list(_codes) != list(range(min(_codes), max(_codes) + 1)):
        raise TypeError(f"{_codes.__name__} has a gap in its numbers; the check of ranges counts on none")


def _bits(types: Iterable[EventType]) -> int:
    """A set of types as a number."""
    return sum(1 << kind for kind in types)


def _rows(kind: NDArray, bits: int) -> NDArray:
    """Which events are of these types."""
    return (bits >> kind.astype(np.int64) & 1).astype(bool)


_PIECES = _bits((EventType.GOOD, EventType.SCRAP, EventType.REWORK, EventType.ORDER_LINE, EventType.SHIPMENT))
_OF_ORDERS = _bits((EventType.ORDER, EventType.ORDER_LINE, EventType.SHIPMENT))
_ENDS = _bits((EventType.OPERATION_END,))
_POINTING = _bits(POINTING)
_CLOSED_WORDS: tuple[tuple[int, frozenset[str], str], ...] = (
    (_bits((EventType.STATE,)), frozenset(STATE_ELEMENT), "event.state_unknown"),
    (
        _bits((EventType.OPERATION_START, EventType.OPERATION_END)),
        frozenset(ACTIVITY_ELEMENT),
        "event.activity_unknown",
    ),
    (_bits((EventType.CORRECTION,)), CORRECTIONS, "event.correction_unknown"),
)
_LIST_OF = np.full(256, len(_CLOSED_WORDS))
"""Type -> its place in `_CLOSED_WORDS`; the place behind the last for types of any word."""
for _place, (_types, *_) in enumerate(_CLOSED_WORDS):
    _LIST_OF[[int(kind) for kind in EventType if _types >> kind & 1]] = _place
