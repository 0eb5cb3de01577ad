"""What officers see of all firms: levels, towns, the list behind them, as a file; each only of the own town."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable

import pytest
from django.test import Client

from dengta.apps.accounts.journal import Call
from dengta.apps.accounts.models import User
from dengta.apps.diagnosis.models import Diagnosis
from dengta.apps.diagnosis.sample_load import load_sample
from dengta.apps.register.models import Kind
from tests.apps.register.stage import CITY, CODES, GUZHEN, XIAOLAN, state

Sign = Callable[[str], Client]
PAGE = "/city/diagnosis/"


@pytest.fixture
def four(small: list[str], call: Callable[..., Call]) -> None:
    """Firms at levels 2, 1, 3 in Xiaolan and 4 in Guzhen, all with a diagnosis in force."""
    for code, level in zip(CODES[1:4], (1, 3, 4), strict=True):
        state(call, code, Kind.ACCEPTED, "2024-03-01", level=level)
    load_sample(call=call(), programme=CITY)


def firms(client: Client, query: str = "") -> list[str]:
    page = client.get(PAGE + query).content.decode()
    return re.findall(r'<td><a href="/city/diagnosis/[0-9a-f-]{36}/">([^<]+)</a>', page)


def test_levels_towns_and_the_list_behind(four: None, client_of: Sign) -> None:
    client = client_of("analyst")
    page = client.get(PAGE).content.decode()
    assert "4 diagnoses by level" in page
    assert page.count("1 firms, 25 %") == 4
    assert sorted(firms(client)) == ["示例五金", "示例照明", "示例锁业一厂", "示例锁业二厂"]
    assert firms(client, "?level=3") == ["示例锁业二厂"]
    assert firms(client, f"?town={GUZHEN}") == ["示例照明"]
    assert firms(client, "?q=suoye") == firms(client, "?q=锁业") != []
    assert firms(client, "?sort=level")[0] == "示例照明"
    assert firms(client, "?sort=name&level=x&page=99") == ["示例锁业二厂", "示例锁业一厂", "示例五金", "示例照明"], (
        "pinyin"
    )
    assert "No firm is like that" in client.get(PAGE + "?q=nobody").content.decode()
    assert (
        "has submitted a diagnosis to this questionnaire yet"
        in client.get(PAGE + "?edition=miit-2022").content.decode()
    )
    first = Diagnosis.objects.get(level=3)
    result = client.get(f"{PAGE}{first.pk}/").content.decode()
    assert first.sha256 in result
    assert 'name="pledge"' not in result
    assert "disabled" in client.get(f"{PAGE}{first.pk}/scenes/").content.decode()


def test_an_officer_sees_the_own_town(four: None, client_of: Sign) -> None:
    client = client_of("town")
    User.objects.filter(login="liang-bo").update(town=XIAOLAN)
    assert sorted(firms(client)) == ["示例五金", "示例锁业一厂", "示例锁业二厂"]
    assert firms(client, f"?town={GUZHEN}") == []
    other = Diagnosis.objects.get(level=4)
    for address in ("", "answers.json", "scenes/"):
        assert client.get(f"{PAGE}{other.pk}/{address}").status_code == 404


def test_as_a_file(four: None, client_of: Sign) -> None:
    client = client_of("analyst")
    answer = client.get(PAGE + "?as=csv&town=" + XIAOLAN)
    told = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert {row["Credit code"]: int(row["Level"]) for row in told} == dict(zip(CODES, (2, 1, 3), strict=False))
    assert {row["SHA-256"] for row in told} <= set(Diagnosis.objects.values_list("sha256", flat=True))
    assert client.get(PAGE + "?as=xlsx").content[:2] == b"PK"


def test_the_page_needs_few_reads(
    four: None, client_of: Sign, django_assert_max_num_queries: Callable[..., object]
) -> None:
    client = client_of("analyst")
    with django_assert_max_num_queries(12):  # type: ignore[attr-defined]
        client.get(PAGE)


def test_planners_have_nothing_to_do_here(four: None, client_of: Sign) -> None:
    assert client_of("planner").get(PAGE).status_code == 403
