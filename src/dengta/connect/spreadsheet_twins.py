"""Twins: reports of two sources that say the same work. One fact, two sources.

Two reports are twins when both name the same order (or neither does), both ends lie within the tolerance of each other,
and worker, machine and activity agree wherever both say them; at least one of order, worker and machine must be said by
both. Each has one twin at most: pairs are made in the order of how far their ends lie apart, then of how much else
agrees, then of time and key. The same two lists give the same pairs, whoever computes them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np

from dengta.connect.spreadsheet_events import Array, Twin
from dengta.connect.spreadsheet_rows import Report
from dengta.core.batch import EventBatch
from dengta.core.event import Key
from dengta.core.time import Micros
from dengta.core.vocabulary import UNCOUNTED, EventType
from dengta.log import LogReader

_WORDS = ("order", "person", "machine", "activity")
NOT_SAID = 0


class Side(NamedTuple):
    """n reports of one source. Times int64 us; words as numbers of one `Dictionary`, 0 where a word is not said."""

    start: Array
    end: Array
    order: Array
    person: Array
    machine: Array
    activity: Array


@dataclass(slots=True)
class Dictionary:
    """Words as numbers, the same for both sides."""

    numbers: dict[str, int] = field(default_factory=lambda: {"": NOT_SAID})

    def number(self, word: str) -> int:
        """The number of `word`."""
        return self.numbers.setdefault(word, len(self.numbers))

    def numbers_of(self, texts: Sequence[str], codes: Array) -> Array:
        """The numbers of a batch's text column."""
        table = np.array([self.number(text) for text in texts], np.int64)
        return table[codes]


def side_of(reports: Sequence[Report], words: Dictionary) -> Side:
    """Reports of a file as a side."""
    told = [
        (
            r.start,
            r.end,
            *(words.number(w) for w in (r.texts.get("order", ""), r.texts.get("person", ""), r.machine, r.activity)),
        )
        for r in reports
    ]
    return Side(*np.array(told, np.int64).reshape(-1, 6).T)


def match(facts: Side, others: Side, tolerance: Micros) -> tuple[Array, Array]:
    """The twins: indices into `facts` and, beside each, its twin's index into `others`; sorted by the latter."""
    left, right = _candidates(facts, others, tolerance)
    agreed = np.zeros(len(left), np.int64)
    fits = np.abs(facts.start[left] - others.start[right]) <= tolerance
    for name in _WORDS:
        mine, theirs = getattr(facts, name)[left], getattr(others, name)[right]
        both = (mine != NOT_SAID) & (theirs != NOT_SAID)
        fits &= ~both | (mine == theirs)
        agreed += both if name != "activity" else 0
    fits &= agreed > 0
    left, right, agreed = left[fits], right[fits], agreed[fits]
    apart = np.abs(facts.start[left] - others.start[right]) + np.abs(facts.end[left] - others.end[right])
    queue = np.lexsort((right, left, facts.end[left], -agreed, apart))
    free_left, free_right = np.ones(len(facts.start), bool), np.ones(len(others.start), bool)
    pairs: list[tuple[int, int]] = []
    for i, j in zip(left[queue].tolist(), right[queue].tolist(), strict=True):
        if free_left[i] and free_right[j]:
            free_left[i] = free_right[j] = False
            pairs.append((j, i))
    found = np.array(sorted(pairs), np.int64).reshape(-1, 2)
    return found[:, 1], found[:, 0]


def _candidates(facts: Side, others: Side, tolerance: Micros) -> tuple[Array, Array]:
    """Pairs of the same order whose ends lie within the tolerance."""
    mine, theirs = _by_order(facts), _by_order(others)
    lefts, rights = [np.empty(0, np.int64)], [np.empty(0, np.int64)]
    for order in mine.keys() & theirs.keys():
        held, rows = mine[order], theirs[order]
        first = np.searchsorted(facts.end[held], others.end[rows] - tolerance)
        count = np.searchsorted(facts.end[held], others.end[rows] + tolerance, side="right") - first
        within = np.arange(count.sum()) - np.repeat(np.cumsum(count) - count, count)
        lefts.append(held[np.repeat(first, count) + within])
        rights.append(np.repeat(rows, count))
    return np.concatenate(lefts), np.concatenate(rights)


