"""The loan-interest discount: golden numbers, window edges, leap days, caps, and an independent judge."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dengta.engines.subsidy import Register, compute, recomputed
from dengta.engines.subsidy.model import Article, Case, Dated, Item, Loan, Parameter, Programme, Project, Span, Value
from tests.engines.subsidy.cases import case, loan, programme, project, yuan

YEAR = date(2023, 1, 1)


def amount(name: str, one: Case) -> int:
    """Fen, judged."""
    rules = programme(name)
    award = compute(rules, one)
    assert award.amount == recomputed(award.article, one)
    return award.amount


def test_golden_full_discount() -> None:
    """20 M at 4.35 % for 365 days, actual/360: 882,083.33."""
    assert amount("zhongshan", case(2023, project(20_000_000, YEAR, loan(20_000_000, 43_500, YEAR)))) == 882_083_33


def test_golden_falling_share() -> None:
    """Jiangmen: interest of 0.40, 0.35 and 0.30 M gives 0.36, 0.28 and 0.21: 0.85 M in all."""
    drawn = date(2023, 1, 1)
    balances = [(2023, 40_000_000, 0.40), (2024, 35_000_000, 0.35), (2025, 30_000_000, 0.30)]
    granted: dict[int, int] = {}
    for year, share in ((2023, 36_000_000), (2024, 28_000_000), (2025, 21_000_000)):
        days = (date(year + 1, 1, 1) - date(year, 1, 1)).days
        paid = next(int(m * 100_000_000) for y, _, m in balances if y == year)
        # a balance at one percent whose year's interest is just that much
        rate, principal = 10_000, paid * 36_000 // days // 100
        one = Loan(
            "L",
            principal * 400,
            (Dated(drawn, principal * 100),),
            (Dated(drawn, rate),),
            (Dated(date(year, 12, 20), paid),),
        )
        built = project(principal * 2, drawn, one)
        found = amount("jiangmen", case(year, built, granted=granted, day=date(year, 12, 31)))
        assert abs(found - share) <= 200  # the principal is whole yuan
        granted[year] = found
    assert abs(sum(granted.values()) - 85_000_000) <= 600


def test_golden_share_of_the_rate() -> None:
    """Guangdong: 50 M at 3.45 % for a year, 35 %: 603,750.00."""
    drawn = date(2025, 1, 1)
    assert amount("guangdong", case(2025, project(50_000_000, drawn, loan(50_000_000, 34_500, drawn)))) == 603_750_00


def test_golden_percentage_points() -> None:
    """National: 30 M, one point, two years: 600,000."""
    drawn = date(2025, 1, 1)
    built = project(30_000_000, drawn, loan(30_000_000, 40_000, drawn))
    years = [amount("national", case(year, built, day=date(2026, 12, 31))) for year in (2025, 2026)]
    assert sum(years) == 600_000_00


def test_a_leap_day_counts() -> None:
    """366 days at actual/360."""
    drawn = date(2024, 1, 1)
    assert amount("zhongshan", case(2024, project(36_000_000, drawn, loan(36_000_000, 10_000, drawn)))) == 366_000_00


def test_interest_outside_the_rule_does_not_count() -> None:
    """The rule begins on 11 May 2022 and ends with 2025; its first and last day count, their neighbours do not."""
    drawn = date(2022, 1, 1)
    built = project(36_000_000, drawn, loan(36_000_000, 10_000, drawn), filed=date(2022, 6, 1))
    built = replace(built, applied=date(2022, 7, 1))
    assert amount("zhongshan", case(2022, built)) == (date(2023, 1, 1) - date(2022, 5, 11)).days * 1_000_00
    late = project(36_000_000, date(2025, 12, 1), loan(36_000_000, 10_000, date(2025, 12, 1)))
    assert amount("zhongshan", case(2025, late, day=date(2025, 12, 31))) == 31 * 1_000_00


def test_thirty_six_months_from_the_first_drawing() -> None:
    drawn = date(2022, 6, 15)
    built = project(36_000_000, drawn, loan(36_000_000, 10_000, drawn))
    last = (date(2025, 6, 15) - date(2025, 1, 1)).days
    assert amount("zhongshan", case(2025, built, day=date(2025, 12, 31))) == last * 1_000_00


def test_only_what_was_paid_to_the_supplier_is_covered() -> None:
    one = Item(
        "E1",
        "equipment",
        yuan(36_000_000),
        0,
        YEAR,
        YEAR,
        (Dated(YEAR, yuan(9_000_000)), Dated(date(2023, 7, 1), yuan(27_000_000))),
    )
    built = Project("P", YEAR, YEAR, (one,), (loan(36_000_000, 10_000, YEAR),))
    half = (date(2023, 7, 1) - YEAR).days
    assert amount("zhongshan", case(2023, built)) == half * 250_00 + (365 - half) * 1_000_00


def test_civil_works_are_left_out_and_said_so() -> None:
    civil = Item("C1", "civil", yuan(50_000_000), 0, YEAR, YEAR, (Dated(YEAR, yuan(50_000_000)),))
    built = project(9_000_000, YEAR, loan(36_000_000, 10_000, YEAR))
    built = replace(built, items=(*built.items, civil))
    award = compute(programme(), case(2023, built))
    assert award.amount == 365 * 250_00
    assert "subsidy.kind_left_out" in {reason.code for reason in award.reasons}


def test_no_more_than_the_interest_that_was_paid() -> None:
    paid = (Dated(date(2023, 6, 21), yuan(100_000)),)
    built = project(20_000_000, YEAR, loan(20_000_000, 43_500, YEAR, interest=paid))
    assert amount("zhongshan", case(2023, built)) == 100_000_00
    late = replace(built.loans[0], overdue=(Dated(date(2023, 6, 21), yuan(30_000)),))
    assert amount("zhongshan", case(2023, replace(built, loans=(late,)))) == 70_000_00


def test_the_cap_is_of_the_enterprise_over_its_projects_and_what_it_had_before() -> None:
    big = [project(600_000_000, YEAR, loan(600_000_000, 43_500, YEAR, f"L{k}"), id_=f"P{k}") for k in (1, 2)]
    assert amount("zhongshan", case(2023, *big)) == yuan(30_000_000)
    assert amount("zhongshan", case(2023, *big, granted={2023: yuan(29_000_000)})) == yuan(1_000_000)


def test_two_filings_count_the_third_does_not() -> None:
    built = [project(3_600_000, YEAR, loan(3_600_000, 10_000, YEAR, f"L{k}"), id_=f"P{k}") for k in (1, 2, 3)]
    award = compute(programme(), case(2023, *built))
    assert award.amount == 2 * 365 * 100_00
    assert [r.place[0] for r in award.reasons if r.code == "subsidy.too_many_filings"] == ["project P3"]


@pytest.mark.parametrize(("applied", "counts"), [(date(2023, 6, 30), True), (date(2023, 7, 1), False)])
def test_a_filing_lapses_after_six_months_without_an_application(applied: date, counts: bool) -> None:
    built = replace(project(3_600_000, YEAR, loan(3_600_000, 10_000, YEAR)), applied=applied)
    assert (amount("zhongshan", case(2023, built)) > 0) is counts


def test_one_policy_a_loan_and_one_mode_a_project() -> None:
    built = project(3_600_000, YEAR, replace(loan(3_600_000, 10_000, YEAR), policies=("province",)))
    assert amount("zhongshan", case(2023, built)) == 0
    other = replace(project(3_600_000, YEAR, loan(3_600_000, 10_000, YEAR)), used=("upgrade",))
    assert amount("zhongshan", case(2023, other)) == 0


def test_missing_facts_are_unknown_not_failed() -> None:
    built = case(2023, project(3_600_000, YEAR, loan(3_600_000, 10_000, YEAR)))
    award = compute(programme(), replace(built, facts={}))
    assert award.eligible is None
    assert award.amount == 365 * 100_00
    assert compute(programme(), replace(built, facts={**built.facts, "blacklisted": True})).amount == 0


# -- properties

_DAYS = st.integers(0, 1200).map(lambda k: date(2022, 3, 1) + timedelta(days=k))


@st.composite
def _cases(draw: st.DrawFn) -> Case:
    projects = []
    for k in range(draw(st.integers(1, 3))):
        loans = []
        for j in range(draw(st.integers(1, 3))):
            days = sorted(draw(st.lists(_DAYS, min_size=1, max_size=4, unique=True)))
            balances = tuple(Dated(day, draw(st.integers(0, 4_000_000_00))) for day in days)
            rates = tuple(Dated(day, draw(st.integers(0, 90_000))) for day in days)
            interest = (Dated(draw(_DAYS), draw(st.integers(0, 300_000_00))),) if draw(st.booleans()) else ()
            loans.append(Loan(f"L{k}{j}", draw(st.integers(1, 4_000_000_00)), balances, rates, interest))
        cost = draw(st.integers(1, 5_000_000_00))
        paid = tuple(Dated(draw(_DAYS), cost // 3) for _ in range(draw(st.integers(0, 3))))
        item = Item("E", draw(st.sampled_from(("equipment", "software", "civil"))), cost, 0, None, None, paid)
        filed = draw(_DAYS)
        projects.append(Project(f"P{k}", filed, filed, (item,), tuple(loans)))
    year = draw(st.sampled_from((2022, 2023, 2024, 2025)))
    return case(year, *projects, day=date(2025, 12, 31), granted={2022: draw(st.integers(0, 40_000_000_00))})


@given(_cases(), st.sampled_from(("zhongshan", "jiangmen", "guangdong", "national")))
def test_the_judge_agrees_to_the_fen(one: Case, name: str) -> None:
    award = compute(programme(name), one)
    assert award.amount == recomputed(award.article, one)


@settings(deadline=None)  # the first example compiles
@given(st.lists(_cases(), min_size=1, max_size=4), st.sampled_from(("zhongshan", "jiangmen", "guangdong", "national")))
def test_a_register_in_columns_gives_every_firm_the_same_fen(cases: list[Case], name: str) -> None:
    rules, day = programme(name), date(2025, 12, 31)
    article = rules.article("loan-discount", day)
    own = [replace(one, granted={2021: one.granted[2022] // 100}) for one in cases]
    found = Register.of(article, own, (2022, 2023, 2024, 2025)).amounts(article, day)
    for firm, one in enumerate(own):
        granted = dict(one.granted)
        for k, year in enumerate((2022, 2023, 2024, 2025)):
            award = compute(rules, replace(one, year=year, granted=granted))
            assert found[firm, k] == award.amount
            granted[year] = award.amount


@given(_cases(), st.integers(0, 50_000))
def test_a_higher_rate_never_gives_less_and_no_cap_is_broken(one: Case, more: int) -> None:
    def dearer(loan_: Loan) -> Loan:
        return replace(loan_, rates=tuple(Dated(day, rate + more) for day, rate in loan_.rates), interest=())

    def free(loan_: Loan) -> Loan:
        return replace(loan_, interest=())

    base = replace(one, projects=tuple(replace(p, loans=tuple(map(free, p.loans))) for p in one.projects))
    higher = replace(one, projects=tuple(replace(p, loans=tuple(map(dearer, p.loans))) for p in one.projects))
    low, high = (compute(programme(), c).amount for c in (base, higher))
    assert low <= high <= max(0, yuan(30_000_000) - one.granted.get(one.year, 0))


def test_split_loans_are_one_loan_before_rounding() -> None:
    chance = random.Random(5)
    for _ in range(50):
        total, rate = chance.randint(1000, 9_000_000), chance.randint(1, 90_000)
        first = chance.randint(1, total - 1)
        whole = project(total, YEAR, loan(total, rate, YEAR))
        parts = project(total, YEAR, loan(first, rate, YEAR, "L1"), loan(total - first, rate, YEAR, "L2"))
        amounts = [compute(programme(), case(2023, one)).step for one in (whole, parts)]
        exact = [step.steps[0].amount if step.code == "subsidy.rounded" else step.amount for step in amounts]
        assert exact[0] == exact[1]


def test_a_share_that_changes_counts_from_its_day() -> None:
    rules = programme()
    article = rules.article("loan-discount", date(2024, 3, 1))
    share = article.parameters["share"]
    first, later = Span(share.values[0].span.start, date(2024, 1, 1)), Span(date(2024, 1, 1), None)
    halved = Parameter(
        "share",
        "share",
        (
            replace(share.values[0], span=first),
            Value(later, (share.values[0].number / 2,), "x", share.values[0].certainty),
        ),
    )
    changed = Programme("p", rules.name, (replace(article, parameters={**article.parameters, "share": halved}),))
    one = case(2023, project(3_600_000, YEAR, loan(3_600_000, 10_000, YEAR)), day=date(2023, 12, 31))
    assert compute(changed, one).amount == 365 * 100_00
    assert compute(changed, replace(one, day=date(2024, 3, 1))).amount == 365 * 50_00


def test_articles_know_their_document_and_mark() -> None:
    article: Article = programme().article("loan-discount", date(2023, 1, 1))
    assert article.source
    assert article.certainty.value == "F"
