"""`dengta subsidy what-if`: other numbers in a rule, and what they do to a whole register. Nothing is saved."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any

import typer

from dengta.apps.loans.sample_city import city_data, sample_of
from dengta.cli.printing import answers, language, print_json, print_table, tr
from dengta.cli.subsidy_rules import programme_of
from dengta.core.money import Money
from dengta.core.reason import Reason, Refusal
from dengta.engines.subsidy import Article, Programme, Register
from dengta.engines.subsidy.caps import percent
from dengta.engines.subsidy.model import Certainty, Value
from dengta.engines.subsidy.what_if import WhatIf, setting, what_if, years_of
from dengta.words.subsidy_terms import term


@answers
def what_if_verb(
    article: Annotated[str, typer.Option("--article", help=tr("subsidy.what_if.option_article"))] = "loan-discount",
    changes: Annotated[list[str] | None, typer.Option("--set", help=tr("subsidy.what_if.option_set"))] = None,
    programme: Annotated[str, typer.Option("--programme", help=tr("subsidy.option_programme"))] = "zhongshan",
    home: Annotated[Path | None, typer.Option("--home", help=tr("subsidy.what_if.option_home"))] = None,
    sample: Annotated[bool, typer.Option("--sample", help=tr("subsidy.what_if.option_sample"))] = False,
    largest: Annotated[int, typer.Option("--largest", min=0, help=tr("subsidy.what_if.option_largest"))] = 10,
    as_json: Annotated[bool, typer.Option("--json", help=tr("subsidy.option_json"))] = False,
) -> None:
    """The whole register under an article and under the changed one."""
    rules = programme_of(programme)
    stated = last_version(rules, article)
    settings = [setting(text) for text in changes or ()]
    fictional = sample or home is None
    cases, towns = _sampled(rules.id) if fictional else _kept(home, rules.id)
    years = years_of(stated, cases)
    if not years:
        raise Refusal(Reason("subsidy.what_if.nobody", (article,)))
    found = what_if(Register.of(stated, cases, years), towns, stated, settings)
    names = city_data(rules.id).names
    if as_json:
        print_json("subsidy-what-if", as_data(found, names, largest) | {"programme": rules.id, "sample": fictional})
        return
    for line in told(found):
        typer.echo(line)
    _tables(found, names, largest)
    if fictional:
        typer.echo(tr("subsidy.what_if.sample"))


def last_version(rules: Programme, id_: str) -> Article:
    """The latest version of an article. Refusal where there is none."""
    versions = [one for one in rules.articles if one.id == id_]
    if not versions:
        known = ", ".join(dict.fromkeys(one.id for one in rules.articles))
        raise Refusal(Reason("subsidy.no_article", (rules.id,), {"article": id_, "day": "-", "known": known}))
    return max(versions, key=lambda one: one.span.start)


def _sampled(programme: str) -> tuple[list[Any], list[str]]:
    found = sample_of(city_data(programme))
    return [one.case for one in found], [one.town for one in found]


def _kept(home: Path | None, programme: str) -> tuple[list[Any], list[str]]:
    from dengta.cli.people import open_home

    open_home(home)
    from dengta.apps.loans.queries import borrowers

    found = borrowers(programme=programme)
    return [one.case for one in found], [one.town for one in found]


def as_data(found: WhatIf, names: dict[str, tuple[str, str]], largest: int) -> dict[str, Any]:
    """A what-if for machines: money as text in yuan."""
    before, after = found.changed.before.sum(axis=1).tolist(), found.changed.after.sum(axis=1).tolist()
    return {
        "article": found.article.id,
        "changes": [
            {"name": name, "before": old, "after": new, "from": start, "certainty": "P"}
            for name, old, new, start in changes_of(found)
        ],
        "budget": [
            {"year": year, "before": _yuan(old), "after": _yuan(new), "difference": _yuan(new - old)}
            for year, old, new in found.changed.budget
        ],
        "firms": len(found.changed.firms),
        "winners": {"firms": found.winners.firms, "difference": _yuan(found.winners.fen)},
        "losers": {"firms": found.losers.firms, "difference": _yuan(found.losers.fen)},
        "unchanged": found.unchanged,
        "towns": [
            {"town": town, "name": names.get(town, (town, town)), "before": _yuan(b), "after": _yuan(a),
             "more": more, "less": less}
            for town, (b, a, more, less) in found.by_town().items()
        ],
        "distribution": [{"from_yuan": low, "to_yuan": high, "firms": n} for low, high, n in found.distribution()],
        "largest": [
            {"enterprise": found.changed.firms[k], "town": found.towns[k], "before": _yuan(before[k]),
             "after": _yuan(after[k]), "difference": _yuan(after[k] - before[k])}
            for k in found.ranked()[:largest]
        ],
    }  # fmt: skip


def changes_of(found: WhatIf) -> Iterator[tuple[str, str, str, str]]:
    """What a proposal changes: name, value before, value after, from when."""
    for name, parameter in found.proposal.parameters.items():
        for value in parameter.values:
            if value.certainty is Certainty.PROPOSAL:
                old = found.article.parameters.get(name)
                was = old.at(value.span.start) if old else None
                yield name, _said(was, parameter.unit), _said(value, parameter.unit), str(value.span.start)
    for name, word in found.proposal.words.items():
        if found.article.words.get(name) != word:
            yield name, found.article.words.get(name, "-"), word, str(found.article.span.start)


def _said(value: Value | None, unit: str) -> str:
    if value is None:
        return "-"
    if unit == "share":
        return ", ".join(percent(n) for n in value.numbers)
    return ", ".join(str(Money(int(n * 100))) if unit == "yuan" else str(n) for n in value.numbers)


def told(found: WhatIf) -> Iterator[str]:
    """What is changed, and who is better or worse off, in sentences."""
    title = found.article.title
    yield tr("subsidy.what_if.title", article=title.zh if language() == "zh_Hans" else title.en)
    for name, old, new, start in changes_of(found):
        label = term("parameter", name, language())
        yield "  " + tr("subsidy.what_if.change", name=label, before=old, after=new, start=start)
    yield tr(
        "subsidy.what_if.firms", firms=len(found.changed.firms), more=found.winners.firms,
        more_fen=Money(found.winners.fen), less=found.losers.firms, less_fen=Money(-found.losers.fen),
        same=found.unchanged,
    )  # fmt: skip


def _tables(found: WhatIf, names: dict[str, tuple[str, str]], largest: int) -> None:
    place = 1 if language() == "zh_Hans" else 0
    budget: list[tuple[object, int, int]] = list(found.changed.budget)
    budget.append((tr("subsidy.what_if.all"), sum(b for _, b, _ in budget), sum(a for _, _, a in budget)))
    three = [(tr(f"subsidy.what_if.{key}"), True) for key in ("before", "after", "difference")]
    rows: list[list[object]] = [[year, Money(b), Money(a), Money(a - b)] for year, b, a in budget]
    print_table(tr("subsidy.what_if.budget"), [(tr("subsidy.what_if.year"), False), *three], rows)
    sides = [(tr("subsidy.what_if.more"), True), (tr("subsidy.what_if.less"), True)]
    rows = [
        [names[town][place] if town in names else town, Money(b), Money(a), Money(a - b), more, less]
        for town, (b, a, more, less) in found.by_town().items()
    ]
    print_table(tr("subsidy.what_if.towns"), [(tr("subsidy.what_if.town"), False), *three, *sides], rows)
    before, after = found.changed.before.sum(axis=1).tolist(), found.changed.after.sum(axis=1).tolist()
    rows = [
        [found.changed.firms[k], Money(before[k]), Money(after[k]), Money(after[k] - before[k])]
        for k in found.ranked()[:largest]
    ]
    print_table(tr("subsidy.what_if.largest"), [(tr("subsidy.what_if.firm"), False), *three], rows)


def _yuan(fen: int) -> str:
    return f"{Money(fen).as_decimal():.2f}"
