"""The event: one fact of one producer, and the columns in which many of them travel.

`docs/events.md` shows every type by example. `FIELDS` is the only list of an event's fields; the packed form, Parquet,
the canonical line and the documentation all follow it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, NamedTuple

import numpy as np

from dengta.core.time import Micros
from dengta.core.vocabulary import ClockSource, EventType, Flag


class Key(NamedTuple):
    """``(stream, epoch, seq)``: the same key is the same fact, however often it arrives.

    stream: one producer with its own order (`ids.stream_id`).
    epoch:  rises by one at each boot of the producer, durable there before the first event leaves. From 1. A producer
            that makes the same sequence again (a file, a model) keeps its epoch: resent events are the same facts.
    seq:    dense from 0 within (stream, epoch).
    """

    stream: int
    epoch: int
    seq: int


class Field(NamedTuple):
    """One column of the event."""

    name: str
    kind: Literal["int", "enum", "text"]
    dtype: np.dtype
    about: str


_I64, _I32, _I16, _U8, _U16 = (np.dtype(d) for d in ("<i8", "<i4", "<i2", "u1", "<u2"))

FIELDS: tuple[Field, ...] = (
    Field("stream", "int", _I64, "producer (key 1)"),
    Field("epoch", "int", _I32, "boot of the producer (key 2)"),
    Field("seq", "int", _I64, "place in the epoch (key 3)"),
    Field("ts", "int", _I64, "source time, us UTC; never rewritten"),
    Field("recv", "int", _I64, "receive time, us UTC"),
    Field("clock", "enum", _U8, "whose clock ts is"),
    Field("type", "enum", _U8, "what is reported"),
    Field("subject", "text", _I32, "machine, as in the plant book; of an order its site"),
    Field("code", "text", _I32, "state, counter, activity, item, characteristic, carrier, or kind of correction"),
    Field("reason", "text", _I32, "leaf of the plant book's reason tree"),
    Field("order", "text", _I32, "work order"),
    Field("operation", "text", _I32, "operation of the order's route"),
    Field("lot", "text", _I32, "lot or serial"),
    Field("person", "text", _I32, "who did or measured it"),
    Field("unit", "text", _I32, "unit of value"),
    Field("gauge", "text", _I32, "measuring instrument"),
    Field("value", "int", _I64, "value * 10**scale, exact"),
    Field("scale", "int", _I16, "power of ten of value"),
    Field("subgroup", "int", _I64, "subgroup of a measurement, from 1; 0 none"),
    Field("sample", "int", _I32, "place in the subgroup, from 1; 0 none"),
    Field("ref_stream", "int", _I64, "key of the event corrected, the first event lost, or the twin counted"),
    Field("ref_epoch", "int", _I32, "(second part)"),
    Field("ref_seq", "int", _I64, "(third part)"),
    Field("flags", "int", _U16, "quality flags"),
)
FIELD: dict[str, Field] = {f.name: f for f in FIELDS}
TEXT_FIELDS: tuple[str, ...] = tuple(f.name for f in FIELDS if f.kind == "text")
SCHEMA_VERSION = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One event for people and tests; many travel as an `EventBatch`. Fields as in `FIELDS`."""

    stream: int
    epoch: int
    seq: int
    ts: Micros
    recv: Micros = 0
    clock: ClockSource = ClockSource.DEVICE
    type: EventType
    subject: str
    code: str = ""
    reason: str = ""
    order: str = ""
    operation: str = ""
    lot: str = ""
    person: str = ""
    unit: str = ""
    gauge: str = ""
    value: int = 0
    scale: int = 0
    subgroup: int = 0
    sample: int = 0
    ref: Key | None = None
    flags: Flag = Flag.NONE

    @property
    def key(self) -> Key:
        """Its identity."""
        return Key(self.stream, self.epoch, self.seq)
