"""A loan discount over a whole register: what every firm gets in each year, and what a changed article would give.

The same rule as `loan_discount`, in arrays: a test holds both together to the fen. What needs words, it has none of;
whoever asks why a firm's amount is what it is computes that firm's case.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import accumulate
from math import lcm
from typing import Any, NamedTuple

import numpy as np

from dengta.core.reason import Reason, Refusal
from dengta.engines.subsidy.caps import ROUNDINGS, value_of
from dengta.engines.subsidy.eligibility import judged
from dengta.engines.subsidy.eligible_cost import covered, eligible
from dengta.engines.subsidy.interest import basis, months_after
from dengta.engines.subsidy.kernels import MILLION, Books, Ints, accrued, claims
from dengta.engines.subsidy.model import Article, Case, Finding, Loan, Project


class _Rule(NamedTuple):
    """An article on one day. shares: of each year of a loan, in `parts`; rate: millionths for the loan's own, or -1."""

    books: Books
    counts: Ints
    shares: Ints
    parts: int
    rate: int


@dataclass(frozen=True, slots=True)
class Register:
    """Cases of many firms as columns, under the kinds of cost and the cover of one article.

    paid (loans, years): interest paid less what was overdue, -1 where no interest is stated. filed, applied: ordinals
    of the projects. `before`: fen granted ahead of the first year.
    """

    firms: tuple[str, ...]
    years: tuple[int, ...]
    books: Books
    paid: Ints
    filed: Ints
    lapses_by: Ints  # the day the loan was applied for, or the day of the case
    other_mode: Ints  # (projects,) 1 where another article of a mode was granted
    refused: Ints  # (firms,) 1 where a requirement is missed
    before: Ints  # (firms,) fen granted before the first year

    @classmethod
    def of(cls, article: Article, cases: Sequence[Case], years: Sequence[int]) -> Register:
        """The columns of `cases`, one a firm."""
        projects = [sorted((p for p in c.projects if p.filed), key=lambda p: (str(p.filed), p.id)) for c in cases]
        flat = [(case, project) for case, own in zip(cases, projects, strict=True) for project in own]
        loans = [_loans(article, project) for _, project in flat]
        every = [loan for own in loans for loan in own]
        cover = [covered(article, eligible(article, project, (), [])) for _, project in flat]
        books = _books(projects, loans, every, cover)
        return cls(
            tuple(case.enterprise for case in cases),
            tuple(years),
            books,
            _matrix([[_paid(loan, year) for year in years] for loan in every], len(years)),
            _ints(project.filed.toordinal() if project.filed else -1 for _, project in flat),
            _ints((project.applied or case.day).toordinal() for case, project in flat),
            _ints(any(used != article.id for used in project.used) for _, project in flat),
            _ints(any(j.finding is Finding.MISSED for j in judged(article, case)) for case in cases),
            _ints(sum(fen for year, fen in case.granted.items() if year < years[0]) for case in cases),
        )

    def amounts(self, article: Article, day: date | Sequence[date]) -> Ints:
        """(firms, years): fen each firm gets, parameters as on `day`, or on a day for each year.

        Refusal for what columns cannot say.
        """
        if article.instrument != "loan_discount" or "cap_loan_share" in article.parameters:
            raise Refusal(Reason("subsidy.not_in_columns", (article.id,), {"instrument": article.instrument}))
        days = [day] * len(self.years) if isinstance(day, date) else list(day)
        out = np.zeros((len(self.firms), len(self.years)), np.int64)
        granted = self.before.copy()
        end_of_rule = (article.span.end or date.max).toordinal()
        numerators = np.zeros(len(self.books.amount), np.int64)
        rules: dict[date, _Rule] = {}
        for k, (year, asked) in enumerate(zip(self.years, days, strict=True)):
            rule = rules.get(asked) or rules.setdefault(asked, self._rule(article, asked))
            start, end = date(year, 1, 1).toordinal(), date(year + 1, 1, 1).toordinal()
            first, last = max(start, article.span.start.toordinal()), min(end, end_of_rule)
            accrued(rule.books, rule.counts, first, max(first, last), rule.rate, numerators)
            left = self._left(article, asked, granted)
            rounding = ROUNDINGS.index(article.words.get("rounding", "half_up"))
            whole_year = basis(article.words["day_count"], year)
            paid = np.ascontiguousarray(self.paid[:, k])
            column = np.zeros(len(self.firms), np.int64)
            claims(
                rule.books, numerators, year, rule.shares, rule.parts, whole_year, paid, rounding, left, column
            )  # fmt: skip
            out[:, k] = np.where(self.refused == 1, 0, column)
            granted += out[:, k]
        return out

    def _rule(self, article: Article, day: date) -> _Rule:
        """What an article says on a day, as the kernels take it."""
        share = value_of(article, "share", day)
        points, months = value_of(article, "points", day), value_of(article, "months", day)
        parts = lcm(*(n.denominator for n in share.numbers)) if share else 1
        return _Rule(
            self._within(int(months.number) if months else 0),
            self._counts(article, day),
            _ints(int(n * parts) for n in share.numbers) if share else _ints([0]),
            parts,
            -1 if points is None else int(points.number * MILLION / 100),
        )

    def _within(self, months: int) -> Books:
        """The books with the last day of each loan as the article has it."""
        drawn = [date.fromordinal(day) for day in self.books.drawn.tolist()]
        return self.books._replace(until=_ints(months_after(day, months).toordinal() for day in drawn))

    def _left(self, article: Article, day: date, granted: Ints) -> Ints:
        left = np.full(len(self.firms), np.iinfo(np.int64).max, np.int64)
        for name, used in (("cap_year", np.zeros_like(granted)), ("cap_term", granted)):
            cap = value_of(article, name, day)
            if cap is not None:
                left = np.minimum(left, np.maximum(0, int(cap.number * 100) - used))
        return left

    def _counts(self, article: Article, day: date) -> Ints:
        """(projects,) 1 for those that count: not lapsed, not of another mode, as many as may be."""
        lapse, most = value_of(article, "lapse_months", day), value_of(article, "filings", day)
        counts = np.ones(len(self.filed), np.int64)
        if article.mode:
            counts[self.other_mode == 1] = 0
        if lapse is not None:
            ends = _ints(months_after(date.fromordinal(f), int(lapse.number)).toordinal() for f in self.filed.tolist())
            counts[self.lapses_by >= ends] = 0
        if most is not None:
            total = np.concatenate([[0], np.cumsum(counts)])
            firm = np.repeat(np.arange(len(self.firms)), np.diff(self.books.project_ptr))
            counts[total[1:] - total[self.books.project_ptr[firm]] > int(most.number)] = 0
        return counts


