"""The shift week: one row a business date, each shift where the clock on the wall has it, breaks cut out.

A shift that runs past midnight stays in the row of the date it started on: the axis goes on past 24:00.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from dengta.figures.look import CARD, FONT, HAIR, INK, LAMP, SHADE, SOFT, number, text

X = Callable[[int], float]
WIDTH = 1120
_LEFT, _RIGHT, _TOP, _ROW = 118, 1010, 26, 40


class Bar(NamedTuple):
    """A shift in minutes after midnight of its business date, with its breaks."""

    start: int
    end: int
    label: str
    breaks: Sequence[tuple[int, int]]


class Day(NamedTuple):
    """A business date: how it is called, what is special about it, its shifts, its planned time in words."""

    label: str
    note: str
    bars: Sequence[Bar]
    planned: str
    is_today: bool


@dataclass(frozen=True, slots=True)
class WeekView:
    """Days from top to bottom. now: (row, minute) of the now-line; heading: over the planned times."""

    days: Sequence[Day]
    label: str
    heading: str
    now: tuple[int, int] | None = None


def shift_week_svg(view: WeekView) -> str:
    """The week, `WIDTH` units wide."""
    first, last = _hours(view)
    height = _TOP + _ROW * len(view.days) + 6

    def x(minute: int) -> float:
        return _LEFT + (minute - first) / (last - first) * (_RIGHT - _LEFT)

    step = 120 if last - first <= 1440 else 180
    parts = []
    for minute in range(first, last + 1, step):
        at = number(x(minute))
        face = f"{minute // 60 % 24:02d}:00"
        parts.append(
            f'<path stroke="{HAIR}" d="M{at} {_TOP - 4}V{height - 6}"/>'
            f'<text x="{at}" y="{_TOP - 10}" fill="{SOFT}" text-anchor="middle">{face}</text>'
        )
    parts.append(f'<text x="{WIDTH - 4}" y="{_TOP - 10}" fill="{SOFT}" text-anchor="end">{text(view.heading)}</text>')
    for i, day in enumerate(view.days):
        parts.append(_day(day, _TOP + i * _ROW, x, (first, last)))
    if view.now is not None and first <= view.now[1] <= last:
        top = _TOP + view.now[0] * _ROW
        parts.append(f'<path stroke="{INK}" stroke-width="2" d="M{number(x(view.now[1]))} {top}v{_ROW}"/>')
    return (
        f'<svg class="figure" viewBox="0 0 {WIDTH} {height}" width="{WIDTH}" height="{height}" role="img" '
        f'aria-label="{text(view.label)}" {FONT}>{"".join(parts)}</svg>'
    )


def _hours(view: WeekView) -> tuple[int, int]:
    """The axis in minutes: whole hours around every shift, a working day where there is none."""
    starts = [b.start for d in view.days for b in d.bars] or [480]
    ends = [b.end for d in view.days for b in d.bars] or [1020]
    return min(starts) // 120 * 120, -(-max(ends) // 120) * 120


def _day(day: Day, top: int, x: X, axis: tuple[int, int]) -> str:
    weight = ' font-weight="700"' if day.is_today else ""
    middle = top + _ROW / 2
    parts = [f'<path stroke="{HAIR}" d="M0 {top + _ROW}.5H{WIDTH}"/>']
    if day.is_today:
        parts.insert(0, f'<rect x="0" y="{top + 1}" width="{WIDTH}" height="{_ROW}" fill="{SHADE}"/>')
    if day.note:
        parts.append(f'<rect x="0" y="{top + 4}" width="4" height="{_ROW - 8}" fill="{LAMP}"/>')
    parts.append(f'<text x="12" y="{number(middle + 4)}" fill="{INK}"{weight}>{text(day.label)}</text>')
    parts.extend(_bar(bar, top, x) for bar in day.bars)
    if day.note:
        left = x(max((b.end for b in day.bars), default=axis[0])) + 10
        parts.append(f'<text x="{number(left)}" y="{number(middle + 4)}" fill="{INK}">{text(day.note)}</text>')
    planned = f'<text x="{WIDTH - 4}" y="{number(middle + 4)}" fill="{INK}" text-anchor="end"{weight}>'
    parts.append(f"{planned}{text(day.planned)}</text>")
    return "".join(parts)


def _bar(bar: Bar, top: int, x: X) -> str:
    left, right = x(bar.start), x(bar.end)
    high, up = _ROW - 12, top + 6
    face = f"{bar.label} {_clock(bar.start)}–{_clock(bar.end)}"
    cuts = "".join(
        f'<rect x="{number(x(a))}" y="{up}" width="{number(max(x(b) - x(a), 1))}" height="{high}" fill="{CARD}" '
        f'fill-opacity=".8"/>'
        for a, b in bar.breaks
    )
    return (
        f'<g><title>{text(face)}</title><rect x="{number(left + 1)}" y="{up}" width="{number(right - left - 2)}" '
        f'height="{high}" fill="#d5dae0" stroke="{SOFT}"/>{cuts}'
        f'<text x="{number(left + 8)}" y="{number(up + high / 2 + 4)}" fill="{INK}">{text(bar.label)}</text></g>'
    )


def _clock(minute: int) -> str:
    return f"{minute // 60 % 24:02d}:{minute % 60:02d}"