def _by_order(side: Side) -> dict[int, Array]:
    """Order -> its reports, by their ends."""
    rows = np.lexsort((side.end, side.order))
    borders = np.flatnonzero(np.diff(side.order[rows])) + 1
    return {int(side.order[part[0]]): part for part in np.split(rows, borders) if len(part)}


@dataclass(frozen=True, slots=True, eq=False)
class Facts:
    """The operations that other streams of a log report, by their ends."""

    ends: EventBatch

    @classmethod
    def of(cls, log: LogReader, own: int, first: Micros, last: Micros) -> Facts:
        """Those of every stream but `own` that ended in ``[first, last]``; second sources are none."""
        ends = log.read(first, last + 1, types=[int(EventType.OPERATION_END)])
        counted = (ends["stream"] != own) & (ends["flags"] & UNCOUNTED == 0)
        return cls(ends.take(counted))

    @classmethod
    def none(cls) -> Facts:
        """No facts."""
        return cls(EventBatch.empty())

    def __len__(self) -> int:
        return len(self.ends)

    def side(self, words: Dictionary) -> Side:
        """As a side for `match`; an end says how long, so it says when the work began."""
        ends = self.ends
        named = [words.numbers_of(ends.texts, ends[name]) for name in ("order", "person", "subject", "code")]
        return Side(ends["ts"] - ends["value"], ends["ts"], *named)

    def key(self, i: int) -> Key:
        """The key of fact `i`'s end."""
        return Key(*(int(self.ends[part][i]) for part in ("stream", "epoch", "seq")))

    def text(self, i: int, name: str) -> str:
        """A word of fact `i`."""
        return str(self.ends.texts[self.ends[name][i]])


@dataclass(frozen=True, slots=True, eq=False)
class Twins:
    """What a file and a log say of the same work.

    by_row: row -> fact that it says again. alone: facts in the file's time without a twin in it. named: row -> the keys
    of its fact's events.
    """

    facts: Facts
    by_row: Mapping[int, int]
    alone: Array
    named: Mapping[int, Twin]

    def complete(self, report: Report) -> Report:
        """The report, with machine and activity of its fact where the file does not say them."""
        fact = self.by_row.get(report.row)
        if fact is None or (report.machine and report.activity):
            return report
        return report._replace(
            machine=report.machine or self.facts.text(fact, "subject"),
            activity=report.activity or self.facts.text(fact, "code"),
        )


def twins_of_events(log: LogReader, facts: Facts, wanted: Sequence[int]) -> Iterator[tuple[int, Twin]]:
    """For each wanted fact the keys of its events: its start and its pieces stand beside its end in its stream."""
    if not len(wanted):
        return
    chosen = facts.ends.take(np.asarray(wanted))
    first, last = int((chosen["ts"] - chosen["value"]).min()), int(chosen["ts"].max())
    kinds = (EventType.OPERATION_START, EventType.GOOD, EventType.SCRAP, EventType.REWORK)
    around = log.read(first, last + 1, types=[int(kind) for kind in kinds])
    columns = [around[name].tolist() for name in ("stream", "epoch", "seq", "type", "ts", "subject")]
    beside = {tuple(row[:3]): row[3:] for row in zip(*columns, strict=True)}
    for number, fact in enumerate(wanted):
        key = facts.key(fact)
        subject, end = facts.text(fact, "subject"), int(chosen["ts"][number])
        twin = {EventType.OPERATION_END: key}
        start = beside.get((key.stream, key.epoch, key.seq - 1))
        if start and start[0] == EventType.OPERATION_START and around.texts[start[2]] == subject:
            twin[EventType.OPERATION_START] = key._replace(seq=key.seq - 1)
        for step in range(1, 5):
            piece = beside.get((key.stream, key.epoch, key.seq + step))
            if not piece or piece[0] == EventType.OPERATION_START or piece[1] != end:
                break
            twin.setdefault(EventType(piece[0]), key._replace(seq=key.seq + step))
        yield fact, twin
