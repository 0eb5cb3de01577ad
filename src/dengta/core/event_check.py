"""What a batch must satisfy before it is an event of Dengta: the same judge at every door."""

from __future__ import annotations

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
        rows = np.flatnonzero(broken)
        if len(rows):
            first = int(rows[0])
            key = "/".join(str(int(batch[part][first])) for part in ("stream", "epoch", "seq"))
            found.append(Reason(code, (f"event {key}",), {"events": len(rows), **params}))

    kind, code = batch["type"], batch["code"]
    judge("event.stream_negative", batch["stream"] < 0)
    judge("event.epoch_below_one", batch["epoch"] < 1)
    judge("event.seq_negative", batch["seq"] < 0)
    for name in ("ts", "recv"):
        judge("event.time_out_of_range", (batch[name] < EARLIEST) | (batch[name] > LATEST), field=name)
    judge("event.type_unknown", ~np.isin(kind, [int(t) for t in EventType]))
    judge("event.clock_unknown", ~np.isin(batch["clock"], [int(c) for c in ClockSource]))
    judge("event.flags_unknown", batch["flags"] > LARGEST_FLAGS)
    judge("event.subject_missing", batch["subject"] == 0)
    judge("event.scale_out_of_range", (batch["scale"] < SCALES.start) | (batch["scale"] >= SCALES.stop))
    judge("event.pieces_negative", np.isin(kind, _PIECES) & (batch["value"] < 0))
    judge("event.pieces_not_whole", np.isin(kind, _PIECES) & (batch["scale"] < 0))
    judge("event.duration_negative", (kind == EventType.OPERATION_END) & (batch["value"] < 0))
    judge("event.sample_negative", (batch["subgroup"] < 0) | (batch["sample"] < 0))
    judge("event.target_missing", np.isin(kind, [int(t) for t in POINTING]) & (batch["ref_epoch"] < 1))
    for types, words, rule in _CLOSED_WORDS:
        allowed = np.array([text in words for text in batch.texts], bool)
        judge(rule, np.isin(kind, types) & ~allowed[code], allowed=", ".join(sorted(words)))
    found += [
        Reason("event.text_too_long", (text[:40],), {"length": len(text), "longest": LONGEST_TEXT})
        for text in batch.texts
        if len(text) > LONGEST_TEXT
    ]
    found += [Reason("event.text_not_clean", (repr(text)[:60],)) for text in batch.texts if not _clean(text)]
    return found


_PIECES = [int(EventType.GOOD), int(EventType.SCRAP), int(EventType.REWORK)]
_CLOSED_WORDS: tuple[tuple[list[int], frozenset[str], str], ...] = (
    ([int(EventType.STATE)], frozenset(STATE_ELEMENT), "event.state_unknown"),
    (
        [int(EventType.OPERATION_START), int(EventType.OPERATION_END)],
        frozenset(ACTIVITY_ELEMENT),
        "event.activity_unknown",
    ),
    ([int(EventType.CORRECTION)], CORRECTIONS, "event.correction_unknown"),
)


def _clean(text: str) -> bool:
    """No control characters and no lone surrogates: what is stored can be shown and hashed anywhere."""
    return all(ord(c) >= 32 and c != "\x7f" and not 0xD800 <= ord(c) <= 0xDFFF for c in text)
