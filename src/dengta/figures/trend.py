"""Trends: a few shares by date, each line with its own dash and its name at its end; a gap where one is undefined."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from dengta.figures.look import HAIR, INK, LAMP, SOFT, figure, number, text, width_of

WIDTH, HEIGHT = 480, 240
_LEFT, _TOP, _BOTTOM = 40, 10, 212
_STYLES = ((2.5, "", INK), (1.5, "7 3", INK), (1.5, "2 3", INK), (1.5, "", SOFT))


class TrendLine(NamedTuple):
    """A name, and a share a date (1.0 is 100 %; None: undefined)."""

    name: str
    shares: Sequence[float | None]


@dataclass(frozen=True, slots=True)
class TrendView:
    """Up to four lines over the same dates, the most important first. label: the whole in one sentence."""

    dates: Sequence[str]
    lines: Sequence[TrendLine]
    label: str


def trend_svg(view: TrendView) -> str:
    """The lines over an axis from 0 to at least 100 %."""
    most = max([1.0, *(s for line in view.lines for s in line.shares if s is not None)])
    right = WIDTH - max((width_of(line.name) for line in view.lines), default=0) - 10
    step = (right - _LEFT) / max(len(view.dates), 1)

    def x(i: int) -> float:
        return _LEFT + (i + 0.5) * step

    def y(share: float) -> float:
        return _BOTTOM - share / most * (_BOTTOM - _TOP)

    parts = [_grid(most, right, y), _dates(view.dates, step, x)]
    ends: list[tuple[float, str, str]] = []
    for line, (thick, dash, ink) in zip(view.lines, _STYLES, strict=False):
        told = [(i, s) for i, s in enumerate(line.shares) if s is not None]
        dashed = f' stroke-dasharray="{dash}"' if dash else ""
        for run in _runs(told):
            points = " ".join(f"{number(x(i))},{number(y(s))}" for i, s in run)
            if len(run) > 1:
                parts.append(f'<polyline points="{points}" fill="none" stroke="{ink}" stroke-width="{thick}"{dashed}/>')
        parts += [_point(x(i), y(s), f"{line.name} {view.dates[i]}: {100 * s:.1f} %", ink, s > 1) for i, s in told]
        if told:
            ends.append((y(told[-1][1]), line.name, ink))
    parts.append(_names(ends, right + 6))
    return figure(WIDTH, HEIGHT, view.label, "".join(parts), "compact")


def _runs(told: Sequence[tuple[int, float]]) -> Iterator[list[tuple[int, float]]]:
    """Points next to each other, run by run."""
    run: list[tuple[int, float]] = []
    for point in told:
        if run and point[0] != run[-1][0] + 1:
            yield run
            run = []
        run.append(point)
    if run:
        yield run


def _grid(most: float, right: float, y: object) -> str:
    assert callable(y)
    marks = [i / 4 for i in range(int(most * 4) + 1)]
    while len(marks) > 7:
        marks = marks[::2]
    return (
        "".join(
            f'<path stroke="{SOFT if mark == 1 else HAIR}" d="M{_LEFT} {number(y(mark))}H{number(right)}"/>'
            f'<text x="{_LEFT - 5}" y="{number(y(mark) + 4)}" fill="{SOFT}" text-anchor="end">{100 * mark:.0f}</text>'
            for mark in marks
        )
        + f'<text x="{_LEFT - 5}" y="{_BOTTOM + 18}" fill="{SOFT}" text-anchor="end">%</text>'
    )


def _dates(dates: Sequence[str], step: float, x: object) -> str:
    assert callable(x)
    every = max(1, -(-46 // int(max(step, 1))))
    return "".join(
        f'<text x="{number(x(i))}" y="{_BOTTOM + 18}" fill="{SOFT}" text-anchor="middle">{text(day)}</text>'
        for i, day in enumerate(dates)
        if i % every == 0
    )


def _point(x: float, y: float, said: str, ink: str, above: bool) -> str:
    """A dot; above 100 % a triangle, which needs a look."""
    shape = (
        f'<path d="M{number(x)} {number(y - 5)}l5 9h-10z" fill="{LAMP}" stroke="{INK}">'
        if above
        else f'<circle cx="{number(x)}" cy="{number(y)}" r="2.2" fill="{ink}">'
    )
    return f"{shape}<title>{text(said)}</title></{'path' if above else 'circle'}>"


def _names(ends: Sequence[tuple[float, str, str]], left: float) -> str:
    """The lines' names at their ends, pushed apart."""
    drawn, last = [], -100.0
    for y, name, ink in sorted(ends):
        last = max(y + 4, last + 14)
        drawn.append(f'<text x="{number(left)}" y="{number(last)}" fill="{ink}">{text(name)}</text>')
    return "".join(drawn)
