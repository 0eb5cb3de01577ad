"""Correcting one fact: the old one is superseded, the new one stands beside it, with the document it stands on."""

from __future__ import annotations

from datetime import date
from http import HTTPStatus
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from dengta.apps.accounts.journal import Call
from dengta.apps.register import commands, history, queries
from dengta.apps.register.models import Fact, Kind
from dengta.apps.register.policies import require_keeper
from dengta.core.reason import Reason, Refusal
from dengta.site.clock import real_now
from dengta.web.errors import sentences
from dengta.web.keys import fresh_key
from dengta.web.register.asking import city_of_request
from dengta.web.register.words import KINDS, day, value_of
from dengta.web.scope import person

_LEVELS = (Kind.ACCEPTED, Kind.VERIFIED)


@require_http_methods(["GET", "HEAD", "POST"])
def correct(request: HttpRequest, code: str, fact: int) -> HttpResponse:
    """The form for one fact; POST corrects it."""
    require_keeper(person(request))
    sight = city_of_request(request)
    enterprise = queries.enterprise(sight, code.upper())
    found = next((one for one in history.history(enterprise) if one.pk == fact), None)
    if found is None:
        raise Refusal(Reason("register.nothing_to_correct", (code,), {"fact": fact}))
    reasons: list[str] = []
    if request.method == "POST":
        try:
            _correct(request, found, code.upper(), sight.programme)
            return redirect("enterprise", code=enterprise.code)
        except Refusal as refusal:
            reasons = sentences(refusal)
    city = queries.city_of(sight.programme)
    told = {
        "enterprise": enterprise,
        "kind": KINDS[found.kind],
        "now": value_of(found, city, whole=True),
        "source": found.source.document,
        "text": request.POST.get("text", found.text),
        "level": request.POST.get("level", str(found.level)),
        "start": request.POST.get("start", day(found.start)),
        "end": request.POST.get("end", day(found.end)),
        "document": request.POST.get("document", ""),
        "with_level": found.kind in _LEVELS,
        "with_text": found.kind not in (*_LEVELS, Kind.LISTED, Kind.FILED),
        "key": fresh_key(),
        "reasons": reasons,
    }
    status = HTTPStatus.BAD_REQUEST if reasons else HTTPStatus.OK
    return render(request, "register/correct.html", told, status=status)


def _correct(request: HttpRequest, found: Fact, code: str, programme: str) -> None:
    posted = request.POST
    level = posted.get("level", "0")
    commands.state_fact(
        call=call_of(request),
        programme=programme,
        code=code,
        kind=Kind(found.kind),
        start=_day(posted.get("start", ""), "start") or date.fromordinal(found.start),
        end=_day(posted.get("end", ""), "end"),
        text=posted.get("text", ""),
        level=int(level) if level.isdecimal() and len(level) < 3 else 0,
        document=posted.get("document", ""),
        instead_of=found.pk,
    )


def _day(text: str, name: str) -> date | None:
    if not text.strip():
        return None
    try:
        return date.fromisoformat(text.strip())
    except ValueError:
        raise Refusal(Reason("register.not_date", (name,), {"value": text})) from None


def call_of(request: HttpRequest) -> Call:
    """The call a form makes, under its own key."""
    try:
        key = UUID(request.POST.get("key", ""))
    except ValueError:
        key = UUID(fresh_key())  # a form without one, as a script sends it
    stamp = request.POST.get("at_client", "")
    return Call(actor=person(request), key=key, at=real_now(), at_client=int(stamp) if stamp.isdigit() else None)