@dataclass(frozen=True, slots=True)
class Changed:
    """What a changed article does to a register: fen by firm and year before and after."""

    firms: tuple[str, ...]
    years: tuple[int, ...]
    before: Ints
    after: Ints

    @property
    def budget(self) -> list[tuple[int, int, int]]:
        """Each year with what is paid in it, before and after."""
        return list(zip(self.years, self.before.sum(axis=0).tolist(), self.after.sum(axis=0).tolist(), strict=True))

    @property
    def difference(self) -> Ints:
        """(firms,) fen more (less) over all years."""
        found: Ints = (self.after - self.before).sum(axis=1)
        return found


def changed(register: Register, article: Article, other: Article, day: date | Sequence[date]) -> Changed:
    """The register under `other` beside what it is under `article`."""
    return Changed(register.firms, register.years, register.amounts(article, day), register.amounts(other, day))


def _loans(article: Article, project: Project) -> list[Loan]:
    own = [loan for loan in project.loans if loan.drawn and all(policy == article.id for policy in loan.policies)]
    return sorted(own, key=lambda loan: (loan.drawn, loan.id))


def _paid(loan: Loan, year: int) -> int:
    if not loan.interest:
        return -1
    late = sum(amount for day, amount in loan.overdue if day.year == year)
    return max(0, sum(amount for day, amount in loan.interest if day.year == year) - late)


def _books(
    projects: Sequence[Sequence[Project]], loans: Sequence[Sequence[Loan]],
    every: Sequence[Loan], cover: Sequence[Sequence[Any]],
) -> Books:  # fmt: skip
    paid = [step for own in cover for step in own]
    balances = [step for loan in every for step in loan.balances]
    rates = [step for loan in every for step in loan.rates]
    return Books(
        project_ptr=_cuts(map(len, projects)),
        loan_ptr=_cuts(map(len, loans)),
        cover_ptr=_cuts(map(len, cover)),
        cover_day=_ints(step.day.toordinal() for step in paid),
        cover_fen=_ints(step.amount for step in paid),
        amount=_ints(loan.amount for loan in every),
        drawn=_ints(loan.drawn.toordinal() for loan in every if loan.drawn),
        drawn_year=_ints(loan.drawn.year for loan in every if loan.drawn),
        until=_ints(0 for _ in every),
        balance_ptr=_cuts(len(loan.balances) for loan in every),
        balance_day=_ints(step.day.toordinal() for step in balances),
        balance_fen=_ints(step.amount for step in balances),
        rate_ptr=_cuts(len(loan.rates) for loan in every),
        rate_day=_ints(step.day.toordinal() for step in rates),
        rate_millionths=_ints(step.amount for step in rates),
    )


def _ints(values: Iterable[int]) -> Ints:
    return np.array(list(values), np.int64)


def _cuts(lengths: Iterable[int]) -> Ints:
    return _ints(accumulate(lengths, initial=0))


def _matrix(rows: list[list[int]], width: int) -> Ints:
    return np.array(rows, np.int64).reshape(len(rows), width)
