"""Which rows of the register hold: the conditions of a list, in SQL, as `dengta.engines.register` states them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import NamedTuple

from django.db.models import Exists, F, OuterRef, Q, QuerySet

from dengta.apps.register.models import Enterprise, Fact, Kind
from dengta.apps.register.policies import Sight

LEAST_LEVEL = 2
_LATER = date.max.toordinal() - 1


class Time(NamedTuple):
    """When something is to be true, and by the end of which day it is to be known; both ordinals."""

    day: int
    known: int

    @classmethod
    def of(cls, day: date, known: date | None = None) -> Time:
        """True on `day`, as known by `known` or, without it, today."""
        return cls(day.toordinal(), known.toordinal() if known else _LATER)


def facts(kind: Kind, at: Time, **more: object) -> QuerySet[Fact]:
    """The facts of a kind, of the firm at hand, that hold then."""
    return known(kind, at, start__lte=at.day, end__gt=at.day, **more)


def known(kind: Kind, at: Time, **more: object) -> QuerySet[Fact]:
    """The facts of a kind, of the firm at hand, that were known then, whenever they hold."""
    told = {"known__lte": at.known, "superseded__gt": at.known} | more
    return Fact.objects.filter(enterprise=OuterRef("pk"), kind=kind, **told)


def on_list(at: Time) -> Q:
    """On the list of regulated enterprises."""
    return Q(Exists(facts(Kind.LISTED, at)))


def filed(at: Time) -> Q:
    """Filed a transformation while it was on the list."""
    member = Fact.objects.filter(
        enterprise=OuterRef("enterprise"),
        kind=Kind.LISTED,
        known__lte=at.known,
        superseded__gt=at.known,
        start__lte=OuterRef("start"),
        end__gt=OuterRef("start"),
    )
    return Q(Exists(facts(Kind.FILED, at).filter(Exists(member))))


def accepted(at: Time) -> Q:
    """On the list and accepted at level 2 or above."""
    return on_list(at) & Q(Exists(facts(Kind.ACCEPTED, at, level__gte=LEAST_LEVEL)))


def verified(at: Time) -> Q:
    """Accepted so, and recomputed from evidence at level 2 or above."""
    return accepted(at) & Q(Exists(facts(Kind.VERIFIED, at, level__gte=LEAST_LEVEL)))


def standing(name: str, at: Time) -> Q:
    """The condition a list is asked for by `name`, one of `STANDINGS`. KeyError otherwise."""
    return STANDINGS[name](at)


STANDINGS: dict[str, Callable[[Time], Q]] = {
    "listed": on_list,
    "filed": filed,
    "accepted": accepted,
    "verified": verified,
    "left": lambda at: filed(at) & ~on_list(at),
    "not_accepted": lambda at: filed(at) & on_list(at) & ~accepted(at),
    "accepted_unfiled": lambda at: accepted(at) & ~filed(at),
    "not_verified": lambda at: accepted(at) & ~verified(at),
    "open": lambda at: on_list(at) & ~filed(at),
    "unlisted": lambda at: ~on_list(at),
}
"""Every figure of the register and every step between two of them: who stands behind it."""


def in_town(town: str, at: Time) -> Q:
    """Its statistical town then."""
    return Q(Exists(facts(Kind.TOWN, at, text=town)))


def of_industry(industry: str, at: Time) -> Q:
    """Its industry then."""
    return Q(Exists(facts(Kind.INDUSTRY, at, text=industry)))


def called(words: str) -> Q:
    """Its code, its name, the pinyin of it or its initials hold `words`; or a name it had."""
    plain = "".join(words.split())
    had = Fact.objects.filter(kind=Kind.NAME, text__icontains=plain).exclude(key="")  # as the index has them
    now = Q(code__istartswith=plain) | Q(letters__contains=plain.lower()) | Q(name__icontains=plain)
    return now | Q(pk__in=had.values("enterprise_id"))


def seen(sight: Sight) -> QuerySet[Enterprise]:
    """The enterprises a person may look at: of the own town those that are or ever were in it."""
    found = Enterprise.objects.filter(programme=sight.programme)
    if sight.firm:
        return found.filter(code=sight.firm)
    if sight.town:
        here = Fact.objects.filter(
            enterprise=OuterRef("pk"),
            kind=Kind.TOWN,
            text=sight.town,
            superseded__gt=F("known"),
            superseded__gte=_LATER,
        )
        return found.filter(Exists(here))
    return found
