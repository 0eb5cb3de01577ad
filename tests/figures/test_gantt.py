"""The Gantt chart by its structure: well-formed, escaped, bars where they belong, lateness told without colour too."""

from __future__ import annotations

from xml.etree import ElementTree

from dengta.figures.gantt import Bar, GanttView, Span, gantt_svg

WORDS = {"run": "work", "setup": "setup", "late": "of a late order", "closed": "closed"}
NS = "{http://www.w3.org/2000/svg}"


def chart(**more: object) -> str:
    bars = [Bar(0, 0, 50, "A & B", "A & B: 0 - 50"), Bar(1, 50, 100, "C", "C: 50 - 100", late=True)]
    view: dict[str, object] = {"label": "plan <1>", "rows": ["saw", "edge"], "end": 100, "bars": bars}
    return gantt_svg(GanttView(**{**view, "ticks": [(0, "0"), (100, "100")], "words": WORDS, **more}))  # type: ignore[arg-type]


def test_names_are_escaped_and_told_on_pointing() -> None:
    tree = ElementTree.fromstring(chart())
    assert tree.get("aria-label") == "plan <1>"
    assert [t.text for t in tree.iter(f"{NS}title")] == ["A & B: 0 - 50", "C: 50 - 100"]


def test_bars_share_the_width_in_proportion() -> None:
    targets = [r for r in ElementTree.fromstring(chart()).iter(f"{NS}rect") if r.get("fill-opacity") == "0"]
    first, second = ((float(r.get("x", "")), float(r.get("width", ""))) for r in targets)
    assert first[1] == second[1]
    assert second[0] == first[0] + first[1]


def test_the_legend_names_only_what_is_there() -> None:
    assert "of a late order" in chart()
    assert "closed" not in chart()
    assert "setup" not in chart()
    whole = chart(setups=[Span(0, 50, 60)], closed=[Span(1, 0, 20)])
    assert "closed" in whole
    assert "setup" in whole
    assert "of a late order" not in chart(bars=[Bar(0, 0, 50, "A", "A")])


def test_many_bars_have_no_labels() -> None:
    many = [Bar(i % 2, i, i + 1, str(i), str(i)) for i in range(2000)]
    tree = ElementTree.fromstring(chart(bars=many, end=2000))
    assert not list(tree.iter(f"{NS}title"))
