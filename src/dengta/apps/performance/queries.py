"""What is asked of a site's figures: one window, as a whole, by machine and shift, by date, by reason."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from fractions import Fraction
from functools import lru_cache
from typing import Any, TypeVar

from dengta.apps.performance.business_days import day_of, span
from dengta.apps.performance.following import Follower
from dengta.apps.performance.site_fold import Folded, SiteFold
from dengta.core.intervals import Interval
from dengta.engines import kpi
from dengta.engines.kpi import Bar, Column, Figure, Ratio, Rows, Step, Where
from dengta.engines.plantbook import PlantBook
from dengta.log import LogReader
from dengta.site.clock import SiteTime
from dengta.site.home import SiteFolder

T = TypeVar("T")
FULL_DAYS = (1, 7, 30)
"""Windows of so many full days before today are worked out before anybody asks."""


@dataclass(frozen=True, slots=True)
class Choice:
    """What is looked at: a window, and of it one line, one machine, one shift ("" each: all)."""

    window: Interval
    line: str = ""
    machine: str = ""
    shift: str = ""

    @property
    def where(self) -> Where:
        """The same for the engine."""
        return Where(**{name: (value,) for name, value in self.chosen.items()})

    @property
    def chosen(self) -> dict[str, str]:
        """The dimensions that are narrowed, in the order of the command's."""
        named = {"machine": self.machine, "line": self.line, "shift": self.shift}
        return {name: value for name, value in named.items() if value}


@dataclass(frozen=True, slots=True)
class Measured:
    """A figure with its ratios, which are worked out once. ratios: definition id -> ratio."""

    figure: Figure
    ratios: Mapping[str, Ratio]

    @property
    def key(self) -> Mapping[str, str]:
        """What it is the figure of."""
        return self.figure.key

    def value(self, definition: str) -> Fraction | None:
        """A ratio; None where it is undefined, or where nothing was heard."""
        return self.ratios[definition].value if self.figure.grade else None

    def pieces(self, *columns: Column) -> int:
        """Pieces of these kinds together."""
        return sum(self.figure.whole.of[column] for column in columns)


@dataclass(frozen=True, slots=True)
class Overview:
    """The figures of one choice. total: None where nothing was heard. steps, stops, defects: of the total."""

    total: Measured | None
    machines: Sequence[Measured]
    shifts: Sequence[Measured]
    dates: Sequence[Measured]
    machine_dates: Sequence[Measured]
    steps: Sequence[Step]
    stops: Sequence[Bar]
    defects: Sequence[Bar]


@dataclass(frozen=True, slots=True)
class OneMachine:
    """The figures of one machine. made: by operation and item, those of which pieces are known."""

    total: Measured | None
    shifts: Sequence[Measured]
    dates: Sequence[Measured]
    made: Sequence[Figure]
    steps: Sequence[Step]
    stops: Sequence[Bar]


@dataclass(frozen=True, slots=True)
class OneReason:
    """What one reason cost: by machine, by date, both without those it did not concern."""

    machines: Sequence[Figure]
    dates: Sequence[Figure]


@lru_cache(maxsize=8)
def follower(folder: SiteFolder, book: PlantBook | None, time: SiteTime) -> Follower:
    """The fold of a site under one plant book, one per process."""
    return Follower(SiteFold(LogReader(folder.log), book), time, _prepare)


def _prepare(folded: Folded) -> None:
    """The full days that most people ask for, one window a time."""
    today = day_of(folded.book, folded.machines, folded.until - 1)
    for days in FULL_DAYS:
        window = span(folded.book, folded.machines, today - timedelta(days=days), today - timedelta(days=1))
        inside = window.meet(Interval(folded.start, folded.until))
        if inside is not None and not _is_kept(folded, Choice(inside), "overview"):
            overview(folded, Choice(inside))
            return


def overview(folded: Folded, choice: Choice) -> Overview:
    """The figures of `choice`."""
    return kept(folded, choice, "overview", _overview)


def one_machine(folded: Folded, choice: Choice) -> OneMachine:
    """The figures of the machine that `choice` names."""
    return kept(folded, choice, "machine", _one_machine)


def one_reason(folded: Folded, choice: Choice, reason: str, state: str = "") -> OneReason:
    """What `reason` cost in `choice`; "" is none, then `state` says of which stop."""
    return kept(folded, choice, ("reason", reason, state), lambda f, c: _one_reason(f, c, reason, state))


def kept(folded: Folded, choice: Choice, question: Any, answer: Callable[[Folded, Choice], T]) -> T:
    """The answer, worked out once for as long as no event touches its window."""
    key = (choice.window, (choice, question))
    if not _is_kept(folded, choice, question):
        folded.answers[key] = answer(folded, choice)
    known: T = folded.answers[key]
    return known


def _is_kept(folded: Folded, choice: Choice, question: Any) -> bool:
    return (choice.window, (choice, question)) in folded.answers


def _overview(folded: Folded, choice: Choice) -> Overview:
    rows, where = folded.within(choice.window), choice.where
    total = total_of(rows, where)
    return Overview(
        total,
        _measured(rows, ("machine",), where),
        _measured(rows, ("machine", "shift"), where),
        _measured(rows, ("date",), where),
        _measured(rows, ("machine", "date"), where),
        kpi.waterfall(total.figure) if total else [],
        kpi.pareto(rows, where),
        kpi.defects(rows, where),
    )


def _measured(rows: Rows, by: Sequence[str], where: Where) -> list[Measured]:
    return [Measured(f, f.clauses) for f in kpi.figures(rows, by, where)]


def total_of(rows: Rows, where: Where | None = None) -> Measured | None:
    """The figure of all `rows` in `where`; None where nothing was heard."""
    return next((m for m in _measured(rows, (), where or Where()) if m.figure.grade), None)


def _one_machine(folded: Folded, choice: Choice) -> OneMachine:
    rows, where = folded.within(choice.window, (choice.machine,)), choice.where
    total = total_of(rows, where)
    made = kpi.figures(rows, ("operation", "code"), where)
    return OneMachine(
        total,
        _measured(rows, ("shift",), where),
        _measured(rows, ("date",), where),
        [f for f in made if any(f.whole.of[c] for c in (Column.GOOD, Column.SCRAP, Column.REWORK))],
        kpi.waterfall(total.figure) if total else [],
        kpi.pareto(rows, where),
    )


def _one_reason(folded: Folded, choice: Choice, reason: str, state: str) -> OneReason:
    rows, where = folded.within(choice.window), replace(choice.where, reason=(reason,))
    by = ("code",) if state else ()
    machines, dates = (kpi.figures(rows, (name, *by), where) for name in ("machine", "date"))
    return OneReason(
        [f for f in machines if f.key.get("code", "") == state],
        [f for f in dates if f.key.get("code", "") == state],
    )
