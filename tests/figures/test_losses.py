"""Waterfall, Pareto, trend, matrix: what is drawn says the numbers it was given."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET

import pytest

from dengta.figures import (
    MatrixCell,
    MatrixRow,
    MatrixView,
    ParetoBar,
    ParetoView,
    TrendLine,
    TrendView,
    WaterfallStep,
    WaterfallView,
    matrix_svg,
    pareto_svg,
    share_bar_svg,
    trend_svg,
    waterfall_svg,
)
from dengta.figures.look import LAMP, fitted

SVG = "{http://www.w3.org/2000/svg}"


def drawn(svg: str) -> ET.Element:
    """The figure as XML, which it must be; a label says it in words."""
    root = ET.fromstring(svg.replace("<svg ", '<svg xmlns="http://www.w3.org/2000/svg" ', 1))
    assert root.attrib["aria-label"]
    return root


def rects(root: ET.Element) -> list[tuple[float, float, str]]:
    """(x, width, fill) of every bar."""
    return [
        (float(r.get("x", 0)), float(r.get("width", 0)), r.get("fill", ""))
        for r in root.iter(f"{SVG}rect")
        if r.get("fill") != "none"
    ]


def test_each_loss_of_the_waterfall_hangs_where_the_one_before_ended() -> None:
    steps = [
        WaterfallStep("planned", "100", 0, 100, "whole"),
        WaterfallStep("delay <b>", "30", 100, 70, "loss", href="/x?a=1&b=2"),
        WaterfallStep("faster", "-10", 70, 80, "odd"),
        WaterfallStep("good", "80", 0, 80, "whole"),
    ]
    root = drawn(waterfall_svg(WaterfallView(steps, "a waterfall")))
    assert [(x, w) for x, w, _ in rects(root)] == [(0, 480), (336, 144), (336, 48), (0, 384)]
    assert rects(root)[2][2] == LAMP
    assert root.find(f".//{SVG}a").attrib["href"] == "/x?a=1&b=2"  # type: ignore[union-attr]
    assert root.attrib["role"] == "group"


def test_a_waterfall_that_falls_below_zero_is_drawn_whole() -> None:
    steps = [WaterfallStep("planned", "10", 0, 10, "whole"), WaterfallStep("delay", "20", 10, -10, "loss")]
    (_, planned, _), (x, width, _) = rects(drawn(waterfall_svg(WaterfallView(steps, "w"))))
    assert (planned, x, width) == (240, 0, 480)


def test_the_line_of_the_pareto_ends_at_all() -> None:
    bars = [ParetoBar("a", "6", 6, 6, "/a"), ParetoBar("b", "3", 3, 9), ParetoBar("c", "1", 1, 10)]
    root = drawn(pareto_svg(ParetoView(bars, 10, "a pareto")))
    widths = [w for _, w, fill in rects(root)][1::2]
    assert widths == [288, 144, 48]
    path = next(p.attrib["d"] for p in root.iter(f"{SVG}path"))
    assert re.findall(r"([\d.]+) [\d.]+", path) == ["288", "432", "480"]


def test_a_trend_has_a_gap_where_it_is_undefined_and_a_mark_above_100_percent() -> None:
    view = TrendView(["1", "2", "3", "4", "5"], [TrendLine("OEE", [0.5, 0.6, None, 0.7, 1.2])], "a trend")
    root = drawn(trend_svg(view))
    lines = [p.attrib["points"].split() for p in root.iter(f"{SVG}polyline")]
    assert [len(points) for points in lines] == [2, 2]
    marks = [p for p in root.iter(f"{SVG}path") if p.get("fill") == LAMP]
    assert len(marks) == 1
    assert "120.0 %" in marks[0].find(f"{SVG}title").text  # type: ignore[union-attr, operator]
    heights = [float(point.split(",")[1]) for points in lines for point in points]
    assert min(heights) >= 0, "nothing is capped at the frame"


def test_the_matrix_writes_a_dash_where_a_share_is_undefined() -> None:
    row = MatrixRow(
        "saw", [MatrixCell(0.5, "half", "/d"), MatrixCell(None, "nobody planned"), MatrixCell(1.04, "more")]
    )
    root = drawn(matrix_svg(MatrixView(["1", "2", "3"], [row], "a matrix")))
    faces = [t.text for t in root.iter(f"{SVG}text")]
    assert faces[-3:] == ["50", "–", "104"]
    assert [t.text for t in root.iter(f"{SVG}title")] == ["half", "nobody planned", "more"]
    assert sum(p.get("fill") == LAMP for p in root.iter(f"{SVG}path")) == 1


@pytest.mark.parametrize(("share", "width", "marked"), [(0.25, 20, False), (1.0, 80, False), (1.25, 80, True)])
def test_a_share_above_one_is_marked_and_not_cut(share: float, width: float, marked: bool) -> None:
    svg = share_bar_svg(share)
    assert f'<rect width="{width}"' in svg.split("</rect>")[0].split("/>")[1]
    assert ("<path" in svg) is marked


def test_nothing_is_drawn_for_what_is_not_known() -> None:
    assert share_bar_svg(None) == ""


def test_a_long_name_is_cut_and_says_so() -> None:
    assert fitted("short", 100) == "short"
    assert fitted("a very long name of a machine", 60).endswith("…")
    assert fitted("很长很长很长的名称", 60).endswith("…")
