"""GB/T 39116: sub-domains, weights, levels passed in turn, and what does not apply."""

from __future__ import annotations

from fractions import Fraction

import pytest

from dengta.core.reason import Refusal
from dengta.engines.maturity.capability import Assessment, assess, model_of
from dengta.programmes import capability, capability_models

DISCRETE = model_of(capability("gbt-39116-discrete"), "discrete")
ALL = dict.fromkeys(DISCRETE.subdomains, ("fully",))


def test_the_tree_is_whole() -> None:
    assert len(DISCRETE.subdomains) == 20
    assert [(e.id, e.weight) for e in DISCRETE.elements] == [
        ("personnel", 6), ("technology", 11), ("resources", 15), ("manufacturing", 68),
    ]  # fmt: skip
    for name in capability_models():
        assert model_of(capability(name), name).certainty == "M"


@pytest.mark.parametrize(("levels", "total", "level"), [(0, 0, 0), (1, 1, 1), (2, 2, 2), (5, 5, 5)])
def test_levels_are_passed_in_turn(levels: int, total: int, level: int) -> None:
    found = assess(DISCRETE, Assessment(dict.fromkeys(range(1, levels + 1), ALL), {}))
    assert (found.total, found.level) == (total, level)


def test_the_first_level_that_fails_adds_its_own_score_and_ends_it() -> None:
    partly = dict.fromkeys(DISCRETE.subdomains, ("partly", "mostly", "fully", "not"))
    found = assess(DISCRETE, Assessment({1: ALL, 2: partly, 3: ALL}, {}))
    assert found.scores == (1, Fraction(23, 40))
    assert (found.total, found.level) == (1 + Fraction(23, 40), 1)
    mostly = dict.fromkeys(DISCRETE.subdomains, ("mostly",))
    assert assess(DISCRETE, Assessment({1: ALL, 2: mostly}, {})).level == 2  # 0.8 passes


def test_weights_count() -> None:
    only = {**dict.fromkeys(DISCRETE.subdomains, ("not",)), "planning": ("fully",)}
    found = assess(DISCRETE, Assessment({1: only}, {}))
    assert found.total == Fraction(68, 100) * Fraction(48, 100) * Fraction(16, 100)


def test_what_does_not_apply_leaves_its_weight_to_the_others() -> None:
    rest = {sub: words for sub, words in ALL.items() if sub != "product-design"}
    assert assess(DISCRETE, Assessment({1: rest}, {"product-design": "makes to drawings"})).total == 1
    assert assess(DISCRETE, Assessment({1: rest}, {})).scores[0] < 1
    assert assess(DISCRETE, Assessment({1: rest}, {})).open == ("product-design",)


def test_every_fault_is_told_at_once() -> None:
    with pytest.raises(Refusal) as refused:
        assess(DISCRETE, Assessment({1: {"cooking": ("fully",)}, 2: {"data": ("perhaps",)}}, {"sales": " ", "x": "y"}))
    codes = sorted(reason.code for reason in refused.value.reasons)
    assert codes == ["maturity.no_question", "maturity.no_question", "maturity.no_reason", "toml.not_one_of"]


def test_weights_that_make_no_whole_are_refused() -> None:
    with pytest.raises(Refusal) as refused:
        model_of(capability("gbt-39116-discrete").replace("weight = 68", "weight = 67"), "x")
    assert {reason.code for reason in refused.value.reasons} == {"maturity.weights"}
