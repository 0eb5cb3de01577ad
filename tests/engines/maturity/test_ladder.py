"""The ladder of smart factories: completeness, requirements, vetoes, the expert; "not stated" is not "failed"."""

from __future__ import annotations

import pytest

from dengta.core.reason import Refusal
from dengta.engines.maturity.ladder import Outcome, judged, tiers_of
from dengta.programmes import ladder

TIERS = tiers_of(ladder("smart-factory"), "smart-factory")
BASIC = {
    "maturity": 2,
    "regulated": True,
    "sound_finances": True,
    "key_equipment_controlled": True,
    "organisation": True,
    "manual_production": False,
    "digital_key_equipment": 4,
    "real_time_capture": True,
}


def test_four_tiers_each_a_draft_with_its_source() -> None:
    assert [tier.id for tier in TIERS] == ["basic", "advanced", "excellent", "leading"]
    assert all(tier.certainty == "S" and tier.source for tier in TIERS)


def test_nothing_stated_is_not_enough_data_anywhere() -> None:
    assert {one.outcome for one in judged(TIERS, {})} == {Outcome.INSUFFICIENT}


def test_a_basic_factory_passes_and_the_rest_is_not_known() -> None:
    outcomes = [one.outcome for one in judged(TIERS, BASIC)]
    assert outcomes == [Outcome.PASSED, Outcome.INSUFFICIENT, Outcome.REJECTED, Outcome.REJECTED]


@pytest.mark.parametrize(
    ("fact", "value", "reason"),
    [("manual_production", True, "vetoed"), ("digital_key_equipment", 0, "vetoed"), ("maturity", 1, "missed")],
)
def test_a_veto_or_a_missed_requirement_rejects_and_is_named(fact: str, value: int, reason: str) -> None:
    basic = judged(TIERS, {**BASIC, fact: value})[0]
    assert basic.outcome is Outcome.REJECTED
    assert [(r.code, r.place[-1]) for r in basic.reasons] == [(f"maturity.{reason}", fact)]


def test_what_only_a_person_can_judge_is_left_to_one() -> None:
    facts = {**BASIC, "maturity": 4, "stages": 5, "data_sharing": True, "mes": True, "digital_design": True}
    facts |= {"safety_energy_control": True, "ai_scenes_percent": 35}
    assert [one.outcome for one in judged(TIERS, facts)] == [
        Outcome.PASSED, Outcome.EXPERT, Outcome.EXPERT, Outcome.REJECTED,
    ]  # fmt: skip


def test_a_rule_that_asks_for_nothing_is_refused() -> None:
    with pytest.raises(Refusal) as refused:
        tiers_of(ladder("smart-factory").replace("least = 3", ""), "x")
    assert {reason.code for reason in refused.value.reasons} == {"maturity.rule_of_nothing"}
