"""The register: codes, the published series to the firm, towns, both times, the way between definitions."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dengta import programmes
from dengta.core.reason import Refusal
from dengta.engines.register import (
    FIRMS,
    FOREVER,
    City,
    Definition,
    Facts,
    Point,
    Register,
    Town,
    by_town,
    city_of,
    code_of,
    counted,
    faults,
    forecast,
    rate,
    reconciled,
    sample,
    series,
)

DATA = city_of(*programmes.city("zhongshan"), "zhongshan")


@pytest.fixture(scope="module")
def city() -> City:
    return sample([*(one.point for one in DATA.published), *DATA.assumed], DATA.towns, FIRMS, seed=1)


# -- codes


def test_a_published_code_is_one() -> None:
    """The example of the standard's own appendix and made-up ones; a changed character is found."""
    assert faults("91350100M000100Y43") == []
    for number in (10_000_000, 12_345_678, 99_999_999):
        assert faults(code_of("91", "442000", number)) == []


@given(st.integers(10_000_000, 99_999_999), st.integers(0, 17), st.sampled_from("0123456789ABCDEFGHJKLMNPQRTUWXY"))
def test_one_wrong_character_is_always_found(number: int, place: int, other: str) -> None:
    code = code_of("91", "442000", number)
    wrong = code[:place] + other + code[place + 1 :]
    assert (faults(wrong) == []) == (wrong == code)


@pytest.mark.parametrize(
    ("code", "reason"), [("", "code_length"), ("91442000" + "O" * 10, "code_character"), ("9" * 19, "code_length")]
)
def test_what_is_no_code_is_told(code: str, reason: str) -> None:
    assert faults(code)[0].code == f"register.{reason}"


# -- the sample city


def test_the_published_series_is_reproduced_to_the_firm(city: City) -> None:
    for one in DATA.published:
        found = rate(city.register, one.point.day)
        assert (found.transformed, found.listed) == (one.point.transformed, one.point.listed)
        assert found.value is not None
        places = len(str(float(one.rate))) - 2
        assert round(float(found.value), places) == float(one.rate)


def test_the_same_seed_gives_the_same_city_another_one_another(city: City) -> None:
    points = [*(one.point for one in DATA.published), *DATA.assumed]
    again, other = (sample(points, DATA.towns, FIRMS, seed=s).register for s in (1, 2))
    assert all(np.array_equal(a, b) for a, b in zip(city.register.filed, again.filed, strict=True))
    assert not np.array_equal(city.register.filed.start, other.filed.start)
    assert len(set(again.codes)) == FIRMS
    assert all(faults(code) == [] for code in again.codes[::97])


def test_a_series_that_the_firms_cannot_make_is_refused() -> None:
    points = [Point(date(2020, 1, 1), 10, 50), Point(date(2021, 1, 1), 90, 60)]
    with pytest.raises(ValueError, match="filings"):
        sample(points, [Town("1", 1, "locks")], 200, seed=1)


@pytest.mark.parametrize("definition", list(Definition))
def test_the_judge_agrees_on_any_day(city: City, definition: Definition) -> None:
    for day in (date(2019, 1, 1), date(2022, 2, 28), date(2024, 2, 29), date(2025, 12, 9), date(2030, 1, 1)):
        found = rate(city.register, day, definition)
        assert (found.transformed, found.listed) == counted(city.register, day, definition)


def test_towns_sum_to_the_city(city: City) -> None:
    for definition in Definition:
        day = date(2025, 6, 30)
        towns, whole = by_town(city.register, day, definition).values(), rate(city.register, day, definition)
        assert sum(t.transformed for t in towns) == whole.transformed
        assert sum(t.listed for t in towns) == whole.listed
        for code in ("442000118", "442000008"):
            assert rate(city.register, day, definition, code) == by_town(city.register, day, definition)[code]
    months = [date(2025, m, 1) for m in (1, 2, 3)]
    assert [r.day for r in series(city.register, months)["442000118"]] == months


def test_the_definitions_are_reconciled(city: City) -> None:
    step = reconciled(city.register, date(2025, 12, 9))
    assert step.filed - step.left - step.not_accepted + step.accepted_unfiled == step.accepted
    assert step.accepted - step.not_verified == step.verified
    assert min(step) >= 0


