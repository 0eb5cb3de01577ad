"""From rows to figures: every figure is the sum of the rows that share its key."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date

import numpy as np
from numpy.typing import NDArray

from dengta.core.batch import EventBatch
from dengta.core.intervals import Interval
from dengta.core.reason import Reason, refuse_if
from dengta.core.time import Micros
from dengta.core.vocabulary import TimeElement
from dengta.engines.kpi.clauses import Ratio, figure_clauses
from dengta.engines.kpi.corrections import apply
from dengta.engines.kpi.fold import fold
from dengta.engines.kpi.model import ELEMENTS, GRADES, Codes, Column, Ints, Key, Rows, Setting
from dengta.engines.plantbook import Loss

DIMENSIONS = ("machine", "line", "area", "shift", "date", "order", "operation", "reason", "code")
"""What figures can be keyed by. `shift` with `date` is a shift occurrence; `code` is its state, activity, item or
energy carrier."""

OF_TIME = frozenset({"machine", "line", "area", "shift", "date"})
"""Dimensions to which planned busy time belongs; it is nobody's order's, operation's or reason's."""

LOSSES = (*(loss.value for loss in Loss), "other")
"""What a stop can cost (`plantbook.Loss`); other: its reason states none."""

_STATE_LOSS = {
    "down": "breakdown",
    "breakdown": "breakdown",
    "minor_stop": "minor_stop",
    "starved": "logistics",
    "blocked": "logistics",
    "waiting": "logistics",
}
_EPOCH_DAY = date(1970, 1, 1).toordinal()
_N = len(Column)


@dataclass(frozen=True, slots=True)
class Part:
    """Sums over the planned or the other cells of a figure: by `Column`, and planned run time (PRU x PQ) of its pieces.

    run_good, run_scrap, run_rework: microseconds of the pieces that have a planned cycle; unplanned: pieces that have
    none. failures: how often a breakdown began (FE). delays: ADET by loss (`LOSSES`).
    """

    of: Mapping[Column, int]
    run_good: Micros = 0
    run_scrap: Micros = 0
    run_rework: Micros = 0
    unplanned: int = 0
    failures: int = 0
    delays: Mapping[str, Micros] = field(default_factory=dict)

    @property
    def repair(self) -> Micros:
        """How long breakdowns took (TTR), part of ADET."""
        return self.delays.get("breakdown", 0)

    @property
    def energy(self) -> int | None:
        """What meters say was used, in mWh; None where none was read."""
        return self.of[Column.ENERGY] if self.of[Column.METERED] or self.of[Column.ENERGY] else None

    @property
    def run(self) -> Micros:
        """PRU x PQ of the pieces that have a planned cycle."""
        return self.run_good + self.run_scrap + self.run_rework

    @property
    def has_reports(self) -> bool:
        """Whether operation reports touch it."""
        reported = (Column.REPORTS, Column.REPORTED_RUN, Column.REPORTED_SETUP, Column.REPORTED_BREAKDOWN)
        return any(self.of[column] for column in reported)

    def __add__(self, other: Part) -> Part:
        grade = max(self.of[Column.GRADE], other.of[Column.GRADE])
        of = {c: self.of[c] + other.of[c] for c in Column} | {Column.GRADE: grade}
        return Part(
            of,
            self.run_good + other.run_good,
            self.run_scrap + other.run_scrap,
            self.run_rework + other.run_rework,
            self.unplanned + other.unplanned,
            self.failures + other.failures,
            {loss: self.delays.get(loss, 0) + other.delays.get(loss, 0) for loss in LOSSES},
        )


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure: everything known about what shares `key` in `window`.

    inside, outside: sums within planned busy time and without. planned: planned busy time (PBT), None where nobody said
    or where it belongs to no such key. machines: those it is made of. without_cycle: (item, operation, machine) of
    pieces for which nothing was planned, "" where the event named none. unmetered: machines that made pieces of which
    no meter was read, where one of others was. book: hash of the plant book, "" without one.
    """

    key: Mapping[str, str]
    window: Interval
    book: str
    inside: Part
    outside: Part
    planned: Micros | None
    machines: tuple[str, ...]
    without_cycle: tuple[tuple[str, str, str], ...] = ()
    unmetered: tuple[str, ...] = ()
    inputs: Mapping[str, int | None] = field(default_factory=dict, repr=False)

    @property
    def whole(self) -> Part:
        """Inside and outside planned busy time together."""
        return self.inside + self.outside

    @property
    def elements(self) -> dict[TimeElement, Micros]:
        """Time elements, inside and outside planned busy time together."""
        return _elements(self.whole)

    @property
    def grade(self) -> str:
        """Worst provenance of its events: A to D, "" where nothing was told."""
        return GRADES[self.whole.of[Column.GRADE]]

    @property
    def clauses(self) -> dict[str, Ratio]:
        """Definition id -> exact ratio, or undefined with its reason."""
        return figure_clauses(self.inside, self.outside, self.planned, self.without_cycle, self.unmetered, self.inputs)

    def with_inputs(self, inputs: Mapping[str, int | None]) -> Figure:
        """The same figure with inputs that no row carries: AOET of an order, APWT and APAT of people, PSQ, ..."""
        return replace(self, inputs={**self.inputs, **inputs})


