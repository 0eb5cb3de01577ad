"""What a rule says, what a case states, and what follows: frozen. Money in fen, rates in millionths, days as dates.

A rule is data: an `Article` of a `Programme` with dated `Parameter` values, each with its source and how certain it is.
A case is facts. An `Award` is an amount and the tree of steps that made it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from fractions import Fraction
from typing import NamedTuple

from dengta.core.reason import Param, Reason

MILLION = 1_000_000
"""A share or a yearly rate of 1."""


class Certainty(StrEnum):
    """How a fact of a rule is known."""

    FOUND = "F"  # read in the source that is named
    SECONDARY = "S"  # read in a weak or second-hand source
    MEMORY = "M"  # remembered, to be verified
    COMPUTED = "C"  # computed from found figures
    PROPOSAL = "P"  # ours, in a what-if: no rule says so

    @property
    def draft(self) -> bool:
        """Whether what rests on it is shown as a draft: its source is unread, or it is no rule at all."""
        return self in (Certainty.SECONDARY, Certainty.MEMORY, Certainty.PROPOSAL)


class Span(NamedTuple):
    """``[start, end)`` in days; end None: until further notice."""

    start: date
    end: date | None

    def holds(self, day: date) -> bool:
        """Whether `day` is in it."""
        return self.start <= day and (self.end is None or day < self.end)

    def meets(self, other: Span) -> bool:
        """Whether both have a day in common."""
        return (other.end is None or self.start < other.end) and (self.end is None or other.start < self.end)


class Text(NamedTuple):
    """A text in both languages."""

    en: str
    zh: str


@dataclass(frozen=True, slots=True)
class Value:
    """What a parameter was from when to when. `number`: in the parameter's unit; `numbers`: one for each step."""

    span: Span
    numbers: tuple[Fraction, ...]
    source: str
    certainty: Certainty

    @property
    def number(self) -> Fraction:
        """The only number."""
        return self.numbers[0]


@dataclass(frozen=True, slots=True)
class Parameter:
    """A number of a rule that changes with time. `unit`: share, yuan, months, days, count or percentage_points."""

    id: str
    unit: str
    values: tuple[Value, ...]

    def at(self, day: date) -> Value | None:
        """What it was on a day; None: nothing was said."""
        return next((value for value in self.values if value.span.holds(day)), None)


@dataclass(frozen=True, slots=True)
class Requirement:
    """What a case must state of itself: `fact` is at least, at most, or just so. `clause`: where the rule says it."""

    fact: str
    clause: str
    least: int | None = None
    most: int | None = None
    equals: str | None = None
    certainty: Certainty = Certainty.FOUND


@dataclass(frozen=True, slots=True)
class Article:
    """A policy article: which `instrument` it is, when it holds, what it is made of.

    words: settings that are not numbers (day count, rounding, kinds of cost); unread: those of them no source was read
    for. mode: of all articles of one mode, a project may use one.
    """

    id: str
    instrument: str
    title: Text
    document: str
    clause: str
    source: str
    certainty: Certainty
    span: Span
    parameters: Mapping[str, Parameter]
    words: Mapping[str, str] = field(default_factory=dict)
    requirements: tuple[Requirement, ...] = ()
    mode: str = ""
    unread: tuple[str, ...] = ()

    def of_word(self, word: str) -> Certainty:
        """How certain one of its words is."""
        return Certainty.MEMORY if word in self.unread else self.certainty


@dataclass(frozen=True, slots=True)
class Programme:
    """The articles of one city, or of one ministry's programme there."""

    id: str
    name: Text
    articles: tuple[Article, ...]

    def article(self, id_: str, day: date) -> Article | None:
        """The article of that id that holds on a day."""
        return next((a for a in self.articles if a.id == id_ and a.span.holds(day)), None)

    def on(self, day: date) -> tuple[Article, ...]:
        """Every article that holds on a day."""
        return tuple(a for a in self.articles if a.span.holds(day))


# -- what a case states


class Dated(NamedTuple):
    """An amount of money, or a rate, from a day on; of a payment: on that day."""

    day: date
    amount: int


@dataclass(frozen=True, slots=True)
class Item:
    """A line of a supplier contract. `net`, `vat`: fen; `paid`: to the supplier, without VAT."""

    id: str
    kind: str
    net: int
    vat: int = 0
    contract: date | None = None
    invoice: date | None = None
    paid: tuple[Dated, ...] = ()


@dataclass(frozen=True, slots=True)
class Loan:
    """A loan of a project. `balances`: outstanding fen from a day on; `rates`: millionths a year from a day on.

    `interest`: paid to the bank; `overdue`: of it, what was paid late or as a penalty.
    """

    id: str
    amount: int
    balances: tuple[Dated, ...]
    rates: tuple[Dated, ...]
    interest: tuple[Dated, ...] = ()
    overdue: tuple[Dated, ...] = ()
    policies: tuple[str, ...] = ()

    @property
    def drawn(self) -> date | None:
        """The first day with something outstanding."""
        return next((day for day, amount in self.balances if amount > 0), None)


@dataclass(frozen=True, slots=True)
class Project:
    """A filed project. `applied`: when the loan was applied for; `used`: articles it was granted before."""

    id: str
    filed: date | None = None
    applied: date | None = None
    items: tuple[Item, ...] = ()
    loans: tuple[Loan, ...] = ()
    used: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Case:
    """One request: by whom, under which article, for which year or on which day; facts by name.

    granted: fen paid before under the same article, by year. Unknown facts are absent, never zero.
    """

    enterprise: str
    article: str
    day: date
    year: int | None = None
    facts: Mapping[str, int | str | bool] = field(default_factory=dict)
    projects: tuple[Project, ...] = ()
    granted: Mapping[int, int] = field(default_factory=dict)


# -- what follows


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a computation: what (`code`), by which clause, with which numbers, from which steps.

    amount: fen, exact; None where the step is no amount.
    """

    code: str
    amount: Fraction | None = None
    clause: str = ""
    params: Mapping[str, Param] = field(default_factory=dict)
    certainty: Certainty = Certainty.FOUND
    steps: tuple[Step, ...] = ()

    @property
    def weakest(self) -> Certainty:
        """How certain the least certain of all it stands on is."""
        return max((self.certainty, *(step.weakest for step in self.steps)), key="CFSMP".index)


class Finding(StrEnum):
    """What became of a requirement."""

    MET = "met"
    MISSED = "missed"
    UNKNOWN = "unknown"  # the case does not say: that is no failure


@dataclass(frozen=True, slots=True)
class Judged:
    """A requirement and what the case says of it."""

    requirement: Requirement
    finding: Finding
    stated: int | str | bool | None = None


@dataclass(frozen=True, slots=True)
class Award:
    """What a case gets under its article: fen, and how. None: cannot be said, `reasons` tell why.

    contingent: fen of it that have to be paid back if what was promised does not come.
    """

    article: Article
    amount: int | None
    step: Step | None
    requirements: tuple[Judged, ...] = ()
    reasons: tuple[Reason, ...] = ()
    contingent: int = 0

    @property
    def eligible(self) -> bool | None:
        """True: all that is required is there; False: something is not; None: something is not known."""
        findings = {judged.finding for judged in self.requirements}
        return False if Finding.MISSED in findings else None if Finding.UNKNOWN in findings else True
