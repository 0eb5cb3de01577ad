"""The loss waterfall: from planned time at the top to good parts at the bottom, each loss where it was taken."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from dengta.figures.look import FILL, HAIR, INK, LAMP, PALE, SOFT, figure, fitted, linked, number, text, width_of

WIDTH, ROW = 480, 40
_BAR = 12


class WaterfallStep(NamedTuple):
    """One step: it takes from `before` down to `after` (up, where it gives), in any unit.

    kind: ``whole`` for what stands from zero to `after`, ``loss`` for what is taken, ``odd`` for what needs a look.
    value: what is written beside it. note: a word below the value, for odd ones.
    """

    label: str
    value: str
    before: int
    after: int
    kind: str
    href: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class WaterfallView:
    """Steps from top to bottom; `label` says the whole in one sentence."""

    steps: Sequence[WaterfallStep]
    label: str


def waterfall_svg(view: WaterfallView) -> str:
    """The waterfall, `WIDTH` units wide, a row a step."""
    most = max((max(s.before, s.after) for s in view.steps), default=0) or 1
    least = min(0, *(min(s.before, s.after) for s in view.steps)) if view.steps else 0
    parts = []

    def x(at: int) -> float:
        return (at - least) / (most - least) * WIDTH

    for i, step in enumerate(view.steps):
        parts.append(linked(_step(step, i * ROW, x(step.before), x(step.after), x(0)), step.href))
        if i + 1 < len(view.steps):
            parts.append(f'<path stroke="{HAIR}" d="M{number(x(step.after))} {i * ROW + 20 + _BAR}v{ROW - _BAR}"/>')
    return figure(WIDTH, max(len(view.steps), 1) * ROW, view.label, "".join(parts), "compact")


def _step(step: WaterfallStep, top: int, before: float, after: float, zero: float) -> str:
    lo, hi = (min(zero, after), max(zero, after)) if step.kind == "whole" else (min(before, after), max(before, after))
    fill, outline = (PALE, SOFT) if step.kind == "whole" else (FILL, "none")
    if step.kind == "odd":
        fill, outline = LAMP, INK
    value = f"{step.note} {step.value}" if step.note else step.value
    weight = ' font-weight="600"' if step.kind == "whole" else ""
    label = fitted(step.label, WIDTH - width_of(value) - 16)
    return (
        f"<title>{text(f'{step.label}: {value}')}</title>"
        f'<text y="{top + 13}" fill="{INK}"{weight}>{text(label)}</text>'
        f'<text x="{WIDTH}" y="{top + 13}" fill="{INK}" text-anchor="end"{weight}>{text(value)}</text>'
        f'<rect x="{number(lo)}" y="{top + 20}" width="{number(max(hi - lo, 1))}" height="{_BAR}" fill="{fill}" '
        f'stroke="{outline}"/>'
    )
