"""Canonical lines read back into events: what `dengta log export` prints, `dengta log append` and the door take.

A line is one JSON object with the fields of `core.event.FIELDS`; order and blanks do not matter, what is left out is
empty. Every fault of the whole text is found before anything of it is used.
"""

from __future__ import annotations

import io
import json
from collections.abc import Iterable
from itertools import islice
from typing import Any, BinaryIO

import numpy as np

from dengta.core.batch import EventBatch
from dengta.core.event import FIELD, FIELDS, TEXT_FIELDS
from dengta.core.event_check import check
from dengta.core.reason import Reason, Refusal
from dengta.core.vocabulary import ClockSource, EventType

CHUNK = 20_000
MOST_FAULTS = 200
"""Faults listed one by one; the rest is counted."""
REQUIRED = ("stream", "epoch", "seq", "ts", "clock", "type", "subject")
_WORDS: dict[str, dict[str, int]] = {
    "clock": {member.word: int(member) for member in ClockSource},
    "type": {member.word: int(member) for member in EventType},
}
_RANGE = {f.name: (int(np.iinfo(f.dtype).min), int(np.iinfo(f.dtype).max)) for f in FIELDS if f.kind == "int"}
_KEY = ("stream", "epoch", "seq")


def read_bytes(data: bytes, name: str) -> EventBatch:
    """The events of a whole text in UTF-8; `name` is its place in faults. Refusal as of `read`."""
    return EventBatch.concat(read_file(io.BytesIO(data), name))


def read_file(file: BinaryIO, name: str) -> list[EventBatch]:
    """The events of an open file in UTF-8. Refusal as of `read`."""
    # Only \n ends a line: a text may hold U+2028, which ends one for `str.splitlines` but not for JSON.
    text = io.TextIOWrapper(file, "utf-8", newline="\n")
    try:
        return read(text, name)
    except UnicodeDecodeError as fault:
        raise Refusal(
            Reason("lines.not_utf8", (name,), {"bytes": fault.object[fault.start : fault.end].hex()})
        ) from None
    finally:
        text.detach()


def read(lines: Iterable[str], name: str) -> list[EventBatch]:
    """The events in batches of at most `CHUNK`, in the order of the lines; blank lines are passed over.

    Raises Refusal with all faults (place: name, line, field), before anything is returned.
    """
    reader = _Reader(name)
    numbered = ((number, line) for number, line in enumerate(lines, 1) if line.strip())
    batches = [reader.chunk(part) for part in iter(lambda: list(islice(numbered, CHUNK)), [])]
    reader.refuse_if_faulty()
    return batches


class _Reader:
    """Collects faults over all chunks of one text."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._faults: list[Reason] = []
        self._count = 0
        self._seen: dict[tuple[int, ...], tuple[int, int]] = {}

    def chunk(self, part: list[tuple[int, str]]) -> EventBatch:
        codes: dict[str, int] = {"": 0}
        rows: list[dict[str, int]] = []
        where: list[int] = []
        for number, line in part:
            row = self._row(number, line, codes)
            if row is not None:
                rows.append(row)
                where.append(number)
        columns = {f.name: np.array([row.get(f.name, 0) for row in rows], f.dtype) for f in FIELDS}
        batch = EventBatch.from_columns(len(rows), list(codes), **columns)
        for reason in check(batch) if rows else ():
            self._fault(reason, where[_first_row(batch, reason.place[0])])
        return batch

    def _row(self, number: int, line: str, codes: dict[str, int]) -> dict[str, int] | None:
        """The cells of a line; None when it is faulty or repeats an earlier line."""
        try:
            told = json.loads(line)
        except (ValueError, RecursionError):
            told = None
        if not isinstance(told, dict):
            self._fault(Reason("lines.not_an_object"), number)
            return None
        faults = [Reason("lines.unknown_field", (field[:40],)) for field in told if field not in FIELD]
        faults += [Reason("lines.missing_field", (field,)) for field in REQUIRED if field not in told]
        row = {field: _cell(field, value, codes, faults) for field, value in told.items() if field in FIELD}
        if faults:
            for fault in faults:
                self._fault(fault, number)
            return None
        key, content = tuple(row[part] for part in _KEY), hash(frozenset(told.items()))
        earlier, said = self._seen.setdefault(key, (number, content))
        if said != content:
            self._fault(Reason("lines.key_twice", params={"earlier": earlier}), number)
        return row if earlier == number else None

    def _fault(self, reason: Reason, number: int) -> None:
        self._count += 1
        if len(self._faults) < MOST_FAULTS:
            self._faults.append(reason.at(self._name, f"line {number}"))

    def refuse_if_faulty(self) -> None:
        more = self._count - len(self._faults)
        if more:
            self._faults.append(Reason("lines.more_faults", (self._name,), {"more": more}))
        if self._faults:
            raise Refusal(self._faults)


def _cell(field: str, value: Any, codes: dict[str, int], faults: list[Reason]) -> int:
    kind = FIELD[field].kind
    if kind == "text" and isinstance(value, str):
        return codes.setdefault(value, len(codes))
    if kind == "enum" and isinstance(value, str) and value in _WORDS[field]:
        return _WORDS[field][value]
    if kind == "int" and type(value) is int and _RANGE[field][0] <= value <= _RANGE[field][1]:
        return value
    shown = {"value": str(value)[:40]}
    if kind == "int":
        shown |= {"least": str(_RANGE[field][0]), "most": str(_RANGE[field][1])}
    elif kind == "enum":
        shown |= {"allowed": ", ".join(_WORDS[field])}
    faults.append(Reason(f"lines.not_{kind}", (field,), shown))
    return 0


def _first_row(batch: EventBatch, place: str) -> int:
    """The first event that a finding of `event_check` is about: it names a key, or quotes a text."""
    if place.startswith("event "):
        stream, epoch, seq = (int(part) for part in place.removeprefix("event ").split("/"))
        return int(np.argmax((batch["stream"] == stream) & (batch["epoch"] == epoch) & (batch["seq"] == seq)))
    quoted = [code for code, text in enumerate(batch.texts) if place in (text[:40], repr(text)[:60])]
    return min(
        int(np.argmax(np.isin(batch[name], quoted))) for name in TEXT_FIELDS if np.isin(batch[name], quoted).any()
    )
