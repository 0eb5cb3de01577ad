"""`dengta schedule`: a shop from a file, planned: what runs when on which machine, what is late and why."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from dengta.cli import schedule_answers as answer
from dengta.cli.printing import answers, print_json, print_reasons, tr
from dengta.cli.schedule_clock import clock, preparing
from dengta.cli.schedule_text import as_text
from dengta.core.budget import Budget
from dengta.core.reason import Reason, Refusal
from dengta.core.toml_reading import decode
from dengta.engines.scheduling import FORMATS, Goal, Problem, from_tables, read, solve, warm
from dengta.processes.threads import Threads

app = typer.Typer(add_completion=False)

_SECONDS = 10.0
_THREADS, _MOST_THREADS = 2, 64
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
    threads: Annotated[int, typer.Option("--threads", help=tr("scheduling.option_threads"))] = _THREADS,
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
    if not 1 <= threads <= _MOST_THREADS:
        raise Refusal(Reason("scheduling.threads", ("--threads",), {"threads": threads, "most": _MOST_THREADS}))
    stated = _format(file, form)
    if workbook is not None:
        workbook.write_bytes(answer.as_workbook(_text(file), file.name, stated))
        return
    problem, goal = _problem(file, stated)
    if objective is not None:
        goal = Goal.of(objective)
    limit = seconds if seconds is not None else None if iterations is not None else _SECONDS
    with preparing():
        warm(problem, goal)
    with clock(limit) as stop:
        plan = solve(problem, goal, Budget(iterations, stop), seed, hands=Threads(threads))
    if out is not None:
        as_written = as_text if out.suffix == ".txt" else answer.as_file
        out.write_text(as_written(plan), "utf-8")
    if gantt is not None:
        gantt.write_text(answer.as_gantt(plan, file.stem), "utf-8")
    if as_json:
        print_json("schedule", answer.as_data(plan, seed, threads))
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
