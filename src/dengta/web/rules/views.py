"""The pages of Rules: all articles on a day, one article, its calculator. Anybody who is signed in may read them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date
from http import HTTPStatus
from typing import Any, NamedTuple

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods, require_safe

from dengta import programmes
from dengta.core.reason import Reason, Refusal
from dengta.core.time import to_datetime
from dengta.core.toml_reading import decode
from dengta.engines import subsidy
from dengta.engines.subsidy import Article, Case, Programme
from dengta.site.clock import real_now
from dengta.web.download import download
from dengta.web.errors import sentences
from dengta.web.programme import programme
from dengta.web.rules import result, shown
from dengta.web.rules.draft import Draft
from dengta.web.rules.fields import form_of
from dengta.words.subsidy_terms import term

MOST = 2_000_000
"""Bytes of a case file."""


class _Seen(NamedTuple):
    programme: Programme
    article: Article
    day: date


@require_safe
def rules(request: HttpRequest) -> HttpResponse:
    """Every article of every programme, as it stands on a day."""
    day, fault = _day(request)
    own = programme()
    names = [own.id, *(name for name in programmes.known() if name != own.id)]
    groups = [(shown.said(one.name), [shown.row(one, a, day) for a in one.articles]) for one in map(programme, names)]
    told = {"day": day, "groups": groups, "reasons": fault}
    return render(request, "rules/rules.html", told, status=HTTPStatus.BAD_REQUEST if fault else HTTPStatus.OK)


@require_safe
def article(request: HttpRequest, article: str) -> HttpResponse:
    """One article: every number with its history, what it requires, what its words mean."""
    seen = _seen(request, article)
    return render(request, "rules/article.html", _told(seen))


@require_http_methods(["GET", "HEAD", "POST"])
def calculator(request: HttpRequest, article: str) -> HttpResponse:
    """A case of an article: a form, computed as the command computes it."""
    seen = _seen(request, article)
    if request.method != "POST":
        return _form(request, seen, Draft.of_case(subsidy.example(seen.article)), example=True)
    if "read" in request.POST:
        return _read(request, seen)
    draft = Draft.of_post(request.POST)
    if "more" in request.POST:
        draft.grow(request.POST["more"])
        return _form(request, seen, draft)
    try:
        return _computed(request, seen, draft, draft.case(seen.article))
    except Refusal as refusal:
        return _form(request, seen, draft, refusal.reasons)


def _read(request: HttpRequest, seen: _Seen) -> HttpResponse:
    """A case that was pasted or uploaded becomes the form, and is computed."""
    file, text = request.FILES.get("file"), request.POST.get("case", "")
    try:
        if file is not None and (file.size or 0) > MOST:
            raise Refusal(Reason("subsidy.case_too_large", (str(file.name),), {"most": MOST // 1_000_000}))
        if file is not None:
            text = decode(file.read(), str(file.name))
        case = subsidy.from_json(text, str(file.name) if file else "case.json")
        draft = Draft.of_case(case)
        return _computed(request, seen, draft, draft.case(seen.article))
    except Refusal as refusal:
        draft = Draft.of_case(subsidy.example(seen.article))
        told = {"read_reasons": sentences(refusal), "pasted": text}
        return _form(request, seen, draft, more=told, status=HTTPStatus.BAD_REQUEST)


def _computed(request: HttpRequest, seen: _Seen, draft: Draft, case: Case) -> HttpResponse:
    award = subsidy.compute(seen.programme, case)
    if "download" in request.POST:
        text = json.dumps(subsidy.as_data(case), ensure_ascii=False, indent=2) + "\n"
        return download(text, "case.json")
    return _form(request, seen, draft, more={"result": result.of(seen.programme, award)})


def _form(
    request: HttpRequest, seen: _Seen, draft: Draft, faults: tuple[Reason, ...] = (),
    more: dict[str, Any] | None = None, *, example: bool = False, status: int = HTTPStatus.OK,
) -> HttpResponse:  # fmt: skip
    told = _told(seen) | {"form": form_of(seen.article, draft, faults), "example": example} | (more or {})
    return render(request, "rules/calculator.html", told, status=HTTPStatus.BAD_REQUEST if faults else status)


def _told(seen: _Seen) -> dict[str, Any]:
    article, day = seen.article, seen.day
    versions = [one for one in seen.programme.articles if one.id == article.id]
    return {
        "programme": shown.said(seen.programme.name),
        "article": article,
        "title": shown.said(article.title),
        "row": shown.row(seen.programme, article, day),
        "day": day,
        "parameters": [
            (term("parameter", p.id, shown.language()), p.id, shown.history(p, day))
            for p in article.parameters.values()
        ],
        "settings": shown.settings(article),
        "needs": shown.needs(article.requirements),
        "versions": [shown.row(seen.programme, one, day) for one in versions if one is not article],
        "excludes": list(_excludes(seen)),
        "here": shown.address("article", seen.programme, article, on=str(article.span.start)),
        "calculator": shown.address("calculator", seen.programme, article, on=str(article.span.start)),
    }


def _excludes(seen: _Seen) -> Iterator[tuple[str, str]]:
    """Articles of the same mode: a project may use one of them."""
    for one in seen.programme.articles:
        if one.mode and one.mode == seen.article.mode and one.id != seen.article.id:
            yield shown.said(one.title), shown.address("article", seen.programme, one, on=str(one.span.start))


def _seen(request: HttpRequest, article: str) -> _Seen:
    """The article named, in the version that holds on the day asked for, else in its last one. 404: there is none."""
    try:
        rules = programme(request.GET.get("programme", ""))
    except KeyError as missing:
        raise Http404(f"programme {missing}") from None
    versions = sorted((one for one in rules.articles if one.id == article), key=lambda one: one.span.start)
    if not versions:
        raise Http404(f"article {article}")
    day, _ = _day(request)
    found = next((one for one in versions if one.span.holds(day)), versions[-1])
    return _Seen(rules, found, day)


def _day(request: HttpRequest) -> tuple[date, list[str]]:
    """The day asked for, else today; and what is wrong with what was asked."""
    asked = request.GET.get("on", "")
    today = to_datetime(real_now()).date()
    try:
        return (date.fromisoformat(asked) if asked else today), []
    except ValueError:
        refusal = Refusal(Reason("subsidy.not_date", (), {"value": asked[:40]}))
        return today, sentences(refusal)
