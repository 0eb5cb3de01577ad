"""The pages of the register: its enterprises with the rate, one enterprise."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from dengta.apps.register import queries
from dengta.apps.register.finding import Time
from dengta.apps.register.policies import is_firm
from dengta.core.reason import Refusal
from dengta.web.register import list_page
from dengta.web.register.asking import asked_of, city_of_request, sight_of, today
from dengta.web.register.words import town
from dengta.web.scope import person


@require_safe
def register(request: HttpRequest) -> HttpResponse:
    """The enterprises of a day, filtered, and the rate under each definition."""
    sight = city_of_request(request)
    asked = asked_of(request, sight)
    told = {"asked": asked, "own_town": town(queries.city_of(sight.programme), sight.town) if sight.town else ""}
    if queries.is_empty(sight.programme):
        return render(request, "register/empty.html", told)
    page = list_page.build(sight, asked, request.GET.get("page", "1"))
    return render(request, "register/list.html", told | {"page": page, **list_page.choices(sight)})


@require_safe
def enterprise(request: HttpRequest, code: str) -> HttpResponse:
    """One enterprise as it stands today."""
    sight = sight_of(request)
    found = queries.enterprise(sight, code.upper())
    one = queries.standings([found], Time.of(today()))[0]
    return render(request, "register/enterprise.html", {"one": list_page.row(one, sight)})


@require_safe
def own(request: HttpRequest) -> HttpResponse:
    """The way of a firm to its own page; where none is assigned, what to do."""
    sight = sight_of(request)
    if not is_firm(person(request)):
        return redirect("register")
    try:
        found = queries.enterprise(sight, sight.firm)
    except Refusal:
        return render(request, "register/nothing_own.html", status=404)
    return redirect("enterprise", code=found.code)
