"""The sample city in the database: its figures are the engine's, to the firm; everything about it is made up."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dengta import programmes
from dengta.apps.accounts.models import User
from dengta.apps.register import queries
from dengta.apps.register.columns import loaded
from dengta.apps.register.models import Delivery, Enterprise, Fact, Kind, Project, Target
from dengta.apps.register.pinyin import spelled
from dengta.apps.register.policies import Sight
from dengta.apps.register.queries import Asked
from dengta.apps.register.sample_city import SampleCity
from dengta.apps.register.sample_load import load_sample
from dengta.core.reason import Refusal
from dengta.engines import register as engine
from dengta.engines.register import Definition
from tests.apps.register.stage import CITY

ALL = Sight(CITY)
DATA = engine.city_of(*programmes.city(CITY), CITY)
DAYS = st.dates(date(2019, 1, 1), date(2026, 11, 25))


@pytest.fixture(scope="module")
def sample(django_db_setup: None, django_db_blocker) -> Iterator[SampleCity]:
    """The sample is brought in once for the file, in a transaction that is given up afterwards."""
    from dengta.apps.accounts.journal import Call
    from tests.apps.register.stage import NOW, people_by_role

    with django_db_blocker.unblock(), transaction.atomic():
        analyst = people_by_role()["analyst"]
        load_sample(call=Call.fresh(analyst, NOW), programme=CITY, site="furniture")
        yield SampleCity.of(CITY)
        transaction.set_rollback(True)


@pytest.fixture
def loaded_city(sample: SampleCity, db: None) -> SampleCity:
    """For one test."""
    return sample


def test_the_published_series_to_the_firm(loaded_city):
    for one in DATA.published:
        found = queries.figures(ALL, one.point.day).rates[Definition.FILED]
        assert (found.transformed, found.listed) == (one.point.transformed, one.point.listed)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(DAYS)
def test_database_engine_and_judge_agree_on_any_day(loaded_city, day):
    mine, ours = loaded(CITY).register, loaded_city.city.register
    for definition in Definition:
        of_database, of_engine = engine.by_town(mine, day, definition), engine.by_town(ours, day, definition)
        assert of_database == of_engine
        whole = queries.figures(ALL, day).rates[definition]
        assert (whole.transformed, whole.listed) == engine.counted(mine, day, definition)


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(DAYS, st.sampled_from(["", *DATA.names]))
def test_the_rows_behind_every_figure_are_as_many_as_it_says(loaded_city, day, town):
    sight = Sight(CITY, town)
    told = queries.figures(sight, day)
    for step, n in told.steps._asdict().items():
        assert queries.enterprises(sight, Asked(day, standing=step)).count() == n, step
    assert queries.enterprises(sight, Asked(day, standing="listed")).count() == told.rates[Definition.FILED].listed


def test_what_was_known_then_is_not_what_is_known_now(loaded_city):
    wrong = Fact.objects.filter(kind=Kind.FILED).exclude(superseded=engine.FOREVER)
    assert wrong.count() == 60
    one = wrong.first()
    day = date.fromordinal(one.start)
    then = queries.figures(ALL, day, known=date.fromordinal(one.known)).rates[Definition.FILED]
    now = queries.figures(ALL, day).rates[Definition.FILED]
    assert then.transformed != now.transformed or then.listed != now.listed


def test_nobody_real_is_in_it(loaded_city):
    firms = Enterprise.objects.all()
    assert firms.count() == engine.FIRMS
    assert all(name.endswith("（示例）") for name in firms.values_list("name", flat=True))
    assert len(set(firms.values_list("name", flat=True))) == engine.FIRMS
    assert all(engine.faults(code) == [] for code in firms.values_list("code", flat=True))
    phones = Fact.objects.filter(kind=Kind.PHONE).values_list("key", flat=True)
    assert all(phone.startswith("0000") for phone in phones)


def test_town_targets_sum_to_the_citys_and_documents_that_disagree_stand_side_by_side(loaded_city):
    own = Target.objects.filter(source__document__startswith="示例")
    for year in set(own.values_list("year", flat=True)):
        rows = own.filter(year=year)
        city = rows.get(town="").firms
        assert sum(rows.exclude(town="").values_list("firms", flat=True)) == city
    stated = Target.objects.filter(town="", year=2025, measure="total")
    assert sorted(stated.values_list("firms", flat=True)) == [1000, 3500]


def test_the_demos_people_have_their_places_and_the_model_plant_its_firm(loaded_city):
    firm = Enterprise.objects.get(site="furniture")
    assert (firm.industry, queries.site_of(CITY, firm.code)) == ("furniture", "furniture")
    people = User.objects.filter(fictional=True)
    assert people.get(groups__name="firm").enterprise == firm.code
    assert people.get(groups__name="town").town in DATA.names
    assert people.get(groups__name="analyst").town == ""


def test_key_projects_promise_and_deliver(loaded_city):
    assert Project.objects.count() == 36
    assert set(Delivery.objects.values_list("number", flat=True)) <= set(
        Project.objects.values_list("number", flat=True)
    )


def test_it_is_brought_in_once(loaded_city):
    from dengta.apps.accounts.journal import Call
    from tests.apps.register.stage import NOW

    analyst = User.objects.get(login="xu-lan")
    with pytest.raises(Refusal) as refused:
        load_sample(call=Call.fresh(analyst, NOW), programme=CITY, site="furniture")
    assert refused.value.reasons[0].code == "register.not_empty"


def test_names_are_spelled_as_the_dictionary_reads_them(loaded_city):
    from pypinyin import lazy_pinyin

    for name in ["重庆示例", "长兴银行五金", "乐音音乐行", *Enterprise.objects.values_list("name", flat=True)[:300]]:
        plain = "".join(sign for sign in name if sign.isalnum())
        assert spelled(name).sort_key == "0".join(lazy_pinyin(plain))
