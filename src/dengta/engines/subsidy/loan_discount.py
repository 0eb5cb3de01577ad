"""A discount on the interest of a project's loans: daily balances, covered cost, caps by enterprise, rounded once.

    eligible(d) = min(balance(d), loan, cost paid to the supplier by d)      in the order in which loans were drawn
    accrued(y)  = sum of eligible(d) * rate(d) / basis                      d in y, in the article's span and months
    discount(y) = min(accrued * share, interest paid - overdue, caps left)

The share may fall from year to year of a loan; `points` in place of the loan's rate makes it percentage points.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from fractions import Fraction

from dengta.core.reason import Param, Reason
from dengta.engines.subsidy.caps import capped, percent, rounded, value_of, yuan
from dengta.engines.subsidy.eligible_cost import covered, eligible
from dengta.engines.subsidy.interest import Stretch, basis, months_after, stretches
from dengta.engines.subsidy.model import MILLION, Article, Case, Loan, Project, Step, Value

REQUIRED = ("share", "months")
OPTIONAL = ("points", "cap_year", "cap_term", "cap_loan_share", "filings", "lapse_months")
WORDS = ("day_count", "rounding", "kinds", "vat", "cover")


def discount(article: Article, case: Case) -> tuple[Step, list[Reason]]:
    """The discount of `case.year`, and what is missing or left out. The case has a year."""
    year = case.year or case.day.year
    reasons: list[Reason] = []
    steps = [_project(article, case, project, year, reasons) for project in _in_progress(article, case, reasons)]
    total = Step("subsidy.sum", sum((step.amount or Fraction(0) for step in steps), Fraction(0)), steps=tuple(steps))
    before, ever = case.granted.get(year, 0), sum(case.granted.values())
    caps = [("cap_year", before), ("cap_term", ever)]
    for name, used in caps:
        total = capped(article, name, case.day, total, used)
    return rounded(article, total), reasons


def _in_progress(article: Article, case: Case, reasons: list[Reason]) -> Iterator[Project]:
    """The projects that count: filed, not lapsed, not under another article of the mode, as many as may be."""
    most, lapse = value_of(article, "filings", case.day), value_of(article, "lapse_months", case.day)
    taken = 0
    for project in sorted(case.projects, key=lambda p: (p.filed or date.max, p.id)):
        place = (f"project {project.id}",)
        other = [used for used in project.used if used != article.id]
        until = None if project.filed is None or lapse is None else months_after(project.filed, int(lapse.number))
        if other and article.mode:
            reasons.append(Reason("subsidy.one_mode", place, {"other": ", ".join(other)}))
        elif project.filed is None:
            reasons.append(Reason("subsidy.not_filed", place))
        elif until is not None and (project.applied or case.day) >= until:
            reasons.append(Reason("subsidy.lapsed", place, {"filed": str(project.filed), "until": str(until)}))
        elif most is not None and taken >= most.number:
            reasons.append(Reason("subsidy.too_many_filings", place, {"most": int(most.number)}))
        else:
            taken += 1
            yield project


def _project(article: Article, case: Case, project: Project, year: int, reasons: list[Reason]) -> Step:
    place = (f"project {project.id}",)
    cost = eligible(article, project, place, reasons)
    cover = covered(article, cost)
    loans = []
    for loan in sorted(project.loans, key=lambda one: (one.drawn or date.max, one.id)):
        others = [policy for policy in loan.policies if policy != article.id]
        if others:
            reasons.append(Reason("subsidy.one_policy", (*place, f"loan {loan.id}"), {"other": ", ".join(others)}))
        elif loan.drawn is not None:
            loans.append((loan, *_days(article, loan, loan.drawn, year, case.day)))
    points = value_of(article, "points", case.day)
    rate = None if points is None else int(points.number * MILLION / 100)
    days = basis(article.words["day_count"], year)
    spans = stretches(loans, cover, rate, days)
    steps = [
        _loan(article, case, loan, span, year, place, reasons) for (loan, _, _), span in zip(loans, spans, strict=True)
    ]
    amount = sum((step.amount or Fraction(0) for step in steps), Fraction(0))
    return Step("subsidy.project", amount, article.clause, {"project": project.id}, steps=(cost.step, *steps))


def _days(article: Article, loan: Loan, drawn: date, year: int, day: date) -> tuple[date, date]:
    """The days of the year that count for a loan: in the article's span and in its months from the first drawing."""
    months = article.parameters["months"].at(day)
    end = months_after(drawn, int(months.number)) if months else drawn
    last = date(year + 1, 1, 1) if article.span.end is None else min(date(year + 1, 1, 1), article.span.end)
    start = max(date(year, 1, 1), article.span.start, drawn)
    return start, max(start, min(last, end))


def _loan(
    article: Article, case: Case, loan: Loan, span: list[Stretch], year: int, place: tuple[str, ...],
    reasons: list[Reason],
) -> Step:  # fmt: skip
    accrued = sum((stretch.interest for stretch in span), Fraction(0))
    days = tuple(
        Step("subsidy.stretch", stretch.interest, params=_shown(stretch)) for stretch in span if stretch.eligible
    )
    day_count = article.words["day_count"]
    told: dict[str, Param] = {"loan": loan.id, "day_count": day_count}
    step = Step("subsidy.accrued", accrued, article.clause, told, article.of_word("day_count"), days)
    share = article.parameters["share"].at(case.day)
    if share is not None and loan.drawn is not None:
        step = _share(article, step, share, max(0, year - loan.drawn.year))
    paid = sum(amount for day, amount in loan.interest if day.year == year)
    overdue = sum(amount for day, amount in loan.overdue if day.year == year)
    if not loan.interest and article.parameters.get("points") is None:
        reasons.append(Reason("subsidy.interest_unstated", (*place, f"loan {loan.id}"), {"year": year}))
    elif loan.interest and (step.amount or 0) > max(0, paid - overdue):
        params = {"paid": yuan(paid), "overdue": yuan(overdue)}
        step = Step("subsidy.paid_interest", Fraction(max(0, paid - overdue)), article.clause, params, steps=(step,))
    return capped(article, "cap_loan_share", case.day, step, 0, of=loan.amount)


def _share(article: Article, step: Step, share: Value, nth: int) -> Step:
    part = share.numbers[min(nth, len(share.numbers) - 1)]
    params: dict[str, Param] = {
        "share": percent(part),
        "nth": nth + 1,
        "source": share.source,
        "from": str(share.span.start),
    }
    return Step("subsidy.share", (step.amount or 0) * part, article.clause, params, share.certainty, (step,))


def _shown(stretch: Stretch) -> dict[str, str | int]:
    return {
        "start": str(stretch.start), "end": str(stretch.end), "days": (stretch.end - stretch.start).days,
        "balance": yuan(stretch.balance), "eligible": yuan(stretch.eligible),
        "rate": percent(Fraction(stretch.rate, MILLION)),
    }  # fmt: skip
