"""Facts go in by commands and are superseded; figures are the engine's; everybody sees their own part."""

from __future__ import annotations

import pytest

from dengta.apps.accounts.models import Entry
from dengta.apps.register import queries
from dengta.apps.register.columns import loaded
from dengta.apps.register.finding import STANDINGS, Time
from dengta.apps.register.models import Enterprise, Fact, Kind
from dengta.apps.register.policies import Sight, city_sight, sight
from dengta.apps.register.queries import Asked
from dengta.core.reason import Refusal
from dengta.engines.register import FOREVER, Definition, code_of, counted
from tests.apps.register.stage import CITY, CODES, GUZHEN, XIAOLAN, day, enter, state

ALL = Sight(CITY)
pytestmark = pytest.mark.django_db


def codes(refused: pytest.ExceptionInfo[Refusal]) -> list[str]:
    return [reason.code.removeprefix("register.") for reason in refused.value.reasons]


def shown(asked: Asked, sight_: Sight = ALL) -> list[str]:
    return [one.code for one in queries.enterprises(sight_, asked)]


def test_the_rate_of_the_database_is_the_engines_and_every_figure_opens_its_rows(small):
    for text in ("2021-12-31", "2023-02-28", "2023-03-01", "2024-02-01", "2025-01-01"):
        told = queries.figures(ALL, day(text))
        columns = loaded(CITY).register
        for one, rate in told.rates.items():
            assert (rate.transformed, rate.listed) == counted(columns, day(text), one)
            assert len(shown(Asked(day(text), standing=one.value))) == rate.transformed
        for step, n in told.steps._asdict().items():
            assert len(shown(Asked(day(text), standing=step))) == n, step
    assert told.rates[Definition.FILED].value == pytest.approx(0.5)


def test_a_fact_is_superseded_not_edited_and_what_was_known_then_stays(call, small):
    wrong = Fact.objects.get(kind=Kind.FILED, enterprise__code=CODES[1])
    state(call, CODES[1], Kind.FILED, "2024-03-01", instead_of=wrong.pk)
    wrong.refresh_from_db()
    assert wrong.superseded < FOREVER
    assert wrong.start == day("2023-03-01").toordinal()
    assert queries.figures(ALL, day("2023-06-01")).rates[Definition.FILED].transformed == 1
    with pytest.raises(Refusal) as refused:
        state(call, CODES[1], Kind.FILED, "2024-04-01", instead_of=wrong.pk)
    assert codes(refused) == ["nothing_to_correct"]


def test_a_firm_that_is_no_firm_is_refused_with_every_fault_and_nothing_is_kept(call):
    with pytest.raises(Refusal) as refused:
        enter(call, CODES[0][:-1] + "1", " ", "北京", start="2999-01-01")
    assert codes(refused) == ["code_check", "nameless", "no_such_town", "future"]
    assert not Enterprise.objects.exists()
    assert not Entry.objects.filter(command="register.enter").exists()


def test_a_fact_that_cannot_be_is_refused(call, small):
    with pytest.raises(Refusal) as refused:
        state(call, CODES[0], Kind.ACCEPTED, "2999-01-01", level=5, end=day("2998-01-01"))
    assert codes(refused) == ["future", "ends_before", "level"]
    with pytest.raises(Refusal) as refused:
        state(call, code_of("91", "442000", 77_777_777), Kind.FILED, "2023-01-01")
    assert codes(refused) == ["no_enterprise"]
    with pytest.raises(Refusal) as refused:
        enter(call, CODES[0], "示例", XIAOLAN)
    assert codes(refused) == ["already"]


