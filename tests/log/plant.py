"""Small made-up events for the tests of the log."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from dengta.core.batch import EventBatch
from dengta.core.event import Key
from dengta.core.ids import stream_id
from dengta.core.time import HOUR, SECOND
from dengta.core.vocabulary import ClockSource, EventType

SITE = "furniture"
NOON = 1_795_435_200_000_000 // HOUR * HOUR
"""Some full hour."""
SAW, EDGE, DRILL = (stream_id(SITE, name) for name in ("saw", "edge", "drill"))


class Clock:
    """A clock the test moves."""

    def __init__(self, at: int = NOON) -> None:
        self.at = at

    def __call__(self) -> int:
        return self.at


def events(keys: Iterable[tuple[int, int, int]], ts: Iterable[int] | None = None) -> EventBatch:
    """Counter readings with these keys; the content of each follows from its key, its ts too unless given."""
    rows = [Key(*key) for key in keys]
    times = [time_of(key) for key in rows] if ts is None else list(ts)
    texts = ["", "pieces", "S1", "E1", "D1", "WO-1", "WO-2"]
    return EventBatch.from_columns(
        len(rows),
        texts,
        stream=np.array([k.stream for k in rows], np.int64),
        epoch=np.array([k.epoch for k in rows], np.int32),
        seq=np.array([k.seq for k in rows], np.int64),
        ts=np.array(times, np.int64),
        clock=int(ClockSource.DEVICE),
        type=int(EventType.COUNTER),
        subject=np.array([2 + k.stream % 3 for k in rows], np.int32),
        code=1,
        order=np.array([5 + k.seq // 10 % 2 for k in rows], np.int32),
        value=np.array([k.seq * 3 for k in rows], np.int64),
    )


def time_of(key: Key) -> int:
    """When the event of this key happened: six minutes a seq, so that ten make an hour."""
    return NOON + key.seq * 360 * SECOND + key.stream % 7


def run(stream: int, lo: int, hi: int, epoch: int = 1) -> EventBatch:
    """The events ``lo <= seq < hi``."""
    return events((stream, epoch, seq) for seq in range(lo, hi))


def keys_of(batch: EventBatch) -> list[tuple[int, int, int]]:
    """The keys of a batch in its order."""
    return list(zip(batch["stream"].tolist(), batch["epoch"].tolist(), batch["seq"].tolist(), strict=True))


def same(one: EventBatch, other: EventBatch) -> bool:
    """Equal events in equal order, whatever their dictionaries; receive times aside."""
    strip = [list(batch.replace(recv=0)) for batch in (one, other)]
    return strip[0] == strip[1]
