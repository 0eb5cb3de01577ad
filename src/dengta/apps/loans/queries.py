"""Reading loans: the cases of all borrowers, of one, how many there are, and the counter of changes."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import date
from functools import lru_cache
from itertools import groupby
from operator import itemgetter
from typing import Any, NamedTuple

from django.db.models import Count, Max, Q, QuerySet, Sum

from dengta.apps.loans import models
from dengta.apps.register.models import Enterprise
from dengta.core.money import Money
from dengta.engines.subsidy import Award, Case, Programme, compute
from dengta.engines.subsidy.case_writing import until
from dengta.engines.subsidy.model import Dated, Item, Loan, Project
from dengta.engines.subsidy.what_if import one_year, years_of

ARTICLE = "loan-discount"
_MANY = 500
"""Codes a database is asked for one by one; of more, all of the programme are read."""


class Held(NamedTuple):
    """A borrower as the register computes it: its case up to the last statement."""

    code: str
    town: str
    case: Case


class Standing(NamedTuple):
    """How many firms, loans and statement lines there are, and the last day told."""

    firms: int
    loans: int
    lines: int
    last: date | None


def revision(*, programme: str) -> int:
    """A counter that every change of the programme's loans moves on."""
    return models.Mark.objects.filter(pk=programme).values_list("value", flat=True).first() or 0


def is_empty(programme: str) -> bool:
    """Whether nobody has filed anything yet."""
    return not models.Borrower.objects.filter(programme=programme).exists()


class Claim(NamedTuple):
    """A year's claim of a firm: the case as it could be stated on the last day of it, and what it gets."""

    year: int
    case: Case
    award: Award


def claims(programme: Programme, case: Case) -> list[Claim]:
    """What a firm's loans get in each year under the loan discount, what earlier years got counted under its caps."""
    article = max((a for a in programme.articles if a.id == ARTICLE), key=lambda a: a.span.start, default=None)
    found: list[Claim] = []
    if article is None:
        return found
    for year in years_of(article, [case]):
        granted = {one.year: one.award.amount or 0 for one in found}
        stated = one_year(case, article, year, granted)
        stated = until(stated, stated.day)
        found.append(Claim(year, stated, compute(programme, stated)))
    return found


def with_plant(programme: str) -> frozenset[str]:
    """Credit codes of the firms whose plant is a site of this home."""
    found = Enterprise.objects.filter(programme=programme).exclude(site="")
    return frozenset(found.values_list("code", flat=True))


def standing(*, programme: str) -> Standing:
    """What is held of a programme; counted once for every change."""
    return _counted(programme, revision(programme=programme))


@lru_cache(maxsize=8)
def _counted(programme: str, revision: int) -> Standing:
    lines = _lines().filter(loan__project__borrower__programme=programme)
    told = lines.aggregate(n=Count("pk"), last=Max("day"))
    return Standing(
        models.Borrower.objects.filter(programme=programme).count(),
        models.Loan.objects.filter(project__borrower__programme=programme).count(),
        told["n"],
        told["last"],
    )


def borrows(*, programme: str, code: str) -> bool:
    """Whether an enterprise has a project with loans."""
    return models.Borrower.objects.filter(programme=programme, code=code).exists()


def borrowers(*, programme: str, code: str = "") -> list[Held]:
    """Every borrower of a programme, by credit code; of one firm where `code` is given."""
    who = models.Borrower.objects.filter(programme=programme).order_by("code")
    who = who.filter(code=code) if code else who
    within = {"borrower__programme": programme} | ({"borrower__code": code} if code else {})
    inner = {f"project__{key}": value for key, value in within.items()}
    lines = _told_lines({f"loan__{key}": value for key, value in inner.items()})
    loans: dict[int, list[Loan]] = defaultdict(list)
    for pk, project, number, amount, policies in (
        models.Loan.objects.filter(**inner).order_by("pk").values_list("pk", "project", "number", "amount", "policies")
    ):
        loans[project].append(_loan(number, amount, tuple(policies), lines.get(pk, ())))
    items: dict[int, list[Item]] = defaultdict(list)
    for one in models.Item.objects.filter(**inner).order_by("pk"):
        paid = tuple(Dated(date.fromisoformat(day), fen) for day, fen in one.paid)
        items[one.project_id].append(Item(one.name, one.kind, one.net, one.vat, one.contract, one.invoice, paid))
    projects: dict[int, list[Project]] = defaultdict(list)
    for p in models.Project.objects.filter(**within).order_by("pk"):
        made = Project(p.number, p.filed, p.applied, tuple(items[p.pk]), tuple(loans[p.pk]), tuple(p.used))
        projects[p.borrower_id].append(made)
    last = max((told[-1][1] for told in lines.values()), default=date(1970, 1, 1))
    return [
        Held(one.code, one.town, Case(one.code, ARTICLE, last, None, one.facts, tuple(projects[one.pk]))) for one in who
    ]


