"""What a firm tells before it files: facts, and a plan in a few numbers, which become the project of a case."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from dengta.core.reason import Reason
from dengta.core.toml_reading import Placed
from dengta.engines.subsidy import Case, Programme, from_data
from dengta.engines.subsidy.model import Requirement
from dengta.web.options.known import Known
from dengta.web.rules.draft import SOURCE, path_of
from dengta.web.rules.fields import Field
from dengta.web.rules.shown import language, supply
from dengta.words import say, word
from dengta.words.subsidy_terms import term

KINDS = ("equipment", "software", "digital")


@dataclass(frozen=True, slots=True)
class Plan:
    """What was typed, by field."""

    day: date
    texts: Mapping[str, str]

    @property
    def planned(self) -> bool:
        """Whether a plan is told at all; without one the filed projects count."""
        return any(self.texts.get(f"{kind}.net") for kind in KINDS) or bool(self.texts.get("loan.amount"))


def plan_of(get: Mapping[str, str], known: Known, today: date) -> Plan:
    """The plan in an address; before anything is asked, what is known of the firm."""
    texts = {key: value.strip()[:60] for key, value in get.items() if value.strip()}
    if "asked" not in texts:
        texts |= {f"facts.{name}": _typed(value) for name, value in known.facts.items()}
    try:
        day = date.fromisoformat(texts.get("day", ""))
    except ValueError:
        day = today
    return Plan(day, texts)


def case_of(plan: Plan, known: Known) -> Case:
    """The case of a plan. Refusal with every fault, places as names of fields."""
    facts: dict[str, Any] = {}
    for key, text in plan.texts.items():
        if key.startswith("facts."):
            facts[key[6:]] = {"true": True, "false": False}.get(
                text, int(text) if re.fullmatch(r"\d{1,9}", text) else text
            )
    data: dict[str, Any] = {
        "enterprise": known.code or "-",
        "day": plan.texts.get("day") or str(plan.day),
        "year": plan.day.year,
        "facts": facts,
    }
    if plan.planned:
        data["projects"] = [_project(plan)]
    case = from_data({key: value for key, value in data.items() if value != {}}, SOURCE)
    return case if plan.planned else replace(case, projects=known.projects)


def _project(plan: Plan) -> Placed:
    paid = plan.texts.get("paid.day") or str(plan.day)
    drawn = plan.texts.get("loan.balances") or paid
    items = []
    for kind in KINDS:
        net = plan.texts.get(f"{kind}.net", "").replace(",", "")
        if net:
            dates = {"contract": paid, "invoice": paid, "paid": [[paid, net]]}
            items.append(Placed((kind,), {"id": kind, "kind": kind, "net": net, **dates}))
    made: dict[str, Any] = {"id": "plan", "filed": min(paid, drawn), "applied": min(paid, drawn), "items": items}
    amount = plan.texts.get("loan.amount", "").replace(",", "")
    if amount:
        rate = plan.texts.get("loan.rates", "").removesuffix("%").strip()
        loan = {"id": "loan", "amount": amount, "balances": [[drawn, amount]], "rates": [[drawn, rate]]}
        made["loans"] = [Placed(("loan",), loan)]
    return Placed(("paid",), made)


def _beside(fault: Reason) -> str:
    """The field a fault stands beside: what a plan says once, its case says in several places."""
    path = path_of(fault)
    name = path.rpartition(".")[0]
    if name in KINDS:
        return f"{name}.net" if fault.code == "subsidy.not_money" else "paid.day"
    if path == "loan.balances" and fault.code == "subsidy.not_money":
        return "loan.amount"
    return path


def facts_of(programme: Programme, day: date) -> list[Requirement]:
    """Every fact some article asks for on a day, each once."""
    found: dict[str, Requirement] = {}
    for article in programme.on(day):
        for one in article.requirements:
            found.setdefault(one.fact, one)
        if article.instrument == "level_award":
            found.setdefault("level", Requirement("level", article.clause, least=1))
        if article.instrument == "pre_award":
            found.setdefault("expected_fen", Requirement("expected_fen", article.clause, least=0))
    return list(found.values())


def fields(
    programme: Programme, plan: Plan, known: Known, faults: Sequence[Reason] = ()
) -> tuple[list[Field], list[Field], list[str]]:
    """Fields of facts, fields of the plan, and faults that stand beside no field."""
    beside: dict[str, list[str]] = {}
    for one in faults:
        said = say(Reason(one.code, (), one.params), language())
        some = beside.setdefault(_beside(one), [])
        some += [] if said in some else [said]

    def field(name: str, label: str, shape: str = "text", options: Sequence[Any] = (), hint: str = "") -> Field:
        return Field(name, label, plan.texts.get(name, ""), shape, options, hint, beside.pop(name, ()))

    told = []
    for need in facts_of(programme, plan.day):
        label, name = term("fact", need.fact, language()), f"facts.{need.fact}"
        hint = known.sources.get(need.fact, "") or supply(need.fact)
        if need.equals in ("true", "false"):
            yes_no = [("", _("not stated")), *((k, word(f"subsidy.required.{v}", language())) for k, v in _YES.items())]
            told.append(field(name, label, "choice", yes_no, hint))
        else:
            told.append(field(name, label, "number", (), hint))
    planned = [field(f"{kind}.net", _label(kind), "number") for kind in KINDS]
    planned += [
        field("paid.day", _("Contract, invoice and payment on"), "date"),
        field("loan.amount", _("Loan, yuan"), "number"),
        field("loan.rates", _("Rate, percent a year")),
        field("loan.balances", _("Loan drawn on"), "date"),
    ]
    return told, planned, [f"{path}: {text}" if path else text for path, texts in beside.items() for text in texts]


_YES = {"true": "yes", "false": "no"}


def _label(kind: str) -> str:
    return _("{kind}, yuan without VAT").format(kind=term("kind", kind, language()))


def _typed(value: int | str | bool) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
