"""Which policies can I get: the engine's answer for what is told, prefilled with what is known."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from django.test import Client

from dengta.apps.accounts.journal import Call
from dengta.apps.accounts.models import User
from dengta.apps.loans import commands as loans
from dengta.apps.register import commands as register
from dengta.core.money import Money
from dengta.engines.register import code_of
from dengta.engines.subsidy import compute, example, rivals
from dengta.site.clock import real_now
from dengta.web.programme import programme

PAGE = "/city/options/"
CODE = code_of("91", "442000", 34_000_001)
TOLD = {
    "asked": "1", "day": "2024-06-30", "facts.manufacturer": "true", "facts.recognised": "false",
    "equipment.net": "8,000,000", "software.net": "1000000", "paid.day": "2024-02-01",
    "loan.amount": "6000000", "loan.rates": "3.95", "loan.balances": "2024-02-01",
}  # fmt: skip


@pytest.fixture
def client(client_of: Any) -> Client:
    return client_of("firm")


def cards(page: str) -> dict[str, str]:
    """Title -> the card, by its first heading."""
    found = re.findall(r'<section class="card option.*?</section>', page, re.DOTALL)
    return {re.search(r'<a href="[^"]*">(.*?)</a></h2>', one)[1]: one for one in found}  # type: ignore[index]


def test_each_article_is_told_as_the_engine_finds_it(client: Client) -> None:
    told = cards(client.get(PAGE, TOLD).content.decode())
    day = date(2024, 6, 30)
    assert len(told) == len(programme().on(day)) >= 5
    upgrade = told["Digital and intelligent upgrade: share of equipment and software"]
    assert "1,800,000.00" in upgrade
    assert "not known yet" in upgrade
    discount = told["Full discount of interest on digital loans"]
    assert "the interest paid in 2024 is not stated" in discount
    assert "an independent legal person" in discount
    assert "found in: the business licence" in discount
    assert "not eligible" in told["Demonstration factory"]


def test_modes_that_exclude_one_another_are_told_both_ways(client: Client) -> None:
    told = cards(client.get(PAGE, TOLD).content.decode())
    names = (
        "Digital and intelligent upgrade: share of equipment and software",
        "Full discount of interest on digital loans",
    )
    for one, other in (names, names[::-1]):
        assert f"takes this or one of: {other}" in told[one]
    assert "takes this or one of" not in told["Demonstration factory"]
    article = programme().article("upgrade", date(2024, 6, 30))
    assert article is not None
    assert [one.id for one in rivals(programme(), article, date(2024, 6, 30))] == ["loan-discount"]
    assert rivals(programme(), article, date(2022, 2, 1)) == ()


def test_what_is_not_told_is_unknown_and_nothing_fails(client: Client) -> None:
    page = client.get(PAGE, {"asked": "1", "day": "2024-06-30"}).content.decode()
    told = cards(page)
    assert not any("✕" in card for card in told.values())
    assert sum("not known yet" in card for card in told.values()) >= 5


def test_what_the_register_and_filed_projects_say_is_filled_in(client_of: Any) -> None:
    """The firm's own page, without a form sent: facts of its filing, its projects as they are filed."""
    client: Client = client_of("firm")
    analyst = User.objects.get(groups__name="analyst")
    User.objects.filter(groups__name="firm").update(enterprise=CODE)
    entered = Call.fresh(analyst, real_now())
    register.enter_enterprise(
        call=entered, programme="zhongshan", code=CODE, name="示例厂", town="442000118", industry="furniture",
        start=date(2020, 1, 1), document="test",
    )  # fmt: skip
    case = example(programme().articles[0])
    loans.file_project(
        call=Call.fresh(analyst, real_now()), programme="zhongshan", code=CODE, town="442000118", facts=case.facts,
        project=replace(case.projects[0], loans=()),
    )  # fmt: skip
    page = client.get(PAGE, {"day": "2024-06-30"}).content.decode()
    assert "示例厂" in page
    assert "stated when a project was filed" in page
    upgrade = cards(page)["Digital and intelligent upgrade: share of equipment and software"]
    expected = compute(programme(), replace(case, article="upgrade", day=date(2024, 6, 30)))
    assert str(Money(expected.amount or 0)) in upgrade
    assert "示例厂" not in client_of("operator").get(PAGE, {"code": CODE}).content.decode()


def test_faults_stand_beside_their_fields_once(client: Client) -> None:
    answer = client.get(PAGE, TOLD | {"equipment.net": "many", "loan.rates": "", "loan.balances": "2029-01-01"})
    page = answer.content.decode()
    assert answer.status_code == 400
    for field in ("equipment.net", "loan.rates", "loan.balances"):
        assert f'id="fault-{field}"' in page, field
    assert page.count("many is no amount") == 1


def test_a_day_without_rules_says_what_to_do(client: Client) -> None:
    page = client.get(PAGE, {"asked": "1", "day": "2019-01-01"}).content.decode()
    assert "No article holds on this day" in page