def _elements(part: Part) -> dict[TimeElement, Micros]:
    return {element: part.of[Column[element.name]] for element in ELEMENTS}


@dataclass(frozen=True, slots=True)
class Where:
    """Which rows a figure is made of; None: all. Dates as ISO texts."""

    machine: Collection[str] | None = None
    line: Collection[str] | None = None
    area: Collection[str] | None = None
    shift: Collection[str] | None = None
    date: Collection[str] | None = None
    order: Collection[str] | None = None
    operation: Collection[str] | None = None
    reason: Collection[str] | None = None


def compute(
    batch: EventBatch,
    setting: Setting,
    by: Sequence[str] = ("machine",),
    *,
    where: Where | None = None,
    until: Micros | None = None,
) -> list[Figure]:
    """The figures of `batch` (events of FOLDED types that can matter, sorted, corrections among them) by `by`."""
    return figures(fold(setting, apply(batch), until), by, where)


def figures(rows: Rows, by: Sequence[str] = ("machine",), where: Where | None = None) -> list[Figure]:
    """The figures of `rows` by any dimensions, in the order of their keys. Refusal for a dimension that is none."""
    refuse_if(
        Reason("kpi.by_unknown", ("--by",), {"value": d, "allowed": ", ".join(DIMENSIONS)})
        for d in by
        if d not in DIMENSIONS
    )
    where = where or Where()
    setting, sheet = rows.setting, Sheet(rows)
    wanted = np.ones(len(sheet), np.bool_)
    for name in DIMENSIONS[:-1]:
        allowed = getattr(where, name)
        if allowed is not None:
            words = sheet.words(name)
            wanted &= np.array([w in set(allowed) for w in words], np.bool_)[sheet.codes(name)]
    chosen = np.flatnonzero(wanted)
    if not len(chosen):
        return []
    of_time = set(by) <= OF_TIME and all(getattr(where, n) is None for n in ("order", "operation", "reason"))
    return list(sheet.grouped(chosen, tuple(by), of_time, setting))


def words_of(rows: Rows, dimension: str) -> list[str]:
    """The words by which rows can be chosen in one dimension."""
    return [w for w in dict.fromkeys(Sheet(rows).words(dimension)) if w]


