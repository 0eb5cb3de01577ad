"""How every verb answers: a table for people, JSON for machines, refusals in words. Exit 0 done, 1 bad input, 2 usage,
3 best answer with violated wishes named."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Iterable, Sequence
from functools import wraps
from typing import Any, NoReturn, ParamSpec, TypeVar

import typer
from rich.console import Console
from rich.table import Table

from dengta.core.reason import Reason, Refusal
from dengta.words import chosen, say, word

P = ParamSpec("P")
T = TypeVar("T")


def language() -> str:
    """The language of the terminal: DENGTA_LANG, else the locale."""
    names = ("DENGTA_LANG", "LC_ALL", "LC_MESSAGES", "LANG")
    return chosen(next((os.environ[n] for n in names if os.environ.get(n)), None))


def tr(code: str, /, **params: object) -> str:
    """The word or sentence of `code` in the terminal's language."""
    return word(code, language(), **params)


def print_json(verb: str, answer: dict[str, Any], version: int = 1) -> None:
    """The answer as JSON with its schema, on standard output."""
    json.dump({"schema": f"dengta.{verb}/{version}", **answer}, sys.stdout, ensure_ascii=False, indent=2)
    sys.stdout.write("\n")


def print_table(title: str, columns: Sequence[tuple[str, bool]], rows: Iterable[Sequence[object]]) -> None:
    """A table on standard output; a column is (heading, is a number: right aligned)."""
    table = Table(title=title, title_justify="left", title_style="bold", box=None, pad_edge=False, header_style="dim")
    for heading, number in columns:
        table.add_column(heading, justify="right" if number else "left", overflow="fold", no_wrap=number)
    for row in rows:
        table.add_row(*("" if cell is None else str(cell) for cell in row))
    Console(highlight=False, markup=False).print(table)  # a cell may hold [brackets]


def print_text(text: str) -> None:
    """A sentence on standard output, broken between words at the width of the terminal."""
    Console(highlight=False, markup=False).print(text)


def print_reasons(reasons: Iterable[Reason]) -> None:
    """Each reason as a line on standard error."""
    for reason in reasons:
        sys.stderr.write(say(reason, language()) + "\n")


def refuse(reasons: Iterable[Reason]) -> NoReturn:
    """Say why and stop with exit code 1: bad input."""
    print_reasons(reasons)
    raise typer.Exit(1)


def answers(verb: Callable[P, T]) -> Callable[P, T]:
    """Decorator of a verb: a Refusal from anywhere below becomes words and exit code 1."""

    @wraps(verb)
    def spoken(*args: P.args, **kwargs: P.kwargs) -> T:
        try:
            return verb(*args, **kwargs)
        except Refusal as refusal:
            refuse(refusal.reasons)

    return spoken
