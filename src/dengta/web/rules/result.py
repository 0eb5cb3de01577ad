"""What a computation came to, as a page shows it: amount, requirements, what is missing, the steps, the command."""

from __future__ import annotations

from typing import NamedTuple

from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from dengta.core.money import Money
from dengta.engines.subsidy import Award, Finding, Programme
from dengta.web.rules.explained import tree
from dengta.web.rules.shown import language, rule, supply
from dengta.words import say
from dengta.words.subsidy_terms import term


class Held(NamedTuple):
    """A requirement held against the case: a shape, what became of it, the fact, what is needed, where it is found."""

    shape: str
    word: str
    fact: str
    rule: str
    clause: str
    stated: str
    supply: str
    met: bool


class Result(NamedTuple):
    """An award. verdict: in words; eligible: None where something is not known."""

    amount: str
    verdict: str
    eligible: bool | None
    draft: bool
    contingent: str
    held: list[Held]
    reasons: list[str]
    steps: SafeString | None
    command: str


def of(programme: Programme, award: Award) -> Result:
    """`award` in the reader's words."""
    draft = award.article.certainty.draft or (award.step is not None and award.step.weakest.draft)
    return Result(
        "–" if award.amount is None else str(Money(award.amount)),
        verdict(award.eligible),
        award.eligible,
        draft,
        str(Money(award.contingent)) if award.contingent else "",
        held(award),
        [say(reason, language()) for reason in award.reasons],
        tree(award.step) if award.step is not None else None,
        f"dengta subsidy compute case.json --programme {programme.id} --explain",
    )


def verdict(eligible: bool | None) -> str:
    """Whether all that is required is there."""
    if eligible is None:
        return _("not known yet: something that is required is not stated")
    return _("everything required is there") if eligible else _("not eligible: something required is missing")


def held(award: Award) -> list[Held]:
    """Each requirement with what the case says of it."""
    words = {
        Finding.MET: ("✓", _("met")), Finding.MISSED: ("✕", _("missed")), Finding.UNKNOWN: ("?", _("not stated")),
    }  # fmt: skip
    return [
        Held(
            *words[one.finding],
            term("fact", one.requirement.fact, language()),
            rule(one.requirement),
            one.requirement.clause,
            _stated(one.stated),
            "" if one.finding is Finding.MET else supply(one.requirement.fact),
            one.finding is Finding.MET,
        )
        for one in award.requirements
    ]


def _stated(value: int | str | bool | None) -> str:
    if value is None:
        return "–"
    if isinstance(value, bool):
        return term("required", "yes" if value else "no", language())
    return str(value)
