"""The pages of the register: its enterprises with the rate, one enterprise."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from dengta.apps.accounts.policies import Permission, may
from dengta.apps.loans.queries import borrows
from dengta.apps.register import queries
from dengta.apps.register.finding import Time
from dengta.apps.register.policies import is_firm, may_keep
from dengta.core.reason import Refusal
from dengta.web.register import enterprise_page, list_page, project_page, related_page, town_page
from dengta.web.register.asking import asked_of, city_of_request, day_asked, sight_of, today
from dengta.web.register.exports import FORMS, as_file, of_list
from dengta.web.register.words import town
from dengta.web.scope import person


@require_safe
def register(request: HttpRequest) -> HttpResponse:
    """The enterprises of a day, filtered, and the rate under each definition."""
    sight = city_of_request(request)
    asked = asked_of(request, sight)
    told = {
        "keeps": may_keep(person(request)),
        "asked": asked,
        "own_town": town(queries.city_of(sight.programme), sight.town) if sight.town else "",
    }
    if queries.is_empty(sight.programme):
        return render(request, "register/empty.html", told)
    form = request.GET.get("as", "")
    if form in FORMS:
        return as_file(of_list(sight, asked), f"register-{asked.day}", form)
    page = list_page.build(sight, asked, request.GET.get("page", "1"))
    return render(request, "register/list.html", told | {"page": page, **list_page.choices(sight)})


@require_safe
def enterprise(request: HttpRequest, code: str) -> HttpResponse:
    """One enterprise as it stood on ``?day=``, as far as was known by ``?known=``; both today without."""
    sight, who = sight_of(request), person(request)
    found = queries.enterprise(sight, code.upper())
    day, known = day_asked(request) or today(), day_asked(request, "known")
    at = Time.of(day, known)
    told = {
        "page": enterprise_page.build(sight, found, at, whole=may_keep(who) or bool(sight.firm)),
        "projects": project_page.rows(sight, at, found),
        "day": day,
        "known": known,
        "own": bool(sight.firm),
        "borrows": borrows(programme=sight.programme, code=found.code),
        "to_plant": bool(found.site) and may(who, Permission.SEE),
        "keeps": may_keep(who),
    }
    return render(request, "register/enterprise.html", told)


@require_safe
def towns(request: HttpRequest) -> HttpResponse:
    """Every town with its targets; of an officer the own one. ``?as=csv`` and ``?as=xlsx`` give the table."""
    sight, day = city_of_request(request), day_asked(request) or today()
    form = request.GET.get("as", "")
    if form in FORMS:
        return as_file(town_page.table(sight, day), f"towns-{day}", form)
    told = {
        "keeps": may_keep(person(request)),
        "lines": town_page.lines(sight, day),
        "day": day,
        "years": town_page.years(sight),
    }
    return render(request, "register/towns.html", told)


@require_safe
def projects(request: HttpRequest) -> HttpResponse:
    """Key projects, promised beside delivered; ``?late=1`` only those past their day and not delivered in full."""
    sight, day = city_of_request(request), day_asked(request) or today()
    late = request.GET.get("late") == "1"
    found = project_page.rows(sight, Time.of(day))
    told = {"projects": [one for one in found if one.overdue or not late], "day": day, "late": late}
    return render(request, "register/projects.html", told | {"keeps": may_keep(person(request))})


@require_safe
def related(request: HttpRequest) -> HttpResponse:
    """Groups of enterprises that share something, with the evidence."""
    sight, keeps = city_of_request(request), may_keep(person(request))
    groups, common = related_page.build(sight, whole=keeps)
    return render(request, "register/related.html", {"groups": groups, "common": common, "keeps": keeps})


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
