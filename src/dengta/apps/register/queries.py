"""Reading the register. Figures come from `dengta.engines.register`, the rows behind them from the database."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from typing import NamedTuple

from django.db.models import QuerySet

from dengta.apps.register import finding
from dengta.apps.register.columns import city, day_of, loaded, mark_of
from dengta.apps.register.finding import Time
from dengta.apps.register.models import Enterprise, Fact, Kind
from dengta.apps.register.policies import Sight
from dengta.core.reason import Reason, Refusal
from dengta.engines import register as engine
from dengta.engines.register import CityData, Definition, Rate, Reconciliation

__all__ = ["day_of"]
SORTS = {"name": "sort_key", "code": "code", "town": "town"}


def city_of(programme: str) -> CityData:
    """Towns and published series of a programme. KeyError: it has none."""
    return city(programme)


class Figures(NamedTuple):
    """The rates of a day under every definition, the way between them, and what the year's end will bring."""

    rates: dict[Definition, Rate]
    steps: Reconciliation
    ahead: Rate


def figures(sight: Sight, day: date, known: date | None = None) -> Figures:
    """Of what the person sees: the city, or the own town."""
    return _figures(sight.programme, loaded(sight.programme).mark, sight.town, day, known)


@lru_cache(maxsize=256)
def _figures(programme: str, mark: str, town: str, day: date, known: date | None) -> Figures:
    """Remembered for one mark of the register: the same columns give the same figures."""
    columns = loaded(programme).register
    rates = {one: engine.rate(columns, day, one, town, known) for one in Definition}
    steps = engine.reconciled(columns, day, town, known)
    return Figures(rates, steps, engine.forecast(columns, day, Definition.FILED, town))


@dataclass(frozen=True, slots=True)
class Asked:
    """Which enterprises a list is to show. standing: one of `finding.STANDINGS`, "" for all."""

    day: date
    words: str = ""
    town: str = ""
    industry: str = ""
    standing: str = ""
    sort: str = "name"
    down: bool = False
    known: date | None = None


def enterprises(sight: Sight, asked: Asked) -> QuerySet[Enterprise]:
    """The enterprises of a list, sorted. A town officer's are those of the own town on the day."""
    at, found = Time.of(asked.day, asked.known), finding.seen(sight)
    for town in {asked.town, sight.town} - {""}:
        found = found.filter(finding.in_town(town, at))
    if asked.words:
        found = found.filter(finding.called(asked.words))
    if asked.industry:
        found = found.filter(finding.of_industry(asked.industry, at))
    if asked.standing:
        found = found.filter(finding.standing(asked.standing, at))
    order = SORTS.get(asked.sort, "sort_key")
    return found.order_by(f"-{order}" if asked.down else order, "sort_key", "code")


def keys(sight: Sight, asked: Asked) -> list[int]:
    """The keys of the enterprises of a list, sorted: asked once for how many there are and for every page."""
    return list(enterprises(sight, asked).values_list("pk", flat=True))


def in_order(keys: Iterable[int]) -> list[Enterprise]:
    """The enterprises with these keys, in this order."""
    wanted = list(keys)
    found = Enterprise.objects.in_bulk(wanted)
    return [found[key] for key in wanted]


def enterprise(sight: Sight, code: str) -> Enterprise:
    """One enterprise by its credit code. Refusal: there is none, or it is not the person's to see."""
    found = finding.seen(sight).filter(code=code).first()
    if found is None:
        raise Refusal(Reason("register.no_enterprise", (), {"code": code}))
    return found


def site_of(programme: str, code: str) -> str:
    """The plant of this home that belongs to the enterprise; "" where none does."""
    return Enterprise.objects.filter(programme=programme, code=code).values_list("site", flat=True).first() or ""


@dataclass(slots=True)
class Standing:
    """An enterprise on a day: what held then, by kind."""

    enterprise: Enterprise
    name: str
    town: str = ""
    office: str = ""
    industry: str = ""
    listed: int | None = None  # since when
    filed: int | None = None
    accepted: tuple[int, int] | None = None  # level, since when
    verified: tuple[int, int] | None = None
    others: dict[str, str] = field(default_factory=dict)


def standings(firms: Iterable[Enterprise], at: Time) -> list[Standing]:
    """How these enterprises stand then, in their order: one more question to the database, however many they are."""
    made = {firm.pk: Standing(firm, firm.name) for firm in firms}
    rows = Fact.objects.filter(
        enterprise__in=list(made), start__lte=at.day, end__gt=at.day, known__lte=at.known, superseded__gt=at.known
    )
    for fact in rows.order_by("start", "pk"):
        _stand(made[fact.enterprise_id], fact)
    return list(made.values())


def _stand(one: Standing, fact: Fact) -> None:
    if fact.kind in (Kind.NAME, Kind.TOWN, Kind.OFFICE, Kind.INDUSTRY):
        setattr(one, fact.kind, fact.text)
    elif fact.kind == Kind.LISTED:
        one.listed = fact.start
    elif fact.kind == Kind.FILED:
        one.filed = fact.start if one.filed is None else one.filed
    elif fact.kind in (Kind.ACCEPTED, Kind.VERIFIED):
        before = getattr(one, fact.kind)
        setattr(one, fact.kind, max(before or (0, 0), (fact.level, fact.start)))
    else:
        one.others[fact.kind] = fact.text


def industries(programme: str) -> list[str]:
    """The industries that occur, by their codes."""
    return _industries(programme, mark_of(programme))


@lru_cache(maxsize=8)
def _industries(programme: str, mark: str) -> list[str]:
    found = Enterprise.objects.filter(programme=programme).exclude(industry="")
    return list(found.values_list("industry", flat=True).distinct().order_by("industry"))


def is_empty(programme: str) -> bool:
    """Whether nobody has brought anything in yet."""
    return not Enterprise.objects.filter(programme=programme).exists()
