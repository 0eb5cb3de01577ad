"""The Pareto: what costs most at the top, and the line of what all up to here cost together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from dengta.figures.look import CARD, FILL, INK, SOFT, TRACK, figure, fitted, linked, number, text, width_of

WIDTH, ROW = 480, 36
_BAR = 12


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
    parts, points = [], []
    for i, bar in enumerate(view.bars):
        top = i * ROW
        share, until_here = bar.cost / view.total * WIDTH, bar.until_here / view.total * WIDTH
        label = fitted(bar.label, WIDTH - width_of(bar.value) - 16)
        parts.append(
            linked(
                f"<title>{text(f'{bar.label}: {bar.value}')}</title>"
                f'<text y="{top + 12}" fill="{INK}">{text(label)}</text>'
                f'<text x="{WIDTH}" y="{top + 12}" fill="{INK}" text-anchor="end">{text(bar.value)}</text>'
                f'<rect y="{top + 18}" width="{WIDTH}" height="{_BAR}" fill="{TRACK}"/>'
                f'<rect y="{top + 18}" width="{number(max(share, 1))}" height="{_BAR}" fill="{FILL}"/>',
                bar.href,
            )
        )
        points.append((until_here, top + 18 + _BAR / 2))
    line = "L".join(f"{number(x)} {number(y)}" for x, y in points)
    dots = "".join(
        f'<circle cx="{number(min(x, WIDTH - 4))}" cy="{number(y)}" r="3" fill="{CARD}" stroke="{INK}"/>'
        for x, y in points
    )
    drawn = f'<path d="M{line}" fill="none" stroke="{SOFT}" pointer-events="none"/>{dots}' if points else ""
    return figure(WIDTH, max(len(view.bars), 1) * ROW, view.label, "".join(parts) + drawn, "compact")
