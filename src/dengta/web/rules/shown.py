"""What a rule page shows of an article: each number with its unit, days, source and mark, all in the reader's words."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import NamedTuple
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from dengta.core.money import Money
from dengta.core.reason import Reason
from dengta.engines.subsidy import Article, Certainty, Programme
from dengta.engines.subsidy.caps import percent
from dengta.engines.subsidy.model import Parameter, Requirement, Span, Text, Value
from dengta.words import catalogue, chosen, say, word
from dengta.words.subsidy_terms import kinds, term


class Marked(NamedTuple):
    """How certain something is: a shape, a word, and whether it is a draft."""

    shape: str
    word: str
    draft: bool


class State(NamedTuple):
    """Whether an article holds on a day: a shape, a word, and whether it does."""

    shape: str
    word: str
    holds: bool


class Line(NamedTuple):
    """A value of a parameter, or a setting in words. now: it holds on the day asked for."""

    start: str
    end: str
    value: str
    source: str
    mark: Marked
    now: bool


class Row(NamedTuple):
    """An article in the list."""

    title: str
    href: str
    instrument: str
    document: str
    clause: str
    validity: str
    state: State
    mark: Marked
    drafts: int
    numbers: int


class Need(NamedTuple):
    """A requirement."""

    fact: str
    clause: str
    rule: str
    supply: str
    mark: Marked


def language() -> str:
    """The reader's, as `dengta.words` calls it."""
    return chosen(get_language())


def said(text: Text) -> str:
    """A text of a rule."""
    return text.zh if language() == "zh_Hans" else text.en


def marked(certainty: Certainty) -> Marked:
    """A mark in words. What rests on an unread source has the hollow shape."""
    if certainty is Certainty.PROPOSAL:
        return Marked("△", term("certainty", certainty.value, language()), True)
    return Marked("◇" if certainty.draft else "◆", term("certainty", certainty.value, language()), certainty.draft)


def state(span: Span, day: date) -> State:
    """Whether a span holds on a day."""
    if span.holds(day):
        return State("●", _("in force"), True)
    return State("○", _("not yet in force"), False) if day < span.start else State("■", _("ended"), False)


def validity(span: Span) -> str:
    """From the first day to the last."""
    return f"{span.start} – {_last(span.end)}"


def _last(end: date | None) -> str:
    return str(end - timedelta(days=1)) if end else _("until further notice")


def address(name: str, programme: Programme, article: Article, **more: str) -> str:
    """The address of a page about an article."""
    return f"{reverse(name, args=[article.id])}?{urlencode({'programme': programme.id} | more)}"


def row(programme: Programme, article: Article, day: date) -> Row:
    """An article in the list."""
    values = [one for p in article.parameters.values() for one in p.values]
    marks = [one.certainty for one in values] + [one.certainty for one in article.requirements]
    drafts = sum(mark.draft for mark in marks) + len(article.unread)
    return Row(
        said(article.title),
        address("article", programme, article, on=str(article.span.start)),
        term("instrument", article.instrument, language()),
        article.document,
        article.clause,
        validity(article.span),
        state(article.span, day),
        marked(article.certainty),
        drafts,
        len(marks) + len(article.words),
    )


def number(parameter: str, unit: str, value: Value) -> str:
    """What a value says, in its unit; one after the other where it changes from year to year of a loan."""
    if unit == "yuan":
        told = [word("subsidy.unit.yuan", language(), value=Money(int(n * 100))) for n in value.numbers]
    elif unit == "share":
        told = [percent(n) for n in value.numbers]
    else:
        told = [word(f"subsidy.unit.{unit}", language(), value=n) for n in value.numbers]
    return " → ".join(told)


def history(parameter: Parameter, day: date) -> list[Line]:
    """Every value a parameter had, first to last."""
    return [
        Line(
            str(value.span.start),
            _last(value.span.end),
            number(parameter.id, parameter.unit, value),
            value.source,
            marked(value.certainty),
            value.span.holds(day),
        )
        for value in sorted(parameter.values, key=lambda v: v.span.start)
    ]


def settings(article: Article) -> list[tuple[str, str, str, Marked]]:
    """The words of an article: what it is called, how it stands in the file, what it means, its mark."""
    found = []
    for name, value in article.words.items():
        family = {"day_count": "day_count", "rounding": "rounding_rule", "vat": "vat_rule", "cover": "cover_rule"}
        meaning = kinds(value, language()) if name == "kinds" else ""
        if name in family:
            meaning = catalogue(language()).get(f"subsidy.{family[name]}.{value}", "")
        found.append((term("term", name, language()), value, meaning, marked(article.of_word(name))))
    return found


def needs(requirements: Sequence[Requirement]) -> list[Need]:
    """What a firm must be able to say of itself."""
    return [
        Need(term("fact", r.fact, language()), r.clause, rule(r), supply(r.fact), marked(r.certainty))
        for r in requirements
    ]


def rule(requirement: Requirement) -> str:
    """What the fact must be."""
    told: list[tuple[str, object]] = []
    if requirement.equals is not None:
        yes = {"true": "subsidy.required.yes", "false": "subsidy.required.no"}.get(requirement.equals)
        told.append(("is", word(yes, language()) if yes else requirement.equals))
    told += [("least", requirement.least)] if requirement.least is not None else []
    told += [("most", requirement.most)] if requirement.most is not None else []
    return "; ".join(word(f"subsidy.required.{key}", language(), value=value) for key, value in told)


def supply(fact: str) -> str:
    """Where a firm finds what it must state; "" where no words are kept for that fact."""
    return catalogue(language()).get(f"subsidy.supply.{fact}", "")


def reason(one: Reason) -> str:
    """What is missing or left out, in a sentence."""
    return say(one, language())
