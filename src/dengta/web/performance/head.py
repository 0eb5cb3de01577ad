"""The head of every page of Performance: window, filters, and what the figures stand on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext

from dengta.apps.performance.site_fold import Folded
from dengta.core.time import Micros, to_datetime
from dengta.engines.kpi import Figure
from dengta.web.performance.asking import Asked, presets, shifts
from dengta.web.performance.words import WINDOWS, line_name, machine_name, shift_name


@dataclass(frozen=True, slots=True)
class Option:
    """A choice in a list: what the address says, what people read, whether it is chosen."""

    value: str
    label: str
    chosen: bool


@dataclass(frozen=True, slots=True)
class Head:
    """presets: (address, label, chosen). kept: parts of the address that a form takes along, as (name, value). short:
    that the window holds less than its name says, "" where it does not."""

    window: str
    short: str
    as_of: str
    book: str
    grade: str
    presets: Sequence[tuple[str, str, bool]]
    first: str
    last: str
    lines: Sequence[Option]
    machines: Sequence[Option]
    shifts: Sequence[Option]

    @property
    def facts(self) -> list[tuple[str, str]]:
        """What every figure on the page stands on, as (what, value)."""
        return [
            (gettext("window"), self.window),
            (gettext("as of"), self.as_of),
            (gettext("plant book"), self.book or gettext("none")),
            (gettext("grade"), self.grade or "–"),
        ]


def head(folded: Folded, asked: Asked, total: Figure | None, *, one_machine: bool = False) -> Head:
    """The head for one choice; `one_machine`: the page is about it, and offers no other line or machine."""
    choice, book = asked.choice, folded.book
    away = {"machine": "", "line": ""} if one_machine else {}
    return Head(
        window=f"{moment(folded, choice.window.start)} – {moment(folded, choice.window.end)}",
        short=_short(asked),
        as_of=moment(folded, folded.until),
        book=book.hash if book else "",
        grade=total.grade if total else "",
        presets=[(f"?{asked.query(window=p, **away)}", str(WINDOWS[p]), p == asked.preset) for p in presets(folded)],
        first=str(asked.first),
        last=str(asked.last),
        lines=[] if one_machine else [_line(folded, n, choice.line) for n in (book.lines if book else ())],
        machines=[] if one_machine else [_machine(folded, m, choice.machine) for m in folded.machines],
        shifts=[Option(s, shift_name(folded, s), s == choice.shift) for s in shifts(book)],
    )


def _short(asked: Asked) -> str:
    if not asked.short:
        return ""
    told = gettext("The log begins on %(first)s, so it does not hold all of “%(window)s”: this is what there is.")
    return told % {"first": asked.first, "window": WINDOWS[asked.preset]}


def _line(folded: Folded, line: str, chosen: str) -> Option:
    return Option(line, line_name(folded, line), line == chosen)


def _machine(folded: Folded, machine: str, chosen: str) -> Option:
    return Option(machine, machine_name(folded, machine), machine == chosen)


def moment(folded: Folded, at: Micros) -> str:
    """An instant on the plant's wall."""
    return f"{to_datetime(at, folded.zone):%Y-%m-%d %H:%M}"
