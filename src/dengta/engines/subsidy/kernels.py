"""Loan discounts of a whole register, day by day, in whole numbers: the same fen as the explained computation."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from dengta.core.compiled import njit

Ints = NDArray[np.int64]
COMPILED: dict[str, Any] = {"cache": True, "nogil": True}
MILLION = 1_000_000


class Books(NamedTuple):
    """Firms, their projects in the order in which they were filed, loans in the order in which they were drawn.

    Days are ordinals, money fen, rates millionths. ``x_ptr`` cuts ``x``; cover: paid to suppliers in all from a day on.
    """

    project_ptr: Ints  # (firms + 1,)
    loan_ptr: Ints  # (projects + 1,)
    cover_ptr: Ints  # (projects + 1,)
    cover_day: Ints
    cover_fen: Ints
    amount: Ints  # (loans,)
    drawn: Ints  # first day with something outstanding
    drawn_year: Ints
    until: Ints  # the day behind the last that counts
    balance_ptr: Ints  # (loans + 1,)
    balance_day: Ints
    balance_fen: Ints
    rate_ptr: Ints
    rate_day: Ints
    rate_millionths: Ints


@njit(**COMPILED)
def accrued(b: Books, counts: Ints, start: int, end: int, points: int, out: Ints) -> None:
    """out (loans,): fen times millionths a year that each loan accrues in the days ``[start, end)``.

    counts (projects,): 0 for projects that are left out. points: millionths in place of a loan's rate; -1: its own.
    """
    for p in range(counts.shape[0]):
        first, last = b.loan_ptr[p], b.loan_ptr[p + 1]
        for loan in range(first, last):
            out[loan] = 0
        if counts[p] == 0 or first == last:
            continue
        begin = end
        for loan in range(first, last):
            begin = min(begin, b.drawn[loan])
        begin = max(begin, start)
        cover = b.cover_ptr[p]
        day = begin
        while day < end:
            while cover < b.cover_ptr[p + 1] and b.cover_day[cover] <= day:
                cover += 1
            left = b.cover_fen[cover - 1] if cover > b.cover_ptr[p] else 0
            until = end if cover == b.cover_ptr[p + 1] else min(end, b.cover_day[cover])
            for loan in range(first, last):
                until = min(until, next_change(b, loan, day, end))
            for loan in range(first, last):
                balance = holds(b.balance_ptr, b.balance_day, b.balance_fen, loan, day)
                eligible = max(0, min(balance, b.amount[loan], left))
                left -= eligible
                if b.drawn[loan] <= day < b.until[loan] and eligible > 0:
                    rate = points
                    if points < 0:
                        rate = holds(b.rate_ptr, b.rate_day, b.rate_millionths, loan, day)
                    out[loan] += eligible * rate * (until - day)
            day = until


@njit(**COMPILED)
def holds(ptr: Ints, days: Ints, values: Ints, loan: int, day: int) -> int:
    """The value of a loan that holds on a day; 0 before the first."""
    found = 0
    for k in range(ptr[loan], ptr[loan + 1]):
        if days[k] > day:
            break
        found = values[k]
    return int(found)


@njit(**COMPILED)
def next_change(b: Books, loan: int, day: int, end: int) -> int:
    """The first day behind `day` on which anything of a loan changes; no later than `end`."""
    found = end
    for k in range(b.balance_ptr[loan], b.balance_ptr[loan + 1]):
        if b.balance_day[k] > day:
            found = min(found, b.balance_day[k])
            break
    for k in range(b.rate_ptr[loan], b.rate_ptr[loan + 1]):
        if b.rate_day[k] > day:
            found = min(found, b.rate_day[k])
            break
    for mark in (b.drawn[loan], b.until[loan]):
        if mark > day:
            found = min(found, mark)
    return int(found)


@njit(**COMPILED)
def claims(
    b: Books, numerators: Ints, year: int, shares: Ints, parts: int, basis: int, paid: Ints, rounding: int, left: Ints,
    out: Ints,
) -> None:  # fmt: skip
    """out (firms,): fen of each firm's claim of a year, rounded once, no more than is `left` (firms,) under its caps.

    numerators (loans,): of `accrued`; shares: of each year of a loan, in `parts`; paid (loans,): interest paid in the
    year less what was overdue, -1 unstated; rounding: place in `caps.ROUNDINGS`.
    """
    whole_year = MILLION * basis
    for firm in range(out.shape[0]):
        whole, rest = 0, 0  # rest in parts of parts * whole_year
        for p in range(b.project_ptr[firm], b.project_ptr[firm + 1]):
            for loan in range(b.loan_ptr[p], b.loan_ptr[p + 1]):
                share = shares[min(max(0, year - b.drawn_year[loan]), shares.shape[0] - 1)]
                fen, over = numerators[loan] // whole_year, numerators[loan] % whole_year
                due = fen * share // parts
                more = (fen * share % parts) * whole_year + over * share
                due += more // (parts * whole_year)
                more = more % (parts * whole_year)
                if 0 <= paid[loan] <= due:
                    due, more = paid[loan], 0
                whole += due
                rest += more
                if rest >= parts * whole_year:
                    whole += 1
                    rest -= parts * whole_year
        if whole >= left[firm]:
            out[firm] = left[firm]
        else:
            half = parts * whole_year
            up = 2 * rest > half or (2 * rest == half and (rounding == 0 or whole % 2 == 1))
            out[firm] = whole + (1 if rounding < 2 and up else 0)