class Sheet:
    """The rows with one more for every cell of every machine, that carries nothing but its planned busy time."""

    def __init__(self, rows: Rows) -> None:
        setting = rows.setting
        offset = np.concatenate([[0], np.cumsum([len(c) for c in setting.cells])])
        spans = [(int(offset[c]), int(offset[c + 1])) for c in setting.cells_of]
        bare = np.zeros((sum(b - a for a, b in spans), len(Key)), np.int32)
        at = 0
        for m, (a, b) in enumerate(spans):
            bare[at : at + b - a, Key.MACHINE], bare[at : at + b - a, Key.CELL] = m, np.arange(a, b)
            at += b - a
        self.rows = rows
        self.keys: Codes = np.concatenate([rows.keys, bare])
        start, end = (np.concatenate([getattr(c, n) for c in setting.cells]) for n in ("start", "end"))
        self._planned = np.concatenate([c.planned for c in setting.cells])
        self._stated = np.concatenate([np.full(len(c), c.stated) for c in setting.cells])
        self._shift_words = ["", *dict.fromkeys(s for c in setting.cells for s in c.shifts)]
        number = {s: i for i, s in enumerate(self._shift_words)}
        self._shift = np.concatenate(
            [np.array([*(number[s] for s in c.shifts), 0], np.int64)[c.shift] for c in setting.cells]
        )
        self._days, self._day = np.unique(np.concatenate([c.day for c in setting.cells]), return_inverse=True)
        lengths = np.where(self._planned, np.clip(rows.until - start, 0, end - start), 0)
        extra = np.zeros((len(self.keys), 6 + len(LOSSES)), np.int64)  # PBT, then as `Part` after `of`
        extra[len(rows) :, 0] = lengths[bare[:, Key.CELL]]
        self.values: Ints = np.concatenate([rows.values, np.zeros((len(bare), _N), np.int64)])
        self.without: dict[int, tuple[str, str, str]] = {}
        self._plan_runs(extra, start)
        self._delays(extra)
        self.extra = extra

    def __len__(self) -> int:
        return len(self.keys)

    def _plan_runs(self, extra: Ints, start: Ints) -> None:
        made = self.values[:, Column.GOOD : Column.REWORK + 1]
        at = np.flatnonzero(made.any(axis=1))
        key, texts, cycles = self.keys[at], self.rows.texts, self.rows.setting.cycles
        known: dict[tuple[int, int, int, int], int | None] = {}
        for row, (m, cell, _, operation, _, item) in zip(at.tolist(), key.tolist(), strict=True):
            machine = self.rows.setting.machines[m]
            asked = (m, cell, operation, item)
            if asked not in known:
                at_start = int(start[cell])  # cells are cut where a planned cycle changes
                named = cycles is not None and operation != 0
                known[asked] = (
                    cycles.planned_cycle(texts[item], texts[operation], machine, at_start) if named and cycles else None
                )
            cycle = known[asked]
            if cycle is None:
                extra[row, 4] = made[row].sum()
                self.without[row] = (texts[item], texts[operation], machine)
            else:
                extra[row, 1:4] = made[row] * cycle

    def _delays(self, extra: Ints) -> None:
        """What each stop cost by loss: its reason's by the plant book, else the one that its state speaks of."""
        rows, losses = self.rows, self.rows.setting.losses
        number = {loss: i for i, loss in enumerate(LOSSES)}
        of_reason = np.array([number.get(losses.get(t, ""), -1) for t in rows.texts], np.int64)
        of_state = np.array([number[_STATE_LOSS.get(t, "other")] for t in rows.texts], np.int64)
        reason, state = rows.keys[:, Key.REASON], rows.keys[:, Key.CODE]
        loss = np.where(
            of_reason[reason] >= 0, of_reason[reason], np.where(reason > 0, number["other"], of_state[state])
        )
        stops, times = rows.values[:, Column.ADET], rows.values[:, Column.TIMES]
        pieces = rows.values[:, Column.GOOD : Column.REWORK + 1].any(axis=1)
        began = np.where(pieces, 0, times) + np.where(stops > 0, rows.values[:, Column.REPORTS], 0)
        is_stop = (stops > 0) | (rows.elements == Column.ADET)
        extra[: len(rows), 5] = np.where((loss == number["breakdown"]) & is_stop, began, 0)
        extra[np.arange(len(rows)), 6 + loss] = stops

    def words(self, dimension: str) -> Sequence[str]:
        """The texts that `codes` are numbers of."""
        setting = self.rows.setting
        if dimension == "machine":
            return setting.machines
        if dimension in ("line", "area"):
            return list(dict.fromkeys(self._places(dimension)))
        if dimension == "shift":
            return self._shift_words
        if dimension == "cell":
            return range(len(self._planned))  # type: ignore[return-value]
        if dimension == "date":
            return [date.fromordinal(int(d) + _EPOCH_DAY).isoformat() for d in self._days]
        return self.rows.texts

    def _places(self, dimension: str) -> list[str]:
        places = self.rows.setting.places
        return [getattr(places[m], dimension) if m in places else "" for m in self.rows.setting.machines]

    def codes(self, dimension: str) -> Ints:
        """int64 (n,): each row's number into `words`."""
        machine, cell = self.keys[:, Key.MACHINE], self.keys[:, Key.CELL]
        if dimension == "machine":
            return machine.astype(np.int64)
        if dimension in ("line", "area"):
            words = list(self.words(dimension))
            return np.array([words.index(p) for p in self._places(dimension)] or [0], np.int64)[machine]
        if dimension == "shift":
            return self._shift[cell]
        if dimension == "cell":
            return cell.astype(np.int64)
        if dimension == "date":
            return self._day.astype(np.int64)[cell]
        return self.keys[:, Key[dimension.upper()]].astype(np.int64)

    def groups(self, chosen: Ints, by: tuple[str, ...]) -> tuple[Ints, Ints, Ints]:
        """Distinct keys of the rows `chosen` as numbers, int64 (groups, len(by)); the rows sorted by them; and where
        each group begins among these."""
        if not by:
            return np.zeros((1, 0), np.int64), chosen, np.zeros(1, np.int64)
        columns = [self.codes(d)[chosen] for d in by]
        sizes = [len(self.words(d)) + 1 for d in by]
        mixed = columns[0]
        for column, size in zip(columns[1:], sizes[1:], strict=True):
            mixed = mixed * size + column  # words are few enough that this fits
        order = np.argsort(mixed, kind="stable")
        begins = np.flatnonzero(np.diff(mixed[order], prepend=-1))
        distinct = np.stack([c[order[begins]] for c in columns], axis=1)
        return distinct, chosen[order], begins

    def sums(self, ranked: Ints, begins: Ints, inside: bool) -> tuple[Ints, Ints]:
        """`values` and `extra` summed over each group of `ranked` rows, in planned cells or in the others."""
        here = self._planned[self.keys[ranked, Key.CELL]] == inside
        values = np.where(here[:, None], self.values[ranked], 0)
        extra = np.where(here[:, None], self.extra[ranked], 0)
        added: Ints = np.add.reduceat(values, begins, axis=0)
        added[:, Column.GRADE] = np.maximum.reduceat(values[:, Column.GRADE], begins)
        return added, np.add.reduceat(extra, begins, axis=0)

    def grouped(self, chosen: Ints, by: tuple[str, ...], of_time: bool, setting: Setting) -> Iterator[Figure]:
        """One figure a key, over the rows `chosen`."""
        if not of_time:
            chosen = chosen[chosen < len(self.rows)]
        if not len(chosen):
            return
        words = [self.words(d) for d in by]
        distinct, ranked, begins = self.groups(chosen, by)
        inside, outside = (self.sums(ranked, begins, here) for here in (True, False))
        stated = np.logical_and.reduceat(self._stated[self.keys[ranked, Key.CELL]], begins) & of_time
        bounds = [*begins.tolist(), len(ranked)]
        for g, numbers in enumerate(distinct.tolist()):
            rows = ranked[bounds[g] : bounds[g + 1]]
            yield Figure(
                {d: str(w[n]) for d, w, n in zip(by, words, numbers, strict=True)},
                setting.window,
                setting.book,
                _part(inside[0][g].tolist(), inside[1][g].tolist()),
                _part(outside[0][g].tolist(), outside[1][g].tolist()),
                int(inside[1][g, 0]) if stated[g] else None,
                tuple(setting.machines[m] for m in np.unique(self.keys[rows, Key.MACHINE]).tolist()),
                tuple(sorted({self.without[r] for r in rows.tolist() if r in self.without})) if self.without else (),
                self._unmetered(rows) if inside[0][g, Column.METERED] or outside[0][g, Column.METERED] else (),
            )

    def _unmetered(self, rows: Ints) -> tuple[str, ...]:
        """The machines that made pieces, but of which no meter was read, in `rows`."""
        machine, values = self.keys[rows, Key.MACHINE], self.values[rows]
        made = values[:, Column.GOOD : Column.REWORK + 1].any(axis=1)
        without = np.setdiff1d(machine[made], machine[values[:, Column.METERED] > 0])
        return tuple(self.rows.setting.machines[m] for m in without.tolist())


