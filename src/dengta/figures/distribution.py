"""A distribution: how many lie in each span, spans below zero to the left of the middle line, above it to the right."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from dengta.figures.look import FILL, HAIR, INK, PALE, SOFT, figure, fitted, number, text

WIDTH, ROW = 480, 40
_BAR, _NUMBER = 12, 64


class DistributionBar(NamedTuple):
    """A span: what it is called, how many lie in it, whether it lies below zero."""

    label: str
    many: int
    below: bool


@dataclass(frozen=True, slots=True)
class DistributionView:
    """Spans in order. label: the whole in one sentence."""

    bars: Sequence[DistributionBar]
    label: str


def distribution_svg(view: DistributionView) -> str:
    """A row a span; the longest bar takes its half. Below zero is dark and goes left, above is pale and goes right."""
    most = max((bar.many for bar in view.bars), default=0) or 1
    middle = WIDTH / 2
    height = max(len(view.bars), 1) * ROW
    line = f'<path d="M{number(middle)} 0V{height}" stroke="{HAIR}"/>'
    rows = "".join(_row(bar, i, middle, most) for i, bar in enumerate(view.bars))
    return figure(WIDTH, height, view.label, line + rows, "compact")


def _row(bar: DistributionBar, i: int, middle: float, most: int) -> str:
    """A span's bar, its name on the other side of the line, its number at the bar's end."""
    top = i * ROW + 8
    width = bar.many / most * (middle - _NUMBER)
    left = middle - width if bar.below else middle
    name, side = ("start", middle + 8) if bar.below else ("end", middle - 8)
    end, anchor = (left - 6, "end") if bar.below else (left + width + 6, "start")
    told = f"{bar.label}: {bar.many}"
    return (
        f"<g><title>{text(told)}</title>"
        f'<rect x="{number(left)}" y="{top}" width="{number(width)}" height="{_BAR}" '
        f'fill="{FILL if bar.below else PALE}"/>'
        f'<text x="{number(side)}" y="{top + 10}" text-anchor="{name}" fill="{SOFT}">'
        f"{text(fitted(bar.label, middle - 12))}</text>"
        f'<text x="{number(end)}" y="{top + 10}" text-anchor="{anchor}" fill="{INK}">{bar.many:,}</text></g>'
    )
