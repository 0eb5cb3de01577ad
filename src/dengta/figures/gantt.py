"""The Gantt chart of a plan: a row a machine, time to the right, closed time shaded, setups half as high.

What is late is told three ways: lamp amber, a dark edge along the foot, a word in the legend; the rest is quiet grey.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from dengta.figures.look import CARD, FONT, HAIR, INK, LAMP, SHADE, SOFT, bars, number, text

WIDTH = 1120
_LEFT, _RIGHT, _TOP, _ROW, _BAR = 124, 1108, 30, 26, 18
_RUN, _SETUP = "#b9c0c9", "#6b7580"
_LETTER = 6.6  # width of a character at this size
_LABELLED = 1500  # bars; past that a label would say nothing


class Bar(NamedTuple):
    """Work on row `row` over ``[start, end)``; `label` is shown where it fits, `title` on pointing at it."""

    row: int
    start: int
    end: int
    label: str
    title: str
    late: bool = False


class Span(NamedTuple):
    """``[start, end)`` on a row: a setup, or closed time."""

    row: int
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class GanttView:
    """What is drawn. ticks: (time, word) of the axis; words: for ``run``, ``setup``, ``late``, ``closed``."""

    label: str
    rows: Sequence[str]
    end: int
    bars: Sequence[Bar]
    ticks: Sequence[tuple[int, str]]
    words: dict[str, str]
    setups: Sequence[Span] = ()
    closed: Sequence[Span] = ()
    now: int | None = None
    start: int = field(default=0)


def gantt_svg(view: GanttView) -> str:
    """The chart, `WIDTH` units wide, a row for each machine."""
    bottom = _TOP + _ROW * len(view.rows)
    height = bottom + 34
    scale = (_RIGHT - _LEFT) / max(1, view.end - view.start)

    def x(at: int) -> float:
        return _LEFT + (at - view.start) * scale

    def rectangles(spans: Sequence[Span | Bar], row: int, top: float, low: float) -> str:
        return bars([(x(s.start), max(0.4, (s.end - s.start) * scale)) for s in spans if s.row == row], top, low)

    parts = [f'<rect width="{WIDTH}" height="{height}" fill="{CARD}"/>']
    for row in range(len(view.rows)):
        shade = rectangles(view.closed, row, _TOP + row * _ROW, _TOP + (row + 1) * _ROW)
        parts.append(f'<path fill="{SHADE}" d="{shade}"/>' if shade else "")
    parts += [_tick(x(at), word, bottom) for at, word in view.ticks]
    setups, late = _by_row(view.setups), _by_row([b for b in view.bars if b.late])
    plain = _by_row([b for b in view.bars if not b.late])
    for row, name in enumerate(view.rows):
        top = _TOP + row * _ROW + (_ROW - _BAR) / 2
        low = top + _BAR
        parts.append(f'<path stroke="{HAIR}" d="M0 {_TOP + (row + 1) * _ROW}H{WIDTH}"/>')
        parts.append(f'<text x="6" y="{number(low - 5)}" fill="{INK}">{text(_cut(name, _LEFT - 12))}</text>')
        pieces = (
            (plain.get(row, []), _RUN, top, low),
            (late.get(row, []), LAMP, top, low),
            (late.get(row, []), INK, low - 2.5, low),
            (setups.get(row, []), _SETUP, top + _BAR / 2, low),
        )
        for spans, fill, high, foot in pieces:
            if spans:
                path = rectangles(spans, row, high, foot)
                parts.append(f'<path fill="{fill}" stroke="{CARD}" stroke-width="0.5" d="{path}"/>')
    if len(view.bars) <= _LABELLED:
        parts += [_label(bar, x(bar.start), (bar.end - bar.start) * scale) for bar in view.bars]
    if view.now is not None and view.start < view.now <= view.end:
        parts.append(f'<path stroke="{INK}" stroke-width="2" d="M{number(x(view.now))} {_TOP}V{bottom}"/>')
    parts.append(_legend(view, bottom))
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" class="figure" viewBox="0 0 {WIDTH} {height}" width="{WIDTH}" '
        f'height="{height}" role="img" aria-label="{text(view.label)}" {FONT}>{"".join(parts)}</svg>'
    )


def _by_row(spans: Sequence[Span] | Sequence[Bar]) -> dict[int, list[Span | Bar]]:
    found: dict[int, list[Span | Bar]] = {}
    for span in spans:
        found.setdefault(span.row, []).append(span)
    return found


def _tick(x: float, word: str, bottom: int) -> str:
    at = number(x)
    anchor = "end" if x > _RIGHT - 24 else "middle"
    return (
        f'<path stroke="{HAIR}" d="M{at} {_TOP - 6}V{bottom}"/>'
        f'<text x="{at}" y="{_TOP - 12}" fill="{SOFT}" text-anchor="{anchor}">{text(word)}</text>'
    )


def _label(bar: Bar, x: float, width: float) -> str:
    """The name on a bar if it fits, and a target to point at."""
    top = _TOP + bar.row * _ROW + (_ROW - _BAR) / 2
    shown = ""
    if len(bar.label) * _LETTER + 4 <= width:
        middle = f'x="{number(x + width / 2)}" y="{number(top + 13)}"'
        shown = f'<text {middle} fill="{INK}" text-anchor="middle">{text(bar.label)}</text>'
    return (
        f"<g><title>{text(bar.title)}</title>"
        f'<rect x="{number(x)}" y="{number(top)}" width="{number(max(width, 0.4))}" height="{_BAR}" fill-opacity="0"/>'
        f"{shown}</g>"
    )


def _cut(name: str, width: float) -> str:
    most = int(width / _LETTER)
    return name if len(name) <= most else name[: most - 1] + "…"


def _legend(view: GanttView, bottom: int) -> str:
    """Only what the chart shows."""
    y, x, parts = bottom + 14, float(_LEFT), []
    shown = [("run", _RUN, 0.0)]
    shown += [("setup", _SETUP, 6.0)] if view.setups else []
    shown += [("late", LAMP, 0.0)] if any(b.late for b in view.bars) else []
    shown += [("closed", SHADE, 0.0)] if view.closed else []
    for key, fill, lower in shown:
        edge = f' stroke="{HAIR}"' if key == "closed" else ""
        parts.append(
            f'<rect x="{number(x)}" y="{number(y - 9 + lower)}" width="16" '
            f'height="{number(12 - lower)}" fill="{fill}"{edge}/>'
        )
        if key == "late":
            parts.append(f'<rect x="{number(x)}" y="{number(y + 0.5)}" width="16" height="2.5" fill="{INK}"/>')
        parts.append(f'<text x="{number(x + 22)}" y="{y + 1}" fill="{SOFT}">{text(view.words[key])}</text>')
        x += 22 + sum(12 if ord(c) > 0x2E80 else _LETTER for c in view.words[key]) + 24
    return "".join(parts)
