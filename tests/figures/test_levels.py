"""The bars of levels: lengths by count, nothing drawn for nobody, words made safe."""

from __future__ import annotations

import re

from dengta.figures.levels import WIDTH, LevelBar, LevelsView, levels_svg


def test_lengths_are_counts() -> None:
    bars = [
        LevelBar("1 initial", 5, "5"),
        LevelBar("2 <b>", 20, "20", here=True, href="?level=2&x=1"),
        LevelBar("3", 0, "0"),
    ]
    drawn = levels_svg(LevelsView(bars, "25 firms"))
    widths = [float(w) for w in re.findall(r'<rect y="\d+" width="([\d.]+)"', drawn)]
    assert widths == [WIDTH, WIDTH / 4, WIDTH, WIDTH, WIDTH, 0]
    assert "2 &lt;b&gt;" in drawn
    assert 'href="?level=2&amp;x=1"' in drawn
    assert 'role="group"' in drawn


def test_nobody() -> None:
    assert levels_svg(LevelsView([LevelBar("1", 0, "0")], "nobody")).count('width="0"') == 1
