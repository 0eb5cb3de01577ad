"""`dengta subsidy`: what a case gets under its article, every step of it, and what a firm could ask for."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Annotated, Any

import typer

from dengta.cli.printing import answers, language, print_json, print_table, tr
from dengta.cli.subsidy_rules import programme_of
from dengta.cli.subsidy_what_if import what_if_verb
from dengta.core.money import Money
from dengta.core.reason import Reason, Refusal
from dengta.core.toml_reading import decode
from dengta.engines import subsidy
from dengta.engines.subsidy import Award, Case, Programme, Step
from dengta.engines.subsidy.model import Text
from dengta.words import say
from dengta.words.subsidy_terms import sentence, term

app = typer.Typer(add_completion=False, help=tr("subsidy.about"))
CaseFile = Annotated[Path, typer.Argument(help=tr("subsidy.argument_case"))]
app.command(name="what-if", help=tr("subsidy.what_if.about"))(what_if_verb)
Rules = Annotated[str, typer.Option("--programme", help=tr("subsidy.option_programme"))]
AsJson = Annotated[bool, typer.Option("--json", help=tr("subsidy.option_json"))]


@app.command(name="compute", help=tr("subsidy.about_compute"))
@answers
def compute(
    case: CaseFile,
    programme: Rules = "zhongshan",
    explain: Annotated[bool, typer.Option("--explain", help=tr("subsidy.option_explain"))] = False,
    as_json: AsJson = False,
) -> None:
    """The amount of one case, and how it came about."""
    stated = _case(case)
    award = subsidy.compute(programme_of(programme), stated)
    if as_json:
        print_json("subsidy", as_data(award))
        return
    for line in _told(award, explain):
        typer.echo(line)


@app.command(name="options", help=tr("subsidy.about_options"))
@answers
def options(case: CaseFile, programme: Rules = "zhongshan", as_json: AsJson = False) -> None:
    """Every article a firm could ask for: how much, and what is missing."""
    rules, stated = programme_of(programme), _case(case)
    found = subsidy.options(rules, stated)
    if as_json:
        rivals = [[one.id for one in subsidy.rivals(rules, award.article, stated.day)] for award in found]
        told = [as_data(award) | {"excludes": others} for award, others in zip(found, rivals, strict=True)]
        print_json("subsidy-options", {"options": told})
        return
    rows = []
    for award in found:
        missing = [
            term("fact", one.requirement.fact, language())
            for one in award.requirements
            if one.finding is not subsidy.Finding.MET
        ]
        may = tr(f"subsidy.eligible_{ {True: 'yes', False: 'no', None: 'unknown'}[award.eligible] }")
        rows.append([_in(award.article.title), may, _yuan(award.amount), ", ".join(missing)])
    headings = [("article", False), ("eligible", False), ("amount", True), ("missing", False)]
    print_table(tr("subsidy.options_title"), [(tr(f"subsidy.{key}"), right) for key, right in headings], rows)
    for award in found:
        for line in (*_open(award), *_excluded(rules, award, stated.day)):
            typer.echo(f"{_in(award.article.title)}: {line}")


def _open(award: Award) -> Iterator[str]:
    """What is not there yet: each fact with its clause and where it is found, each thing left out."""
    for one in award.requirements:
        if one.finding is not subsidy.Finding.MET:
            fact, clause = one.requirement.fact, one.requirement.clause
            told = tr(f"subsidy.requirement_{one.finding.value}", fact=term("fact", fact, language()), clause=clause)
            where = term("supply", fact, language())
            yield told if where == fact else f"{told}; {where}"
    for reason in award.reasons:
        yield say(reason, language())


def _excluded(rules: Programme, award: Award, day: date) -> Iterator[str]:
    others = [_in(one.title) for one in subsidy.rivals(rules, award.article, day)]
    if others:
        yield tr("subsidy.excludes", others=", ".join(others))


def _case(path: Path) -> Case:
    if not path.is_file():
        raise Refusal(Reason("subsidy.no_file", (str(path),)))
    return subsidy.from_json(decode(path.read_bytes(), path.name), path.name)


def _in(text: Text) -> str:
    return text.zh if language() == "zh_Hans" else text.en


def _yuan(fen: int | None) -> str:
    return "-" if fen is None else str(Money(fen))


def as_data(award: Award) -> dict[str, Any]:
    """An award for machines: money as text in yuan, steps as a tree."""
    article = award.article
    return {
        "article": article.id,
        "title": article.title._asdict(),
        "document": article.document,
        "source": article.source,
        "certainty": article.certainty.value,
        "draft": article.certainty.draft or (award.step is not None and award.step.weakest.draft),
        "eligible": award.eligible,
        "amount": None if award.amount is None else f"{Money(award.amount).as_decimal():.2f}",
        "contingent": f"{Money(award.contingent).as_decimal():.2f}",
        "requirements": [
            {
                "fact": one.requirement.fact,
                "clause": one.requirement.clause,
                "finding": one.finding.value,
                "stated": one.stated,
            }
            for one in award.requirements
        ],
        "missing": [reason.as_dict() for reason in award.reasons],
        "steps": None if award.step is None else _step(award.step),
    }


def _step(step: Step) -> dict[str, Any]:
    """A step: its amount exactly, as a fraction of fen where it is no whole number of them."""
    return {
        "code": step.code,
        "fen": None if step.amount is None else str(step.amount),
        "clause": step.clause,
        "params": dict(step.params),
        "certainty": step.certainty.value,
        "steps": [_step(inner) for inner in step.steps],
    }


def _told(award: Award, explain: bool) -> Iterator[str]:
    article = award.article
    yield f"{_in(article.title)} ({article.document}, {tr('subsidy.clause', clause=article.clause)})"
    yield tr("subsidy.gets", amount=_yuan(award.amount))
    if award.contingent:
        yield tr("subsidy.contingent", amount=_yuan(award.contingent))
    if article.certainty.draft or (award.step is not None and award.step.weakest.draft):
        yield tr("subsidy.draft")
    for one in award.requirements:
        if explain or one.finding is not subsidy.Finding.MET:
            named = {"fact": term("fact", one.requirement.fact, language()), "clause": one.requirement.clause}
            yield "  " + tr(f"subsidy.requirement_{one.finding.value}", **named)
    for reason in award.reasons:
        yield "  " + say(reason, language())
    if explain and award.step is not None:
        yield ""
        yield from _explained(award.step, 0)
        yield ""
        yield tr("subsidy.source", source=article.source, certainty=article.certainty.value)


def _explained(step: Step, depth: int) -> Iterator[str]:
    """The amount first, then what made it, indented."""
    amount = "" if step.amount is None else f"{_exact(step)}  "
    yield f"{'  ' * depth}{amount}{sentence(step.code, step.params, language())}{_mark(step)}"
    for inner in step.steps:
        yield from _explained(inner, depth + 1)


def _exact(step: Step) -> str:
    """Yuan to the fen; what is behind it as a fraction of a fen, never rounded away."""
    whole, rest = divmod((step.amount or 0), 1)
    return _yuan(int(whole)) + (f" + {rest} fen" if rest else "")


def _mark(step: Step) -> str:
    return f"  [{step.certainty.value}]" if step.certainty.draft else ""
