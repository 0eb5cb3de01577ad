"""An example of a case for any article: what its instrument needs, on the article's own days. Made up."""

from __future__ import annotations

from datetime import date, timedelta
from fractions import Fraction
from itertools import pairwise

from dengta.engines.subsidy.caps import to_fen
from dengta.engines.subsidy.interest import months_after
from dengta.engines.subsidy.model import MILLION, Article, Case, Dated, Item, Loan, Project, Requirement

ENTERPRISE = "91442000MA0EXAMPL5"
_LOAN = 20_000_000_00
_RATE = 43_500  # millionths a year


def example(article: Article) -> Case:
    """A case that meets every requirement of `article`; the amounts are those of a mid-size line of machines."""
    start = article.span.start
    last = (article.span.end or date.max) - timedelta(days=1)
    year = min(start.year + 1, last.year)
    day = min(last, date(year + 1, 3, 1))
    facts = {one.fact: _meets(one) for one in article.requirements}
    if article.instrument == "level_award":
        facts["level"] = 3
    if article.instrument == "pre_award":
        facts["expected_fen"] = 600_000_00
    loan = article.instrument == "loan_discount"
    projects = (_project(article, year, last),) if article.words.get("kinds") else ()
    return Case(ENTERPRISE, article.id, day, year if loan else None, facts, projects)


def _meets(one: Requirement) -> int | str | bool:
    """What just meets a requirement."""
    if one.equals is not None:
        return {"true": True, "false": False}.get(one.equals, one.equals)
    return one.least if one.least is not None else 0


def _project(article: Article, year: int, last: date) -> Project:
    first = date.fromisoformat(article.words.get("window_start", str(article.span.start)))
    paid, invoice = min(last, months_after(first, 3)), min(last, months_after(first, 2))
    line = Item("line", "equipment", 18_000_000_00, 2_340_000_00, first, invoice, (Dated(paid, 18_000_000_00),))
    software = Item("MES", "software", 2_000_000_00, 260_000_00, first, invoice, (Dated(paid, 2_000_000_00),))
    loans = (_loan(paid, year, last),) if article.instrument == "loan_discount" else ()
    return Project("edge-banding line", first, months_after(first, 1), (line, software), loans)


def _loan(drawn: date, year: int, last: date) -> Loan:
    """All drawn on one day; interest paid on the last of each quarter of the year, on the balance as it stands."""
    quarters = [date(year, month, 1) for month in (1, 4, 7, 10)] + [date(year + 1, 1, 1)]
    interest = []
    for start, end in pairwise(quarters):
        days = (end - max(start, drawn)).days
        paid = end - timedelta(days=1)
        if days > 0 and paid <= last:
            fen = to_fen(Fraction(_LOAN * _RATE * days, 360 * MILLION), "half_up")
            interest.append(Dated(paid, fen))
    return Loan("L-0417", _LOAN, (Dated(drawn, _LOAN),), (Dated(drawn, _RATE),), tuple(interest))