class Firm(NamedTuple):
    """A firm in a list: its loans and what they are in all, fen."""

    code: str
    name: str
    town: str
    loans: int
    amount: int

    @property
    def lent_yuan(self) -> str:
        """The amount in yuan, exactly."""
        return str(Money(self.amount))


def firms(*, programme: str, most: int, town: str = "", words: str = "") -> list[Firm]:
    """Firms with loans, the largest first, at `most` so many; of a town, or whose code or name has `words`."""
    found = models.Borrower.objects.filter(programme=programme, **({"town": town} if town else {}))
    if words:
        named = Enterprise.objects.filter(programme=programme, name__icontains=words).values("code")
        found = found.filter(Q(code__icontains=words) | Q(code__in=named))
    told = found.annotate(n=Count("projects__loans"), lent=Sum("projects__loans__amount")).filter(n__gt=0)
    rows = list(told.order_by("-lent", "code").values_list("code", "town", "n", "lent")[:most])
    known = names(programme=programme, codes=[row[0] for row in rows])
    return [Firm(code, known.get(code, code), where, n, lent) for code, where, n, lent in rows]


def names(*, programme: str, codes: Iterable[str]) -> dict[str, str]:
    """The names of firms by credit code, as the register has them; without those it does not know."""
    wanted = list(codes)
    found = Enterprise.objects.filter(programme=programme)
    found = found.filter(code__in=wanted) if len(wanted) < _MANY else found
    return dict(found.values_list("code", "name"))


def batches(*, programme: str) -> QuerySet[models.Batch]:
    """The lists that came in, the latest first, without those that were discarded."""
    kept = models.Batch.objects.filter(programme=programme).exclude(state=models.State.DISCARDED)
    return kept.defer("content").order_by("-brought_at", "-pk")


def batch(*, programme: str, batch_id: int) -> models.Batch | None:
    """One of them."""
    return models.Batch.objects.filter(programme=programme, pk=batch_id).first()


def lines_of(*, programme: str, code: str) -> Iterator[tuple[models.Loan, list[models.Line]]]:
    """Each loan of a firm with the lines that hold, by day."""
    loans = models.Loan.objects.filter(project__borrower__programme=programme, project__borrower__code=code)
    for loan in loans.select_related("project").order_by("pk"):
        yield loan, list(_lines().filter(loan=loan).order_by("day"))


def _lines() -> QuerySet[models.Line]:
    return models.Line.objects.filter(superseded_by=None)


def _told_lines(within: dict[str, Any]) -> dict[int, list[tuple[Any, ...]]]:
    """Lines by loan, by day: (loan, day, balance, rate, interest, overdue)."""
    rows = _lines().filter(**within).order_by("loan_id", "day")
    told = rows.values_list("loan_id", "day", "balance", "rate", "interest", "overdue")
    return {loan: list(some) for loan, some in groupby(told.iterator(chunk_size=5000), key=itemgetter(0))}


def _loan(number: str, amount: int, policies: tuple[str, ...], lines: Iterable[tuple[Any, ...]]) -> Loan:
    """A loan of its lines; days on which nothing changes are not repeated."""
    balances: list[Dated] = []
    rates: list[Dated] = []
    interest, overdue = [], []
    for _, day, balance, rate, paid, late in lines:
        if not balances or balances[-1].amount != balance:
            balances.append(Dated(day, balance))
        if not rates or rates[-1].amount != rate:
            rates.append(Dated(day, rate))
        if paid:
            interest.append(Dated(day, paid))
        if late:
            overdue.append(Dated(day, late))
    return Loan(number, amount, tuple(balances), tuple(rates), tuple(interest), tuple(overdue), policies)