def _part(sums: list[int], extra: list[int]) -> Part:
    run_good, run_scrap, run_rework, unplanned, failures = extra[1:6]
    of, delays = dict(zip(Column, sums, strict=True)), dict(zip(LOSSES, extra[6:], strict=True))
    return Part(of, run_good, run_scrap, run_rework, unplanned, failures, delays)


@dataclass(frozen=True, slots=True, eq=False)
class Sums:
    """Figures of many keys in columns, for whoever computes on: `keys[d]` are the words of dimension d, shape (n,);
    `values` int64 (n, columns), see `Column`, inside and outside planned busy time together."""

    keys: Mapping[str, NDArray]
    values: Ints


def sums(rows: Rows, by: Sequence[str]) -> Sums:
    """The sums of `rows` by any of DIMENSIONS, and by ``cell``, its number; in the order of their keys."""
    sheet = Sheet(rows)
    distinct, ranked, begins = sheet.groups(np.arange(len(rows)), tuple(by))
    values: Ints = np.add.reduceat(sheet.values[ranked], begins, axis=0)
    values[:, Column.GRADE] = np.maximum.reduceat(sheet.values[ranked, Column.GRADE], begins)
    words = {d: np.array(sheet.words(d), object)[distinct[:, i]] for i, d in enumerate(by)}
    return Sums(words, values)
