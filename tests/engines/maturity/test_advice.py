"""What to do next: the steps that are marked lead to the next level, and answers are the same bytes whoever writes."""

from __future__ import annotations

import json
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dengta import programmes
from dengta.engines.maturity import Answers, Kind, Step, Way, advice, canonical, from_json, from_toml, score, to_json
from dengta.engines.maturity.advice import gains
from dengta.engines.maturity.model import Answer, Item
from dengta.engines.maturity.scoring import points_of

EDITION = from_toml(programmes.edition("miit-2024"), "miit-2024")
ITEMS = {item.id: item for item in EDITION.items}


def an_answer(item: Item) -> st.SearchStrategy[Answer]:
    if item.kind is Kind.SHARE:
        return st.integers(0, 100).map(Fraction)
    options = st.sampled_from([option.id for option in item.options])
    return st.frozensets(options) if item.kind is Kind.MULTI else options


ALL = st.builds(
    lambda items, scenes: Answers("miit-2024", items, scenes),
    st.fixed_dictionaries({item.id: an_answer(item) for item in EDITION.items}),
    st.fixed_dictionaries({scene.id: st.integers(0, 4) for scene in EDITION.scenes}),
)


def better(item: Item, answer: Answer, steps: int) -> Answer:
    """The answer so many steps up."""
    if item.kind is Kind.MULTI:
        assert isinstance(answer, frozenset)
        left = sorted((o for o in item.options if o.id not in answer), key=lambda o: o.points)
        return answer | {o.id for o in left[:steps]}
    values = sorted({o.points for o in item.options} | {b.points for b in item.bins})
    wanted = values[values.index(points_of(item, answer)) + steps]
    if item.kind is Kind.SHARE:
        return next(b.most for b in item.bins if b.points == wanted)
    return next(o.id for o in item.options if o.points == wanted)


def done(answers: Answers, steps: list[Step]) -> Answers:
    items, scenes = dict(answers.items), dict(answers.scenes)
    for step in steps:
        if step.way is Way.RAISE:
            assert step.wanted is not None
            scenes[step.question] = step.wanted
        else:
            items[step.question] = better(ITEMS[step.question], items[step.question], step.steps)
    return Answers(answers.edition, items, scenes)


@settings(suppress_health_check=[HealthCheck.too_slow])
@given(ALL)
def test_the_needed_steps_lead_to_the_next_level_and_none_of_the_scenes_is_too_many(answers: Answers) -> None:
    before = score(EDITION, answers)
    steps = [step for step in advice(before) if step.closes]
    if before.gap is None:
        assert steps == []
        return
    assert score(EDITION, done(answers, steps)).level > before.level
    for raised in (step for step in steps if step.way is Way.RAISE):
        without = [step for step in steps if step is not raised]
        assert score(EDITION, done(answers, without)).level == before.level


def test_open_questions_come_first_and_close_nothing() -> None:
    steps = advice(score(EDITION, Answers("miit-2024", {"systems": "none"}, {"scene-quality": 0})))
    ways = [step.way for step in steps]
    assert ways == sorted(ways, key=[Way.ANSWER, Way.RAISE, Way.IMPROVE].index)
    assert steps[0].binding
    assert not any(step.closes for step in steps if step.way is Way.ANSWER)
    assert [step.gain for step in steps if step.way is Way.ANSWER and step.gain][:2] == [10, 8]


def test_the_nearest_scenes_are_raised() -> None:
    scenes = {scene.id: 1 for scene in EDITION.scenes} | {"scene-hr": 2, "scene-quality": 2}
    best = {i.id: frozenset(o.id for o in i.options) if i.kind is Kind.MULTI else None for i in EDITION.items}
    items = {q: a for q, a in best.items() if a is not None}
    steps = [s for s in advice(score(EDITION, Answers("miit-2024", items, scenes))) if s.way is Way.RAISE]
    assert [(s.question, s.steps) for s in steps if s.closes][:2] == [("scene-design", 1), ("scene-marketing", 1)]
    assert sum(s.closes for s in steps) == 4
    assert sum(s.closes and s.binding for s in steps) >= 2


@pytest.mark.parametrize(
    ("item", "points", "expected"),
    [
        ("systems", Fraction(5), ("2.5", "2.5")),
        ("equipment-networked", Fraction("4.5"), ("1.5",)),
        ("network", Fraction(8), ()),
        ("capture", Fraction("8.4"), ("0.7", "0.9")),
        ("energy", None, ("3.5", "3.5")),
    ],
)
def test_gains_of_one_better_answer_after_the_other(item: str, points: Fraction | None, expected: tuple[str]) -> None:
    assert gains(ITEMS[item], points) == tuple(map(Fraction, expected))


def test_canonical_json_is_one_text_for_one_meaning() -> None:
    assert canonical({"b": Decimal("3.50"), "a": ["x", 1], "c": {"z": Decimal("1E+2"), "y": "中"}}) == (
        '{"a":["x",1],"b":3.5,"c":{"y":"中","z":100}}'
    )
    with pytest.raises(TypeError):
        canonical(1.5)


def test_what_is_written_is_read() -> None:
    text = to_json("miit-2024", {"funding": Decimal("3.5")}, {"scene-hr": 2}, {"funding": ["b", "a"]}, "9144")
    answers = from_json(text, "a", EDITION)
    assert (answers.items["funding"], answers.scenes["scene-hr"]) == (Fraction(7, 2), 2)
    assert answers.evidence["funding"] == ("a", "b")
    assert list(json.loads(text)) == ["edition", "enterprise", "evidence", "items", "scenes", "schema"]
