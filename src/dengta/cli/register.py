"""`dengta register`: the rate of transformation on any day, of the city or a town, under each definition."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any

import typer

from dengta import programmes
from dengta.cli.printing import answers, language, print_json, print_table, tr
from dengta.core.reason import Reason, Refusal
from dengta.engines import register
from dengta.engines.register import CityData, Definition, Rate

app = typer.Typer(add_completion=False, help=tr("register.about"))
_SEED = 1
AsOf = Annotated[str, typer.Option("--as-of", help=tr("register.option_as_of"))]
Programme = Annotated[str, typer.Option("--programme", help=tr("register.option_programme"))]
AsJson = Annotated[bool, typer.Option("--json", help=tr("register.option_json"))]


@app.command(name="rate", help=tr("register.about_rate"))
@answers
def rate(
    as_of: AsOf,
    town: Annotated[str, typer.Option("--town", help=tr("register.option_town"))] = "",
    definition: Annotated[Definition, typer.Option("--definition", help=tr("register.option_definition"))] = (
        Definition.FILED
    ),
    programme: Programme = "zhongshan",
    as_json: AsJson = False,
) -> None:
    """One rate, with the forecast for the end of its year and the way between the definitions."""
    data = _city(programme)
    day = _day(as_of)
    code = _town(data, town) if town else ""
    known = _sample(data)
    found = register.rate(known, day, definition, code)
    ahead = register.forecast(known, day, definition, code)
    steps = register.reconciled(known, day) if not code else None
    if as_json:
        answer = as_data(found) | {"town": code or None, "sample": True, "forecast": as_data(ahead)}
        print_json("register", answer | ({"reconciliation": steps._asdict()} if steps else {}))
        return
    typer.echo(tr("register.sample"))
    typer.echo(tr("register.rate", **_words(found), definition=tr(f"register.definition_{definition.value}")))
    typer.echo(tr("register.forecast", **_words(ahead)))
    if steps:
        for key, count in steps._asdict().items():
            typer.echo(f"  {count:>6,}  {tr(f'register.step_{key}')}")


@app.command(name="towns", help=tr("register.about_towns"))
@answers
def towns(as_of: AsOf, programme: Programme = "zhongshan", as_json: AsJson = False) -> None:
    """The rate of every town on a day, under each definition."""
    data, day = _city(programme), _day(as_of)
    known = _sample(data)
    found = {one: register.by_town(known, day, one) for one in Definition}
    if as_json:
        rows = [{"town": c, **{d.value: as_data(found[d][c]) for d in Definition}} for c in data.names]
        print_json("register-towns", {"day": str(day), "sample": True, "towns": rows})
        return
    place = 1 if language() == "zh_Hans" else 0
    headings = [(tr("register.town"), False), (tr("register.listed"), True)]
    headings += [(tr(f"register.definition_{one.value}"), True) for one in Definition]
    cells = [
        [names[place], found[Definition.FILED][code].listed, *(_percent(found[one][code]) for one in Definition)]
        for code, names in data.names.items()
    ]
    print_table(tr("register.towns_title", day=str(day)), headings, cells)
    typer.echo(tr("register.sample"))


def as_data(found: Rate) -> dict[str, Any]:
    """A rate for machines: to four places, and exactly."""
    value = found.value
    return {
        "definition": found.definition.value,
        "day": str(found.day),
        "rate": None if value is None else round(float(value), 4),
        "exact": None if value is None else str(value),
        "transformed": found.transformed,
        "listed": found.listed,
    }


def _words(found: Rate) -> dict[str, object]:
    return {"day": str(found.day), "rate": _percent(found), "transformed": found.transformed, "listed": found.listed}


def _percent(found: Rate) -> str:
    return "-" if found.value is None else f"{100 * float(found.value):.2f} %"


def _city(programme: str) -> CityData:
    try:
        texts = programmes.city(programme)
    except FileNotFoundError:
        raise Refusal(Reason("register.no_city", (programme,))) from None
    return register.city_of(*texts, programme)


def _sample(data: CityData) -> register.Register:
    """The sample city of the programme: fictional firms that reproduce its published series."""
    points = [*(one.point for one in data.published), *data.assumed]
    return register.sample(points, data.towns, register.FIRMS, _SEED).register


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise Refusal(Reason("register.not_date", ("--as-of",), {"value": text})) from None


def _town(data: CityData, name: str) -> str:
    code = data.town(name)
    if code is None:
        known = ", ".join(names[1 if language() == "zh_Hans" else 0] for names in data.names.values())
        raise Refusal(Reason("register.no_town", ("--town",), {"town": name, "known": known}))
    return code
