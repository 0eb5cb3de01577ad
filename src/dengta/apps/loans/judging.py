"""A bank's list held against what is known: firms, projects, loans, days told before, and whether balances add up."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import chain

from dengta.apps.loans.models import Borrower, Line, Loan, Project
from dengta.apps.loans.statement_reading import Told
from dengta.core.money import Money
from dengta.core.reason import Reason
from dengta.engines.register import faults as code_faults

Key = tuple[str, str, str]


@dataclass(slots=True)
class Account:
    """What a list would do. new: lines nobody told; corrected: a line and what is told now; known: told before so."""

    loans: dict[Key, Told] = field(default_factory=dict)
    new: list[Told] = field(default_factory=list)
    corrected: list[tuple[Line, Told]] = field(default_factory=list)
    known: int = 0
    faults: list[Reason] = field(default_factory=list)

    @property
    def interest(self) -> int:
        """Fen of interest in the lines that would be written."""
        return sum(one.interest for one in chain(self.new, (told for _, told in self.corrected)))


def judge(programme: str, rows: Sequence[Told], name: str, today: date, corrects: bool) -> Account:
    """The account of `rows`. corrects: a day that was told otherwise before is superseded instead of refused."""
    account = Account()
    by_loan: dict[Key, list[Told]] = defaultdict(list)
    for one in rows:
        by_loan[one.key].append(one)
    codes = {one.code for one in rows}
    projects = _projects(programme, codes)
    account.faults += _unknown(programme, rows, projects, name, today)
    if account.faults:
        return account
    loans = {(p.borrower.code, p.number, loan.number): loan for p, loan in _loans(projects.values())}
    lines = _lines(loans.values())
    for key, told in by_loan.items():
        _judge_loan(account, key, told, loans.get(key), lines, name, corrects)
    return account


def _projects(programme: str, codes: Iterable[str]) -> dict[tuple[str, str], Project]:
    found = Project.objects.filter(borrower__programme=programme, borrower__code__in=list(codes))
    return {(one.borrower.code, one.number): one for one in found.select_related("borrower")}


def _loans(projects: Iterable[Project]) -> Iterator[tuple[Project, Loan]]:
    by_key = {project.pk: project for project in projects}
    for loan in Loan.objects.filter(project__in=list(by_key)):
        yield by_key[loan.project_id], loan


def _lines(loans: Iterable[Loan]) -> dict[int, dict[date, Line]]:
    found: dict[int, dict[date, Line]] = defaultdict(dict)
    for line in Line.objects.filter(loan__in=[loan.pk for loan in loans], superseded_by=None):
        found[line.loan_id][line.day] = line
    return found


def _unknown(
    programme: str, rows: Sequence[Told], projects: dict[tuple[str, str], Project], name: str, today: date
) -> Iterator[Reason]:
    """Codes that are none, firms and projects nobody filed, days that have not been."""
    known = set(
        Borrower.objects.filter(programme=programme, code__in={r.code for r in rows}).values_list("code", flat=True)
    )
    for one in rows:
        where = (name, f"row {one.row}")
        wrong = code_faults(one.code)
        yield from (reason.at(*where) for reason in wrong)
        if not wrong and one.code not in known:
            yield Reason("loans.unknown_firm", where, {"code": one.code})
        elif not wrong and (one.code, one.project) not in projects:
            filed = ", ".join(number for code, number in projects if code == one.code)
            yield Reason("loans.unknown_project", where, {"project": one.project, "known": filed or "-"})
        if one.day > today:
            yield Reason("subsidy.future", (*where, "day"), {"day": str(one.day), "today": str(today)})
        if one.overdue > one.interest:
            told = {"overdue": str(Money(one.overdue)), "interest": str(Money(one.interest))}
            yield Reason("loans.late_more_than_paid", (*where, "overdue"), told)


def _judge_loan(
    account: Account, key: Key, told: list[Told], loan: Loan | None, lines: dict[int, dict[date, Line]], name: str,
    corrects: bool,
) -> None:  # fmt: skip
    before = lines.get(loan.pk, {}) if loan else {}
    amount = loan.amount if loan else next((one.amount for one in told if one.amount is not None), None)
    first = (name, f"row {told[0].row}")
    if amount is None:
        account.faults.append(Reason("loans.amount_missing", first, {"loan": key[2]}))
        return
    if loan is None:
        account.loans[key] = told[0]._replace(amount=amount)
    days: dict[date, Told] = {}
    for one in told:
        where = (name, f"row {one.row}")
        if one.day in days:
            account.faults.append(Reason("loans.day_twice", where, {"day": str(one.day), "row": days[one.day].row}))
        if one.amount not in (None, amount):
            now = {"amount": str(Money(one.amount or 0)), "known": str(Money(amount))}
            account.faults.append(Reason("loans.amount_differs", where, now))
        if one.balance > amount:
            now = {"balance": str(Money(one.balance)), "amount": str(Money(amount))}
            account.faults.append(Reason("loans.more_than_lent", where, now))
        days[one.day] = one
        line = before.get(one.day)
        if line is None:
            account.new.append(one)
        elif _same(line, one):
            account.known += 1
        elif corrects:
            account.corrected.append((line, one))
        else:
            now = {"day": str(one.day), "balance": str(Money(line.balance))}
            account.faults.append(Reason("loans.told_otherwise", where, now))
    account.faults += _adds_up(before, days, key, name)


def _same(line: Line, one: Told) -> bool:
    names = ("balance", "rate", "drawn", "repaid", "interest", "overdue")
    return all(getattr(line, key) == getattr(one, key) for key in names)


def _adds_up(before: dict[date, Line], days: dict[date, Told], key: Key, name: str) -> Iterator[Reason]:
    """From the first day the list tells on, each balance is the one before plus what was drawn less what was repaid."""
    start = min(days)
    balance = next((before[day].balance for day in sorted(before, reverse=True) if day < start), 0)
    for day in sorted({*days, *(one for one in before if one > start)}):
        one: Told | Line = days[day] if day in days else before[day]
        due = balance + one.drawn - one.repaid
        if one.balance != due:
            place = f"row {days[day].row}" if day in days else f"loan {key[2]}"
            told = {"day": str(day), "balance": str(Money(one.balance)), "sum": str(Money(due)),
                    "before": str(Money(balance))}  # fmt: skip
            yield Reason("loans.does_not_add_up", (name, place), told)
        balance = one.balance
