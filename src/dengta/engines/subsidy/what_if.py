"""What would follow from other numbers in a rule: a proposal made of an article, and a whole register under both.

A proposal is never a rule: its changed numbers carry the mark P, which no file of rules may state.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal, InvalidOperation
from fractions import Fraction
from itertools import pairwise
from typing import NamedTuple

from dengta.core.reason import Param, Reason, Refusal, refuse_if
from dengta.engines.subsidy.caps import ROUNDINGS
from dengta.engines.subsidy.compute import INSTRUMENTS
from dengta.engines.subsidy.interest import DAY_COUNTS
from dengta.engines.subsidy.model import Article, Case, Certainty, Parameter, Span, Value
from dengta.engines.subsidy.register import Changed, Register, changed

SOURCE = "proposal"
UNITS = {
    "share": "share", "cap_loan_share": "share", "months": "months", "lapse_months": "months", "filings": "count",
    "points": "percentage_points",
}  # fmt: skip
"""The unit of a parameter an article may have; all others are yuan."""
WORDS: Mapping[str, tuple[str, ...]] = {"day_count": DAY_COUNTS, "rounding": ROUNDINGS}
"""Settings in words that may be changed: they need no other columns of a register."""
EDGES_YUAN = (-1_000_000, -100_000, -10_000, 0, 10_000, 100_000, 1_000_000)
"""Where the distribution of differences is cut."""


class Setting(NamedTuple):
    """A changed number (for each step of a loan's years) or word, from a day on; None: as long as the article holds."""

    name: str
    text: str
    start: date | None = None


def setting(text: str) -> Setting:
    """``share=0.5``, ``share=0.9,0.8``, ``share=0.5@2024-01-01``, ``rounding=down``. Refusal for anything else."""
    found = re.fullmatch(r"\s*(\w+)\s*=\s*([^@]+?)\s*(?:@\s*(\S+)\s*)?", text)
    if found is None:
        raise Refusal(Reason("subsidy.not_setting", (text,)))
    name, value, day = found.groups()
    try:
        start = date.fromisoformat(day) if day else None
    except ValueError:
        raise Refusal(Reason("subsidy.not_date", (text,), {"value": day})) from None
    return Setting(name, value, start)


def proposal(article: Article, settings: Sequence[Setting]) -> Article:
    """`article` with other numbers. Refusal with every fault: unknown names, impossible or overlapping values."""
    faults: list[Reason] = []
    if not settings:
        faults.append(Reason("subsidy.nothing_changed", (article.id,), {"known": ", ".join(changeable(article))}))
    words, values = dict(article.words), dict[str, list[Value]]()
    for one in settings:
        place = (f"{one.name}={one.text}" + (f"@{one.start}" if one.start else ""),)
        if one.name in WORDS and one.name in INSTRUMENTS[article.instrument].words:
            if one.text not in WORDS[one.name] or one.start:
                allowed = ", ".join(WORDS[one.name])
                faults.append(Reason("subsidy.not_word", place, {"name": one.name, "allowed": allowed}))
            words[one.name] = one.text
        elif one.name not in changeable(article):
            known: dict[str, Param] = {"name": one.name, "known": ", ".join(changeable(article))}
            faults.append(Reason("subsidy.no_parameter", place, known))
        else:
            start = one.start or article.span.start
            own = values.setdefault(one.name, [])
            if not article.span.holds(start):
                told: dict[str, Param] = {"start": str(article.span.start), "end": str(article.span.end or "-")}
                faults.append(Reason("subsidy.outside_article", place, told))
            if any(value.span.start == start for value in own):
                faults.append(Reason("subsidy.values_overlap", place, {"start": str(start)}))
            numbers = tuple(_numbers(one, place, faults))
            own.append(Value(Span(start, article.span.end), numbers, SOURCE, Certainty.PROPOSAL))
    refuse_if(faults)
    parameters = dict(article.parameters)
    for name, found in values.items():
        old = article.parameters.get(name)
        parameters[name] = Parameter(name, old.unit if old else unit_of(name), _followed(old, found))
    return replace(article, parameters=parameters, words=words)


def changeable(article: Article) -> tuple[str, ...]:
    """The names of what may be changed in an article."""
    kind = INSTRUMENTS[article.instrument]
    return (*kind.needs, *kind.may, *(word for word in kind.words if word in WORDS))


def unit_of(name: str) -> str:
    """The unit of a parameter."""
    return UNITS.get(name, "yuan")


def _numbers(one: Setting, place: tuple[str, ...], faults: list[Reason]) -> Iterator[Fraction]:
    """The numbers of a setting; what is impossible for its unit is a fault."""
    unit = unit_of(one.name)
    for part in one.text.split(","):
        try:
            number = Decimal(part.strip())
        except InvalidOperation:
            number = Decimal("NaN")
        exact = Fraction(number) if number.is_finite() and abs(number) < 10**13 else Fraction(-1)
        whole = {"months": 1, "count": 1, "yuan": 100}.get(unit)
        most = {"share": 1, "percentage_points": 100, "months": 600}.get(unit, 10**12)
        if not 0 <= exact <= most or (whole and (exact * whole).denominator != 1):
            faults.append(Reason(f"subsidy.impossible_{unit}", place, {"name": one.name, "value": part.strip()}))
        yield max(exact, Fraction(0))
    if one.name != "share" and "," in one.text:
        faults.append(Reason("subsidy.one_number", place, {"name": one.name}))


def _followed(old: Parameter | None, new: list[Value]) -> tuple[Value, ...]:
    """What held before the first new value, then the new ones, each until the next."""
    new = sorted(new, key=lambda value: value.span.start)
    first = new[0].span.start
    kept = [v for v in old.values if v.span.start < first] if old else []
    found = [*kept, *new]
    ends = [*(value.span.start for value in found[1:]), new[-1].span.end]
    return tuple(replace(v, span=Span(v.span.start, end)) for v, end in zip(found, ends, strict=True))


def claim_days(article: Article, years: Sequence[int]) -> tuple[date, ...]:
    """The day whose parameters a year's claim takes: the last of the year on which the article holds."""
    last = (article.span.end or date.max) - timedelta(days=1)
    return tuple(max(article.span.start, min(date(year, 12, 31), last)) for year in years)


def years_of(article: Article, cases: Sequence[Case]) -> tuple[int, ...]:
    """The years in which the article holds and loans of `cases` have statements."""
    marks = [d for c in cases for p in c.projects for loan in p.loans for d, _ in (*loan.balances, *loan.interest)]
    if not marks:
        return ()
    last = (article.span.end or date.max) - timedelta(days=1)
    first, end = max(article.span.start, min(marks)), min(last, max(marks))
    return tuple(range(first.year, end.year + 1))


def one_year(case: Case, article: Article, year: int, granted: Mapping[int, int]) -> Case:
    """The case of one firm-year as the register computes it. granted: fen of earlier years."""
    (day,) = claim_days(article, [year])
    return replace(case, article=article.id, day=day, year=year, granted=dict(granted))


class Side(NamedTuple):
    """How many firms, and fen in all."""

    firms: int
    fen: int


@dataclass(frozen=True, slots=True)
class WhatIf:
    """A register under an article and under a proposal. towns: of each firm, in the order of `changed.firms`."""

    article: Article
    proposal: Article
    changed: Changed
    towns: tuple[str, ...]

    @property
    def winners(self) -> Side:
        """Who gets more."""
        return self._side(1)

    @property
    def losers(self) -> Side:
        """Who gets less; fen below zero."""
        return self._side(-1)

    def _side(self, sign: int) -> Side:
        found = self.changed.difference[self.changed.difference * sign > 0]
        return Side(len(found), int(found.sum()))

    @property
    def unchanged(self) -> int:
        """Firms that get the same."""
        return int((self.changed.difference == 0).sum())

    def ranked(self) -> list[int]:
        """Places of the firms whose amount changes, the largest change first, then by code."""
        difference = self.changed.difference.tolist()
        places = [k for k, fen in enumerate(difference) if fen]
        return sorted(places, key=lambda k: (-abs(difference[k]), self.changed.firms[k]))

    def by_town(self) -> dict[str, tuple[int, int, int, int]]:
        """Town -> fen before, fen after, firms that get more, firms that get less."""
        before, after = self.changed.before.sum(axis=1).tolist(), self.changed.after.sum(axis=1).tolist()
        found = dict.fromkeys(sorted(set(self.towns)), (0, 0, 0, 0))
        for town, old, new in zip(self.towns, before, after, strict=True):
            b, a, more, less = found[town]
            found[town] = (b + old, a + new, more + (new > old), less + (new < old))
        return found

    def distribution(self) -> list[tuple[int | None, int | None, int]]:
        """Firms by difference: (yuan from, yuan to, firms); nobody without a change is counted."""
        yuan = [fen / 100 for fen in self.changed.difference.tolist() if fen]
        edges = [None, *EDGES_YUAN, None]
        found = []
        for low, high in pairwise(edges):
            count = sum((low is None or one >= low) and (high is None or one < high) for one in yuan)
            found.append((low, high, count))
        return found


def what_if(register: Register, towns: Sequence[str], article: Article, settings: Sequence[Setting]) -> WhatIf:
    """`register` under `article` and under the proposal made of it. Refusal for nonsense, with every fault."""
    other = proposal(article, settings)
    days = claim_days(article, register.years)
    return WhatIf(article, other, changed(register, article, other, days), tuple(towns))
