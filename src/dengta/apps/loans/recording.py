"""Writing rows of loans, in bulk, inside somebody's transaction."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date

from django.db.models import F

from dengta.apps.loans.models import Batch, Borrower, Item, Line, Loan, Mark, Project
from dengta.engines.subsidy import model
from dengta.engines.subsidy.interest import at
from dengta.engines.subsidy.model import Dated

_MANY = 2000


def mark(programme: str) -> None:
    """One more change."""
    if not Mark.objects.filter(pk=programme).update(value=F("value") + 1):
        Mark.objects.create(programme=programme, value=1)


def add_projects(owned: Sequence[tuple[Borrower, model.Project]]) -> list[Project]:
    """Filed projects with the items of their contracts."""
    rows = Project.objects.bulk_create(
        [
            Project(borrower=borrower, number=p.id, filed=p.filed, applied=p.applied, used=list(p.used))
            for borrower, p in owned
        ],
        batch_size=_MANY,
    )
    items = [
        Item(
            project=row, name=item.id, kind=item.kind, net=item.net, vat=item.vat, contract=item.contract,
            invoice=item.invoice, paid=[[str(day), fen] for day, fen in item.paid],
        )
        for row, (_, project) in zip(rows, owned, strict=True)
        for item in project.items
    ]  # fmt: skip
    Item.objects.bulk_create(items, batch_size=_MANY)
    return rows


def add_loans(batch: Batch, owned: Sequence[tuple[Project, model.Loan, str]]) -> int:
    """Loans with all their lines, and their banks; how many lines."""
    rows = Loan.objects.bulk_create(
        [
            Loan(project=project, number=loan.id, bank=bank, amount=loan.amount, policies=list(loan.policies))
            for project, loan, bank in owned
        ],
        batch_size=_MANY,
    )
    lines = [line for row, (_, loan, _) in zip(rows, owned, strict=True) for line in _lines(batch, row, loan)]
    Line.objects.bulk_create(lines, batch_size=_MANY)
    return len(lines)


def _lines(batch: Batch, row: Loan, loan: model.Loan) -> Iterable[Line]:
    """A line for each day on which the loan says something."""
    interest, overdue = _summed(loan.interest), _summed(loan.overdue)
    days = {day for day, _ in (*loan.balances, *loan.rates)} | interest.keys() | overdue.keys()
    before = 0
    for day in sorted(days):
        balance = at(loan.balances, day)
        yield Line(
            loan=row, batch=batch, day=day, balance=balance, rate=at(loan.rates, day),
            drawn=max(0, balance - before), repaid=max(0, before - balance),
            interest=interest.get(day, 0), overdue=overdue.get(day, 0),
        )  # fmt: skip
        before = balance


def _summed(paid: Sequence[Dated]) -> Mapping[date, int]:
    found: dict[date, int] = {}
    for day, fen in paid:
        found[day] = found.get(day, 0) + fen
    return found
