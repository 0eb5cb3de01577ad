"""The pages of Diagnosis: what a firm has, the form by section, the result, its file."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any
from uuid import UUID

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from dengta.apps.accounts.journal import Call
from dengta.apps.diagnosis import commands, queries
from dengta.apps.diagnosis.filled import Filled
from dengta.apps.diagnosis.models import State
from dengta.apps.diagnosis.policies import may_fill, require_fill
from dengta.apps.register.policies import city_sight, is_firm
from dengta.core.reason import Refusal
from dengta.engines.maturity.model import Item, Scene
from dengta.site.clock import real_now
from dengta.web.diagnosis import form, list_page, pages
from dengta.web.diagnosis.questions import of_section, question
from dengta.web.diagnosis.words import sentences
from dengta.web.download import download
from dengta.web.keys import fresh_key
from dengta.web.scope import person


@require_safe
def diagnoses(request: HttpRequest) -> HttpResponse:
    """A firm's own diagnoses; for officers those of their towns."""
    who = person(request)
    if is_firm(who):
        require_fill(who, who.enterprise)
        return render(request, "diagnosis/firm.html", pages.of_firm(who))
    page = list_page.build(request, city_sight(who, settings.PROGRAMME))
    if request.GET.get("as") in list_page.FORMS:
        return list_page.export(page, request.GET["as"])
    return render(request, "diagnosis/list.html", {"page": page})


@require_POST
def begin(request: HttpRequest) -> HttpResponse:
    """A new draft; with ``after`` it begins with the answers of that one."""
    after = request.POST.get("after", "")
    done = commands.begin(
        call=call_of(request),
        diagnosis_id=id_of(request.POST.get("id", "")),
        enterprise=person(request).enterprise,
        programme=settings.PROGRAMME,
        asked=request.POST.get("edition", ""),
        after=id_of(after) if after else None,
    )
    found, _ = look(request, UUID(str(done["diagnosis"])))
    return redirect("diagnosis-section", found.diagnosis.pk, pages.first_section(found))


@require_http_methods(["GET", "HEAD", "POST"])
def section(request: HttpRequest, diagnosis_id: UUID, section: str) -> HttpResponse:
    """The questions of a section. POST keeps its answers: all of the form, or the one question htmx names."""
    now, mine = look(request, diagnosis_id)
    try:
        asked = of_section(now.edition, section)
    except KeyError:
        raise Http404(section) from None
    if request.method == "POST":
        only = request.POST.get("question", "") if request.headers.get("HX-Request") else ""
        return _kept_one(request, now, asked, only) if only else _kept(request, now, asked, section)
    return render(request, "diagnosis/form.html", pages.of_form(now, section, mine))


def _kept(request: HttpRequest, now: Filled, asked: Any, section: str) -> HttpResponse:
    """Without scripts: the whole section, then the next one or the result."""
    try:
        _save(request, now, asked)
    except Refusal as refusal:
        if refusal.reasons[0].code == "accounts.may_not":
            raise
        told = pages.of_form(now, section, True) | {"reasons": sentences(refusal, now.edition)}
        return render(request, "diagnosis/form.html", told, status=HTTPStatus.CONFLICT)
    after = pages.next_section(now, section) if "next" in request.POST else section
    if not after:
        return redirect("diagnosis-result", now.diagnosis.pk)
    return redirect("diagnosis-section", now.diagnosis.pk, after)


def _kept_one(request: HttpRequest, now: Filled, asked: Any, only: str) -> HttpResponse:
    """As one goes: what became of the answer, and the score it makes."""
    one = next((q for q in asked if q.id == only), None)
    if one is None:
        raise Http404(only)
    reasons: list[str] = []
    try:
        _save(request, now, [one])
    except Refusal as refusal:
        reasons = sentences(refusal, now.edition)
    after, _ = look(request, now.diagnosis.pk)
    told = {"q": question(after, one, reasons), "diagnosis": after.diagnosis, "live": True}
    return render(request, "diagnosis/_saved.html", told | pages.of_panel(after))


def _save(request: HttpRequest, now: Filled, asked: list[Item | Scene]) -> None:
    commands.save_answers(
        call=call_of(request),
        diagnosis_id=now.diagnosis.pk,
        stated=form.stated(request.POST, asked),
        seen=form.seen(request.POST, asked),
    )


@require_safe
def result(request: HttpRequest, diagnosis_id: UUID) -> HttpResponse:
    """What follows from the answers, and the way to the next level; prints on paper."""
    now, mine = look(request, diagnosis_id)
    return render(request, "diagnosis/result.html", pages.of_result(now, mine))


@require_POST
def submit(request: HttpRequest, diagnosis_id: UUID) -> HttpResponse:
    """Freeze it."""
    now, mine = look(request, diagnosis_id)
    version = request.POST.get("version", "")
    try:
        commands.submit(
            call=call_of(request),
            diagnosis_id=diagnosis_id,
            version=int(version) if version.isdecimal() and len(version) < 10 else 0,
            pledged="pledge" in request.POST,
        )
    except Refusal as refusal:
        told = pages.of_result(now, mine) | {"reasons": sentences(refusal, now.edition)}
        return render(request, "diagnosis/result.html", told, status=HTTPStatus.CONFLICT)
    return redirect("diagnosis-result", diagnosis_id)


@require_safe
def answers(request: HttpRequest, diagnosis_id: UUID) -> HttpResponse:
    """The answers as the file whose hash is shown and which `dengta maturity score` reads."""
    now, _ = look(request, diagnosis_id)
    return download(now.text, "answers.json")


def look(request: HttpRequest, diagnosis_id: UUID) -> tuple[Filled, bool]:
    """A diagnosis, and whether it may be written to by who asks. 404 where it may not be read."""
    who = person(request)
    found = queries.diagnosis(diagnosis_id, who)
    if found is None:
        raise Http404(f"diagnosis {diagnosis_id}")
    mine = found.state == State.DRAFT and may_fill(who, found.enterprise)
    return queries.filled(found), mine


def call_of(request: HttpRequest) -> Call:
    """Who asks, when, under the key of the form; saving as one goes has none: what it says keeps it from counting
    twice."""
    stamp = request.POST.get("at_client", "")
    key = request.POST.get("key", "")
    at_client = int(stamp) if stamp.isdecimal() and len(stamp) < 18 else None
    return Call(actor=person(request), key=id_of(key or fresh_key()), at=real_now(), at_client=at_client)


def id_of(text: str) -> UUID:
    """A posted id. 404 where it is none."""
    try:
        return UUID(text)
    except ValueError:
        raise Http404(f"{text!r} is no id") from None
