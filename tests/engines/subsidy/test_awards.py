"""Rewards that are no interest: shares of equipment, fixed awards with their difference, by level, parts ahead."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from dengta.core.reason import Refusal
from dengta.engines.subsidy import Award, Case, compute, options
from dengta.engines.subsidy.model import Dated, Item, Project
from tests.engines.subsidy.cases import FACTS, case, loan, programme, project, yuan

DAY = date(2024, 6, 1)


def asked(article: str, *projects: Project, day: date = DAY, granted: dict[int, int] | None = None, **facts) -> Award:
    return compute(programme(), Case("firm", article, day, None, {**FACTS, **facts}, projects, granted or {}))


@pytest.mark.parametrize(
    ("cost", "reward"), [(5_000_000, 1_000_000), (100_000_000, 20_000_000), (150_000_000, 20_000_000), (4_999_999, 0)]
)
def test_a_fifth_of_equipment_up_to_twenty_million_from_five_million_on(cost: int, reward: int) -> None:
    award = asked("upgrade", project(cost, date(2023, 5, 1)), completion_evaluated=True)
    assert award.amount == yuan(reward)
    assert award.eligible


def test_a_project_under_the_loan_discount_gets_no_equipment_reward() -> None:
    built = replace(project(9_000_000, date(2023, 5, 1)), used=("loan-discount",))
    award = asked("upgrade", built, completion_evaluated=True)
    assert award.amount == 0
    assert [reason.code for reason in award.reasons] == ["subsidy.one_mode"]


def test_a_factory_after_a_workshop_gets_the_difference() -> None:
    assert asked("demonstration-factory", recognised=True).amount == yuan(5_000_000)
    after = asked("demonstration-factory", granted={2023: yuan(2_000_000)}, recognised=True)
    assert after.amount == yuan(3_000_000)
    assert asked("demonstration-factory", recognised=False).amount == 0


@pytest.mark.parametrize(("level", "award"), [(1, 0), (2, 300_000), (3, 600_000), (4, 1_000_000)])
def test_the_award_of_a_level(level: int, award: int) -> None:
    found = asked("level-award", day=date(2025, 1, 10), level=level, sme=True, funded_elsewhere=False)
    assert found.amount == yuan(award)


def test_a_level_award_is_no_more_than_what_was_spent_inside_the_window() -> None:
    inside, outside = date(2024, 12, 31), date(2025, 1, 1)
    good = Item("MES", "software", yuan(200_000), 0, inside, inside, (Dated(inside, yuan(200_000)),))
    late = replace(good, id="PLM", invoice=outside)
    unsaid = replace(good, id="WMS", contract=None)
    built = Project("P", inside, None, (good, late, unsaid))
    found = asked("level-award", built, day=date(2025, 1, 10), level=3, sme=True, funded_elsewhere=False)
    assert found.amount == yuan(200_000)
    assert [(r.code, r.place[-1]) for r in found.reasons] == [
        ("subsidy.outside_window", "item PLM"),
        ("subsidy.date_unstated", "item WMS"),
    ]


def test_what_is_paid_ahead_has_to_come_back_and_is_a_draft() -> None:
    award = asked("pre-award", expected_fen=yuan(600_000))
    assert award.amount == award.contingent == yuan(300_000)
    assert award.step is not None
    assert award.step.weakest.draft


def test_what_a_firm_could_ask_for_is_listed_with_what_is_missing() -> None:
    one = case(2023, project(9_000_000, date(2023, 1, 1), loan(9_000_000, 40_000, date(2023, 1, 1))))
    found = options(programme(), replace(one, facts={}))
    assert {award.article.id for award in found} == {
        "loan-discount", "upgrade", "demonstration-factory", "demonstration-workshop", "internet-benchmark",
        "pre-award",
    }  # fmt: skip
    assert all(award.eligible is None for award in found if award.requirements)
    assert [award.amount or 0 for award in found] == sorted((award.amount or 0 for award in found), reverse=True)
    assert [award.article.id for award in found if award.amount is None] == ["pre-award"]


@pytest.mark.parametrize(
    ("article", "reason"),
    [("level-award", "subsidy.level_unstated"), ("pre-award", "subsidy.expected_unstated")],
)
def test_what_nobody_stated_is_unknown_and_not_nothing(article: str, reason: str) -> None:
    award = asked(article, day=date(2025, 1, 10))
    assert (award.amount, award.contingent) == (None, 0)
    assert [one.code for one in award.reasons] == [reason]


def test_an_article_that_does_not_hold_on_the_day_is_refused_with_those_that_do() -> None:
    with pytest.raises(Refusal) as refused:
        asked("level-award", day=date(2024, 11, 19))
    assert "demonstration-factory" in str(refused.value.reasons[0].params["known"])
