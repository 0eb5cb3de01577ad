"""A what-if over a register: arrays and case by case to the fen, nonsense refused, the sample as drawn."""

from __future__ import annotations

import json
from collections import Counter
from datetime import date, timedelta

import numpy as np
import pytest

from dengta.core.reason import Refusal
from dengta.engines.register import code_of
from dengta.engines.subsidy import Article, Certainty, Programme, Register, compute, from_json, recomputed
from dengta.engines.subsidy.case_writing import as_data, until
from dengta.engines.subsidy.sample import Borrower, Filed, sample_loans
from dengta.engines.subsidy.what_if import (
    claim_days,
    one_year,
    proposal,
    setting,
    what_if,
    years_of,
)
from tests.engines.subsidy.cases import programme

LAST = date(2026, 3, 31)
CHANGES = (
    ["share=0.5"],
    ["share=0.9,0.8,0.7", "cap_year=1500000"],
    ["share=1", "share=0.5@2024-06-01", "cap_term=2000000@2025-01-01"],
    ["points=1", "months=24"],
    ["day_count=actual/365", "rounding=half_even", "share=0.333"],
    ["rounding=down", "filings=1", "lapse_months=3"],
)


@pytest.fixture(scope="module")
def borrowers() -> tuple[Borrower, ...]:
    """The borrowers among 400 firms that filed over three years."""
    towns = ("001", "002", "118")
    firms = [
        Filed(code_of("91", "442000", 20_000_000 + k), towns[k % 3], date(2022, 6, 1) + timedelta(days=3 * k))
        for k in range(400)
    ]
    return sample_loans(firms, LAST, seed=7)


@pytest.fixture(scope="module")
def article() -> Article:
    return programme().articles[0]


def register_of(article: Article, borrowers: tuple[Borrower, ...]) -> Register:
    cases = [one.case for one in borrowers]
    return Register.of(article, cases, years_of(article, cases))


@pytest.mark.parametrize("texts", CHANGES)
def test_arrays_and_cases_agree_to_the_fen(article: Article, borrowers: tuple[Borrower, ...], texts: list[str]) -> None:
    """Every firm, every year, before and after; then the independent judge on some of them."""
    register = register_of(article, borrowers)
    found = what_if(register, [one.town for one in borrowers], article, [setting(text) for text in texts])
    for rule, amounts in ((found.article, found.changed.before), (found.proposal, found.changed.after)):
        rules = Programme("p", programme().name, (rule,))
        for k, one in enumerate(borrowers):
            granted: dict[int, int] = {}
            for n, year in enumerate(register.years):
                case = one_year(one.case, rule, year, granted)
                award = compute(rules, case)
                assert award.amount == amounts[k, n], (one.code, year)
                if k % 29 == 0 and award.eligible is not False:
                    assert recomputed(rule, case) == award.amount, (one.code, year)
                granted[year] = award.amount or 0
    assert found.changed.difference.any()


def test_totals_sides_towns_and_distribution_tell_the_same(article: Article, borrowers: tuple[Borrower, ...]) -> None:
    towns = [one.town for one in borrowers]
    found = what_if(register_of(article, borrowers), towns, article, [setting("share=0.5"), setting("cap_year=9000")])
    difference = sum(after - before for _, before, after in found.changed.budget)
    assert difference == found.winners.fen + found.losers.fen == int(found.changed.difference.sum())
    assert found.winners.firms + found.losers.firms + found.unchanged == len(borrowers)
    sides = [sum(part) for part in zip(*found.by_town().values(), strict=True)]
    assert sides[1] - sides[0] == difference
    assert sides[2:] == [found.winners.firms, found.losers.firms]
    assert sum(n for _, _, n in found.distribution()) == found.winners.firms + found.losers.firms
    ranked = [abs(int(found.changed.difference[k])) for k in found.ranked()]
    assert ranked == sorted(ranked, reverse=True)
    assert len(ranked) == found.winners.firms + found.losers.firms


def test_a_lower_share_takes_from_nobody_twice_and_gives_to_nobody(
    article: Article, borrowers: tuple[Borrower, ...]
) -> None:
    register = register_of(article, borrowers)
    before = register.amounts(article, claim_days(article, register.years))
    last = before
    for share in ("1", "0.75", "0.5", "0.25", "0"):
        after = register.amounts(proposal(article, [setting(f"share={share}")]), claim_days(article, register.years))
        assert (after <= last).all()
        last = after
    assert not last.any()


def test_a_new_number_from_a_day_leaves_the_years_before(article: Article, borrowers: tuple[Borrower, ...]) -> None:
    found = what_if(register_of(article, borrowers), ["t"] * len(borrowers), article, [setting("share=0.5@2025-01-01")])
    for year, before, after in found.changed.budget:
        assert (before == after) == (year < 2025)


