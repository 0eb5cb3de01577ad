"""Interest of a loan day by day, in spans of days in which nothing changes. Exact: whole fen times millionths."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from datetime import date
from fractions import Fraction
from itertools import pairwise
from typing import NamedTuple

from dengta.engines.subsidy.model import MILLION, Dated, Loan

DAY_COUNTS = ("actual/360", "actual/365", "actual/actual")


class Stretch(NamedTuple):
    """Days in which nothing changes. `eligible`: fen of the balance that count; `rate`: millionths a year."""

    start: date
    end: date
    balance: int
    eligible: int
    rate: int
    interest: Fraction  # of `eligible`, fen


def months_after(day: date, months: int) -> date:
    """The same day of the month so many months later; the month's last where it has no such day."""
    number = day.month - 1 + months
    year, month = day.year + number // 12, number % 12 + 1
    last = (date(year + month // 12, month % 12 + 1, 1) - date(year, month, 1)).days
    return date(year, month, min(day.day, last))


def basis(day_count: str, year: int) -> int:
    """Days that make a year's interest."""
    if day_count == "actual/actual":
        return (date(year + 1, 1, 1) - date(year, 1, 1)).days
    return int(day_count.removeprefix("actual/"))


def at(steps: Sequence[Dated], day: date) -> int:
    """The value that holds on a day; 0 before the first."""
    place = bisect_right([step.day for step in steps], day)
    return steps[place - 1].amount if place else 0


def paid_by(payments: Sequence[Dated]) -> tuple[Dated, ...]:
    """Payments as what is paid in all from each day on."""
    total, found = 0, dict[date, int]()
    for day, amount in sorted(payments):
        total += amount
        found[day] = total
    return tuple(Dated(day, amount) for day, amount in found.items())


def stretches(
    loans: Sequence[tuple[Loan, date, date]], cover: Sequence[Dated], points: int | None, days: int
) -> Iterator[list[Stretch]]:
    """For each loan, with the first day that counts and the day behind the last, its stretches.

    cover: what is covered in all from each day on (fen); the loans fill it in the order given. points: millionths that
    count instead of the loan's own rate. days: that make a year.
    """
    changes = {day for loan, start, end in loans for day in (start, end)} | {step.day for step in cover}
    for loan, _, _ in loans:
        changes |= {step.day for step in (*loan.balances, *loan.rates)}
    marks = sorted(changes)
    found: list[list[Stretch]] = [[] for _ in loans]
    for first, last in pairwise(marks):
        left = at(cover, first)
        for place, (loan, start, end) in enumerate(loans):
            balance = at(loan.balances, first)
            eligible = max(0, min(balance, loan.amount, left))
            left -= eligible
            if not (start <= first and last <= end) or not balance:
                continue
            rate = at(loan.rates, first) if points is None else points
            interest = Fraction(eligible * rate * (last - first).days, MILLION * days)
            found[place].append(Stretch(first, last, balance, eligible, rate, interest))
    yield from found
