"""An independent judge of loan discounts: day by day, in decimals of sixty digits, sharing nothing with the engine.

It knows the formula of the rule and the case, and no step of the computation it judges.
"""

from __future__ import annotations

from datetime import date, timedelta
from decimal import ROUND_FLOOR, ROUND_HALF_EVEN, ROUND_HALF_UP, Context, Decimal

from dengta.engines.subsidy.model import Article, Case, Dated, Loan, Project

_EXACT = Context(prec=60)
_RULES = {"half_up": ROUND_HALF_UP, "half_even": ROUND_HALF_EVEN, "down": ROUND_FLOOR}


def recomputed(article: Article, case: Case) -> int:
    """Fen of the discount of a loan-discount article: what its rule gives for `case.year`."""
    year = case.year or case.day.year
    total = Decimal(0)
    for project in _counted(article, case):
        total += _project(article, case, project, year)
    for name, used in (("cap_year", case.granted.get(year, 0)), ("cap_term", sum(case.granted.values()))):
        if _says(article, name, case.day):
            cap = _value(article, name, case.day)
            total = min(total, max(Decimal(0), cap * 100 - used))
    return int(total.quantize(Decimal(1), rounding=_RULES[article.words.get("rounding", "half_up")], context=_EXACT))


def _says(article: Article, name: str, day: date) -> bool:
    values = article.parameters[name].values if name in article.parameters else ()
    return any(value.span.start <= day and (value.span.end is None or day < value.span.end) for value in values)


def _value(article: Article, name: str, day: date, nth: int = 0) -> Decimal:
    for value in article.parameters[name].values:
        if value.span.start <= day and (value.span.end is None or day < value.span.end):
            number = value.numbers[min(nth, len(value.numbers) - 1)]
            return _EXACT.divide(Decimal(number.numerator), Decimal(number.denominator))
    raise LookupError(name)


def _counted(article: Article, case: Case) -> list[Project]:
    found: list[Project] = []
    for project in sorted((p for p in case.projects if p.filed), key=lambda p: (str(p.filed), p.id)):
        if article.mode and any(used != article.id for used in project.used):
            continue
        if _says(article, "lapse_months", case.day) and project.filed is not None:
            last = _later(project.filed, int(_value(article, "lapse_months", case.day)))
            if (project.applied or case.day) >= last:
                continue
        if _says(article, "filings", case.day) and len(found) >= _value(article, "filings", case.day):
            break
        found.append(project)
    return found


def _later(day: date, months: int) -> date:
    year, month = day.year, day.month + months
    while month > 12:
        year, month = year + 1, month - 12
    while True:
        try:
            return day.replace(year=year, month=month)
        except ValueError:
            day -= timedelta(days=1)


def _project(article: Article, case: Case, project: Project, year: int) -> Decimal:
    kinds = [kind.strip() for kind in article.words.get("kinds", "").split(",")]
    gross = article.words.get("vat") == "included"
    items = [(item, item.net + (item.vat if gross else 0)) for item in project.items if item.kind in kinds]
    loans = [loan for loan in project.loans if all(policy == article.id for policy in loan.policies)]
    loans = sorted((loan for loan in loans if _drawn(loan)), key=lambda loan: (_drawn(loan), loan.id))
    accrued = {loan.id: Decimal(0) for loan in loans}  # fen times millionths a year
    day = date(year, 1, 1)
    days = 366 if (date(year, 12, 31) - day).days == 365 else 365
    count = article.words["day_count"].partition("/")[2]
    year_of = Decimal(days if count == "actual" else int(count))
    while day.year == year:
        if article.words.get("cover", "paid") == "cost":
            left = sum(cost for _, cost in items)
        else:
            left = sum(min(cost, sum(p.amount for p in item.paid if p.day <= day)) for item, cost in items)
        inside = article.span.start <= day and (article.span.end is None or day < article.span.end)
        for loan in loans:
            counts = max(0, min(_on(loan.balances, day), loan.amount, left))
            left -= counts
            first = _drawn(loan)
            if inside and first is not None and first <= day < _later(first, int(_value(article, "months", case.day))):
                points = (
                    _EXACT.multiply(_value(article, "points", case.day), Decimal(10_000))
                    if _points(article, case.day)
                    else None
                )
                rate = Decimal(_on(loan.rates, day)) if points is None else points
                accrued[loan.id] = _EXACT.add(accrued[loan.id], _EXACT.multiply(Decimal(counts), rate))
        day += timedelta(days=1)
    basis = Decimal(1_000_000) * year_of
    return sum((_due(article, case, loan, accrued[loan.id], basis, year) for loan in loans), Decimal(0))


def _due(article: Article, case: Case, loan: Loan, accrued: Decimal, basis: Decimal, year: int) -> Decimal:
    first = _drawn(loan)
    nth = max(0, year - first.year) if first else 0
    due = _EXACT.divide(_EXACT.multiply(accrued, _value(article, "share", case.day, nth)), basis)
    paid = sum(p.amount for p in loan.interest if p.day.year == year)
    late = sum(p.amount for p in loan.overdue if p.day.year == year)
    if loan.interest:
        due = min(due, Decimal(max(0, paid - late)))
    if _says(article, "cap_loan_share", case.day):
        due = min(due, _EXACT.multiply(_value(article, "cap_loan_share", case.day), Decimal(loan.amount)))
    return due


def _points(article: Article, day: date) -> bool:
    return _says(article, "points", day)


def _drawn(loan: Loan) -> date | None:
    return min((day for day, amount in loan.balances if amount > 0), default=None)


def _on(steps: tuple[Dated, ...], day: date) -> int:
    return next((step.amount for step in reversed(steps) if step.day <= day), 0)
