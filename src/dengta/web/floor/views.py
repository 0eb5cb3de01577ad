"""The pages of Floor: every machine, one machine, one event."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.templatetags.static import static
from django.utils.translation import ngettext

from dengta.apps.accounts.policies import Permission, require
from dengta.apps.production.queries import FloorView, SiteFloor, site_floor
from dengta.core.event import Key
from dengta.core.reason import Reason, Refusal
from dengta.web import errors
from dengta.web.floor import machine_page
from dengta.web.floor.tiles import Tile, lines, page_words, summary, tile
from dengta.web.floor.words import language, shapes
from dengta.web.live.grant import grant
from dengta.web.live.sources import machine_data, strip_of
from dengta.web.scope import Scope, scope_of
from dengta.web.static_files import find

ECHARTS = "vendor/echarts.common.min.js"


def floor(request: HttpRequest) -> HttpResponse:
    """Every machine of the site. ``?line=`` and ``?show=abnormal`` choose; the address keeps the choice."""
    scope, live, view = _look(request)
    if scope is None or live is None or view is None:
        return errors.no_site(request)
    if view.book is None:
        return render(request, "floor/nothing.html", {"scope": scope})
    tiles = [_tile(live, view, name) for name in view.machines]
    line = request.GET.get("line", "")
    abnormal = request.GET.get("show") == "abnormal"
    context = {
        "groups": lines(view.book, [t for t in tiles if line in ("", t.line)]),
        "all_lines": lines(view.book, tiles),
        "line": line,
        "abnormal": abnormal,
        "summary": summary(tiles),
        "of_machines": ngettext("of {n} machine", "of {n} machines", len(tiles)).format(n=len(tiles)),
        "shapes": shapes(),
        "words": page_words(view.book),
        "grant": grant(scope.site, ["floor"]),
        "book_hash": view.book.hash,
    }
    return render(request, "floor/floor.html", context)


def machine(request: HttpRequest, machine: str) -> HttpResponse:
    """One machine: now, today, this shift, its last events."""
    scope, live, view = _look_at(request, machine)
    assert view.book is not None
    context = {
        "tile": _tile(live, view, machine),
        "page": machine_page.build(scope.folder, live, view, machine),
        "words": page_words(view.book),
        "grant": grant(scope.site, ["floor"]),
        "book_hash": view.book.hash,
        "echarts": static(ECHARTS) if find(ECHARTS) else "",
    }
    return render(request, "floor/machine.html", context)


def pieces(request: HttpRequest, machine: str) -> HttpResponse:
    """Pieces per hour over the last days, as a part of the machine's page."""
    scope, _, view = _look_at(request, machine)
    asked = request.GET.get("days", "")
    days = int(asked) if asked.isdecimal() and int(asked) in machine_page.DAYS else machine_page.DAYS[0]
    part = "X-Part" in request.headers
    context = {
        "pieces": machine_page.pieces(scope.folder, view, machine, days),
        "name": _name(view, machine),
        "days": machine_page.DAYS,
        "hours": [f"{hour:02d}" for hour in range(24)],
        "open": not part,
    }
    return render(request, "floor/_pieces.html" if part else "floor/pieces.html", context)


def event(request: HttpRequest, machine: str, stream: int, epoch: int, seq: int) -> HttpResponse:
    """What is behind a number: one event as its canonical line, with its hash."""
    scope, _, view = _look_at(request, machine)
    found = machine_page.event(scope.folder, view, machine, Key(stream, epoch, seq), request.GET.get("ts", ""))
    if found is None:
        raise Refusal(Reason("floor.no_event", (f"{stream}/{epoch}/{seq}",)))
    return render(request, "floor/event.html", {"event": found, "machine": machine, "name": _name(view, machine)})


def _look(request: HttpRequest) -> tuple[Scope | None, SiteFloor | None, FloorView | None]:
    scope = scope_of(request)
    if scope is None:
        return None, None, None
    require(request.user, Permission.SEE, scope.site)  # type: ignore[arg-type]
    live = site_floor(scope.folder, scope.time)
    return scope, live, live.look()


def _look_at(request: HttpRequest, machine: str) -> tuple[Scope, SiteFloor, FloorView]:
    scope, live, view = _look(request)
    if scope is None or live is None or view is None or machine not in view.machines:
        raise Refusal(Reason("floor.no_machine", (machine,)))
    return scope, live, view


def _name(view: FloorView, machine: str) -> str:
    assert view.book is not None
    return view.book.machines[machine].name[language()]


def _tile(live: SiteFloor, view: FloorView, machine: str) -> Tile:
    seen = view.machines[machine]
    return tile(view, seen, machine_data(seen), strip_of(live, view, machine))
