"""Reading what is known of one enterprise, of its projects and of those related to it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from functools import lru_cache
from typing import NamedTuple

from django.db.models import Count

from dengta.apps.register.columns import mark_of
from dengta.apps.register.finding import Time, seen
from dengta.apps.register.models import Delivery, Enterprise, Fact, Project, Source
from dengta.apps.register.policies import Sight
from dengta.engines.register import FOREVER, KINDS, Related, Shared, related


def history(enterprise: Enterprise) -> list[Fact]:
    """Every fact ever told of it, also what is known to be otherwise, with its source."""
    return list(Fact.objects.filter(enterprise=enterprise).select_related("source").order_by("kind", "start", "known"))


def holds(fact: Fact, at: Time) -> bool:
    """Whether it was true on the day, as far as was known."""
    return bool(fact.start <= at.day < fact.end and fact.known <= at.known < fact.superseded)


class Promised(NamedTuple):
    """A key project, what was promised with it, and what the latest report says of it; None before the first."""

    project: Project
    latest: Delivery | None
    reports: tuple[Delivery, ...]


def projects(sight: Sight, at: Time, enterprise: Enterprise | None = None) -> list[Promised]:
    """Key projects that were filed by a day, of all that the person sees or of one enterprise, by number."""
    when = {"programme": sight.programme, "known__lte": at.known, "superseded__gt": at.known}
    found = Project.objects.filter(filed__lte=at.day, **when).select_related("enterprise", "source")
    found = found.filter(enterprise=enterprise) if enterprise else found.filter(enterprise__in=seen(sight))
    rows = list(found.order_by("number"))
    numbers = [one.number for one in rows]
    reports: dict[str, list[Delivery]] = defaultdict(list)
    for one in Delivery.objects.filter(number__in=numbers, day__lte=at.day, **when).order_by("day", "pk"):
        reports[one.number].append(one)
    told_of = [tuple(reports[one.number]) for one in rows]
    return [Promised(one, told[-1] if told else None, told) for one, told in zip(rows, told_of, strict=True)]


def all_related(programme: str) -> Related:
    """Groups of enterprises that share something today, by their codes."""
    return _all_related(programme, mark_of(programme))


@lru_cache(maxsize=8)
def _all_related(programme: str, mark: str) -> Related:
    """Remembered for one mark of the register. The database says which occur twice, the engine what they join."""
    twice = _shared(programme).values("kind", "key").annotate(firms=Count("enterprise", distinct=True))
    keys = set(twice.filter(firms__gt=1).values_list("kind", "key"))
    rows = _shared(programme).filter(key__in={key for _, key in keys})
    told = rows.values_list("enterprise__code", "kind", "key")
    return related(one for one in told if one[1:] in keys)


def related_to(enterprise: Enterprise) -> list[Shared]:
    """What an enterprise shares with others today, directly."""
    found = all_related(enterprise.programme)
    told = [one for group in found.groups for one in group.evidence] + list(found.common)
    return [one for one in told if enterprise.code in one.firms]


def names_of(sight: Sight, codes: Iterable[str]) -> dict[str, str]:
    """Names of those among `codes` that the person may see."""
    return dict(seen(sight).filter(code__in=list(codes)).values_list("code", "name"))


def _shared(programme: str):  # type: ignore[no-untyped-def]
    """What holds today and could be shared."""
    told = Fact.objects.filter(programme=programme, kind__in=KINDS, superseded=FOREVER, end=FOREVER)
    return told.exclude(key="")


def sources(programme: str, most: int = 20) -> list[Source]:
    """The documents that were brought in last by a person."""
    found = Source.objects.filter(programme=programme).exclude(recorded_by="")
    return list(found.order_by("-recorded_at", "-pk")[:most])
