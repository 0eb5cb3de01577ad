"""What stands in the calculator's form: texts as they were typed, from a post or from a case, and the case they make.

A field is called by its path: ``day``, ``facts.manufacturer``, ``p1.loans2.balances``. Faults of a case have the same
path as their place, so that each stands beside its field.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from dengta.core.reason import Param, Reason, Refusal
from dengta.core.toml_reading import Placed
from dengta.engines.subsidy import Article, Case, as_data, from_data

SOURCE = "form"
TOP = ("enterprise", "day", "year")
PROJECT = ("id", "filed", "applied", "used")
ITEM = ("id", "kind", "net", "vat", "contract", "invoice", "paid")
LOAN = ("id", "amount", "rates", "balances", "interest", "overdue")
MOST_ROWS = 40
"""Rows of one kind the form takes; a larger case is brought as a file."""
_PATH = re.compile(r"p(\d{1,2})\.(?:(items|loans)(\d{1,2})\.)?([a-z]+)")
_DATED = ("paid", "rates", "balances", "interest", "overdue")

Texts = dict[str, str]


@dataclass(slots=True)
class ProjectDraft:
    """A project as typed: its own fields, its contract items, its loans."""

    own: Texts = field(default_factory=dict)
    items: list[Texts] = field(default_factory=list)
    loans: list[Texts] = field(default_factory=list)


@dataclass(slots=True)
class Draft:
    """The whole form."""

    own: Texts = field(default_factory=dict)
    facts: Texts = field(default_factory=dict)
    granted: str = ""
    projects: list[ProjectDraft] = field(default_factory=list)

    @classmethod
    def of_case(cls, case: Case) -> Draft:
        """The form that makes `case`."""
        data = as_data(case)
        facts = {
            key: str(value).lower() if isinstance(value, bool) else str(value) for key, value in case.facts.items()
        }
        granted = "\n".join(f"{year} {yuan}" for year, yuan in data.get("granted", {}).items())
        projects = [
            ProjectDraft(
                _typed(one, PROJECT),
                [_typed(item, ITEM) for item in one.get("items", [])],
                [_typed(loan, LOAN) for loan in one.get("loans", [])],
            )
            for one in data.get("projects", [])
        ]
        return cls(_typed(data, TOP), facts, granted, projects)

    @classmethod
    def of_post(cls, post: Mapping[str, str]) -> Draft:
        """What was sent. Rows come in the order of their numbers."""
        draft = cls({key: post.get(key, "").strip() for key in TOP}, granted=post.get("granted", ""))
        draft.facts = {k[6:]: v.strip() for k, v in post.items() if k.startswith("facts.") and v.strip()}
        rows: dict[tuple[int, str, int], Texts] = {}
        for key, value in post.items():
            found = _PATH.fullmatch(key)
            if found:
                project, kind, nth, name = found.groups()
                rows.setdefault((int(project), kind or "", int(nth or 0)), {})[name] = value.strip()
        places: dict[int, ProjectDraft] = {}
        for (project, kind, _nth), texts in sorted(rows.items()):
            one = places.setdefault(project, ProjectDraft())
            if not kind:
                one.own = texts
            elif len(getattr(one, kind)) < MOST_ROWS:
                getattr(one, kind).append(texts)
        draft.projects = [places[k] for k in sorted(places)][:MOST_ROWS]
        return draft

    def grow(self, what: str) -> None:
        """One more row: ``projects``, ``p1.items``, ``p1.loans``. Anything else changes nothing."""
        found = re.fullmatch(r"p(\d{1,2})\.(items|loans)", what)
        if what == "projects":
            self.projects.append(ProjectDraft({}, [{}], [{}]))
        elif found and 0 < int(found[1]) <= len(self.projects):
            getattr(self.projects[int(found[1]) - 1], found[2]).append({})

    def case(self, article: Article) -> Case:
        """The case it states. Refusal with every fault, places as paths of fields."""
        faults = list(self._facts_faults(article))
        try:
            case = from_data(self._data(article), SOURCE)
        except Refusal as refusal:
            raise Refusal([*refusal.reasons, *faults]) from None
        if faults:
            raise Refusal(faults)
        return case

    def _facts_faults(self, article: Article) -> Iterator[Reason]:
        counted = {r.fact for r in article.requirements if r.equals is None} | {"level", "expected_fen"}
        for name, value in self.facts.items():
            if name in counted and not re.fullmatch(r"\d{1,15}", value):
                told: dict[str, Param] = {"low": 0, "high": 10**15 - 1, "value": value}
                yield Reason("toml.not_whole", (SOURCE, "facts", name), told)

    def _data(self, article: Article) -> dict[str, Any]:
        data: dict[str, Any] = {key: value for key, value in self.own.items() if value}
        if data.get("year", "").isdigit():
            data["year"] = int(data["year"])
        data["article"] = article.id
        data["facts"] = {key: _fact(value) for key, value in self.facts.items()}
        granted = [_two(line) for line in self.granted.splitlines() if line.strip()]
        data["granted"] = {pair[0]: pair[-1] if len(pair) > 1 else "" for pair in granted}
        data["projects"] = [
            _project(one, f"p{k}") for k, one in enumerate(self.projects, 1) if any((one.own.values(), *one.items))
        ]
        return {key: value for key, value in data.items() if value != {} and value != []}


def path_of(fault: Reason) -> str:
    """The field a fault stands beside."""
    inner = [re.sub(r"\[\d+\]$", "", part) for part in fault.place[1:]]
    if fault.code == "toml.missing":
        inner.append(str(fault.params["key"]))
    return "granted" if inner[:1] == ["granted"] else ".".join(inner)


def _project(one: ProjectDraft, path: str) -> Placed:
    made = Placed((path,), _stated(one.own))
    if "used" in made:
        made["used"] = [part.strip() for part in str(made["used"]).split(",") if part.strip()]
    for kind, rows in (("items", one.items), ("loans", one.loans)):
        filled = [(k, row) for k, row in enumerate(rows, 1) if any(row.get(key) for key in row if key != "kind")]
        if filled:
            made[kind] = [Placed((path, f"{kind}{k}"), _stated(row)) for k, row in filled]
    return made


def _stated(texts: Texts) -> dict[str, Any]:
    """Typed texts as a case's table: lines of day and number as lists, amounts without their commas."""
    found: dict[str, Any] = {}
    for key, text in texts.items():
        if not text:
            continue
        if key in _DATED:
            found[key] = [_two(line) for line in text.splitlines() if line.strip()]
        else:
            found[key] = text.replace(",", "") if key in ("net", "vat", "amount") else text
    return found


def _two(line: str) -> list[str]:
    """A line as day and number, however they are held apart."""
    day, _, rest = re.sub(r"[\t;:，；：]+", " ", line.strip()).partition(" ")
    return [day, rest.strip().replace(",", "").removesuffix("%").strip()] if rest.strip() else [day]


def _fact(text: str) -> int | str | bool:
    if text in ("true", "false"):
        return text == "true"
    return int(text) if re.fullmatch(r"\d{1,15}", text) else text


def _typed(data: Mapping[str, Any], keys: tuple[str, ...]) -> Texts:
    found = {}
    for key in keys:
        value = data.get(key)
        if isinstance(value, list):
            lines = [" ".join(map(str, one)) if isinstance(one, list) else str(one) for one in value]
            found[key] = ("\n" if key in _DATED else ", ").join(lines)
        elif value is not None:
            found[key] = str(value)
    return found
