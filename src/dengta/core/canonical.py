"""The canonical line of an event, which everybody can recompute, and the hash tree over lines.

An event's canonical form is one line of JSON: fields in the order of `FIELDS`, no blanks, fields that say nothing left
out (empty texts, zero scale, subgroup, sample and flags, the value of a type that has none). `dengta log export` prints
exactly these lines, so the leaf of an event is what ``printf %s "$line" | sha256sum`` gives. A line begins with ``{``
and an inner node of the tree with 0x01, so neither can be taken for the other.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from dengta.core.batch import EventBatch
from dengta.core.event import FIELDS
from dengta.core.vocabulary import POINTING, VALUED, ClockSource, EventType, Flag

_ALWAYS = frozenset({"stream", "epoch", "seq", "ts", "recv"})
_ENUMS: dict[str, type[ClockSource] | type[EventType]] = {"clock": ClockSource, "type": EventType}


def lines(batch: EventBatch) -> pa.Array:
    """The canonical lines of `batch`: a string array of shape (n,)."""
    pieces: list[pa.Array] = []
    for field in FIELDS:
        if field.kind == "text":
            pieces.append(_words(field.name, batch[field.name], list(batch.texts)))
        elif field.name in _ENUMS:
            words = {int(m): m.word for m in _ENUMS[field.name]}
            table = [words.get(i, "") for i in range(max(words) + 1)]
            pieces.append(_words(field.name, batch[field.name], table))
        else:
            pieces.append(_numbers(field.name, batch))
    joined = pc.binary_join_element_wise(*pieces, "", null_handling="replace", null_replacement="")
    return pc.binary_join_element_wise("{", pc.utf8_slice_codeunits(joined, 1), "}", "")


def _words(name: str, codes: np.ndarray, texts: list[str]) -> pa.Array:
    table = pa.array([f',"{name}":{json.dumps(t, ensure_ascii=False)}' if t else None for t in texts], pa.string())
    return table.take(pa.array(codes, pa.int64()))


def _numbers(name: str, batch: EventBatch) -> pa.Array:
    array = batch[name]
    told = np.ones(len(batch), bool) if name in _ALWAYS else array != 0
    if name == "value":
        told = np.isin(batch["type"], [int(t) for t in VALUED])
    elif name.startswith("ref_"):
        told = np.isin(batch["type"], [int(t) for t in POINTING]) | (batch["flags"] & Flag.TWIN != 0)
    text = pc.cast(pa.array(array.astype(np.int64), mask=~told), pa.string())
    return pc.binary_join_element_wise(f',"{name}":', text, "")


def leaves(batch: EventBatch) -> list[bytes]:
    """SHA-256 of each event's canonical line, in the order of the batch."""
    return [hashlib.sha256(line.encode()).digest() for line in lines(batch).to_pylist()]


EMPTY_ROOT = hashlib.sha256(b"").digest()


def merkle_root(leaf: Sequence[bytes]) -> bytes:
    """Root of the SHA-256 tree of RFC 9162 (2.1.1) over ready leaf hashes: ``H(0x01 || left || right)`` inside.

    An odd node at the end of a level moves up unchanged, which gives the RFC's tree.
    """
    if not leaf:
        return EMPTY_ROOT
    level = list(leaf)
    sha256 = hashlib.sha256
    while len(level) > 1:
        paired = [sha256(b"\x01" + level[i] + level[i + 1]).digest() for i in range(0, len(level) - 1, 2)]
        if len(level) % 2:
            paired.append(level[-1])
        level = paired
    return level[0]


def chain(previous: bytes, root: bytes) -> bytes:
    """The link of a sealed segment: ``SHA-256(previous link || root)``; the first link follows `EMPTY_ROOT`."""
    return hashlib.sha256(previous + root).digest()
