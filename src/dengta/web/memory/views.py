"""The log on screen: what it holds, what is missing, what is damaged; and the button that checks all of it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.views.decorators.http import require_POST, require_safe

from dengta.apps.accounts.policies import require
from dengta.apps.jobs import commands as jobs
from dengta.apps.jobs import queries as job_queries
from dengta.apps.jobs.kinds import KINDS
from dengta.apps.jobs.models import Job
from dengta.apps.jobs.policies import may_start
from dengta.core.reason import Reason
from dengta.log import LogReader
from dengta.site.clock import real_now
from dengta.web.keys import fresh_key
from dengta.web.memory.reading import log_view
from dengta.web.scope import Scope, need_scope, person
from dengta.words import chosen, say

VERIFY = "log.verify"


@require_safe
def memory(request: HttpRequest) -> HttpResponse:
    """The log of the site."""
    scope = need_scope(request)
    view = log_view(scope.folder, scope.book, scope.now())
    damage = [
        {"said": _said(one.reason), "found_at": one.found_at, "ranges": [view.span(r) for r in one.ranges]}
        for one in view.status.damage
    ]
    told = {
        "view": view,
        "status": view.status,
        "zone": scope.zone,
        "damage": damage,
        "holes": [view.span(keys) for keys in view.status.holes],
        "key": fresh_key(),
        "may_verify": may_start(person(request), VERIFY, scope.site),
    }
    return render(request, "memory/log.html", told | _job(scope))


@require_POST
def verify(request: HttpRequest) -> HttpResponse:
    """Ask a worker to check every byte; one check at a time is enough for everybody."""
    scope = need_scope(request)
    require(person(request), KINDS[VERIFY].permission, scope.site)  # also of who joins a check that runs already
    if job_queries.unfinished(site=scope.site, kind=VERIFY) is None:
        try:
            key = str(UUID(request.POST.get("key", "")))
        except ValueError:
            raise Http404("key") from None
        jobs.enqueue(kind=VERIFY, params={}, key=key, actor=person(request), now=real_now(), site=scope.site)
    if request.headers.get("HX-Request"):
        return _fragment(request, scope)
    return redirect("memory")


@require_safe
def job(request: HttpRequest) -> HttpResponse:
    """The latest check: a fragment that asks again by itself until the check has ended."""
    return _fragment(request, need_scope(request))


def _fragment(request: HttpRequest, scope: Scope) -> HttpResponse:
    return render(request, "memory/_job.html", _job(scope))


def _job(scope: Scope) -> dict[str, Any]:
    """The latest check in words."""
    latest: Job | None = job_queries.recent(site=scope.site, kind=VERIFY).first()
    if latest is None:
        return {"job": None}
    result: dict[str, Any] = latest.result or {}
    return {
        "job": latest,
        "percent": latest.progress // 10,
        "ago": real_now() - latest.ended_at,
        "took": (latest.ended_at or real_now()) - (latest.started_at or latest.queued_at),
        "message": _said(_reason(latest.message)) if latest.message else "",
        "reasons": [_said(_reason(row)) for row in result.get("reasons", ())],
        "found": _found(scope, result.get("damage", ())),
    }


def _found(scope: Scope, damage: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """Each broken piece in words, its ranges with the names of their streams."""
    names = LogReader(scope.folder.log).producers()
    return [
        {
            "said": _said(_reason(one["reason"])),
            "ranges": [
                {**span, "name": names.get(span["stream"], span["stream"]), "events": span["last"] - span["first"] + 1}
                for span in one["ranges"]
            ],
        }
        for one in damage
    ]


def _reason(row: dict[str, Any]) -> Reason:
    return Reason(row["code"], tuple(row["place"]), row["params"])


def _said(reason: Reason) -> str:
    return say(reason, chosen(get_language()))
