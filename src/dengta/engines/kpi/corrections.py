"""Corrections (K9): nothing is edited in the log; here they take effect."""

from __future__ import annotations

import numpy as np

from dengta.core.batch import EventBatch
from dengta.core.event import Key
from dengta.core.vocabulary import EventType


def apply(batch: EventBatch) -> EventBatch:
    """`batch` (sorted as every reader sees it) with its corrections done and no correction left in it.

    A correction may itself be retracted by a later one. Corrections of events that are not in `batch` do nothing here.
    """
    is_correction = batch["type"] == EventType.CORRECTION
    if not is_correction.any():
        return batch
    live = _live(batch.take(is_correction))
    kept = batch.take(~is_correction)
    if not live:
        return kept
    maybe = np.isin(kept["seq"], [k.seq for k in live]) & np.isin(kept["stream"], [k.stream for k in live])
    keep = np.ones(len(kept), np.bool_)
    value, scale = kept["value"].copy(), kept["scale"].copy()
    for row in np.flatnonzero(maybe):
        found = live.get(Key(int(kept["stream"][row]), int(kept["epoch"][row]), int(kept["seq"][row])))
        if found is None:
            continue
        retract, value_now, scale_now = found
        if retract:
            keep[row] = False
        else:
            value[row], scale[row] = value_now, scale_now
    return kept.replace(value=value, scale=scale).take(keep)


def _live(corrections: EventBatch) -> dict[Key, tuple[bool, int, int]]:
    """Target -> (taken out, value, scale) of its last correction that was not itself taken out."""
    last: dict[Key, tuple[bool, int, int]] = {}
    retracted: set[Key] = set()
    for event in reversed(list(corrections)):
        if event.key in retracted or event.ref is None:
            continue
        if event.code == "retract":
            retracted.add(event.ref)
        last.setdefault(event.ref, (event.code == "retract", event.value, event.scale))
    return last
