"""The pages of What if: the register before and after, one firm's two computations side by side. Analysts only."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from http import HTTPStatus
from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext
from django.views.decorators.http import require_safe

from dengta.apps.loans import columns, queries
from dengta.apps.loans.policies import require_analyst
from dengta.apps.loans.sample_city import city_data
from dengta.core.reason import Refusal
from dengta.engines import subsidy
from dengta.engines.subsidy import Article, Award, Programme
from dengta.engines.subsidy.what_if import WhatIf, one_year
from dengta.web.errors import sentences
from dengta.web.performance.exports import exported
from dengta.web.programme import programme
from dengta.web.rules import explained, shown
from dengta.web.scope import person
from dengta.web.what_if import asking, page


@require_safe
def what_if(request: HttpRequest) -> HttpResponse:
    """The form of an article's numbers; with changes in the address, what they would do."""
    require_analyst(person(request))
    rules = programme()
    article = asking.article_of(request.GET, rules)
    asked = asking.asked(request.GET, article)
    told = _form(rules, asked)
    if not told["standing"].lines:
        return render(request, "what_if/empty.html", told)
    if not asked.texts:
        return render(request, "what_if/what_if.html", told)
    try:
        found = columns.proposed(rules.id, article, asked.settings)
    except Refusal as refusal:
        told["reasons"] = sentences(refusal)
        return render(request, "what_if/what_if.html", told, status=HTTPStatus.BAD_REQUEST)
    return _answer(request, rules, asked, found, told)


def _answer(
    request: HttpRequest, rules: Programme, asked: asking.Asked, found: WhatIf, told: dict[str, Any]
) -> HttpResponse:  # fmt: skip
    side, number = request.GET.get("side", ""), request.GET.get("page", "1")
    whole = "export" in request.GET

    def naming(codes: Sequence[str]) -> Mapping[str, str]:
        return queries.names(programme=rules.id, codes=codes)

    wanted = int(number) if number.isdecimal() and len(number) < 6 else 1
    made = page.build(found, city_data(rules.id), naming, asked.keep, side, wanted, whole=whole)
    if whole:
        facts = [(gettext("proposal, no rule"), ", ".join(asked.texts)), (gettext("Command"), told["command"])]
        return exported(request.GET["export"], made.tables, facts, f"what-if-{asked.article.id}")
    return render(request, "what_if/what_if.html", told | {"page": made})


@require_safe
def firm(request: HttpRequest, code: str) -> HttpResponse:
    """One firm: each year as the rule stands and under the proposal, step by step."""
    require_analyst(person(request))
    rules = programme()
    article = asking.article_of(request.GET, rules)
    asked = asking.asked(request.GET, article)
    found = columns.proposed(rules.id, article, asked.settings)
    kept = columns.columns(rules.id, article)
    if code not in kept.held:
        raise Http404(f"firm {code}")
    place = found.changed.firms.index(code)
    years = list(
        zip(found.changed.years, found.changed.before[place].tolist(), found.changed.after[place].tolist(), strict=True)
    )
    wanted = request.GET.get("year", "")
    largest = max(years, key=lambda one: abs(one[2] - one[1]))[0]
    year = next((one for one, _, _ in years if str(one) == wanted), largest)
    sides = [_side(rules, rule, kept.held[code].case, [(y, row[k]) for y, *row in years], year)
             for k, rule in enumerate((found.article, found.proposal))]  # fmt: skip
    told = _form(rules, asked) | {
        "name": queries.names(programme=rules.id, codes=[code]).get(code, code),
        "code": code,
        "town": page.town_name(city_data(rules.id), kept.held[code].town),
        "year": year,
        "years": [(y, page.yuan(a), page.yuan(b), page.yuan(b - a), f"?{asked.keep}&year={y}") for y, a, b in years],
        "sides": zip((gettext("As the rule stands"), gettext("Under the proposal")), sides, strict=True),
    }
    return render(request, "what_if/firm.html", told)


def _side(
    rules: Programme, article: Article, case: subsidy.Case, amounts: list[tuple[int, int]], year: int
) -> dict[str, Any]:  # fmt: skip
    """One computation of one year, as the command would explain it."""
    granted = {y: fen for y, fen in amounts if y < year}
    alone = replace(rules, articles=(article,))
    award: Award = subsidy.compute(alone, one_year(case, article, year, granted))
    steps = explained.tree(award.step) if award.step is not None else ""
    return {
        "amount": page.yuan(award.amount or 0),
        "steps": steps,
        "reasons": [shown.reason(one) for one in award.reasons],
        "eligible": award.eligible,
    }


def _form(rules: Programme, asked: asking.Asked) -> dict[str, Any]:
    return {
        "asked": asked,
        "article": asked.article,
        "title": shown.said(asked.article.title),
        "articles": [(one.id, shown.said(one.title)) for one in asking.articles(rules)],
        "href": shown.address("article", rules, asked.article, on=str(asked.article.span.start)),
        "standing": queries.standing(programme=rules.id),
        "command": asked.command(rules.id),
        "demo": settings.DEMO,
    }
