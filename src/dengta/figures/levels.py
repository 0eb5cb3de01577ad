"""How many stand at each level: a bar a level, the lowest first, its count and share beside it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from dengta.figures.look import FILL, INK, LAMP, SOFT, TRACK, figure, fitted, linked, number, text

WIDTH, ROW = 360, 40
_BAR = 14


class LevelBar(NamedTuple):
    """One level: its label, how many, what is written beside it; `here`: it is the one that is looked at."""

    label: str
    amount: int
    value: str
    here: bool = False
    href: str = ""


@dataclass(frozen=True, slots=True)
class LevelsView:
    """Bars in order. label: the whole in one sentence."""

    bars: Sequence[LevelBar]
    label: str


def levels_svg(view: LevelsView) -> str:
    """The bars against the longest of them; `WIDTH` units wide, a row a level."""
    most = max((bar.amount for bar in view.bars), default=0) or 1
    rows = "".join(_row(bar, i, most) for i, bar in enumerate(view.bars))
    return figure(WIDTH, max(len(view.bars), 1) * ROW, view.label, rows, "compact levels")


def _row(bar: LevelBar, i: int, most: int) -> str:
    top = i * ROW + 20
    weight, tone = (' font-weight="650"', INK) if bar.here else ("", SOFT)
    line = i * ROW + 14
    words = (
        f'<text y="{line}" fill="{INK}"{weight}>{text(fitted(bar.label, WIDTH - 140))}</text>'
        f'<text x="{WIDTH}" y="{line}" text-anchor="end" fill="{tone}">{text(bar.value)}</text>'
    )
    width = number(bar.amount / most * WIDTH)
    drawn = (
        f'<rect y="{top}" width="{WIDTH}" height="{_BAR}" fill="{TRACK}"/>'
        f'<rect y="{top}" width="{width}" height="{_BAR}" fill="{LAMP if bar.here else FILL}"/>'
    )
    return linked(words + drawn, bar.href)
