"""The Pareto: what costs most at the top, and the line of what all up to here cost together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from dengta.figures.look import CARD, FILL, INK, SOFT, TRACK, figure, fitted, linked, number, text, width_of

WIDTH, ROW = 480, 36
_BAR = 12
_HALO = f'fill="{INK}" stroke="{CARD}" stroke-width="4" paint-order="stroke"'
"""Figures stay readable where the line passes behind them."""


class ParetoBar(NamedTuple):
    """One bar: what it cost, what all up to and with it cost, of `ParetoView.total`; `value` is written beside it."""

    label: str
    value: str
    cost: int
    until_here: int
    href: str = ""


@dataclass(frozen=True, slots=True)
class ParetoView:
    """Bars, the dearest first. label: the whole in one sentence."""

    bars: Sequence[ParetoBar]
    total: int
    label: str


def pareto_svg(view: ParetoView) -> str:
    """The bars against the whole, with the line of what they add up to; `WIDTH` units wide, a row a bar."""
    bars = "".join(_bar(bar, i, view.total) for i, bar in enumerate(view.bars))
    names = "".join(_name(bar, i) for i, bar in enumerate(view.bars))
    height = max(len(view.bars), 1) * ROW
    return figure(WIDTH, height, view.label, bars + _line(view) + names, "compact")


def _bar(bar: ParetoBar, i: int, total: int) -> str:
    """What it cost, against the whole."""
    top, width = i * ROW + 18, max(bar.cost / total * WIDTH, 1)
    return (
        f'<rect y="{top}" width="{WIDTH}" height="{_BAR}" fill="{TRACK}"/>'
        f'<rect y="{top}" width="{number(width)}" height="{_BAR}" fill="{FILL}"/>'
    )


def _line(view: ParetoView) -> str:
    """What all up to each bar cost together."""
    points = [(b.until_here / view.total * WIDTH, i * ROW + 18 + _BAR / 2) for i, b in enumerate(view.bars)]
    path = "L".join(f"{number(x)} {number(y)}" for x, y in points)
    dots = "".join(
        f'<circle cx="{number(min(x, WIDTH - 4))}" cy="{number(y)}" r="3" fill="{CARD}" stroke="{INK}"/>'
        for x, y in points
    )
    return f'<path d="M{path}" fill="none" stroke="{SOFT}"/>{dots}' if points else ""


def _name(bar: ParetoBar, i: int) -> str:
    """The words of a bar; they and the bar lead where it leads."""
    top = i * ROW
    label = fitted(bar.label, WIDTH - width_of(bar.value) - 16)
    return linked(
        f"<title>{text(f'{bar.label}: {bar.value}')}</title>"
        f'<rect y="{top}" width="{WIDTH}" height="{ROW - 4}" fill="none" pointer-events="all"/>'
        f'<text y="{top + 12}" fill="{INK}">{text(label)}</text>'
        f'<text x="{WIDTH}" y="{top + 12}" text-anchor="end" {_HALO}>{text(bar.value)}</text>',
        bar.href,
    )
