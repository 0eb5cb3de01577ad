"""`dengta maturity`: score and level of a questionnaire, the way to the next, and what a plant's log says."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from fractions import Fraction
from pathlib import Path
from typing import Annotated, Any

import typer

from dengta import programmes
from dengta.cli.printing import answers, language, print_json, tr
from dengta.cli.which_site import which_site
from dengta.core.reason import Reason, Refusal
from dengta.core.toml_reading import decode
from dengta.engines import maturity
from dengta.engines.maturity import Answers, Edition, Finding, Score
from dengta.engines.maturity.model import Text
from dengta.site.plant_evidence import evidence
from dengta.words import say

app = typer.Typer(add_completion=False, help=tr("maturity.about"))


@app.command(name="score", help=tr("maturity.about_score"))
@answers
def score(
    file: Annotated[Path, typer.Argument(help=tr("maturity.argument_answers"))],
    explain: Annotated[bool, typer.Option("--explain", help=tr("maturity.option_explain"))] = False,
    as_json: Annotated[bool, typer.Option("--json", help=tr("maturity.option_json"))] = False,
) -> None:
    """Points and level of the answers in a file."""
    found = maturity.score(*_read(file))
    if as_json:
        print_json("maturity", as_data(found))
        return
    for line in _told(found, explain):
        typer.echo(line)


@app.command(name="verify", help=tr("maturity.about_verify"))
@answers
def verify(
    file: Annotated[Path, typer.Argument(help=tr("maturity.argument_answers"))],
    first: Annotated[str, typer.Option("--from", help=tr("maturity.option_from"))],
    last: Annotated[str, typer.Option("--to", help=tr("maturity.option_to"))],
    days: Annotated[int, typer.Option("--days", min=1, help=tr("maturity.option_days"))] = 5,
    site: Annotated[str | None, typer.Option("--site", help=tr("kpi.option_site"))] = None,
    home: Annotated[Path | None, typer.Option("--home", envvar="DENGTA_HOME", help=tr("kpi.option_home"))] = None,
    as_json: Annotated[bool, typer.Option("--json", help=tr("maturity.option_json"))] = False,
) -> None:
    """What the plant's log says to the claims of its answers."""
    stated = _read(file)
    told = evidence(which_site(home, site), _day("--from", first), _day("--to", last), days)
    compared = [compare(stated[0], stated[1], finding) for finding in told.findings]
    if as_json:
        head = {"site": told.site, "from": str(told.first), "to": str(told.last), "book": told.book, "days": days}
        print_json("maturity-evidence", {**head, "findings": compared})
        return
    typer.echo(tr("maturity.evidence", site=told.site, first=str(told.first), last=str(told.last)))
    for one in compared:
        params = {key: "-" if value is None else value for key, value in one.items() if key != "rows"}
        typer.echo("  " + tr(f"maturity.found_{one['predicate'].replace('-', '_')}", **params))


def compare(edition: Edition, given: Answers, finding: Finding) -> dict[str, Any]:
    """A claim beside what was found: both in percent, or a scene's level beside the share of machines."""
    told = maturity.compared(edition, given, finding)
    claim = number(told.claim) if isinstance(told.claim, Fraction) else told.claim
    found = None if finding.value is None else number(finding.value)
    exact = None if finding.value is None else str(finding.value)
    difference = None if told.difference is None else number(told.difference)
    head = {"predicate": finding.predicate, "about": told.question, "claim": claim, "found": found, "exact": exact}
    return {**head, "difference": difference, **finding.params, "rows": dict(finding.rows)}


def _read(file: Path) -> tuple[Edition, Answers]:
    if not file.is_file():
        raise Refusal(Reason("maturity.no_file", (str(file),)))
    text = decode(file.read_bytes(), file.name)
    edition = _edition(maturity.edition_of(text, file.name), file.name)
    return edition, maturity.from_json(text, file.name, edition)


def _day(option: str, text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise Refusal(Reason("register.not_date", (option,), {"value": text})) from None


def _edition(name: str, source: str) -> Edition:
    if name not in programmes.editions():
        known = ", ".join(programmes.editions())
        raise Refusal(Reason("maturity.edition_unknown", (source,), {"edition": name, "known": known}))
    return maturity.from_toml(programmes.edition(name), name)


def as_data(found: Score) -> dict[str, Any]:
    """A score for machines; points as decimal texts."""
    edition, gap = found.edition, found.gap
    return {
        "edition": edition.id,
        "points": number(found.least),
        "most_points": number(found.most),
        "level": found.level,
        "possible_level": found.possible,
        "complete": found.complete,
        "sufficient": found.sufficient,
        "dimensions": {key: number(points) for key, points in found.dimensions.items()},
        "items": [
            {
                "item": one.item.id,
                "clause": one.item.clause,
                "points": None if one.points is None else number(one.points),
                "most": number(one.item.points),
                "evidence": list(one.evidence),
            }
            for one in found.items
        ],
        "scenes": [
            {"scene": one.scene.id, "clause": one.scene.clause, "binding": one.scene.binding, "level": one.level}
            for one in found.scenes
        ],
        "next": None
        if gap is None
        else {"level": gap.level.number, "points": number(gap.score), "scenes": gap.scenes, "binding": gap.binding},
        "actions": [reason.as_dict() for reason in found.actions],
        "rule": [{"level": one.number, "source": one.source, "certainty": one.certainty} for one in edition.levels],
        "source": edition.source,
        "certainty": edition.certainty,
    }


def number(value: Fraction) -> str:
    """An exact number as a decimal text; points have few places."""
    text = f"{float(value):.4f}".rstrip("0").rstrip(".")
    return text or "0"


def _in(text: Text) -> str:
    return text.zh if language() == "zh_Hans" else text.en


def _told(found: Score, explain: bool) -> Iterator[str]:
    edition = found.edition
    yield f"{_in(edition.name)} ({edition.document})"
    yield tr("maturity.result", points=number(found.least), level=found.level, name=_level_name(found))
    if not found.sufficient:
        yield tr("maturity.open", most=number(found.most), possible=found.possible)
    for one in edition.dimensions:
        yield f"  {number(found.dimensions[one.id]):>7} / {number(one.points)}  {_in(one.name)}"
    if explain:
        yield ""
        for item in found.items:
            points = tr("maturity.unanswered") if item.points is None else number(item.points)
            yield f"  {item.item.clause:<7}{points:>12} / {number(item.item.points):<6} {_in(item.item.name)}"
        for scene in found.scenes:
            level = tr("maturity.unanswered") if scene.level is None else tr("maturity.scene_level", level=scene.level)
            mark = tr("maturity.binding") if scene.scene.binding else ""
            yield f"  {scene.scene.clause:<7}{level:>12}          {_in(scene.scene.name)} {mark}".rstrip()
    gap = found.gap
    if gap is not None:
        missing = {"points": number(gap.score), "scenes": gap.scenes, "binding": gap.binding}
        yield ""
        yield tr("maturity.next", level=gap.level.number, name=_in(gap.level.name), **missing)
        yield from (f"  {_action(found, reason)}" for reason in found.actions)
    if any(one.certainty in "SM" for one in edition.levels):
        yield tr("maturity.draft")


def _action(found: Score, reason: Reason) -> str:
    """An action, its question by name."""
    names = {one.item.id: one.item.name for one in found.items} | {one.scene.id: one.scene.name for one in found.scenes}
    return say(Reason(reason.code, (_in(names[reason.place[0]]),), reason.params), language())


def _level_name(found: Score) -> str:
    return next((_in(one.name) for one in found.edition.levels if one.number == found.level), tr("maturity.no_level"))
