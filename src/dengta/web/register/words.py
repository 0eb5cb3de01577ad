"""The words of the register in the reader's language: definitions, steps, industries, days, shares."""

from __future__ import annotations

from datetime import date
from fractions import Fraction

from django.utils.functional import Promise
from django.utils.translation import get_language, gettext, gettext_lazy, pgettext_lazy

from dengta.apps.register.models import Fact, Kind
from dengta.engines.register import FOREVER, CityData, Definition

DASH = "–"
DEFINITIONS: dict[Definition, tuple[Promise, Promise]] = {
    Definition.FILED: (
        pgettext_lazy("register", "Filed"),
        gettext_lazy("filed while on the list; stays counted when it leaves. As the city publishes it"),
    ),
    Definition.ACCEPTED: (
        pgettext_lazy("register", "Accepted"),
        gettext_lazy("on the list and accepted at level 2 or above"),
    ),
    Definition.VERIFIED: (
        pgettext_lazy("register", "Verified"),
        gettext_lazy("accepted, and the level recomputed from evidence"),
    ),
}
STANDINGS: dict[str, Promise] = {
    "listed": gettext_lazy("on the list"),
    "filed": gettext_lazy("filed while on the list"),
    "left": gettext_lazy("filed, no longer on the list"),
    "not_accepted": gettext_lazy("filed, not accepted at level 2 or above"),
    "accepted_unfiled": gettext_lazy("accepted without a filing while on the list"),
    "accepted": gettext_lazy("accepted at level 2 or above"),
    "not_verified": gettext_lazy("accepted, not verified by evidence"),
    "verified": gettext_lazy("verified by evidence"),
    "open": gettext_lazy("on the list, not filed yet"),
    "unlisted": gettext_lazy("not on the list"),
}
"""Conditions of `dengta.apps.register.finding.STANDINGS`."""
INDUSTRIES: dict[str, Promise] = {
    "appliances": pgettext_lazy("industry", "appliances"),
    "chemicals": pgettext_lazy("industry", "chemicals"),
    "electronics": pgettext_lazy("industry", "electronics"),
    "furniture": pgettext_lazy("industry", "furniture"),
    "garments": pgettext_lazy("industry", "garments"),
    "general": pgettext_lazy("industry", "general manufacturing"),
    "hardware": pgettext_lazy("industry", "hardware"),
    "lighting": pgettext_lazy("industry", "lighting"),
    "locks": pgettext_lazy("industry", "locks"),
}


def industry(code: str) -> str:
    """What an industry is called; a code nobody named stays as it is."""
    return str(INDUSTRIES.get(code, code))


def town(city: CityData, code: str) -> str:
    """What a town is called."""
    names = city.names.get(code)
    return code if names is None else names[1 if (get_language() or "").startswith("zh") else 0]


def percent(value: Fraction | None) -> str:
    """A share with two digits; undefined is a dash."""
    return DASH if value is None else f"{float(100 * value):.2f} %"


def day(ordinal: int | None) -> str:
    """A day as 2026-11-23; a dash where there is none, nothing where it never ends."""
    if ordinal is None:
        return DASH
    return "" if ordinal >= FOREVER else date.fromordinal(ordinal).isoformat()


KINDS: dict[str, Promise] = {
    Kind.NAME: pgettext_lazy("fact", "Name"),
    Kind.TOWN: pgettext_lazy("fact", "Statistical town"),
    Kind.OFFICE: pgettext_lazy("fact", "Responsible office"),
    Kind.INDUSTRY: pgettext_lazy("fact", "Industry"),
    Kind.LISTED: pgettext_lazy("fact", "On the list"),
    Kind.FILED: pgettext_lazy("fact", "Filed"),
    Kind.ACCEPTED: pgettext_lazy("fact", "Accepted"),
    Kind.VERIFIED: pgettext_lazy("fact", "Verified"),
    Kind.CONTROLLER: pgettext_lazy("fact", "Controller"),
    Kind.ADDRESS: pgettext_lazy("fact", "Address"),
    Kind.PHONE: pgettext_lazy("fact", "Telephone"),
    Kind.ACCOUNT: pgettext_lazy("fact", "Bank account"),
}
"""Kinds of facts in the order in which a page tells them."""
PRIVATE = (Kind.PHONE, Kind.ACCOUNT, Kind.CONTROLLER)
"""Shown whole only to who keeps the register and to the firm itself."""
_MASK = "•••"


def value_of(fact: Fact, city: CityData, *, whole: bool) -> str:
    """What a fact says; not `whole`: of private kinds only the end."""
    if fact.kind in (Kind.TOWN, Kind.OFFICE):
        return town(city, fact.text)
    if fact.kind == Kind.INDUSTRY:
        return industry(fact.text)
    if fact.kind in (Kind.ACCEPTED, Kind.VERIFIED):
        return gettext("level {n}").format(n=fact.level)
    if fact.kind in PRIVATE and not whole:
        return f"{_MASK}{fact.text[-3:]}"
    return str(fact.text)


def wan(fen: int | None) -> str:
    """Money in ten thousand yuan; unknown is a dash."""
    return DASH if fen is None else f"{fen // 1_000_000:,}"
