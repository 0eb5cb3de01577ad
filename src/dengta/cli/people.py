"""`dengta people`: accounts, kept by whoever keeps the home folder. The demo's people need none of this."""

from __future__ import annotations

import os
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import Annotated

import typer

from dengta.cli.printing import answers, print_json, print_table, tr
from dengta.core.reason import Reason, Refusal
from dengta.site.clock import real_now
from dengta.site.home import Home

app = typer.Typer(no_args_is_help=True, add_completion=False, help=tr("people.about"))

HomeAt = Annotated[Path | None, typer.Option("--home", envvar="DENGTA_HOME", help=tr("people.home"))]
AsJson = Annotated[bool, typer.Option("--json", help=tr("people.json"))]


@app.command(help=tr("people.add"))
@answers
def add(
    login: Annotated[str, typer.Argument(help=tr("people.login"))],
    name: Annotated[str, typer.Option(help=tr("people.name"))],
    role: Annotated[list[str], typer.Option(help=tr("people.role"))],
    site: Annotated[str, typer.Option(help=tr("people.site"))] = "",
    home: HomeAt = None,
    as_json: AsJson = False,
) -> None:
    """A new person; the password is asked for, or read as one line where nobody types."""
    open_home(home)
    from dengta.apps.accounts import commands
    from dengta.apps.accounts.journal import Call

    asked = sys.stdin.isatty()
    password = typer.prompt(tr("people.password"), hide_input=True, confirmation_prompt=True) if asked else input()
    call = Call.fresh(None, real_now())
    done = commands.add_person(call=call, login=login, name=name, password=password, roles=role, site=site)
    if as_json:
        print_json("people.add", {**done, "login": login, "roles": role, "site": site or None})
    else:
        typer.echo(tr("people.added", name=name, login=login, roles=", ".join(role)))


@app.command("list", help=tr("people.list"))
@answers
def list_(home: HomeAt = None, as_json: AsJson = False) -> None:
    """Everybody with an account."""
    open_home(home)
    from dengta.apps.accounts import queries

    people = queries.people()
    if as_json:
        print_json("people.list", {"people": people})
        return
    columns = [(tr(f"people.{word}"), False) for word in ("login", "name", "role", "site")]
    print_table("", columns, ([p["login"], p["name"], ", ".join(p["roles"]), p["site"]] for p in people))


def open_home(home: Path | None) -> None:
    """The home's database, made and brought up to date where needed."""
    if find_spec("django") is None:
        raise Refusal(Reason("run.web_missing"))
    os.environ["DENGTA_HOME"] = str(Home.at(home).path)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "dengta.web.settings")
    import django
    from django.core.management import call_command

    django.setup()
    call_command("migrate", interactive=False, verbosity=0)
