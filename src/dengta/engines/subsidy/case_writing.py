"""A case as the JSON that `case_reading` reads: what a page hands out gives the same fen from the command line."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

from dengta.engines.subsidy.model import MILLION, Case, Dated, Item, Loan, Project

SCHEMA = "dengta.case/1"


def as_data(case: Case) -> dict[str, Any]:
    """`case` as an object for JSON; what it does not state is absent. Reading it again gives the same case."""
    whole = {
        "schema": SCHEMA,
        "enterprise": case.enterprise,
        "article": case.article or None,
        "day": str(case.day),
        "year": case.year,
        "facts": dict(case.facts) or None,
        "projects": [_project(one) for one in case.projects] or None,
        "granted": {str(year): _yuan(fen) for year, fen in case.granted.items()} or None,
    }
    return _stated(whole)


def until(case: Case, day: date) -> Case:
    """`case` as it could be stated on `day`: nothing of it is later, so that it can be read again.

    A loan whose interest was only paid later states that none was paid by then, which is not the same as not to say.
    """
    projects = (one for one in case.projects if one.filed is None or one.filed <= day)
    return replace(case, day=day, projects=tuple(_project_until(one, day) for one in projects))


def _project_until(project: Project, day: date) -> Project:
    items = tuple(
        replace(
            item,
            contract=_no_later(item.contract, day),
            invoice=_no_later(item.invoice, day),
            paid=_by(item.paid, day),
        )
        for item in project.items
    )
    loans = (_loan_until(loan, day) for loan in project.loans if loan.balances and loan.balances[0].day <= day)
    return replace(project, applied=_no_later(project.applied, day), items=items, loans=tuple(loans))


def _loan_until(loan: Loan, day: date) -> Loan:
    paid = _by(loan.interest, day) or ((Dated(day, 0),) if loan.interest else ())
    return replace(
        loan,
        balances=_by(loan.balances, day),
        rates=_by(loan.rates, day),
        interest=paid,
        overdue=_by(loan.overdue, day),
    )


def _by(steps: tuple[Dated, ...], day: date) -> tuple[Dated, ...]:
    return tuple(one for one in steps if one.day <= day)


def _no_later(stated: date | None, day: date) -> date | None:
    return stated if stated is not None and stated <= day else None


def _project(project: Project) -> dict[str, Any]:
    return _stated(
        {
            "id": project.id,
            "filed": _day(project.filed),
            "applied": _day(project.applied),
            "items": [_item(one) for one in project.items] or None,
            "loans": [_loan(one) for one in project.loans] or None,
            "used": list(project.used) or None,
        }
    )


def _item(item: Item) -> dict[str, Any]:
    return _stated(
        {
            "id": item.id,
            "kind": item.kind,
            "net": _yuan(item.net),
            "vat": _yuan(item.vat) if item.vat else None,
            "contract": _day(item.contract),
            "invoice": _day(item.invoice),
            "paid": _amounts(item.paid),
        }
    )


def _loan(loan: Loan) -> dict[str, Any]:
    return _stated(
        {
            "id": loan.id,
            "amount": _yuan(loan.amount),
            "balances": _amounts(loan.balances),
            "rates": [[str(day), percent_a_year(rate)] for day, rate in loan.rates] or None,
            "interest": _amounts(loan.interest),
            "overdue": _amounts(loan.overdue),
            "policies": list(loan.policies) or None,
        }
    )


def percent_a_year(millionths: int) -> str:
    """A rate as exact percent: 43500 is ``4.35``."""
    text = f"{Decimal(millionths) * 100 / MILLION:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def _amounts(steps: Iterable[Dated]) -> list[list[str]] | None:
    return [[str(day), _yuan(fen)] for day, fen in steps] or None


def _yuan(fen: int) -> str:
    whole, rest = divmod(fen, 100)
    return f"{whole}.{rest:02d}" if rest else str(whole)


def _day(day: date | None) -> str | None:
    return None if day is None else str(day)


def _stated(table: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in table.items() if value is not None}