def test_a_proposal_says_it_is_ours_and_is_no_rule(article: Article) -> None:
    made = proposal(article, [setting("share=0.5@2024-01-01"), setting("cap_term=5000000")])
    share = made.parameters["share"].values
    assert [(v.span.start, v.span.end, v.certainty) for v in share] == [
        (date(2022, 5, 11), date(2024, 1, 1), Certainty.FOUND),
        (date(2024, 1, 1), date(2026, 1, 1), Certainty.PROPOSAL),
    ]
    assert made.parameters["cap_term"].unit == "yuan"
    assert article.parameters["share"].values[0].span.end == date(2026, 1, 1)
    assert "cap_term" not in article.parameters


def test_a_year_stated_on_its_last_day_gives_the_same(article: Article, borrowers: tuple[Borrower, ...]) -> None:
    """What a firm's page hands out for a year reads as a case and gets what the register pays."""
    rules, years = programme(), years_of(article, [one.case for one in borrowers])
    amounts = register_of(article, borrowers).amounts(article, claim_days(article, years))
    for k, one in enumerate(borrowers):
        for n, year in enumerate(years):
            case = one_year(one.case, article, year, {})
            stated = from_json(json.dumps(as_data(until(case, case.day))), one.code)
            assert compute(rules, stated).amount == amounts[k, n], (one.code, year)


NONSENSE = {
    "share=-0.1": "subsidy.impossible_share",
    "share=1.5": "subsidy.impossible_share",
    "share=half": "subsidy.impossible_share",
    "share=nan": "subsidy.impossible_share",
    "share=0.5@2030-01-01": "subsidy.outside_article",
    "months=1.5": "subsidy.impossible_months",
    "cap_year=0.001": "subsidy.impossible_yuan",
    "cap_year=1,2": "subsidy.one_number",
    "filings=0.5": "subsidy.impossible_count",
    "points=101": "subsidy.impossible_percentage_points",
    "colour=1": "subsidy.no_parameter",
    "kinds=civil": "subsidy.no_parameter",
    "day_count=30/360": "subsidy.not_word",
}


@pytest.mark.parametrize(("text", "code"), NONSENSE.items())
def test_nonsense_is_refused_with_the_rule(article: Article, text: str, code: str) -> None:
    with pytest.raises(Refusal) as refused:
        proposal(article, [setting(text)])
    assert code in {reason.code for reason in refused.value.reasons}


def test_all_faults_of_a_proposal_at_once_and_overlap_is_one(article: Article) -> None:
    with pytest.raises(Refusal) as refused:
        proposal(article, [setting(t) for t in ("share=2", "colour=1", "share=0.5", "share=0.4")])
    assert Counter(reason.code for reason in refused.value.reasons) == {
        "subsidy.impossible_share": 1, "subsidy.no_parameter": 1, "subsidy.values_overlap": 2,
    }  # fmt: skip


@pytest.mark.parametrize("text", ["share", "=1", "share=0.5@tomorrow", "share=0.5@", ""])
def test_what_is_no_setting_is_refused(text: str) -> None:
    with pytest.raises(Refusal):
        setting(text)


def test_the_sample_is_seeded_reads_as_cases_and_has_what_rules_find(borrowers: tuple[Borrower, ...]) -> None:
    """The same seed gives the same; every case passes the strict reading of a case; the odd ones are there."""
    assert len(borrowers) > 100
    assert len({one.code for one in borrowers}) == len(borrowers)
    for one in borrowers:
        assert from_json(json.dumps(as_data(one.case)), one.code) == one.case
    loans = [loan for one in borrowers for project in one.case.projects for loan in project.loans]
    assert all(loan.balances[0].amount > 0 and loan.balances[-1].day <= LAST for loan in loans)
    assert any(loan.policies for loan in loans)
    assert any(loan.overdue for loan in loans)
    assert any(item.kind == "civil" for one in borrowers for project in one.case.projects for item in project.items)
    again = sample_loans([Filed(one.code, one.town, date(2023, 1, 1)) for one in borrowers], LAST, seed=7)
    assert again == sample_loans([Filed(one.code, one.town, date(2023, 1, 1)) for one in borrowers], LAST, seed=7)


def test_interest_of_the_sample_is_what_its_balances_accrue(borrowers: tuple[Borrower, ...]) -> None:
    """Day by day, apart from the generator: each settlement is the days since the last one, to the nearest fen."""
    loan = next(l for one in borrowers for p in one.case.projects for l in p.loans if len(l.balances) > 4)  # noqa: E741
    days = np.arange((loan.interest[-1].day - loan.balances[0].day).days)
    start = loan.balances[0].day
    due, settled = 0, dict(loan.interest)
    for k in days.tolist():
        day = start + timedelta(days=k)
        balance = [fen for d, fen in loan.balances if d <= day][-1]
        rate = [r for d, r in loan.rates if d <= day][-1]
        due += balance * rate
        if day + timedelta(days=1) in settled:
            assert settled[day + timedelta(days=1)] == (2 * due + 360 * 1_000_000) // (2 * 360 * 1_000_000)
            due = 0
