"""The strip on a tile: the last hours of a machine's states, a finger high."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from dengta.core.time import Micros
from dengta.figures.look import HAIR, STATES, bars, text

WIDTH, HEIGHT = 240, 22
_BASE = HEIGHT - 1


@dataclass(frozen=True, slots=True)
class StripView:
    """States over ``[start, end)``: `spans` (start, end, state) are sorted and disjoint; `label` says it in words."""

    start: Micros
    end: Micros
    spans: Sequence[tuple[Micros, Micros, str]]
    label: str = ""


def strip_svg(view: StripView) -> str:
    """The strip, stretched to the width it is given; decoration (hidden from readers) when it has no label."""
    scale = WIDTH / (view.end - view.start)
    by_state: dict[str, list[tuple[float, float]]] = {}
    for start, end, state in view.spans:
        lo, hi = max(start, view.start), min(end, view.end)
        if state in STATES and lo < hi:
            by_state.setdefault(state, []).append(((lo - view.start) * scale, max((hi - lo) * scale, 0.2)))
    drawn = "".join(
        f'<path fill="{look.fill}" d="{bars(by_state[state], _BASE - look.height * _BASE, _BASE)}"/>'
        for state, look in STATES.items()
        if state in by_state
    )
    said = f'role="img" aria-label="{text(view.label)}"' if view.label else 'aria-hidden="true"'
    return (
        f'<svg class="strip" viewBox="0 0 {WIDTH} {HEIGHT}" preserveAspectRatio="none" {said}>{drawn}'
        f'<path stroke="{HAIR}" d="M0 {_BASE + 0.5}h{WIDTH}"/></svg>'
    )
