"""A distribution: what lies below zero is left of the middle and dark, what lies above right and pale."""

from __future__ import annotations

from xml.etree import ElementTree

from dengta.figures import DistributionBar, DistributionView, distribution_svg

SVG = "{http://www.w3.org/2000/svg}"
BARS = (DistributionBar("10 to 100 less", 30, True), DistributionBar("0 to 10 <more>", 60, False),
        DistributionBar("10 to 100 more", 0, False))  # fmt: skip


def rects(view: DistributionView) -> list[tuple[float, float, str]]:
    root = ElementTree.fromstring(distribution_svg(view).replace("<svg ", f'<svg xmlns="{SVG[1:-1]}" ', 1))
    return [(float(r.get("x", 0)), float(r.get("width", 0)), r.get("fill", "")) for r in root.iter(f"{SVG}rect")]


def test_sides_and_lengths() -> None:
    less, more, none = rects(DistributionView(BARS, "all"))
    assert less[0] + less[1] == more[0] == none[0] == 240
    assert (more[1], none[1]) == (2 * less[1], 0)
    assert less[2] != more[2]


def test_texts_are_safe_and_numbers_are_written() -> None:
    drawn = distribution_svg(DistributionView(BARS, 'so "many"'))
    assert "<more>" not in drawn
    assert 'aria-label="so &quot;many&quot;"' in drawn
    assert ">60</text>" in drawn


def test_nothing_is_a_figure_too() -> None:
    assert rects(DistributionView((), "none")) == []
