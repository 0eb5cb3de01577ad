"""A case as the JSON that `case_reading` reads: what a page hands out gives the same fen from the command line."""

from __future__ import annotations

from collections.abc import Iterable
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
