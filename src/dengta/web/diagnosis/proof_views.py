"""The page of a plant's word on its firm's claims: looked at, asked for anew."""

from __future__ import annotations

from datetime import date
from http import HTTPStatus

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from dengta.apps.diagnosis import commands
from dengta.core.reason import Reason, Refusal
from dengta.web.diagnosis import proof_panel
from dengta.web.diagnosis.views import call_of
from dengta.web.errors import sentences
from dengta.web.scope import person


@require_http_methods(["GET", "HEAD", "POST"])
def proof(request: HttpRequest, code: str) -> HttpResponse:
    """Claim, recomputed value, difference; POST has them recomputed over the window of the form."""
    told = proof_panel.context(person(request), code)
    if request.method == "POST":
        try:
            _ask(request, code)
            return redirect("diagnosis-proof", code)
        except Refusal as refusal:
            if refusal.reasons[0].code == "accounts.may_not":
                raise
            told["reasons"] = sentences(refusal)
    status = HTTPStatus.BAD_REQUEST if "reasons" in told else HTTPStatus.OK
    return render(request, "diagnosis/proof.html", told, status=status)


def _ask(request: HttpRequest, code: str) -> None:
    days = request.POST.get("days", "")
    commands.prove(
        call=call_of(request),
        enterprise=code,
        programme=settings.PROGRAMME,
        first=_date(request, "first"),
        last=_date(request, "last"),
        days=int(days) if days.isdecimal() and len(days) < 4 and int(days) else 0,
    )


def _date(request: HttpRequest, name: str) -> date:
    text = request.POST.get(name, "")
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise Refusal(Reason("register.not_date", (name,), {"value": text})) from None


@require_safe
def job(request: HttpRequest, code: str) -> HttpResponse:
    """How far it is: a fragment that asks again by itself, and has the page loaded anew when the job has ended."""
    told = proof_panel.context(person(request), code)
    answer = render(request, "diagnosis/_job.html", told)
    if told["job"] is None or told["job"].is_final:
        answer.headers["HX-Refresh"] = "true"
    return answer
