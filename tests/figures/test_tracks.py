"""Tracks of facts and small lines: what is drawn says what it was given."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from datetime import date

from dengta.figures import Track, TrackSpan, TracksView, spark_svg, tracks_svg

SVG = "{http://www.w3.org/2000/svg}"


def drawn(svg: str) -> ET.Element:
    return ET.fromstring(svg.replace("<svg ", '<svg xmlns="http://www.w3.org/2000/svg" ', 1))


def test_a_track_a_kind_a_bar_a_fact_and_hollow_where_it_stands_no_longer():
    start, end = date(2020, 1, 1).toordinal(), date(2024, 1, 1).toordinal()
    middle = (start + end) // 2
    spans = [TrackSpan(start, middle, "镇 & 街"), TrackSpan(middle, end, "old", stands=False)]
    root = drawn(tracks_svg(TracksView([Track("Town", spans)], start, end, middle, "facts")))
    assert root.attrib["aria-label"] == "facts"
    bars = list(root.iter(f"{SVG}rect"))
    assert len(bars) == 2
    assert float(bars[0].attrib["x"]) < float(bars[1].attrib["x"])
    assert abs(float(bars[0].attrib["width"]) - float(bars[1].attrib["width"])) < 1
    assert "stroke-dasharray" in bars[1].attrib
    assert [title.text for title in root.iter(f"{SVG}title")] == ["镇 & 街", "old"]


def test_a_share_that_is_undefined_leaves_a_gap():
    path = drawn(spark_svg([0.0, None, 0.5, 1.0])).findall(f"{SVG}path")[1].attrib["d"]
    assert path.count("M") == 2
    assert path.count("L") == 1
    assert spark_svg([None, None]) == ""
