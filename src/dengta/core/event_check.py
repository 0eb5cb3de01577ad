"""What a batch must satisfy before it is an event of Dengta: the same judge at every door."""

from __future__ import annotations

import re
from collections.abc import Iterable

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
)

LONGEST_TEXT = 200
CORRECTIONS = frozenset({"retract", "value"})
"""``retract``: the target counts no longer. ``value``: the target's value and scale are this event's."""


def check(batch: EventBatch) -> list[Reason]:
    """Every rule that `batch` breaks, each with the first event that breaks it and how many do; [] when none."""
    found: list[Reason] = []

    def judge(code: str, broken: NDArray, **params: str | int) -> None:
        events = np.count_nonzero(broken)
        if events:
            first = int(broken.argmax())
            key = "/".join(str(int(batch[part][first])) for part in ("stream", "epoch", "seq"))
            found.append(Reason(code, (f"event {key}",), {"events": int(events), **params}))

    kind, code = batch["type"], batch["code"]
    pieces = _PIECES[kind]
    judge("event.stream_negative", batch["stream"] < 0)
    judge("event.epoch_below_one", batch["epoch"] < 1)
    judge("event.seq_negative", batch["seq"] < 0)
    for name in ("ts", "recv"):
        judge("event.time_out_of_range", (batch[name] < EARLIEST) | (batch[name] > LATEST), field=name)
    judge("event.type_unknown", ~_TYPES[kind])
    judge("event.clock_unknown", ~_CLOCKS[batch["clock"]])
    judge("event.flags_unknown", batch["flags"] > LARGEST_FLAGS)
    judge("event.subject_missing", batch["subject"] == 0)
    judge("event.scale_out_of_range", (batch["scale"] < SCALES.start) | (batch["scale"] >= SCALES.stop))
    judge("event.pieces_negative", (batch["value"] < 0) & pieces)
    judge("event.pieces_not_whole", (batch["scale"] < 0) & pieces)
    judge("event.duration_negative", (kind == EventType.OPERATION_END) & (batch["value"] < 0))
    judge("event.sample_negative", (batch["subgroup"] < 0) | (batch["sample"] < 0))
    judge("event.target_missing", _POINTING[kind] & (batch["ref_epoch"] < 1))
    for types, words, rule in _CLOSED_WORDS:
        told = types[kind]
        if np.count_nonzero(told):
            allowed = np.array([text in words for text in batch.texts], bool)
            judge(rule, told & ~allowed[code], allowed=", ".join(sorted(words)))
    if max(map(len, batch.texts)) > LONGEST_TEXT:
        found += [
            Reason("event.text_too_long", (text[:40],), {"length": len(text), "longest": LONGEST_TEXT})
            for text in batch.texts
            if len(text) > LONGEST_TEXT
        ]
    if _UNCLEAN.search("".join(batch.texts)):
        found += [Reason("event.text_not_clean", (repr(t)[:60],)) for t in batch.texts if _UNCLEAN.search(t)]
    return found


_UNCLEAN = re.compile("[\x00-\x1f\x7f\ud800-\udfff]")
"""Control characters and lone surrogates: what is stored can be shown and hashed anywhere."""


def _table(members: Iterable[int]) -> NDArray:
    """Membership of a one-byte code as an array to look it up in: every batch passes here, `isin` would sort each."""
    table = np.zeros(256, bool)
    table[list(members)] = True
    return table


_TYPES, _CLOCKS, _POINTING = _table(EventType), _table(ClockSource), _table(POINTING)
_PIECES = _table((EventType.GOOD, EventType.SCRAP, EventType.REWORK))
_CLOSED_WORDS: tuple[tuple[NDArray, frozenset[str], str], ...] = (
    (_table((EventType.STATE,)), frozenset(STATE_ELEMENT), "event.state_unknown"),
    (
        _table((EventType.OPERATION_START, EventType.OPERATION_END)),
        frozenset(ACTIVITY_ELEMENT),
        "event.activity_unknown",
    ),
    (_table((EventType.CORRECTION,)), CORRECTIONS, "event.correction_unknown"),
)
