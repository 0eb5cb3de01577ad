"""The state band: what one machine did over a day, its shifts shaded, its now-line drawn."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from dengta.core.time import Micros
from dengta.figures.look import CARD, FONT, HAIR, INK, SHADE, SOFT, STATES, bars, number, text, width_of

WIDTH, HEIGHT = 880, 148
_LEFT, _RIGHT, _TOP, _BOTTOM = 8, WIDTH - 8, 30, 94
_AXIS, _LEGEND = 112, 138


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


def state_band_svg(view: BandView) -> str:
    """The band with its axis and legend, `WIDTH` x `HEIGHT` units."""
    parts = [_shifts(view), _states(view), _axis(view), _now(view), _legend(view)]
    return (
        f'<svg class="figure" viewBox="0 0 {WIDTH} {HEIGHT}" width="{WIDTH}" height="{HEIGHT}" role="img" '
        f'aria-label="{text(view.label)}" {FONT}>{"".join(parts)}</svg>'
    )


def _x(view: BandView, at: Micros) -> float:
    share = (min(max(at, view.start), view.end) - view.start) / (view.end - view.start)
    return _LEFT + share * (_RIGHT - _LEFT)


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
        if _LEFT + 14 < _x(view, tick.at) < _RIGHT - 14
    )
    return f'<path stroke="{SOFT}" d="M{_LEFT} {_BOTTOM}.5H{_RIGHT}"/>{ticks}'


def _now(view: BandView) -> str:
    if view.now is None or not view.start <= view.now.at <= view.end:
        return ""
    x = _x(view, view.now.at)
    width = width_of(view.now.label) + 10
    left = min(max(x - width / 2, _LEFT), _RIGHT - width)
    return (
        f'<path stroke="{INK}" stroke-width="1.5" d="M{number(x)} {_TOP - 6}V{_BOTTOM + 4}"/>'
        f'<rect x="{number(left)}" y="{_TOP - 24}" width="{number(width)}" height="18" rx="3" fill="{INK}"/>'
        f'<text x="{number(left + width / 2)}" y="{_TOP - 11}" fill="{CARD}" text-anchor="middle">'
        f"{text(view.now.label)}</text>"
    )


def _legend(view: BandView) -> str:
    shown = {state for _, _, state in view.spans}
    x, drawn, said = float(_LEFT), [], set()
    for state, look in STATES.items():
        word = view.words.get(state, state)
        if state not in shown or word in said:
            continue
        said.add(word)
        high = max(look.height * 14, 1.5)
        drawn.append(
            f'<rect x="{number(x)}" y="{number(_LEGEND - high)}" width="14" height="{number(high)}" '
            f'fill="{look.fill}"/>'
            f'<text x="{number(x + 20)}" y="{_LEGEND}" fill="{INK}">{text(word)}</text>'
        )
        x += 20 + width_of(word) + 20
    return "".join(drawn)
