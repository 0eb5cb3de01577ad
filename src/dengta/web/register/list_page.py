"""What the register page shows: the rates of a day, the way between them, the enterprises behind any figure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.core.paginator import Paginator
from django.utils.translation import gettext as _

from dengta.apps.register import queries
from dengta.apps.register.finding import Time
from dengta.apps.register.policies import Sight
from dengta.apps.register.queries import Asked, Standing
from dengta.engines.register import Reconciliation
from dengta.figures import WaterfallStep, WaterfallView, waterfall_svg
from dengta.web.register.asking import query
from dengta.web.register.words import DEFINITIONS, STANDINGS, day, industry, percent, town

PAGE = 25


@dataclass(frozen=True, slots=True)
class RateCard:
    """The rate under one definition; `query` opens who is counted."""

    title: str
    rule: str
    value: str
    transformed: int
    listed: int
    query: str


@dataclass(frozen=True, slots=True)
class Row:
    """One enterprise of the list."""

    code: str
    name: str
    town: str
    industry: str
    listed: str
    filed: str
    level: str
    verified: str


@dataclass(frozen=True, slots=True)
class ListPage:
    """Everything on the page but its form."""

    cards: Sequence[RateCard]
    listed: int
    way: str
    heads: Sequence[tuple[str, str, str]]
    ahead: str
    ahead_day: str
    total: int
    rows: Sequence[Row]
    page: int
    pages: int
    query: str


def build(sight: Sight, asked: Asked, page: str) -> ListPage:
    """The page of a list."""
    told = queries.figures(sight, asked.day)
    pager = Paginator(queries.keys(sight, asked), PAGE)
    here = pager.get_page(page)
    rows = queries.standings(queries.in_order(list(here.object_list)), Time.of(asked.day))
    cards = [
        RateCard(
            str(DEFINITIONS[one][0]),
            str(DEFINITIONS[one][1]),
            percent(rate.value),
            rate.transformed,
            rate.listed,
            query(Asked(asked.day, standing=one.value)),
        )
        for one, rate in told.rates.items()
    ]
    return ListPage(
        cards=cards,
        listed=next(iter(told.rates.values())).listed,
        way=_way(told.steps, asked),
        heads=_heads(asked),
        ahead=percent(told.ahead.value),
        ahead_day=str(told.ahead.day),
        total=pager.count,
        rows=[row(one, sight) for one in rows],
        page=here.number,
        pages=pager.num_pages,
        query=query(asked),
    )


def _way(steps: Reconciliation, asked: Asked) -> str:
    """Filed, less those that left and those not accepted, is accepted; and so on: each step opens its firms."""
    first = steps.filed - steps.left
    second = first - steps.not_accepted
    levels = {
        "filed": (0, steps.filed, "whole"),
        "left": (steps.filed, first, "loss"),
        "not_accepted": (first, second, "loss"),
        "accepted_unfiled": (second, steps.accepted, "odd"),
        "accepted": (0, steps.accepted, "whole"),
        "not_verified": (steps.accepted, steps.verified, "loss"),
        "verified": (0, steps.verified, "whole"),
    }
    drawn = [
        WaterfallStep(
            str(STANDINGS[name]),
            f"{getattr(steps, name):,}",
            before,
            after,
            kind,
            "?" + query(Asked(asked.day, standing=name)),
        )
        for name, (before, after, kind) in levels.items()
        if kind != "odd" or before != after
    ]
    return waterfall_svg(WaterfallView(drawn, _("From filed to accepted to verified, in enterprises")))


def _heads(asked: Asked) -> list[tuple[str, str, str]]:
    """Sortable headings: word, the address that sorts by it, how it is sorted now."""
    found = []
    for name, word in {"name": _("Name"), "code": _("Credit code"), "town": _("Town")}.items():
        on = asked.sort == name
        turned = query(asked, sort=name, down="1" if on and not asked.down else "")
        found.append((word, turned, ("descending" if asked.down else "ascending") if on else ""))
    return found


def row(one: Standing, sight: Sight) -> Row:
    """One enterprise as it stood on the day of the list."""
    city = queries.city_of(sight.programme)
    return Row(
        code=one.enterprise.code,
        name=one.name,
        town=town(city, one.town),
        industry=industry(one.industry),
        listed=day(one.listed),
        filed=day(one.filed),
        level=str(one.accepted[0]) if one.accepted else "",
        verified=day(one.verified[1]) if one.verified else "",
    )


def choices(sight: Sight) -> dict[str, list[tuple[str, str]]]:
    """What the form offers: towns (of an officer none), industries, standings."""
    city = queries.city_of(sight.programme)
    towns = [] if sight.town else [(code, town(city, code)) for code in city.names]
    industries = [(code, industry(code)) for code in queries.industries(sight.programme)]
    return {
        "towns": towns,
        "industries": industries,
        "standings": [(name, str(word)) for name, word in STANDINGS.items()],
    }
