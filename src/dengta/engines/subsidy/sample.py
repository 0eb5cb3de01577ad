"""Fictional digital loans of a sample city: filings, contracts, drawings, repayments, rates and interest, day by day.

Seeded, and pure: who may have a loan is told. Most firms are plain; some are there to be found by a rule: a loan larger
than what was paid to suppliers, civil works, late interest, a filing that lapsed or is one too many, another policy.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from fractions import Fraction
from itertools import pairwise
from typing import NamedTuple

import numpy as np

from dengta.engines.subsidy.caps import to_fen
from dengta.engines.subsidy.interest import at, months_after
from dengta.engines.subsidy.model import MILLION, Case, Dated, Item, Loan, Project

BANKS = 11
"""Cooperating banks."""
_SHARE = 0.4  # of the firms that filed have a digital loan
_MEDIAN, _SPREAD = 3_200_000, 0.85  # yuan; of a log-normal
_LARGE, _LARGE_YUAN = 0.004, (500_000_000, 950_000_000)  # parks and new plants: the yearly cap is theirs
_SETTLED = 21  # day of the last month of a quarter on which banks settle interest
_FIRST_RULE = date(2022, 5, 11)


class Filed(NamedTuple):
    """A firm that filed: its credit code, town, and the day."""

    code: str
    town: str
    day: date


class Borrower(NamedTuple):
    """A firm with its case: facts, filed projects, their loans, up to the last day. bank: number, by loan id."""

    code: str
    town: str
    case: Case
    bank: dict[str, int]


def sample_loans(
    filed: Sequence[Filed], last: date, seed: int, sure: frozenset[str] = frozenset()
) -> tuple[Borrower, ...]:
    """The borrowers among `filed`, in that order, with statements up to `last`; `sure`: codes that are among them.

    The same seed gives the same loans; who else borrows changes nothing in a firm's own.
    """
    turns = np.random.default_rng(seed).random(len(filed)).tolist()
    return tuple(
        _borrower(one, last, np.random.default_rng((seed, k)))
        for k, (one, turn) in enumerate(zip(filed, turns, strict=True))
        if (turn < _SHARE or one.code in sure) and one.day < last
    )


def _borrower(one: Filed, last: date, chance: np.random.Generator) -> Borrower:
    turn = chance.random(6)
    facts: dict[str, int | str | bool] = {
        "manufacturer": True,
        "months_in_city": 6 if turn[0] < 0.01 else int(chance.integers(12, 240)),
        "legal_person": True,
        "major_violations_3y": 1 if turn[1] < 0.01 else 0,
        "overdue_projects": 1 if turn[2] < 0.015 else 0,
        "blacklisted": bool(turn[3] < 0.005),
    }
    count = 3 if turn[4] < 0.01 else 2 if turn[4] < 0.12 else 1
    first = max(one.day, _FIRST_RULE)
    days = [first + timedelta(days=int(gap)) for gap in np.cumsum(chance.integers(0, 240, count))]
    numbers = [f"DL-{one.code[8:17]}-{k}" for k in range(1, count + 1)]
    projects = tuple(
        _project(number, day, last, chance) for number, day in zip(numbers, days, strict=True) if day < last
    )
    bank = {loan.id: int(chance.integers(BANKS)) for project in projects for loan in project.loans}
    return Borrower(one.code, one.town, Case(one.code, "loan-discount", last, None, facts, projects), bank)


def _project(number: str, filed: date, last: date, chance: np.random.Generator) -> Project:
    turn = chance.random(5)
    applied = min(
        last, months_after(filed, 7) if turn[0] < 0.01 else filed + timedelta(days=int(chance.integers(5, 120)))
    )
    drawn = applied + timedelta(days=int(chance.integers(7, 60)))
    wanted = _LARGE_YUAN[0] + int(chance.integers(_LARGE_YUAN[1] - _LARGE_YUAN[0])) if turn[1] < _LARGE else 0
    loan_yuan = wanted or int(np.clip(chance.lognormal(np.log(_MEDIAN), _SPREAD), 300_000, 80_000_000))
    loan_yuan = loan_yuan // 10_000 * 10_000
    covered = chance.uniform(0.5, 0.95) if turn[2] < 0.12 else chance.uniform(1.0, 1.6)
    items = _items(int(loan_yuan * covered), filed, drawn, last, turn[3] < 0.15, chance)
    if drawn >= last:
        return Project(number, filed, applied, items)
    policies = ("provincial-loan-discount",) if turn[4] < 0.03 else ()
    return Project(
        number, filed, applied, items, (_loan(f"{number}-A", loan_yuan * 100, drawn, last, policies, chance),)
    )


def _items(
    cost: int, filed: date, drawn: date, last: date, civil: bool, chance: np.random.Generator
) -> tuple[Item, ...]:
    """Equipment, software and, at times, works: paid in a first part at the drawing and a second one later."""
    parts = (("equipment", 0.8), ("software", 0.2))
    signed = filed + timedelta(days=3)
    found = []
    for kind, part in parts:
        net = int(cost * part) * 100
        early = net * int(chance.integers(40, 101)) // 100
        later = drawn + timedelta(days=int(chance.integers(30, 150)))
        paid = [Dated(drawn, early)] if drawn <= last else []
        paid += [Dated(later, net - early)] if early < net and later <= last else []
        invoice = min(last, drawn)
        found.append(Item(kind, kind, net, net * 13 // 100, signed, invoice, tuple(paid)))
    if civil:
        found.append(Item("works", "civil", int(cost * 0.3) * 100, 0, signed, min(last, drawn)))
    return tuple(found)


def _loan(
    id_: str, fen: int, drawn: date, last: date, policies: tuple[str, ...], chance: np.random.Generator
) -> Loan:  # fmt: skip
    balances = _balances(fen, drawn, last, chance)
    rate = int(chance.integers(330, 470)) * 100  # 3.30 % to 4.69 %
    rates = [Dated(drawn, rate)]
    for year in range(drawn.year + 1, last.year + 1):
        rate = max(28_000, rate - int(chance.integers(0, 4)) * 500)  # newer years are cheaper
        rates.append(Dated(date(year, 1, 1), rate))
    interest = _interest(balances, rates, drawn, last)
    late = tuple(
        Dated(day, amount * int(chance.integers(5, 40)) // 100)
        for day, amount in interest
        if amount and chance.random() < 0.01
    )
    return Loan(id_, fen, balances, tuple(rates), interest, late, policies)


def _balances(fen: int, drawn: date, last: date, chance: np.random.Generator) -> tuple[Dated, ...]:
    """Drawn at once or in two parts, then paid back in equal quarters after some months, the rest at the end."""
    second = int(chance.integers(0, 2)) * int(chance.integers(30, 150))
    first = fen if not second else fen * int(chance.integers(50, 90)) // 100
    changes = {drawn: first} | ({drawn + timedelta(days=second): fen - first} if second else {})
    free, quarters = int(chance.integers(6, 19)), int(chance.integers(6, 17))
    part = fen // quarters // 100 * 100
    for k in range(quarters):
        day = months_after(drawn, free + 3 * k)
        changes[day] = changes.get(day, 0) - (part if k < quarters - 1 else fen - part * (quarters - 1))
    balance, found = 0, []
    for day, change in sorted(changes.items()):
        balance += change
        if day <= last:
            found.append(Dated(day, balance))
    return tuple(found)


def _interest(balances: Sequence[Dated], rates: Sequence[Dated], drawn: date, last: date) -> tuple[Dated, ...]:
    """What the bank takes on each settlement day: whole days on the balance and rate of each, a year of 360."""
    found, start = [], drawn
    quarters = (date(y, m, _SETTLED) for y in range(drawn.year, last.year + 1) for m in (3, 6, 9, 12))
    for end in quarters:
        if not start < end <= last:
            continue
        marks = sorted({start, end} | {d for d, _ in (*balances, *rates) if start < d < end})
        due = sum(at(balances, a) * at(rates, a) * (b - a).days for a, b in pairwise(marks))
        found.append(Dated(end, to_fen(Fraction(due, 360 * MILLION), "half_up")))
        start = end
    return tuple(one for one in found if one.amount)
