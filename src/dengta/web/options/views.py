"""The page of Options: what a firm could ask for, before it files anything. Anybody who is signed in may ask."""

from __future__ import annotations

from datetime import date
from http import HTTPStatus
from typing import Any, NamedTuple

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from dengta.apps.accounts.policies import Permission, may
from dengta.apps.register.policies import is_firm, sight
from dengta.core.money import Money
from dengta.core.reason import Refusal
from dengta.engines import subsidy
from dengta.engines.subsidy import Award, Programme
from dengta.web.options.asking import case_of, fields, plan_of
from dengta.web.options.known import Known, known_of
from dengta.web.programme import programme
from dengta.web.register.asking import today
from dengta.web.rules import result, shown
from dengta.web.rules.result import Held
from dengta.web.scope import person
from dengta.words.subsidy_terms import term


class Option(NamedTuple):
    """One article for this firm. standing: may, unknown, or not; open: what is not there yet."""

    standing: str
    shape: str
    verdict: str
    title: str
    href: str
    instrument: str
    amount: str
    draft: bool
    contingent: bool
    open: list[Held]
    reasons: list[str]
    rivals: list[str]
    calculator: str


@require_safe
def options(request: HttpRequest) -> HttpResponse:
    """The form, prefilled with what is known, and what follows from it under each article in force on the day."""
    rules, known = programme(), _known(request)
    plan = plan_of(request.GET, known, today())
    told: dict[str, Any] = {"known": known, "day": plan.day, "asked": plan.texts, "programme": shown.said(rules.name),
                            "may_choose": not is_firm(person(request)) and bool(_sees(request))}  # fmt: skip
    try:
        case = case_of(plan, known)
    except Refusal as refusal:
        told["facts"], told["plan"], told["reasons"] = fields(rules, plan, known, refusal.reasons)
        told["wrong"] = True
        return render(request, "options/options.html", told, status=HTTPStatus.BAD_REQUEST)
    told["facts"], told["plan"], _left = fields(rules, plan, known)
    told["options"] = [_option(rules, award, plan.day, not case.projects) for award in subsidy.options(rules, case)]
    told["counted"] = "plan" if plan.planned else "filed" if known.projects else ""
    return render(request, "options/options.html", told)


def _sees(request: HttpRequest) -> bool:
    return may(person(request), Permission.SEE_CITY) or may(person(request), Permission.OWN_FIRM)


def _known(request: HttpRequest) -> Known:
    """The firm asked about: one's own, or the one an officer names."""
    who = person(request)
    if not _sees(request):
        return Known("", "", {}, {}, ())
    seen = sight(who, settings.PROGRAMME)
    code = seen.firm or request.GET.get("code", "").strip().upper()[:18]
    return known_of(seen, code) if code else Known("", "", {}, {}, ())


def _option(rules: Programme, award: Award, day: date, unplanned: bool) -> Option:
    standing, shape, verdict = {
        True: ("may", "✓", _("can be asked for")),
        None: ("unknown", "?", _("not known yet")),
        False: ("not", "✕", _("not eligible")),
    }[award.eligible]
    made = result.of(rules, award)
    article = award.article
    unsaid = unplanned and bool(article.words.get("kinds")) and not award.amount
    return Option(
        standing,
        shape,
        verdict,
        shown.said(article.title),
        shown.address("article", rules, article, on=str(article.span.start)),
        term("instrument", article.instrument, shown.language()),
        "" if award.amount is None or unsaid else str(Money(award.amount)),
        made.draft,
        bool(award.contingent),
        [one for one in made.held if not one.met],
        made.reasons,
        [shown.said(one.title) for one in subsidy.rivals(rules, article, day)],
        shown.address("calculator", rules, article, on=str(article.span.start)),
    )
