"""The packed form of a batch: what is stored before sealing and what travels between processes and sites.

Self-contained: the 24 columns of `core.event.FIELDS` in their order (`log.columns`), the texts that are really used as
a JSON list, and a CRC-32 over everything.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from dengta.core.batch import EventBatch
from dengta.core.event import FIELDS
from dengta.core.grid import ROW, TEXTS, Grid
from dengta.core.reason import Reason, Refusal
from dengta.core.time import Micros
from dengta.log import columns
from dengta.log.keys import Runs

LARGEST = columns.LARGEST
"""Events at most in one packed batch."""

_NAMES = [f.name for f in FIELDS]
_KEY = slice(ROW["stream"], ROW["seq"] + 1)
_as_json = json.JSONEncoder(ensure_ascii=False).encode
_NARROW = [(i, f.dtype, np.iinfo(f.dtype)) for i, f in enumerate(FIELDS) if f.dtype.itemsize < 8]


class PackedSegment(NamedTuple):
    """A batch in packed form with what the log asks of it: number of events, least and largest ts, largest recv."""

    n: int
    t0: Micros
    t1: Micros
    recv1: Micros
    runs: Runs
    block: bytes

    @classmethod
    def of(cls, batch: EventBatch, grid: Grid | None = None) -> PackedSegment:
        """Of at least one event, at most `LARGEST`; who has the `Grid.of(batch)` already gives it along."""
        grid = Grid.of(batch) if grid is None else grid
        return cls(
            n=len(batch),
            t0=grid.least("ts"),
            t1=grid.most("ts"),
            recv1=grid.most("recv"),
            runs=Runs.of_keys(grid.values[_KEY]),
            block=_pack(grid, batch.texts),
        )


class PackedRow(NamedTuple):
    """A packed segment as it is kept: its id in the order of arrival, its facts, the runs of its keys, its block."""

    id: int | None
    n: int
    t0: Micros
    t1: Micros
    recv1: Micros
    arrived: Micros
    keys: bytes
    block: bytes

    @classmethod
    def of(cls, segment: PackedSegment, arrived: Micros, id_: int | None) -> PackedRow:
        """Of a segment that came at `arrived`; None: the next id."""
        return cls(id_, segment.n, segment.t0, segment.t1, segment.recv1, arrived, segment.runs.encode(), segment.block)


def pack(batch: EventBatch) -> bytes:
    """`batch` in packed form; its dictionary shrinks to the texts in use. ValueError above `LARGEST` events."""
    return _pack(Grid.of(batch), batch.texts)


def _pack(grid: Grid, texts: Sequence[str]) -> bytes:
    grid, texts = _shrink(grid, texts)
    return columns.encode(grid, _as_json(texts).encode("utf-8", "surrogatepass"))


def _shrink(grid: Grid, texts: Sequence[str]) -> tuple[Grid, Sequence[str]]:
    """Text fields numbered over the texts they use; "" keeps 0."""
    from dengta.log.kernels import mark_used

    used = np.zeros(len(texts), bool)
    used[0] = True
    mark_used(grid.values[TEXTS], used)
    if used.all():
        return grid, texts
    number = np.cumsum(used) - 1  # rises, so the least stays the least
    values, ends = grid.values.copy(), grid.ends.copy()
    values[TEXTS], ends[:, TEXTS] = number[values[TEXTS]], number[ends[:, TEXTS]]
    return Grid(values, ends), [texts[i] for i in np.flatnonzero(used).tolist()]


def unpack(block: bytes) -> EventBatch:
    """The batch of a packed form. Refusal when it is damaged, of another kind, or holds what no batch can hold."""
    found, extra = columns.decode(block, len(FIELDS))
    try:
        texts = json.loads(extra.decode("utf-8", "surrogatepass"))
    except ValueError:
        raise Refusal(Reason("log.packed_damaged")) from None
    sound = isinstance(texts, list) and all(isinstance(t, str) for t in texts) and texts[:1] == [""]
    if sound and len(found[0]):
        sound = all(int(c.min()) >= 0 and int(c.max()) < len(texts) for c in found[TEXTS])
        sound = sound and all(int(found[i].min()) >= r.min and int(found[i].max()) <= r.max for i, _, r in _NARROW)
    if not sound:
        raise Refusal(Reason("log.packed_damaged"))
    for i, dtype, _ in _NARROW:
        found[i] = found[i].astype(dtype)
    return EventBatch(dict(zip(_NAMES, found, strict=True)), tuple(texts))
