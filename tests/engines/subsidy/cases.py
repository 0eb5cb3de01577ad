"""Cases for tests: a loan and its project, in a line each."""

from __future__ import annotations

from datetime import date

from dengta.engines.subsidy import Case, Programme, from_toml
from dengta.engines.subsidy.model import Dated, Item, Loan, Project
from dengta.programmes import rules

FACTS = {
    "manufacturer": True,
    "months_in_city": 40,
    "legal_person": True,
    "major_violations_3y": 0,
    "overdue_projects": 0,
    "blacklisted": False,
}


def programme(name: str = "zhongshan") -> Programme:
    """A programme as it is shipped."""
    return from_toml(rules(name), name)


def yuan(amount: int) -> int:
    """Fen."""
    return amount * 100


def loan(amount: int, rate: int, drawn: date, id_: str = "L1", interest: tuple[Dated, ...] = ()) -> Loan:
    """A loan of so many yuan, all drawn at once, at so many millionths a year."""
    return Loan(id_, yuan(amount), (Dated(drawn, yuan(amount)),), (Dated(drawn, rate),), interest)


def project(cost: int, paid: date, *loans: Loan, id_: str = "P1", filed: date | None = None) -> Project:
    """A project of equipment for so many yuan, paid at once."""
    item = Item("E1", "equipment", yuan(cost), 0, paid, paid, (Dated(paid, yuan(cost)),))
    return Project(id_, filed or paid, paid, (item,), loans)


def case(year: int, *projects: Project, day: date | None = None, granted: dict[int, int] | None = None) -> Case:
    """A claim for a year, made the spring after it."""
    return Case(
        "91442000TEST00000X", "loan-discount", day or date(year + 1, 3, 1), year, FACTS, projects, granted or {}
    )
