"""`dengta register`: the rate of transformation on any day, of the city or a town, under each definition."""

from __future__ import annotations

import os
from datetime import date
from importlib.util import find_spec
from pathlib import Path
from typing import Annotated, Any

import typer

from dengta import programmes
from dengta.cli.printing import answers, language, print_json, print_table, tr
from dengta.core.reason import Reason, Refusal
from dengta.engines import register
from dengta.engines.register import CityData, Definition, Rate
from dengta.site.home import Home

app = typer.Typer(add_completion=False, help=tr("register.about"))
_SEED = 1
AsOf = Annotated[str, typer.Option("--as-of", help=tr("register.option_as_of"))]
Programme = Annotated[str, typer.Option("--programme", help=tr("register.option_programme"))]
HomeAt = Annotated[Path | None, typer.Option("--home", help=tr("register.option_home"))]
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
    home: HomeAt = None,
    as_json: AsJson = False,
) -> None:
    """One rate, with the forecast for the end of its year and the way between the definitions."""
    data = _city(programme)
    day = _day(as_of)
    code = _town(data, town) if town else ""
    known = _columns(data, programme, home)
    found = register.rate(known, day, definition, code)
    ahead = register.forecast(known, day, definition, code)
    steps = register.reconciled(known, day, code)
    if as_json:
        answer = as_data(found) | {"town": code or None, **_from(home), "forecast": as_data(ahead)}
        print_json("register", answer | {"reconciliation": steps._asdict()})
        return
    typer.echo(_said(home))
    typer.echo(tr("register.rate", **_words(found), definition=tr(f"register.definition_{definition.value}")))
    typer.echo(tr("register.forecast", **_words(ahead)))
    for key, count in steps._asdict().items():
        typer.echo(f"  {count:>6,}  {tr(f'register.step_{key}')}")


@app.command(name="towns", help=tr("register.about_towns"))
@answers
def towns(as_of: AsOf, programme: Programme = "zhongshan", home: HomeAt = None, as_json: AsJson = False) -> None:
    """The rate of every town on a day, under each definition."""
    data, day = _city(programme), _day(as_of)
    known = _columns(data, programme, home)
    found = {one: register.by_town(known, day, one) for one in Definition}
    if as_json:
        rows = [{"town": c, **{d.value: as_data(found[d][c]) for d in Definition}} for c in data.names]
        print_json("register-towns", {"day": str(day), **_from(home), "towns": rows})
        return
    place = 1 if language() == "zh_Hans" else 0
    headings = [(tr("register.town"), False), (tr("register.listed"), True)]
    headings += [(tr(f"register.definition_{one.value}"), True) for one in Definition]
    cells = [
        [names[place], found[Definition.FILED][code].listed, *(_percent(found[one][code]) for one in Definition)]
        for code, names in data.names.items()
    ]
    print_table(tr("register.towns_title", day=str(day)), headings, cells)
    typer.echo(_said(home))


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


def _columns(data: CityData, programme: str, home: Path | None) -> register.Register:
    """The register of a home, or without one the sample city. Refusal: the home keeps none."""
    if home is None:
        return _sample(data)
    place = Home.at(home)
    if find_spec("django") is None:
        raise Refusal(Reason("run.web_missing"))
    if not place.path.is_dir():
        raise Refusal(Reason("register.no_register", (str(place.path),)))
    os.environ["DENGTA_HOME"] = str(place.path)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "dengta.web.settings")
    import django
    from django.db import OperationalError, ProgrammingError

    django.setup()
    from dengta.apps.register.columns import loaded

    try:
        found = loaded(programme).register
    except (OperationalError, ProgrammingError):  # a database without these tables
        raise Refusal(Reason("register.no_register", (str(place.path),))) from None
    if not found.codes:
        raise Refusal(Reason("register.no_register", (str(place.path),)))
    return found


def _from(home: Path | None) -> dict[str, Any]:
    """Whose register it is, for machines."""
    return {"sample": home is None, "home": None if home is None else str(Home.at(home).path)}


def _said(home: Path | None) -> str:
    """The same for people."""
    if home is None:
        return tr("register.sample")
    return tr("register.of_home", home=str(Home.at(home).path))


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