def test_names_are_sorted_and_found_by_pinyin(call, small):
    assert [one.name for one in queries.enterprises(ALL, Asked(day("2025-01-01")))] == [
        "示例灯饰",
        "示例锁业二厂",
        "示例锁业一厂",
        "示例五金",
        "示例照明",
    ]
    assert shown(Asked(day("2025-01-01"), words="suo ye")) == [CODES[2], CODES[0]]
    assert shown(Asked(day("2025-01-01"), words="slzm")) == [CODES[3]]
    assert shown(Asked(day("2025-01-01"), words="五金")) == [CODES[1]]
    assert shown(Asked(day("2025-01-01"), words=CODES[4])) == [CODES[4]]
    assert shown(Asked(day("2025-01-01"), words="%")) == []


def test_a_name_it_had_finds_it_too(call, small):
    before = Fact.objects.get(kind=Kind.NAME, enterprise__code=CODES[1])
    state(call, CODES[1], Kind.NAME, "2015-05-01", text="示例五金", end=day("2024-01-01"), instead_of=before.pk)
    state(call, CODES[1], Kind.NAME, "2024-01-01", text="示例制品")
    assert shown(Asked(day("2025-01-01"), words="五金")) == [CODES[1]]
    firm = Enterprise.objects.get(code=CODES[1])
    assert firm.name == "示例制品"
    then, now = (queries.standings([firm], Time.of(day(text)))[0].name for text in ("2023-01-01", "2025-01-01"))
    assert (then, now) == ("示例五金", "示例制品")


def test_a_town_officer_sees_the_own_town_in_figures_lists_and_pages(people, small):
    officer = people["town"]
    officer.town = GUZHEN
    mine = city_sight(officer, CITY)
    told = queries.figures(mine, day("2025-01-01"))
    assert (told.rates[Definition.FILED].transformed, told.rates[Definition.FILED].listed) == (0, 1)
    assert set(shown(Asked(day("2025-01-01")), mine)) == set(CODES[3:])
    assert shown(Asked(day("2025-01-01"), town=XIAOLAN), mine) == []
    with pytest.raises(Refusal):
        queries.enterprise(mine, CODES[0])


def test_a_firm_that_moved_is_shown_to_the_officers_of_both_towns_on_the_days_it_was_there(call, people, small):
    before = Fact.objects.get(kind=Kind.TOWN, enterprise__code=CODES[0])
    state(call, CODES[0], Kind.TOWN, "2015-05-01", text=XIAOLAN, end=day("2024-06-01"), instead_of=before.pk)
    state(call, CODES[0], Kind.TOWN, "2024-06-01", text="古镇镇")
    old, new = Sight(CITY, XIAOLAN), Sight(CITY, GUZHEN)
    assert CODES[0] in shown(Asked(day("2024-05-31")), old)
    assert CODES[0] not in shown(Asked(day("2024-06-01")), old)
    assert CODES[0] in shown(Asked(day("2024-06-01")), new)
    assert queries.enterprise(old, CODES[0]) == queries.enterprise(new, CODES[0])
    assert queries.figures(new, day("2025-01-01")).rates[Definition.VERIFIED].transformed == 1


def test_a_firm_sees_itself_and_only_an_analyst_writes(people, call, small):
    firm = people["firm"]
    firm.enterprise = CODES[2]
    own = sight(firm, CITY)
    assert queries.enterprise(own, CODES[2]).code == CODES[2]
    with pytest.raises(Refusal):
        queries.enterprise(own, CODES[0])
    with pytest.raises(Refusal):
        city_sight(firm, CITY)
    for role in ("town", "firm", "manager"):
        with pytest.raises(Refusal) as refused:
            enter(lambda r=role: call(r), code_of("91", "442000", 30_000_000), "示例", XIAOLAN)
        assert [reason.code for reason in refused.value.reasons] == ["accounts.may_not"]


def test_one_question_more_however_many_rows(small, django_assert_num_queries):
    found = list(Enterprise.objects.all())
    with django_assert_num_queries(1):
        assert len(queries.standings(found, Time.of(day("2025-01-01")))) == len(found)


def test_every_standing_has_a_condition(small):
    for name in STANDINGS:
        shown(Asked(day("2025-01-01"), standing=name))
