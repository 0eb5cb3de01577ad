"""The calculator's form from an article: which fields it has, what they are called, what is wrong with each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from django.utils.translation import gettext as _

from dengta.core.reason import Reason
from dengta.engines.subsidy import Article
from dengta.engines.subsidy.model import Requirement
from dengta.web.rules.draft import ITEM, LOAN, PROJECT, Draft, ProjectDraft, Texts, path_of
from dengta.web.rules.shown import language, rule, supply
from dengta.words import say, word
from dengta.words.subsidy_terms import term

Option = tuple[str, str]
_KINDS = ("digital", "software", "equipment", "civil")
_MORE_FACTS = {"level_award": ("level",), "pre_award": ("expected_fen",)}
_SHAPES = {
    "day": "date", "filed": "date", "applied": "date", "contract": "date", "invoice": "date", "paid": "lines",
    "rates": "lines", "balances": "lines", "interest": "lines", "overdue": "lines",
}  # fmt: skip


class Field(NamedTuple):
    """A field: its name in the form, label, what stands in it, how it is typed, a word of help, its faults."""

    name: str
    label: str
    value: str
    shape: str = "text"
    options: Sequence[Option] = ()
    hint: str = ""
    faults: Sequence[str] = ()

    @property
    def rows(self) -> int:
        """Lines that are seen of a long value."""
        return min(12, max(2, self.value.count("\n") + 1))


class ProjectFields(NamedTuple):
    """A project: number, own fields, rows of items, rows of loans."""

    number: int
    own: list[Field]
    items: list[list[Field]]
    loans: list[list[Field]]


@dataclass(frozen=True, slots=True)
class Form:
    """The whole form. other: faults that stand beside no field."""

    top: list[Field]
    facts: list[Field]
    projects: list[ProjectFields]
    with_loans: bool
    other: list[str]


def form_of(article: Article, draft: Draft, faults: Sequence[Reason] = ()) -> Form:
    """The form of `article` with what stands in `draft`."""
    beside: dict[str, list[str]] = {}
    for one in faults:
        beside.setdefault(path_of(one), []).append(say(Reason(one.code, (), one.params), language()))
    made = _Making(article, beside)
    with_loans = article.instrument == "loan_discount"
    top = [made.field("enterprise", draft.own), made.field("day", draft.own)]
    if with_loans:
        top.append(made.field("year", draft.own))
    top.append(Field("granted", *made.labelled("granted"), draft.granted, "lines", hint=_("a year and yuan a line"),
                     faults=made.take("granted")))  # fmt: skip
    projects = [made.project(k, one) for k, one in enumerate(draft.projects, 1)] if article.words.get("kinds") else []
    facts = [made.fact(one, draft.facts) for one in article.requirements]
    facts += [made.number_fact(name, draft.facts) for name in _MORE_FACTS.get(article.instrument, ())]
    other = [f"{path}: {said}" if path else said for path, told in made.left.items() for said in told]
    return Form(top, facts, projects, with_loans, other)


class _Making:
    """The fields while they are made; `left` are faults nobody took yet."""

    def __init__(self, article: Article, faults: Mapping[str, list[str]]) -> None:
        self.article = article
        self.left = dict(faults)

    def take(self, name: str) -> list[str]:
        return self.left.pop(name, [])

    def labelled(self, key: str) -> tuple[str]:
        return (_labels()[key],)

    def field(self, key: str, texts: Texts, path: str = "") -> Field:
        name = f"{path}.{key}" if path else key
        hint = {"rates": _("a day and percent a year a line"), "used": _("articles, with commas")}.get(key, "")
        if _SHAPES.get(key) == "lines" and not hint:
            hint = _("a day and yuan a line")
        options = _kinds(texts.get(key, "")) if key == "kind" else ()
        shape = "choice" if options else _SHAPES.get(key, "text")
        return Field(name, *self.labelled(key), texts.get(key, ""), shape, options, hint, self.take(name))

    def project(self, number: int, one: ProjectDraft) -> ProjectFields:
        path = f"p{number}"
        items = [[self.field(key, row, f"{path}.items{k}") for key in ITEM] for k, row in enumerate(one.items, 1)]
        loans: list[list[Field]] = []
        if self.article.instrument == "loan_discount":
            loans = [[self.field(key, row, f"{path}.loans{k}") for key in LOAN] for k, row in enumerate(one.loans, 1)]
        return ProjectFields(number, [self.field(key, one.own, path) for key in PROJECT], items, loans)

    def fact(self, one: Requirement, facts: Texts) -> Field:
        if one.equals not in ("true", "false"):
            return self.number_fact(one.fact, facts, rule(one)) if one.equals is None else self._text(one, facts)
        options = [("", _("not stated")), ("true", word("subsidy.required.yes", language())),
                   ("false", word("subsidy.required.no", language()))]  # fmt: skip
        name = f"facts.{one.fact}"
        hint = _("{rule}, clause {clause}").format(rule=rule(one), clause=one.clause)
        label = term("fact", one.fact, language())
        return Field(name, label, facts.get(one.fact, ""), "choice", options, hint, self.take(name))

    def number_fact(self, fact: str, facts: Texts, needed: str = "") -> Field:
        name = f"facts.{fact}"
        label = term("fact", fact, language())
        return Field(name, label, facts.get(fact, ""), "number", (), needed or supply(fact), self.take(name))

    def _text(self, one: Requirement, facts: Texts) -> Field:
        name = f"facts.{one.fact}"
        return Field(name, term("fact", one.fact, language()), facts.get(one.fact, ""), "text", (), rule(one),
                     self.take(name))  # fmt: skip


def _kinds(stated: str) -> list[Option]:
    names = [*_KINDS, *([stated] if stated and stated not in _KINDS else [])]
    return [(name, term("kind", name, language())) for name in names]


def _labels() -> dict[str, str]:
    return {
        "enterprise": _("Credit code"), "day": _("Day of the request"), "year": _("For the year"),
        "granted": _("Granted before"), "id": _("Name or number"), "filed": _("Filed on"),
        "applied": _("Loan applied for on"), "used": _("Other articles it was granted"), "kind": _("Kind"),
        "net": _("Yuan without VAT"), "vat": _("VAT, yuan"), "contract": _("Contract on"), "invoice": _("Invoice on"),
        "paid": _("Paid to the supplier"), "amount": _("Loan, yuan"), "rates": _("Rate"), "balances": _("Outstanding"),
        "interest": _("Interest paid"), "overdue": _("Of it late or penalty"),
    }  # fmt: skip
