"""The pages of Today: the board, the list of a day, the rows of a measure, one order."""

from __future__ import annotations

from datetime import date
from typing import NamedTuple

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from dengta.apps.accounts.policies import Permission, may, require, roles_of
from dengta.apps.orders.loading import LONGEST
from dengta.apps.orders.queries import SiteOrders, TodayView, site_orders
from dengta.apps.production.queries import site_floor
from dengta.apps.register.policies import is_firm
from dengta.core.reason import Reason, Refusal
from dengta.core.time import DAY
from dengta.engines import orders
from dengta.web.scope import Scope, need_scope, person
from dengta.web.today import export, measure_page, order_page
from dengta.web.today.board_page import FIRST, WHICH, due_list, holding, measure_cards
from dengta.web.today.words import MEANINGS, OUTLOOKS

_DIRECTORS = {"manager", "planner"}


def start(request: HttpRequest) -> HttpResponse:
    """The start page: Today for whoever answers for orders, the city half for its people, Floor for everybody else."""
    who = person(request)
    if not may(who, Permission.SEE):
        return redirect("own-firm" if is_firm(who) else "register")
    return redirect("today" if _DIRECTORS & set(roles_of(who)) else "floor")


def today(request: HttpRequest) -> HttpResponse:
    """Orders due today and tomorrow, who holds them up, yesterday's measures."""
    here = _look(request)
    if here.view is None:
        return render(request, "today/nothing.html", {"scope": here.scope})
    view = here.view
    context = {
        "lists": [due_list(view, which, "open", "1", size) for which, size in FIRST.items()],
        "holding": holding(view, site_floor(here.scope.folder, here.scope.time).look()),
        "cards": measure_cards(view.measures),
        "measures": view.measures,
        "view": view,
        "command": measure_page.command(view.book, view.measures[0].day),
        "legend": [(m.shape, m.word, MEANINGS[o]) for o, m in OUTLOOKS.items()],
    }
    return render(request, "today/today.html", context)


def due(request: HttpRequest, which: str) -> HttpResponse:
    """All orders of a day. ``?show=`` chooses, ``?page=`` turns, ``?as=csv`` or ``?as=xlsx`` gives what is shown."""
    if which not in WHICH:
        raise Http404(which)
    here = _look(request)
    if here.view is None:
        return render(request, "today/nothing.html", {"scope": here.scope})
    show, form = request.GET.get("show", "open"), request.GET.get("as", "")
    if form in export.FORMS:
        return export.due(here.view, which, show, form)
    context = {"list": due_list(here.view, which, show, request.GET.get("page", "1")), "view": here.view}
    return render(request, "today/due.html", context)


def measure(request: HttpRequest, name: str) -> HttpResponse:
    """A measure of a business day (``?day=``, else the last working day) and its rows."""
    here = _look(request)
    if name not in measure_page.NAMES:
        raise Http404(name)
    if here.view is None:
        return render(request, "today/nothing.html", {"scope": here.scope})
    book, asked = here.view.book, request.GET.get("day", "")
    day = orders.business_day(book, _date(asked)) if asked else here.view.measures[0].day
    of, before = here.orders.days(day, book)
    form = request.GET.get("as", "")
    if form in export.FORMS:
        return export.measure(name, of, book, form)
    page = measure_page.build(name, of, before, book, request.GET.get("page", "1"))
    return render(request, "today/measure.html", {"page": page})


def order(request: HttpRequest, order: str) -> HttpResponse:
    """One order: its lines by operation, where each missing part was seen last, its events."""
    here = _look(request)
    found = here.orders.order(order, here.view.book) if here.view is not None else None
    if here.view is None or found is None:
        raise Refusal(Reason("orders.no_order", (), {"order": order, "days": LONGEST // DAY}))
    page = order_page.build(found, here.view, here.orders.events(order), request.GET.get("page", "1"))
    return render(request, "today/order.html", {"page": page})


class _Here(NamedTuple):
    scope: Scope
    orders: SiteOrders
    view: TodayView | None


def _look(request: HttpRequest) -> _Here:
    scope = need_scope(request)
    require(person(request), Permission.SEE, scope.site)
    known = site_orders(scope.folder, scope.time)
    return _Here(scope, known, known.look())


def _date(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise Refusal(Reason("orders.not_date", ("day",), {"value": text})) from None
