"""Writing rows of loans, in bulk, inside somebody's transaction."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import NamedTuple

from django.db import connection
from django.db.models import F

from dengta.apps.loans.models import Batch, Borrower, Item, Line, Loan, Mark, Project
from dengta.apps.loans.statement_reading import Told
from dengta.engines.subsidy import model
from dengta.engines.subsidy.interest import at
from dengta.engines.subsidy.model import Dated

_MANY = 2000


class NewLine(NamedTuple):
    """A line as a row of the table; `day` in ISO form."""

    loan_id: int
    day: str
    balance: int
    rate: int
    drawn: int
    repaid: int
    interest: int
    overdue: int


def mark(programme: str) -> None:
    """One more change. Counting begins somewhere else in every database, so that one restored is told from another."""
    if not Mark.objects.filter(pk=programme).update(value=F("value") + 1):
        Mark.objects.create(programme=programme, value=int.from_bytes(os.urandom(6), "big") + 1)


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
    return add_lines(
        batch, [line for row, (_, loan, _) in zip(rows, owned, strict=True) for line in lines_of(row.pk, loan)]
    )


def add_lines(batch: Batch, lines: Sequence[NewLine]) -> int:
    """Lines of a batch, in one statement: a whole city's are some tens of thousands. How many."""
    names = (*NewLine._fields, "batch_id")
    with connection.cursor() as cursor:
        holes = ", ".join(["%s"] * len(names))
        insert = f"INSERT INTO {Line._meta.db_table} ({', '.join(names)}) VALUES ({holes})"  # noqa: S608  own names
        cursor.executemany(insert, [(*line, batch.pk) for line in lines])
    return len(lines)


def lines_of(loan_id: int, loan: model.Loan) -> Iterator[NewLine]:
    """A line for each day on which the loan says something."""
    interest, overdue = _summed(loan.interest), _summed(loan.overdue)
    days = {day for day, _ in (*loan.balances, *loan.rates)} | interest.keys() | overdue.keys()
    before = 0
    for day in sorted(days):
        balance = at(loan.balances, day)
        change, rate = balance - before, at(loan.rates, day)
        yield NewLine(
            loan_id, str(day), balance, rate, max(0, change), max(0, -change), interest.get(day, 0), overdue.get(day, 0)
        )
        before = balance


def _summed(paid: Sequence[Dated]) -> Mapping[date, int]:
    found: dict[date, int] = {}
    for day, fen in paid:
        found[day] = found.get(day, 0) + fen
    return found


def add_told(batch: Batch, loans: Mapping[tuple[str, str, str], Told], rows: Sequence[Told]) -> int:
    """Lines of a bank's list, and the loans it tells of for the first time; how many lines."""
    projects = {
        (p.borrower.code, p.number): p
        for p in Project.objects.filter(borrower__programme=batch.programme).select_related("borrower")
        if (p.borrower.code, p.number) in {(one.code, one.project) for one in rows}
    }
    for (code, number, loan), one in loans.items():
        Loan.objects.create(project=projects[code, number], number=loan, bank=one.bank, amount=one.amount or 0)
    keys = {
        (loan.project_id, loan.number): loan.pk for loan in Loan.objects.filter(project__in=list(projects.values()))
    }
    lines = []
    for one in rows:
        loan = keys[projects[one.code, one.project].pk, one.loan]
        lines.append(
            NewLine(loan, str(one.day), one.balance, one.rate, one.drawn, one.repaid, one.interest, one.overdue)
        )
    return add_lines(batch, lines)


def supersede(batch: Batch, lines: Sequence[Line]) -> None:
    """These lines hold no more since `batch`."""
    Line.objects.filter(pk__in=[line.pk for line in lines]).update(superseded_by=batch)
