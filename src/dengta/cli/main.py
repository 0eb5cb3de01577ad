"""The `dengta` command. Each verb lives in its own file and is imported only when it is called."""

from __future__ import annotations

import importlib
from typing import Any

import typer
from typer.core import TyperGroup

import dengta
from dengta.cli.printing import language
from dengta.words import word

# verb -> module under dengta.cli that holds `app` (a Typer app: of one command, or a group of them)
VERBS = {
    "import": "import_",
    "kpi": "kpi",
    "log": "log",
    "maturity": "maturity",
    "orders": "orders",
    "people": "people",
    "plant": "plant",
    "process": "process",
    "reconcile": "reconcile",
    "register": "register",
    "run": "run",
    "schedule": "schedule",
    "simulate": "simulate",
    "subsidy": "subsidy",
}
HIDDEN = frozenset({"process"})


class Verbs(TyperGroup):
    """Finds a verb by name without importing the others: `dengta log` starts without Django."""

    def list_commands(self, ctx: Any) -> list[str]:
        """The verbs a person sees."""
        return [verb for verb in VERBS if verb not in HIDDEN]

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        """The command of one verb."""
        if cmd_name not in VERBS:
            return None
        module: Any = importlib.import_module(f"dengta.cli.{VERBS[cmd_name]}")
        command = typer.main.get_command(module.app)
        command.name = cmd_name
        return command


app = typer.Typer(cls=Verbs, no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)


def _version(asked: bool) -> None:
    if asked:
        typer.echo(f"dengta {dengta.__version__}")
        raise typer.Exit


@app.callback()
def dengta_(
    version: bool = typer.Option(False, "--version", callback=_version, is_eager=True, help="Show the version."),
) -> None:
    """Dengta (灯塔): from the machine's event to the figure anyone can recompute."""


def main() -> None:
    """Entry point: help in the caller's language, exit codes of design 6."""
    app.info.help = word("cli.about", language())
    app(prog_name="dengta")


if __name__ == "__main__":
    main()
