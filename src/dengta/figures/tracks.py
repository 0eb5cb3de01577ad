"""What was true of something and when: a track a kind, a bar a fact, hollow where it is known to be otherwise now."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from dengta.figures.look import CARD, FILL, HAIR, INK, LAMP, PALE, SOFT, TRACK, figure, fitted, number, text

WIDTH, ROW, _LEFT, _TOP, _BAR = 960, 30, 132, 22, 16


class TrackSpan(NamedTuple):
    """One fact, in days as ordinals, both ends within the view. stands: it still counts. dark: it is an achievement."""

    start: int
    end: int
    label: str
    stands: bool = True
    dark: bool = False


class Track(NamedTuple):
    """Facts of one kind."""

    label: str
    spans: Sequence[TrackSpan]


@dataclass(frozen=True, slots=True)
class TracksView:
    """Tracks from the day `start` to `end`; `at`: the day that is looked at. `label` says the whole in one sentence."""

    tracks: Sequence[Track]
    start: int
    end: int
    at: int
    label: str


def tracks_svg(view: TracksView) -> str:
    """The tracks, `WIDTH` units wide, a row a track."""
    height, room = _TOP + ROW * max(len(view.tracks), 1) + 4, WIDTH - _LEFT - 8

    def x(day: int) -> float:
        return _LEFT + (day - view.start) / max(view.end - view.start, 1) * room

    parts = [_years(view, x, height)]
    for row, track in enumerate(view.tracks):
        top = _TOP + row * ROW
        parts.append(f'<text x="0" y="{top + 16}" fill="{SOFT}">{text(fitted(track.label, _LEFT - 12))}</text>')
        parts += [_span(one, top + 4, x(one.start), x(one.end)) for one in track.spans]
    if view.start <= view.at <= view.end:
        parts.append(f'<path stroke="{LAMP}" stroke-width="2" d="M{number(x(view.at))} {_TOP - 6}V{height}"/>')
    return figure(WIDTH, height, view.label, "".join(parts), "tracks")


def _years(view: TracksView, x, height: int) -> str:  # type: ignore[no-untyped-def]
    first, last = date.fromordinal(view.start).year + 1, date.fromordinal(view.end).year
    every = max(1, (last - first) // 12 + 1)
    parts = []
    for year in range(first, last + 1):
        at = number(x(date(year, 1, 1).toordinal()))
        if year % every == 0:
            parts.append(f'<path stroke="{HAIR}" d="M{at} {_TOP - 6}V{height}"/>')
            parts.append(f'<text x="{at}" y="11" fill="{SOFT}" text-anchor="middle">{year}</text>')
    return "".join(parts)


def _span(one: TrackSpan, top: int, left: float, right: float) -> str:
    width = max(right - left, 3)
    look = (
        f'fill="{CARD}" stroke="{SOFT}" stroke-dasharray="3 2"'
        if not one.stands
        else f'fill="{FILL if one.dark else PALE if one.label else TRACK}"'
    )
    ink = CARD if one.dark and one.stands else INK
    words = fitted(one.label, width - 10) if width > 40 else ""
    told = f'<text x="{number(left + 5)}" y="{top + 12}" fill="{ink}">{text(words)}</text>' if len(words) > 1 else ""
    return (
        f"<g><title>{text(one.label)}</title>"
        f'<rect x="{number(left)}" y="{top}" width="{number(width)}" height="{_BAR}" {look}/>{told}</g>'
    )
