"""The packed form of a batch: what is stored before sealing and what travels between processes and sites.

Self-contained: the 24 columns of `core.event.FIELDS` in their order (`log.columns`), the texts that are really used as
a JSON list, and a CRC-32 over everything.
"""

from __future__ import annotations

import json

import numpy as np
from numpy.typing import NDArray

from dengta.core.batch import EventBatch
from dengta.core.event import FIELDS, TEXT_FIELDS
from dengta.core.reason import Reason, Refusal
from dengta.log import columns

LARGEST = columns.LARGEST
"""Events at most in one packed batch."""

_NAMES = [f.name for f in FIELDS]
_TEXTS = slice(_NAMES.index(TEXT_FIELDS[0]), _NAMES.index(TEXT_FIELDS[-1]) + 1)
if tuple(_NAMES[_TEXTS]) != TEXT_FIELDS:
    raise TypeError("the text fields of an event stand side by side; the packed form counts on it")
_NARROW = [(i, f.dtype, np.iinfo(f.dtype)) for i, f in enumerate(FIELDS) if f.dtype.itemsize < 8]


def pack(batch: EventBatch) -> bytes:
    """`batch` in packed form; its dictionary shrinks to the texts in use. ValueError above `LARGEST` events."""
    grid = np.empty((len(FIELDS), len(batch)), np.int64)
    for row, name in zip(grid, _NAMES, strict=True):
        row[:] = batch.columns[name]
    texts = _shrink(grid[_TEXTS], batch.texts)
    return columns.encode(grid, json.dumps(texts, ensure_ascii=False).encode("utf-8", "surrogatepass"))


def _shrink(codes: NDArray, texts: tuple[str, ...]) -> list[str]:
    """Renumber `codes` in place over the texts they use; "" keeps 0."""
    used = np.bincount(codes.ravel(), minlength=len(texts)) > 0
    used[0] = True
    if len(used) > len(texts):
        raise ValueError("an event points outside the dictionary of its batch")
    if used.all():
        return list(texts)
    codes[:] = (np.cumsum(used) - 1)[codes]
    return [texts[i] for i in np.flatnonzero(used).tolist()]


def unpack(block: bytes) -> EventBatch:
    """The batch of a packed form. Refusal when it is damaged, of another kind, or holds what no batch can hold."""
    found, extra = columns.decode(block, len(FIELDS))
    try:
        texts = json.loads(extra.decode("utf-8", "surrogatepass"))
    except ValueError:
        raise Refusal(Reason("log.packed_damaged")) from None
    sound = isinstance(texts, list) and all(isinstance(t, str) for t in texts) and texts[:1] == [""]
    if sound and len(found[0]):
        sound = all(int(c.min()) >= 0 and int(c.max()) < len(texts) for c in found[_TEXTS])
        sound = sound and all(int(found[i].min()) >= r.min and int(found[i].max()) <= r.max for i, _, r in _NARROW)
    if not sound:
        raise Refusal(Reason("log.packed_damaged"))
    for i, dtype, _ in _NARROW:
        found[i] = found[i].astype(dtype)
    return EventBatch(dict(zip(_NAMES, found, strict=True)), tuple(texts))
