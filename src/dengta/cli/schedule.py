"""`dengta schedule`: a shop from a file, planned: what runs when on which machine, what is late and why."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

from dengta.cli import schedule_answers as answer
from dengta.cli.printing import answers, print_json, print_reasons, tr
from dengta.core.budget import Budget
from dengta.core.reason import Reason, Refusal
from dengta.core.toml_reading import decode
from dengta.engines.scheduling import FORMATS, Goal, Problem, from_tables, read, solve

app = typer.Typer(add_completion=False)

_SECONDS = 10.0
_UNSATISFIED = 3
WORKBOOK = "xlsx"


@app.command(name="schedule", help=tr("scheduling.about"))
@answers
def schedule(
    file: Path,
    form: Annotated[str | None, typer.Option("--format", help=tr("scheduling.option_format"))] = None,
    seconds: Annotated[float | None, typer.Option("--seconds", help=tr("scheduling.option_seconds"))] = None,
    seed: Annotated[int, typer.Option("--seed", help=tr("scheduling.option_seed"))] = 1,
    iterations: Annotated[int | None, typer.Option("--iterations", help=tr("scheduling.option_iterations"))] = None,
    objective: Annotated[str | None, typer.Option("--objective", help=tr("scheduling.option_objective"))] = None,
    as_json: Annotated[bool, typer.Option("--json", help=tr("scheduling.option_json"))] = False,
    out: Annotated[Path | None, typer.Option("--out", help=tr("scheduling.option_out"))] = None,
    gantt: Annotated[Path | None, typer.Option("--gantt", help=tr("scheduling.option_gantt"))] = None,
    workbook: Annotated[Path | None, typer.Option("--workbook", help=tr("scheduling.option_workbook"))] = None,
) -> None:
    """Plan a shop from its file."""
    if seconds is not None and not 0 < seconds <= 86_400:
        raise Refusal(Reason("scheduling.seconds", ("--seconds",), {"seconds": seconds}))
    if iterations is not None and iterations < 0:
        raise Refusal(Reason("scheduling.iterations", ("--iterations",), {"iterations": iterations}))
    stated = _format(file, form)
    if workbook is not None:
        workbook.write_bytes(answer.as_workbook(_text(file), file.name, stated))
        return
    problem, goal = _problem(file, stated)
    if objective is not None:
        goal = Goal.of(objective)
    limit = seconds if seconds is not None else None if iterations is not None else _SECONDS
    with _clock(limit) as stop:
        plan = solve(problem, goal, Budget(iterations, stop), seed)
    if out is not None:
        out.write_text(answer.as_file(plan), "utf-8")
    if gantt is not None:
        gantt.write_text(answer.as_gantt(plan, file.stem), "utf-8")
    if as_json:
        print_json("schedule", answer.as_data(plan, seed))
    else:
        answer.show(plan, file.stem)
    if plan.wishes:
        print_reasons(answer.told(problem, reason) for reason in plan.wishes)
        raise typer.Exit(_UNSATISFIED)


def _problem(file: Path, form: str) -> tuple[Problem, Goal]:
    """What the file states, and its kind of goal."""
    if form != WORKBOOK:
        return read(_text(file), file.name, form)
    from dengta.connect.shop_workbook import read_shop  # who plans from text needs no openpyxl

    if not file.is_file():
        raise Refusal(Reason("scheduling.file", (str(file),)))
    problem = from_tables(read_shop(file), file.name)
    return problem, problem.goal


def _text(path: Path) -> str:
    if not path.is_file():
        raise Refusal(Reason("scheduling.file", (str(path),)))
    return decode(path.read_bytes(), path.name)


def _format(file: Path, stated: str | None) -> str:
    """The format as stated, else by the end of the file's name."""
    found = stated or file.suffix.removeprefix(".").lower()
    if found not in (*FORMATS, WORKBOOK):
        known = ", ".join((*FORMATS, WORKBOOK))
        raise Refusal(Reason("scheduling.format", ("--format",), {"format": found or "-", "known": known}))
    return found


@contextmanager
def _clock(limit: float | None) -> Iterator[Callable[[], bool]]:
    """When to stop; at a terminal a bar shows how far it is, once it takes longer than a second."""
    start = time.monotonic()
    console = Console(stderr=True)
    columns = (TextColumn("{task.description}"), BarColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as progress:
        task = progress.add_task(tr("scheduling.searching"), total=limit, visible=False)

        def stop() -> bool:
            spent = time.monotonic() - start
            if spent > 1:
                progress.update(task, completed=spent, visible=True)
            return limit is not None and spent >= limit

        yield stop
