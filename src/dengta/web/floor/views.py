"""The pages of Floor: every machine, one machine, one event."""

from __future__ import annotations

from typing import NamedTuple

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.templatetags.static import static
from django.utils.translation import ngettext

from dengta.apps.accounts.policies import Permission, require
from dengta.apps.production.queries import FloorView, SiteFloor, site_floor
from dengta.core.event import Key
from dengta.core.reason import Reason, Refusal
from dengta.core.time import LATEST
from dengta.engines.plantbook import PlantBook
from dengta.log import LogReader
from dengta.web.floor import machine_page
from dengta.web.floor.event_list import event_page
from dengta.web.floor.shift_table import DAYS, pieces_by_hour
from dengta.web.floor.tiles import Tile, lines, page_words, summary, tile
from dengta.web.floor.words import language, shapes
from dengta.web.live.grant import grant
from dengta.web.live.sources import machine_data, strip_of
from dengta.web.scope import Scope, need_scope
from dengta.web.static_files import find

ECHARTS = "vendor/echarts.common.min.js"


def floor(request: HttpRequest) -> HttpResponse:
    """Every machine of the site. ``?line=`` and ``?show=abnormal`` choose; the address keeps the choice."""
    scope = need_scope(request)
    live, view = _look(request, scope)
    if view.book is None:
        return render(request, "floor/nothing.html", {"scope": scope})
    tiles = [_tile(live, view, name) for name in view.machines]
    line = request.GET.get("line", "")
    context = {
        "groups": lines(view.book, [t for t in tiles if line in ("", t.line)]),
        "all_lines": lines(view.book, tiles),
        "line": line,
        "abnormal": request.GET.get("show") == "abnormal",
        "summary": summary(tiles),
        "of_machines": ngettext("of {n} machine", "of {n} machines", len(tiles)).format(n=len(tiles)),
        "shapes": shapes(),
    }
    return render(request, "floor/floor.html", context | _live_page(scope, view.book))


def machine(request: HttpRequest, machine: str) -> HttpResponse:
    """One machine: now, today, this shift, its last events."""
    at = _look_at(request, machine)
    context = {
        "tile": _tile(at.live, at.view, machine),
        "page": machine_page.build(at.reader, at.live, at.view, at.book, machine),
        "echarts": static(ECHARTS) if find(ECHARTS) else "",
    }
    return render(request, "floor/machine.html", context | _live_page(at.scope, at.book))


def pieces(request: HttpRequest, machine: str) -> HttpResponse:
    """Pieces per hour over the last days: a part of the machine's page, or without JavaScript a page."""
    at = _look_at(request, machine)
    asked = request.GET.get("days", "")
    days = next((n for n in DAYS if str(n) == asked), DAYS[0])
    part = "X-Part" in request.headers
    context = {
        "pieces": pieces_by_hour(at.reader, at.book, machine, at.view.at, days),
        "name": at.book.machines[machine].name[language()],
        "days": DAYS,
        "hours": [f"{hour:02d}" for hour in range(24)],
        "open": not part,
    }
    return render(request, "floor/_pieces.html" if part else "floor/pieces.html", context)


def event(request: HttpRequest, machine: str, stream: int, epoch: int, seq: int) -> HttpResponse:
    """What is behind a number: one event as its canonical line, with its hash."""
    at, ts = _look_at(request, machine), request.GET.get("ts", "")
    known = ts.isascii() and ts.isdecimal() and int(ts[:20]) <= LATEST
    found = event_page(at.reader, at.book, machine, Key(stream, epoch, seq), int(ts)) if known else None
    if found is None:
        raise Refusal(Reason("floor.no_event", (f"{stream}/{epoch}/{seq}",)))
    name = at.book.machines[machine].name[language()]
    return render(request, "floor/event.html", {"event": found, "machine": machine, "name": name})


class _At(NamedTuple):
    """What a page about one machine stands on."""

    scope: Scope
    live: SiteFloor
    view: FloorView
    book: PlantBook
    reader: LogReader


def _look(request: HttpRequest, scope: Scope) -> tuple[SiteFloor, FloorView]:
    require(request.user, Permission.SEE, scope.site)  # type: ignore[arg-type]
    live = site_floor(scope.folder, scope.time)
    return live, live.look()


def _look_at(request: HttpRequest, machine: str) -> _At:
    scope = need_scope(request)
    live, view = _look(request, scope)
    if view.book is not None and machine in view.machines:
        return _At(scope, live, view, view.book, LogReader(scope.folder.log))
    raise Refusal(Reason("floor.no_machine", (machine,)))


def _live_page(scope: Scope, book: PlantBook) -> dict[str, object]:
    return {"words": page_words(book), "grant": grant(scope.site, ["floor"]), "book_hash": book.hash}


def _tile(live: SiteFloor, view: FloorView, machine: str) -> Tile:
    seen = view.machines[machine]
    return tile(view, seen, machine_data(seen), strip_of(live, view, machine))
