"""What a page of the register is asked for by its address."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from urllib.parse import urlencode

from django.conf import settings
from django.http import HttpRequest

from dengta.apps.register import queries
from dengta.apps.register.finding import STANDINGS
from dengta.apps.register.policies import Sight, city_sight, sight
from dengta.apps.register.queries import Asked
from dengta.core.reason import Reason, Refusal
from dengta.site.clock import real_now
from dengta.web.scope import person


def city_of_request(request: HttpRequest) -> Sight:
    """How much of the city the person sees. Refusal: nothing of it."""
    return city_sight(person(request), settings.PROGRAMME)


def sight_of(request: HttpRequest) -> Sight:
    """The same, or the own firm."""
    return sight(person(request), settings.PROGRAMME)


def today() -> date:
    """Which day it is in the city of this home."""
    return queries.day_of(settings.PROGRAMME, real_now())


def day_asked(request: HttpRequest, name: str = "day") -> date | None:
    """The day the address names; None where it names none. Refusal: it is no date."""
    text = request.GET.get(name, "").strip()
    if not text:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise Refusal(Reason("register.not_date", (name,), {"value": text})) from None


def asked_of(request: HttpRequest, sight: Sight) -> Asked:
    """The list the address asks for. Refusal: no date, no such town, no such standing."""
    got = request.GET
    town, standing = got.get("town", "").strip(), got.get("standing", "")
    if town and town not in queries.city_of(sight.programme).names:
        raise Refusal(Reason("register.no_such_town", ("town",), {"town": town}))
    if standing and standing not in STANDINGS:
        raise Refusal(Reason("register.no_standing", ("standing",), {"standing": standing}))
    return Asked(
        day=day_asked(request) or today(),
        words=got.get("q", "").strip()[:60],
        town=town,
        industry=got.get("industry", "").strip()[:40],
        standing=standing,
        sort=got.get("sort", "name"),
        down=got.get("down") == "1",
    )


def query(asked: Asked, **other: str) -> str:
    """The address that asks for the same list, but for `other`."""
    told: Mapping[str, str] = {
        "day": str(asked.day),
        "q": asked.words,
        "town": asked.town,
        "industry": asked.industry,
        "standing": asked.standing,
        "sort": "" if asked.sort == "name" else asked.sort,
        "down": "1" if asked.down else "",
    } | other
    return urlencode({name: value for name, value in told.items() if value})
