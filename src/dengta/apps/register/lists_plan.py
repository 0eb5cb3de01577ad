"""What a list would change: which facts are new, which say something else, who leaves, what is known already."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, NamedTuple

from dengta.apps.register.lists_read import LISTS, Line
from dengta.apps.register.models import Delivery, Enterprise, Fact, Kind, Project, Target
from dengta.apps.register.recording import Told
from dengta.core.reason import Reason, Refusal, refuse_if
from dengta.engines.register import FOREVER

_FIELDS = (Kind.NAME, Kind.TOWN, Kind.INDUSTRY, Kind.OFFICE, Kind.CONTROLLER, Kind.ADDRESS, Kind.PHONE, Kind.ACCOUNT)
Row = dict[str, Any]


class Change(NamedTuple):
    """One thing that would be another: of whom, what, from what it is to what it would be."""

    of: str
    what: str
    before: str
    after: str


@dataclass(slots=True)
class Plan:
    """Everything a list would do. Nothing is done yet.

    firms: new ones as (code, name, town, industry); told: facts; gone: keys of facts, targets, projects or deliveries
    (`model`) that are superseded; rows: of targets, projects, deliveries.
    """

    rows: int
    total: int | None
    model: Any = Fact
    firms: list[tuple[str, str, str, str]] = field(default_factory=list)
    told: list[Told] = field(default_factory=list)
    gone: list[int] = field(default_factory=list)
    made: list[Row] = field(default_factory=list)
    new: list[Change] = field(default_factory=list)
    changed: list[Change] = field(default_factory=list)
    leaving: list[Change] = field(default_factory=list)
    same: int = 0
    unlisted: list[str] = field(default_factory=list)  # filed on a day on which they are not on the list

    @property
    def is_nothing(self) -> bool:
        """The register says all of it already."""
        return not (self.firms or self.told or self.gone or self.made)


def plan(programme: str, kind: str, lines: Sequence[Line], day: int, document: str, name: str) -> Plan:
    """What the rows of a list would change. Refusal: firms or projects nobody knows, a list older than one known."""
    summed = LISTS[kind].summed
    total = sum(line.values.get(summed) or 0 for line in lines) if summed else None
    made = Plan(len(lines), total)
    _PLANNERS[kind](made, programme, lines, day, document, name)
    return made


def _enterprises(made: Plan, programme: str, lines: Sequence[Line], day: int, document: str, name: str) -> None:
    codes = [line.values["code"] for line in lines]
    known = _facts(programme, _FIELDS)
    registered = _registered(programme)
    for code, line in zip(codes, lines, strict=True):
        values = line.values
        if code not in registered:
            made.firms.append((code, values["name"], values["town"], values.get("industry") or ""))
            made.new.append(Change(code, "", "", values["name"]))
            made.told += [Told(code, kind, day, values[kind]) for kind in _FIELDS if values.get(kind)]
            continue
        held = {fact.kind: fact for fact in known[code] if fact.start <= day < fact.end}
        for kind in _FIELDS:
            said, before = values.get(kind), held.get(kind)
            if not said or (before is not None and before.text == said):
                made.same += said is not None
                continue
            made.changed.append(Change(code, kind, before.text if before else "", said))
            if before is not None:
                _end(made, before, code, day)
            made.told.append(Told(code, kind, day, said, end=before.end if before else FOREVER))


def _listed(made: Plan, programme: str, lines: Sequence[Line], day: int, document: str, name: str) -> None:
    _refuse_unknown(programme, lines, name)
    known, on = _facts(programme, (Kind.LISTED,)), {line.values["code"] for line in lines}
    latest = max(
        (end if end < FOREVER else fact.start for facts in known.values() for fact in facts for end in [fact.end]),
        default=0,
    )
    if day < latest:
        told = {"day": str(date.fromordinal(day)), "latest": str(date.fromordinal(latest))}
        raise Refusal(Reason("register.list_older", (name,), told))
    for code in sorted(on):
        if any(fact.start <= day < fact.end for fact in known[code]):
            made.same += 1
        else:
            made.told.append(Told(code, Kind.LISTED, day))
            made.new.append(Change(code, Kind.LISTED, "", ""))
    for code, facts in known.items():
        for fact in facts:
            if code not in on and fact.start <= day < fact.end:
                made.leaving.append(Change(code, Kind.LISTED, str(date.fromordinal(fact.start)), ""))
                _end(made, fact, code, day)


def _events(kind: Kind) -> Callable[..., None]:
    """Filings, acceptances, verifications: a row a day of a firm."""

    def planned(made: Plan, programme: str, lines: Sequence[Line], day: int, document: str, name: str) -> None:
        _refuse_unknown(programme, lines, name)
        known = _facts(programme, (kind, Kind.LISTED))
        for line in lines:
            code, at, level = line.values["code"], line.values["day"], line.values.get("level") or 0
            same_day = [fact for fact in known[code] if fact.kind == kind and fact.start == at]
            on = any(fact.kind == Kind.LISTED and fact.start <= at < fact.end for fact in known[code])
            if kind == Kind.FILED and not on:
                made.unlisted.append(code)
            if any(fact.level == level for fact in same_day):
                made.same += 1
                continue
            said = f"{date.fromordinal(at)} {level or ''}".strip()
            before = ", ".join(str(fact.level) for fact in same_day)
            (made.changed if same_day else made.new).append(Change(code, kind, before, said))
            made.gone += [fact.pk for fact in same_day]
            made.told.append(Told(code, kind, at, level=level))

    return planned


def _targets(made: Plan, programme: str, lines: Sequence[Line], day: int, document: str, name: str) -> None:
    made.model = Target
    found = Target.objects.filter(programme=programme, superseded=FOREVER, source__document=document)
    known = {(one.town, one.year, one.measure): one for one in found}
    for line in lines:
        row = {"town": line.values.get("town") or "", **{k: line.values[k] for k in ("year", "measure", "firms")}}
        before = known.get((row["town"], row["year"], row["measure"]))
        _weigh(made, f"{row['town'] or '*'} {row['year']} {row['measure']}", before, row)


def _projects(made: Plan, programme: str, lines: Sequence[Line], day: int, document: str, name: str) -> None:
    made.model = Project
    _refuse_unknown(programme, lines, name)
    keys = _registered(programme)
    known = {one.number: one for one in Project.objects.filter(programme=programme, superseded=FOREVER)}
    for line in lines:
        row: Row = {role: line.values.get(role) for role in LISTS["projects"].columns if role != "code"}
        row["enterprise_id"] = keys[line.values["code"]]
        _weigh(made, row["number"], known.get(row["number"]), row)


def _deliveries(made: Plan, programme: str, lines: Sequence[Line], day: int, document: str, name: str) -> None:
    made.model = Delivery
    projects = set(Project.objects.filter(programme=programme, superseded=FOREVER).values_list("number", flat=True))
    refuse_if(
        Reason("register.no_project", (name, f"row {line.row}"), {"number": line.values["number"]})
        for line in lines
        if line.values["number"] not in projects
    )
    found = Delivery.objects.filter(programme=programme, superseded=FOREVER)
    known = {(one.number, one.day): one for one in found}
    for line in lines:
        row: Row = {role: line.values.get(role) for role in LISTS["deliveries"].columns}
        of = f"{row['number']} {date.fromordinal(row['day'])}"
        _weigh(made, of, known.get((row["number"], row["day"])), row)


_PLANNERS: dict[str, Callable[..., None]] = {
    "enterprises": _enterprises,
    "listed": _listed,
    "filed": _events(Kind.FILED),
    "accepted": _events(Kind.ACCEPTED),
    "verified": _events(Kind.VERIFIED),
    "targets": _targets,
    "projects": _projects,
    "deliveries": _deliveries,
}


def _weigh(made: Plan, of: str, before: Any, row: Row) -> None:
    """One row of targets, projects or deliveries beside what is known under its key."""
    other = {name: value for name, value in row.items() if before is None or getattr(before, name) != value}
    if not other:
        made.same += 1
        return
    if before is None:
        made.new.append(Change(of, "", "", _said(row)))
    else:
        made.gone.append(before.pk)
        made.changed.append(Change(of, "", _said({name: getattr(before, name) for name in other}), _said(other)))
    made.made.append(row)


def _said(values: Row) -> str:
    return ", ".join(f"{name} {'–' if value is None else value}" for name, value in values.items())


def _end(made: Plan, fact: Fact, code: str, day: int) -> None:
    """A fact holds no longer from `day` on: it is superseded, and stands anew for the time before."""
    made.gone.append(fact.pk)
    if fact.start < day:
        made.told.append(Told(code, Kind(fact.kind), fact.start, fact.text, fact.level, day))


def _facts(programme: str, kinds: Sequence[Kind]) -> dict[str, list[Fact]]:
    """What counts today of these kinds, by credit code."""
    found: dict[str, list[Fact]] = defaultdict(list)
    codes = {pk: code for code, pk in _registered(programme).items()}
    for fact in Fact.objects.filter(programme=programme, kind__in=kinds, superseded=FOREVER):
        found[codes[fact.enterprise_id]].append(fact)
    return found


def _registered(programme: str) -> dict[str, int]:
    return dict(Enterprise.objects.filter(programme=programme).values_list("code", "pk"))


def _refuse_unknown(programme: str, lines: Sequence[Line], name: str) -> None:
    registered = _registered(programme)
    refuse_if(
        Reason("register.firm_unknown", (name, f"row {line.row}"), {"code": line.values["code"]})
        for line in lines
        if line.values["code"] not in registered
    )
