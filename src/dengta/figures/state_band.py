"""The state band: what one machine did over a day, its shifts shaded, its now-line drawn."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from dengta.core.time import Micros
from dengta.figures.look import CARD, FONT, HAIR, INK, SHADE, SOFT, STATES, bars, number, text, width_of

WIDTH, NARROW = 880, 320
"""On a desk, and on a phone."""
_LEFT, _TOP, _BOTTOM = 8, 30, 94
_AXIS, _LEGEND, _LEGEND_ROW = 112, 138, 22


class Shade(NamedTuple):
    """A shift behind the band."""

    start: Micros
    end: Micros
    label: str


class Mark(NamedTuple):
    """A tick of the time axis."""

    at: Micros
    label: str


@dataclass(frozen=True, slots=True)
class BandView:
    """States over ``[start, end)``.

    spans: ``(start, end, state)``, sorted and disjoint; time no span covers is unknown.
    words: state -> its word, for tooltips and the legend; states absent from `spans` are left out of the legend.
    label: the whole figure in one sentence.
    """

    start: Micros
    end: Micros
    spans: Sequence[tuple[Micros, Micros, str]]
    words: Mapping[str, str]
    label: str
    shifts: Sequence[Shade] = ()
    ticks: Sequence[Mark] = ()
    now: Mark | None = None
    width: int = WIDTH

    @property
    def right(self) -> int:
        """Where the band ends."""
        return self.width - _LEFT


def state_band_svg(view: BandView) -> str:
    """The band with its axis and legend, as wide as `view` says; its height grows with the legend's rows."""
    legend, height = _legend(view)
    parts = [_shifts(view), _states(view), _axis(view), _now(view), legend]
    shape = "figure" if view.width == WIDTH else "figure narrow"
    return (
        f'<svg class="{shape}" viewBox="0 0 {view.width} {height}" width="{view.width}" height="{height}" role="img" '
        f'aria-label="{text(view.label)}" {FONT}>{"".join(parts)}</svg>'
    )


def _x(view: BandView, at: Micros) -> float:
    share = (min(max(at, view.start), view.end) - view.start) / (view.end - view.start)
    return _LEFT + share * (view.right - _LEFT)


def _shifts(view: BandView) -> str:
    drawn = []
    for shift in view.shifts:
        x, right = _x(view, shift.start), _x(view, shift.end)
        if right - x < 1:
            continue
        drawn.append(
            f'<rect x="{number(x)}" y="{_TOP - 22}" width="{number(right - x)}" height="{_BOTTOM - _TOP + 22}" '
            f'fill="{SHADE}" stroke="{HAIR}"/>'
        )
        if right - x > width_of(shift.label) + 12:
            drawn.append(f'<text x="{number(x + 6)}" y="{_TOP - 7}" fill="{SOFT}">{text(shift.label)}</text>')
    return "".join(drawn)


def _states(view: BandView) -> str:
    full = _BOTTOM - _TOP
    drawn = []
    for start, end, state in view.spans:
        look = STATES.get(state)
        x, right = _x(view, start), _x(view, end)
        if look is None or right <= x:
            continue
        d = bars([(x, max(right - x, 0.4))], _BOTTOM - look.height * full, _BOTTOM)
        drawn.append(f'<path fill="{look.fill}" d="{d}"><title>{text(view.words.get(state, state))}</title></path>')
    return "".join(drawn)


def _axis(view: BandView) -> str:
    ticks = "".join(
        f'<path stroke="{HAIR}" d="M{number(_x(view, tick.at))} {_BOTTOM}v5"/>'
        f'<text x="{number(_x(view, tick.at))}" y="{_AXIS}" fill="{SOFT}" text-anchor="middle">'
        f"{text(tick.label)}</text>"
        for tick in view.ticks
        if _LEFT + 14 < _x(view, tick.at) < view.right - 14
    )
    return f'<path stroke="{SOFT}" d="M{_LEFT} {_BOTTOM}.5H{view.right}"/>{ticks}'


def _now(view: BandView) -> str:
    if view.now is None or not view.start <= view.now.at <= view.end:
        return ""
    x = _x(view, view.now.at)
    width = width_of(view.now.label) + 10
    left = min(max(x - width / 2, _LEFT), view.right - width)
    return (
        f'<path stroke="{INK}" stroke-width="1.5" d="M{number(x)} {_TOP - 6}V{_BOTTOM + 4}"/>'
        f'<rect x="{number(left)}" y="{_TOP - 24}" width="{number(width)}" height="18" rx="3" fill="{INK}"/>'
        f'<text x="{number(left + width / 2)}" y="{_TOP - 11}" fill="{CARD}" text-anchor="middle">'
        f"{text(view.now.label)}</text>"
    )


def _legend(view: BandView) -> tuple[str, int]:
    """The legend, and where the figure ends below it."""
    shown = {state for _, _, state in view.spans}
    x, y, drawn, said = float(_LEFT), _LEGEND, [], set()
    for state, look in STATES.items():
        word = view.words.get(state, state)
        if state not in shown or word in said:
            continue
        said.add(word)
        if x > _LEFT and x + 20 + width_of(word) > view.right:
            x, y = float(_LEFT), y + _LEGEND_ROW
        high = max(look.height * 14, 1.5)
        drawn.append(
            f'<rect x="{number(x)}" y="{number(y - high)}" width="14" height="{number(high)}" fill="{look.fill}"/>'
            f'<text x="{number(x + 20)}" y="{y}" fill="{INK}">{text(word)}</text>'
        )
        x += 20 + width_of(word) + 20
    return "".join(drawn), y + 10
