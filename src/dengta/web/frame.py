"""What the frame of every page shows: site, place, clock, language, person, version."""

from __future__ import annotations

from typing import Any, NamedTuple

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import get_language, gettext_lazy

import dengta
from dengta.apps.accounts.policies import ROLES, Permission, may, roles_of
from dengta.apps.register.policies import is_firm
from dengta.core.time import to_datetime
from dengta.site.clock import real_now
from dengta.web.programme import city_name
from dengta.web.scope import Scope, person, scope_of, sites_of


class Room(NamedTuple):
    """A room of the city half: the name of its address, its label, and who has anything to do there."""

    name: str
    label: Any
    who: frozenset[Permission]
    also: tuple[str, ...] = ()  # names of further addresses of the room


NAV: tuple[tuple[str, Any], ...] = (
    ("today", gettext_lazy("Today")),
    ("floor", gettext_lazy("Floor")),
    ("performance", gettext_lazy("Performance")),
    ("plant", gettext_lazy("Plant")),
    ("imports", gettext_lazy("Import")),
    ("memory", gettext_lazy("Memory")),
)
CITY_NAV: tuple[Room, ...] = (
    Room("register", gettext_lazy("Register"), frozenset({Permission.SEE_CITY}), ("towns", "projects", "related")),
    Room("diagnosis", gettext_lazy("Diagnosis"), frozenset({Permission.SEE_CITY, Permission.OWN_FIRM})),
    Room("options", gettext_lazy("Which policies"), frozenset({Permission.SEE_CITY, Permission.OWN_FIRM})),
    Room("rules", gettext_lazy("Rules"), frozenset(Permission)),
    Room("loans", gettext_lazy("Loans"), frozenset({Permission.SEE_CITY, Permission.OWN_FIRM})),
    Room("what-if", gettext_lazy("What if"), frozenset({Permission.KEEP_REGISTER})),
)
"""Rooms of the city half, all below ``/city/``."""


def context(request: HttpRequest) -> dict[str, Any]:
    """Template context of `base.html`."""
    base = {
        "version": dengta.__version__,
        "fictional": settings.DEMO,
        "languages": settings.LANGUAGES,
        "html_lang": "zh-Hans" if get_language() == "zh-hans" else "en",
    }
    if not getattr(request, "user", None) or not request.user.is_authenticated:
        return base
    told = base | {"roles": [ROLES[role].label for role in roles_of(person(request))], "halves": _halves(request)}
    return told | (_city(request) if in_city(request.path) else _factory(request))


def in_city(path: str) -> bool:
    """Whether an address belongs to the city half."""
    return path.startswith("/city/")


def _city(request: HttpRequest) -> dict[str, Any]:
    who = person(request)
    rooms = [room for room in CITY_NAV if any(may(who, one) for one in room.who)]
    if is_firm(who):
        rooms.insert(
            0, Room("own-firm", gettext_lazy("My enterprise"), frozenset({Permission.OWN_FIRM}), ("register",))
        )
    nav = [
        (
            reverse(room.name),
            room.label,
            any(request.path.startswith(reverse(name)) for name in (room.name, *room.also)),
        )
        for room in rooms
    ]
    return {"nav": nav, "city": city_name(get_language() or "en")}


def _factory(request: HttpRequest) -> dict[str, Any]:
    scope = scope_of(request)
    book = scope.book if scope else None
    return {
        "nav": _nav(request.path, NAV) if may(person(request), Permission.SEE) else [],
        "sites": sites_of(request),
        "scope": scope,
        "site_name": scope.name(get_language() or "en") if scope else "",
        "book_hash": book.hash if book else "",
        "fictional": book.fictional if book else settings.DEMO,
        "clock": _clock(scope) if scope else None,
    }


def _nav(path: str, rooms: tuple[tuple[str, Any], ...]) -> list[tuple[str, Any, bool]]:
    """Address, label, whether we are there."""
    return [(reverse(name), label, path.startswith(reverse(name))) for name, label in rooms]


def _halves(request: HttpRequest) -> list[tuple[str, Any, bool]]:
    """The way from one half to the other, for who may go both: address, label, whether we are there."""
    who, here = person(request), in_city(request.path)
    if not (may(who, Permission.SEE) and may(who, Permission.SEE_CITY)):
        return []
    return [
        (reverse(NAV[0][0]), gettext_lazy("Factory"), not here),
        (reverse(CITY_NAV[0].name), gettext_lazy("City"), here),
    ]


def _clock(scope: Scope) -> dict[str, Any]:
    at, own = scope.now(), scope.time.clock
    return {
        "at": at,
        "real": real_now(),
        "rate": own.rate if own else 1,
        "own": own is not None,
        "stop": own.stop_at if own else None,
        "zone": scope.zone.key,
        "shown": to_datetime(at, scope.zone),
    }
