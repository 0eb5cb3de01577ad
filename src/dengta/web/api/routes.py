"""``/api/``: machines, plant book, log. Answers to signed-in people; 401 to others; refusals carry every reason."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from functools import wraps
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from ninja import NinjaAPI
from ninja.security import django_auth

import dengta
from dengta.apps.plant import queries as plant
from dengta.core.reason import Refusal
from dengta.core.time import Micros, instant, to_iso
from dengta.site.bookshelf import Bookshelf, Revision
from dengta.web.api.shapes import LogOut, MachinesOut, PlantOut, ProblemOut
from dengta.web.errors import sentences
from dengta.web.memory.reading import as_dict, log_view
from dengta.web.scope import NoSite, Scope, need_scope

# Swagger writes styles into its own elements; scripts still come from our files only.
DOCS_CSP = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; "
    "connect-src 'self'; base-uri 'none'; frame-ancestors 'none'"
)


def _docs(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    @wraps(view)
    def page(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        answer = view(request, *args, **kwargs)
        answer.headers["Content-Security-Policy"] = DOCS_CSP
        return answer

    return page


api = NinjaAPI(
    title="Dengta",
    version=dengta.__version__,
    description="Read-only for now. `site` names a site of this home; without it the one you last looked at.",
    auth=django_auth,
    docs_decorator=_docs,
)


@api.exception_handler(Refusal)
def _refused(request: HttpRequest, refusal: Refusal) -> HttpResponse:
    reasons = [
        {**reason.as_dict(), "said": said} for reason, said in zip(refusal.reasons, sentences(refusal), strict=True)
    ]
    return api.create_response(request, {"reasons": reasons}, status=400)


@api.exception_handler(NoSite)
def _no_site(request: HttpRequest, none: NoSite) -> HttpResponse:
    return api.create_response(request, {"reasons": []}, status=404)


@api.get("/machines", response={200: MachinesOut, 400: ProblemOut}, summary="The machines of the site")
def machines(request: HttpRequest, site: str = "") -> dict[str, Any]:
    """Every machine of the plant book in force, with the shift that works now."""
    scope, revision = _in_force(request)
    now = scope.now()
    return {"site": scope.site, "at": now, "plant_book": revision.hash, "machines": plant.machines(revision.book, now)}


@api.get("/plant", response={200: PlantOut, 400: ProblemOut}, summary="The plant book in force")
def plant_book(
    request: HttpRequest,
    site: str = "",
    valid: date | None = None,
    known: date | None = None,
) -> dict[str, Any]:
    """The plant book in force on `valid`, as known on `known` (both: now), with its content hash."""
    scope = need_scope(request)
    at, by = (None if day is None else _end_of(day, scope) for day in (valid, known))
    found = Bookshelf(scope.folder.books).revision(scope.now() if at is None else at, by)
    if found is None:
        raise Http404("no plant book then")
    return {
        "site": scope.site,
        "hash": found.hash,
        "recorded_at": to_iso(found.recorded_at),
        "recorded_by": found.by,
        "valid_from": to_iso(found.valid_from),
        "content": found.book.content,
    }


@api.get("/log/status", response={200: LogOut, 400: ProblemOut}, summary="What the event log holds")
def log_status(request: HttpRequest, site: str = "") -> dict[str, Any]:
    """Events, segments, the head of the chain, streams with their marks, holes and damage with exact ranges."""
    scope = need_scope(request)
    return as_dict(log_view(scope.folder, scope.book, scope.now()))


def _end_of(day: date, scope: Scope) -> Micros:
    return instant(day, 1440, scope.zone) - 1


def _in_force(request: HttpRequest) -> tuple[Scope, Revision]:
    scope = need_scope(request)
    found = Bookshelf(scope.folder.books).revision(scope.now())
    if found is None:
        raise Http404("no plant book")
    return scope, found
