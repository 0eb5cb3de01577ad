"""Questionnaires scored: bins at their edges, the rule of levels, what is not answered, and an independent judge."""

from __future__ import annotations

import json
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dengta import programmes
from dengta.core.reason import Refusal
from dengta.engines.maturity import Answers, Edition, Kind, again, from_json, from_toml, score
from dengta.engines.maturity.scoring import points_of

EXAMPLE = Path(__file__).parents[3] / "examples" / "cases" / "answers.json"
EDITION = from_toml(programmes.edition("miit-2024"), "miit-2024")
BY_ID = {item.id: item for item in EDITION.items}


def test_the_edition_is_the_published_one() -> None:
    assert [(d.id, d.points) for d in EDITION.dimensions] == [("foundation", 50), ("management", 30), ("results", 20)]
    assert (len(EDITION.scenes), sum(scene.binding for scene in EDITION.scenes)) == (16, 10)
    assert all(len(scene.levels) == 4 for scene in EDITION.scenes)
    assert [(one.score, one.scenes, one.binding) for one in EDITION.levels] == [
        (20, 6, 3), (40, 6, 3), (60, 8, 5), (80, 10, 6),
    ]  # fmt: skip
    assert all(one.certainty == "S" for one in EDITION.levels)


@pytest.mark.parametrize(
    ("percent", "points"),
    [
        ("0", "0"),
        ("10", "0"),
        ("10.0001", "1.5"),
        ("20", "1.5"),
        ("40", "3"),
        ("60", "4.5"),
        ("60.01", "6"),
        ("100", "6"),
    ],
)
def test_bins_take_their_upper_edge(percent: str, points: str) -> None:
    assert points_of(BY_ID["equipment-networked"], Fraction(percent)) == Fraction(points)


def test_spend_on_digitalisation_scores_nothing_up_to_a_tenth_of_revenue() -> None:
    assert points_of(BY_ID["funding"], Fraction(10)) == 0


def test_the_networking_rate_is_of_all_production_equipment() -> None:
    stated = {"edition": "miit-2024", "items": {"equipment-networked": {"networked": 3, "all": 20}}}
    answers = from_json(json.dumps(stated), "a.json", EDITION)
    assert answers.items["equipment-networked"] == 15


def test_the_example_is_scored_with_what_is_missing_for_the_next_level() -> None:
    found = score(EDITION, from_json(EXAMPLE.read_text("utf-8"), "answers.json", EDITION))
    assert (found.least, found.level) == again(EDITION, from_json(EXAMPLE.read_text("utf-8"), "a", EDITION))
    assert found.level == 2
    assert found.gap is not None
    assert (found.gap.level.number, found.gap.scenes, found.gap.binding) == (3, 6, 4)
    assert {reason.code for reason in found.actions} >= {"maturity.answer", "maturity.raise_scene", "maturity.gain"}
    assert not found.complete


def test_nothing_answered_is_unknown_not_failed() -> None:
    found = score(EDITION, Answers("miit-2024"))
    assert (found.least, found.most, found.level, found.possible) == (0, 100, 0, 4)
    assert not found.sufficient


def test_points_alone_make_no_level() -> None:
    best = {i.id: _best(i.id) for i in EDITION.items}
    found = score(EDITION, Answers("miit-2024", best, {scene.id: 0 for scene in EDITION.scenes}))
    assert (found.least, found.level) == (100, 0)
    five = {scene.id: 4 * (k < 5) for k, scene in enumerate(s for s in EDITION.scenes if s.binding)}
    assert score(EDITION, Answers("miit-2024", best, {**{s.id: 0 for s in EDITION.scenes}, **five})).level == 0


def test_an_edition_whose_questions_are_lost_takes_the_reported_score() -> None:
    old = from_toml(programmes.edition("miit-2022"), "miit-2022")
    levels = [score(old, Answers("miit-2022", {"score": Fraction(p)})).level for p in (19, 20, 39, 40, 60, 80, 100)]
    assert levels == [0, 1, 1, 2, 3, 4, 4]


def test_every_fault_of_answers_is_told_at_once() -> None:
    stated = {
        "edition": "miit-2022",
        "items": {
            "equipment-networked": {"networked": 30, "all": 20},
            "equipment-digital": 120,
            "funding": {"spend": 1, "revenue": 0},
            "systems": "three",
            "network": ["6g"],
            "colour": "red",
        },
        "scenes": {"scene-quality": 5, "scene-nothing": 1},
        "evidence": {"x": ["y"]},
    }
    with pytest.raises(Refusal) as refused:
        from_json(json.dumps(stated), "a.json", EDITION)
    found = sorted((reason.code, reason.place[-1]) for reason in refused.value.reasons)
    assert found == [
        ("maturity.more_than_whole", "networked"),
        ("maturity.no_question", "colour"),
        ("maturity.no_question", "scene-nothing"),
        ("maturity.no_question", "x"),
        ("maturity.no_whole", "revenue"),
        ("maturity.not_share", "equipment-digital"),
        ("maturity.other_edition", "edition"),
        ("toml.not_one_of", "systems"),
        ("toml.not_whole", "scene-quality"),
        ("toml.nowhere", "network[1]"),
    ]


def test_every_fault_of_an_edition_is_told_at_once() -> None:
    text = programmes.edition("miit-2024")
    faulty = text.replace('[100, "6"]', '[30, "7"]', 1).replace("points = 50", "points = 51")
    with pytest.raises(Refusal) as refused:
        from_toml(faulty, "edition.toml")
    codes = {reason.code for reason in refused.value.reasons}
    assert codes == {"maturity.points_do_not_add_up", "maturity.bins_out_of_order"}


def _best(item: str) -> Fraction | str | frozenset[str]:
    one = BY_ID[item]
    if one.kind is Kind.SHARE:
        return Fraction(100)
    if one.kind is Kind.SINGLE:
        return max(one.options, key=lambda option: option.points).id
    return frozenset(option.id for option in one.options)


@st.composite
def _answers(draw: st.DrawFn) -> Answers:
    items: dict[str, Fraction | str | frozenset[str]] = {}
    for item in EDITION.items:
        if not draw(st.booleans()):
            continue
        ids = [option.id for option in item.options]
        if item.kind is Kind.SHARE:
            items[item.id] = draw(st.fractions(0, 100, max_denominator=1000))
        elif item.kind is Kind.SINGLE:
            items[item.id] = draw(st.sampled_from(ids))
        else:
            items[item.id] = draw(st.frozensets(st.sampled_from(ids)))
    scenes = {s.id: draw(st.integers(0, 4)) for s in EDITION.scenes if draw(st.booleans())}
    return Answers("miit-2024", items, scenes)


@given(_answers())
def test_the_judge_agrees_and_more_answers_never_lower_the_level(answers: Answers) -> None:
    found = score(EDITION, answers)
    assert (found.least, found.level) == again(EDITION, answers)
    assert found.least <= found.most
    assert found.level <= found.possible
    full = replace(answers, items={**{i.id: _best(i.id) for i in EDITION.items}, **answers.items})
    assert score(EDITION, full).level >= found.level


@given(_answers())
def test_a_gap_is_closed_by_what_it_asks_for(answers: Answers) -> None:
    found = score(EDITION, answers)
    if found.gap is None:
        return
    need = found.gap.level
    assert found.least + found.gap.score >= need.score
    assert not found.gap.closed or found.level >= need.number


def test_all_editions_are_read() -> None:
    for name in programmes.editions():
        assert isinstance(from_toml(programmes.edition(name), name), Edition)