def test_a_forecast_counts_no_firm_twice(city: City) -> None:
    ahead = forecast(city.register, date(2025, 9, 1))
    assert ahead.day == date(2025, 12, 31)
    assert ahead.transformed >= rate(city.register, date(2025, 9, 1)).transformed
    assert (
        forecast(city.register, date(2025, 12, 31)).transformed == rate(city.register, date(2025, 12, 31)).transformed
    )


# -- both times

_DAY = st.integers(0, 400).map(lambda k: date(2024, 1, 1).toordinal() + k)


def _register(members: list[tuple[int, ...]], filed: list[tuple[int, ...]]) -> Register:
    none = Facts.of([])
    towns = Facts.of([(k, 0, FOREVER, 0, 0, FOREVER) for k in range(3)])
    return Register(("a", "b", "c"), ("town",), towns, Facts.of(members), Facts.of(filed), none, none)


def test_what_was_not_known_then_does_not_count_then() -> None:
    start, told = date(2024, 1, 1).toordinal(), date(2024, 3, 1).toordinal()
    members = [(0, start, FOREVER, 0, start, FOREVER), (1, start, FOREVER, 0, told, FOREVER)]
    filed = [(0, start + 10, FOREVER, 0, start + 10, told), (0, start + 80, FOREVER, 0, told, FOREVER)]
    known = _register(members, filed)
    day = date(2024, 2, 1)
    assert rate(known, day, known=day)[2:] == (1, 1)
    assert rate(known, day)[2:] == (0, 2)  # the filing was corrected to a later day; a second firm had been on the list


def test_a_firm_that_left_stays_counted_as_filed_and_only_so() -> None:
    start = date(2024, 1, 1).toordinal()
    members = [(0, start, start + 50, 0, start, FOREVER), (1, start, FOREVER, 0, start, FOREVER)]
    filed = [(0, start + 10, FOREVER, 0, start, FOREVER), (2, start + 10, FOREVER, 0, start, FOREVER)]
    day = date.fromordinal(start + 60)
    assert rate(_register(members, filed), day)[2:] == (1, 1)
    assert reconciled(_register(members, filed), day).left == 1
    assert rate(_register([], []), day).value is None


@settings(deadline=None)
@given(
    st.lists(st.tuples(st.integers(0, 2), _DAY, st.integers(1, 200)), max_size=6),
    st.lists(st.tuples(st.integers(0, 2), _DAY), max_size=5),
    _DAY,
)
def test_any_register_is_judged_alike(
    spans: list[tuple[int, int, int]], filed: list[tuple[int, int]], day: int
) -> None:
    own: dict[int, int] = {}
    members = []
    for firm, start, length in sorted(spans, key=lambda s: s[1]):
        begin = max(start, own.get(firm, 0))  # times of one firm do not overlap
        own[firm] = begin + length
        members.append((firm, begin, begin + length, 0, begin, FOREVER))
    known = _register(members, [(firm, at, FOREVER, 0, at, FOREVER) for firm, at in filed])
    found = rate(known, date.fromordinal(day))
    assert (found.transformed, found.listed) == counted(known, date.fromordinal(day), Definition.FILED)


# -- the city's data


def test_historic_names_resolve() -> None:
    assert DATA.town("南朗镇") == DATA.town("南朗街道") == DATA.town("Nanlang") == "442000008"
    assert DATA.town("东升镇") == "442000118"
    assert DATA.town("nowhere") is None
    assert len(DATA.towns) == 23


def test_every_fault_of_both_files_is_told_at_once() -> None:
    towns, points = programmes.city("zhongshan")
    with pytest.raises(Refusal) as refused:
        city_of(towns.replace('kind = "town"', 'kind = "hamlet"', 1), points.replace("2024-12-31", '"soon"', 1), "x")
    assert {reason.place[0] for reason in refused.value.reasons} == {"x/towns.toml", "x/series.toml"}


def test_days_between_are_counted_on_their_own_day(city: City) -> None:
    """A day later never has fewer filings; the list may shrink."""
    days = [date(2023, 1, 1) + timedelta(days=9 * k) for k in range(120)]
    counts = [rate(city.register, day).transformed for day in days]
    assert counts == sorted(counts)
