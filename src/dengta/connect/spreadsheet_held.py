"""What the log already holds of a kind of file, as reports: so that importing again adds only what is new."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np

from dengta.connect.spreadsheet_events import EPOCH, IMPORTED, Array, Fingerprints, as_keys, event_prints, head_of
from dengta.connect.spreadsheet_mapping import ReportMapping
from dengta.core.batch import EventBatch
from dengta.core.event import Key
from dengta.core.ids import stream_id
from dengta.core.reason import Reason, Refusal
from dengta.core.time import EARLIEST, LATEST, Micros, to_iso
from dengta.core.vocabulary import EventType, Flag
from dengta.log import LogReader

MOST_NAMED = 20
"""Changed rows that are named one by one."""
NEVER = (LATEST, EARLIEST)
"""The time of a file without rows: it begins after it ends."""
_WORDS = ("subject", "order", "code")
_HEADS = frozenset({EventType.OPERATION_START, EventType.STATE})
_NONE = np.empty(0, np.int64)


@dataclass(slots=True, eq=False)
class Held:
    """Reports of one stream; `known` gives a report's number by its fingerprint.

    first: number of its first event. end: when it ended. words: its machine, order and activity as numbers into
    `texts`, shape (n, 3). twin: whether it is the second source of a fact. seen: whether the file that is being read
    tells it too. taken: the facts (keys of their ends) whose second source is here. next_seq: after the last event.
    """

    stream: int
    next_seq: int = 0
    known: Fingerprints = field(default_factory=Fingerprints)
    first: Array = field(default_factory=_NONE.copy)
    end: Array = field(default_factory=_NONE.copy)
    words: Array = field(default_factory=lambda: np.empty((0, 3), np.int32))
    texts: tuple[str, ...] = ("",)
    twin: Array = field(default_factory=lambda: np.empty(0, bool))
    seen: Array = field(default_factory=lambda: np.empty(0, bool))
    taken: frozenset[Key] = frozenset()

    @classmethod
    def of(cls, log: LogReader, mapping: ReportMapping) -> Held:
        """What `log` holds of the stream of `mapping`. Refusal: it was read by a style of another kind."""
        stream = stream_id(mapping.site, mapping.producer)
        marks = log.marks(stream)
        if not marks:
            return cls(stream)
        next_seq = max((mark.next for mark in marks if mark.epoch == EPOCH), default=0)
        parts = _Parts(stream, mapping, next_seq)
        for batch in log.pieces(types=[int(kind) for kind in IMPORTED]):
            parts.add(batch)
        return parts.held(next_seq)

    def __len__(self) -> int:
        return len(self.end)

    def missing(self, first: Micros, last: Micros) -> Array:
        """The numbers of reports that ended in ``[first, last]``, the time of the file, and that it does not tell."""
        return np.flatnonzero(~self.seen & (self.end >= first) & (self.end <= last))

    def place(self, number: int) -> tuple[str, str, Micros]:
        """Where a report was: machine, order, end."""
        machine, order, _ = (self.texts[word] for word in self.words[number].tolist())
        return machine, order, int(self.end[number])

    def activity(self, number: int) -> str:
        """What was done in a report."""
        return self.texts[int(self.words[number, 2])]

    def contradictions(self, missing: Array, rows: dict[tuple[str, str, Micros], int]) -> Iterator[Reason]:
        """A reason for each of the `missing`. rows: the new rows of the file by place: such a row was changed."""
        for number in missing[:MOST_NAMED].tolist():
            machine, order, end = self.place(number)
            key = f"{self.stream}/{EPOCH}/{int(self.first[number])}"
            row = rows.get((machine, order, end)) or rows.get(("", order, end))
            if row is not None:
                yield Reason("import.row_changed", (f"row {row}",), {"key": key})
            else:
                params = {"key": key, "machine": machine, "order": order or "-", "end": to_iso(end)}
                yield Reason("import.row_gone", (), params)
        if len(missing) > MOST_NAMED:
            yield Reason("import.changed_more", (), {"rows": len(missing) - MOST_NAMED})


class _Parts:
    """Sums up what events say by report, in whatever pieces and order they come: some fifty bytes a part of a report.

    A part is what one piece of the log has of a report. It begins with the report's first event, or goes on. There are
    no more parts than `events`: for so many there is room, of which only what is written takes memory.
    """

    def __init__(self, stream: int, mapping: ReportMapping, events: int) -> None:
        self._stream, self._mapping, self._head = stream, mapping, head_of(mapping.style)
        self._texts: dict[str, int] = {"": 0}
        kinds = ((np.int64, ()), (np.bool_, ()), (np.uint64, (2,)), (np.int64, ()), (np.int32, (3,)), (np.bool_, ()))
        self._columns: list[Array] = [np.empty((events, *shape), kind) for kind, shape in kinds]
        self._count = 0
        self._taken: list[Key] = []

    def add(self, batch: EventBatch) -> None:
        """Take in a piece. Refusal: the stream tells of other things than the mapping."""
        own = batch.take((batch["stream"] == self._stream) & (batch["epoch"] == EPOCH))
        if not len(own):
            return
        own = own.take(np.argsort(own["seq"], kind="stable"))
        kind, seq = own["type"], own["seq"]
        if np.isin(kind, list(_HEADS - {self._head})).any():
            told = {"producer": self._mapping.producer, "style": self._mapping.style}
            raise Refusal(Reason("import.style_changed", params=told))
        head = kind == self._head
        starts = np.flatnonzero(head | np.append(True, np.diff(seq) > 1))
        says = self._mapping.says
        prints = event_prints(own, machine=says("machine"), activity=says("activity"))
        words = np.stack([self._numbers(own, name, starts) for name in _WORDS], axis=1)
        twin = own["flags"][starts] & Flag.TWIN != 0
        sums, ends = np.add.reduceat(prints, starts), np.maximum.reduceat(own["ts"], starts)
        here = slice(self._count, self._count + len(starts))
        for column, piece in zip(self._columns, (seq[starts], head[starts], sums, ends, words, twin), strict=True):
            column[here] = piece
        self._count = here.stop
        last = own.take((kind == EventType.OPERATION_END) & (own["flags"] & Flag.TWIN != 0))
        self._taken += map(Key, *(last[f"ref_{part}"].tolist() for part in Key._fields))

    def _numbers(self, own: EventBatch, name: str, rows: Array) -> Array:
        codes = own[name][rows]
        used, back = np.unique(codes, return_inverse=True)
        numbers = [self._texts.setdefault(own.texts[code], len(self._texts)) for code in used.tolist()]
        return np.array(numbers, np.int32)[back]

    def held(self, next_seq: int) -> Held:
        """The reports, now that all pieces are there."""
        if not self._count:
            return Held(self._stream, next_seq)
        order = np.argsort(self._columns[0][: self._count], kind="stable")  # sealed files are in the order of time
        for i in range(
            len(self._columns)
        ):  # one after the other: at a few million reports two of all would be too much
            self._columns[i] = self._columns[i][order]
        seq, head, sums, ends, words, twin = self._columns
        self._columns = []
        first = np.flatnonzero(head)
        if not len(first):
            told = {"producer": self._mapping.producer, "style": self._mapping.style}
            raise Refusal(Reason("import.style_changed", params=told))
        keys = as_keys(np.add.reduceat(sums, first))
        del sums, order
        number = np.argsort(keys, kind="stable")
        keys = keys[number]
        once = np.append(True, keys[1:] != keys[:-1])
        if not once.all():
            keys, number = keys[once], number[once]
        held = Held(
            self._stream,
            next_seq,
            first=seq[first],
            end=np.maximum.reduceat(ends, first),
            words=words[first],
            texts=tuple(self._texts),
            twin=twin[first],
            seen=np.zeros(len(first), bool),
            taken=frozenset(self._taken),
        )
        held.known.add(keys, number)
        return held
