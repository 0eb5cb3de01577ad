"""Figures by their structure: well-formed, escaped, bars inside and apart, heights that tell."""

from __future__ import annotations

import re
from itertools import pairwise
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dengta.core.time import HOUR
from dengta.core.vocabulary import STATE_ELEMENT
from dengta.figures import BandView, Mark, Shade, StripView, state_band_svg, strip_svg
from dengta.figures.look import STATES
from dengta.figures.strip import HEIGHT, WIDTH

T0 = 1_000 * HOUR
NS = "{http://www.w3.org/2000/svg}"


def tree(svg: str) -> ElementTree.Element:
    """Parsed as XML, in no namespace as inside HTML."""
    return ElementTree.fromstring(svg)


def bars_of(path: str) -> list[tuple[float, float, float, float]]:
    """x, top, width, bottom of each bar of a path."""
    found = re.findall(r"M(-?[\d.]+) (-?[\d.]+)h([\d.]+)V([\d.]+)h-[\d.]+z", path)
    return [tuple(float(part) for part in bar) for bar in found]  # type: ignore[misc]


def test_every_state_has_a_look_but_the_unknown_one():
    assert set(STATES) == set(STATE_ELEMENT) - {"unknown"}


def test_black_and_white_still_tells_the_groups_apart():
    heights = {STATES[s].height for s in ("running", "setup", "starved", "maintenance", "idle", "off")}
    assert len(heights) == 6
    assert STATES["running"].height == STATES["down"].height


@given(
    st.lists(st.tuples(st.integers(0, 40), st.sampled_from(sorted(STATE_ELEMENT))), min_size=1, max_size=12),
)
def test_bars_of_a_strip_stay_inside_and_apart(steps):
    spans, at = [], T0 - HOUR
    for minutes, state in steps:
        spans.append((at, at + minutes * 600_000_000, state))
        at = spans[-1][1]
    svg = tree(strip_svg(StripView(T0, T0 + 8 * HOUR, spans)))
    drawn = [bar for path in svg.iter("path") for bar in bars_of(path.get("d", ""))]
    for x, top, width, bottom in drawn:
        assert 0 <= x <= WIDTH
        assert 0 <= top <= bottom <= HEIGHT
        assert x + width <= WIDTH + 0.3
    drawn.sort()
    for (x, _, width, _), (following, *_) in pairwise(drawn):
        assert x + width <= following + 0.3  # one decimal, and the least width of a bar


@pytest.mark.parametrize(("label", "said"), [("last 8 h: running", "img"), ("", None)])
def test_a_strip_speaks_when_it_has_words(label, said):
    svg = tree(strip_svg(StripView(T0, T0 + HOUR, [], label)))
    assert svg.get("role") == said
    assert (svg.get("aria-hidden") == "true") == (not label)


def band(**more) -> ElementTree.Element:
    """A small band."""
    return tree(
        state_band_svg(
            BandView(
                **{
                    "start": T0,
                    "end": T0 + 24 * HOUR,
                    "spans": [(T0, T0 + HOUR, "running"), (T0 + HOUR, T0 + 2 * HOUR, "down")],
                    "words": {"running": "running", "down": '<stopped> & "down"'},
                    "label": "Saw 1 <today>",
                    **more,
                }
            )
        )
    )


def test_a_band_says_its_states_in_words_and_escapes_them():
    svg = band()
    assert svg.get("aria-label") == "Saw 1 <today>"
    assert [t.text for t in svg.iter("title")] == ["running", '<stopped> & "down"']
    assert [t.text for t in svg.iter("text")] == ["running", '<stopped> & "down"'], "the legend names what is drawn"


def test_shifts_ticks_and_the_now_line_stay_on_the_paper():
    svg = band(
        shifts=[Shade(T0 - HOUR, T0 + 8 * HOUR, "Early"), Shade(T0 + 30 * HOUR, T0 + 31 * HOUR, "not here")],
        ticks=[Mark(T0 + h * HOUR, f"{h:02d}:00") for h in range(0, 25, 2)],
        now=Mark(T0 + 24 * HOUR, "23:59:59"),
    )
    words = [t.text for t in svg.iter("text")]
    assert "Early" in words
    assert "not here" not in words
    assert "00:00" not in words, "a label that would hang over the edge is left out"
    for rect in svg.iter("rect"):
        x, width = float(rect.get("x", "0")), float(rect.get("width", "0"))
        assert x >= 0
        assert x + width <= 880
