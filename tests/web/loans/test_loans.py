"""Loans in the browser: a list looked at and brought in, a firm's statements, and who sees whose."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from dengta.apps.accounts.models import User
from dengta.apps.loans.models import Line
from dengta.core.money import Money
from dengta.engines.subsidy import compute, from_json
from dengta.web.programme import programme
from tests.apps.loans.test_commands import CODE, filed
from tests.apps.loans.test_lists import HEAD, ROWS, listed

PAGE = "/city/loans/"


@pytest.fixture
def analyst(client_of: Any) -> Client:
    """Signed in; the example's project is filed."""
    client: Client = client_of("analyst")
    filed({user.groups.get().name: user for user in User.objects.all()})
    return client


def upload(client: Client, content: bytes, **more: str) -> Any:
    return client.post(PAGE, {"file": SimpleUploadedFile("may.csv", content), **more})


def test_a_list_from_upload_to_statement(analyst: Client) -> None:
    answer = upload(analyst, listed(*ROWS))
    assert answer.status_code == 302
    page = analyst.get(answer["Location"]).content.decode()
    assert "10,000,000.00" in page
    assert not Line.objects.exists()
    assert analyst.post(answer["Location"], {"import": "1"}).status_code == 302
    assert "3 lines are in" in analyst.get(answer["Location"]).content.decode()
    firm = analyst.get(f"{PAGE}firm/{CODE}/").content.decode()
    for part in ("L-1", "七星银行", "82,291.67", "7,500,000.00", "3.95"):
        assert part in firm
    case = from_json(analyst.get(f"{PAGE}firm/{CODE}/?export=case-2023.json").content.decode(), "case.json")
    assert case.projects[0].loans[0].amount == 10_000_000_00
    assert str(Money(compute(programme(), case).amount or 0)) in firm
    assert CODE in analyst.get(PAGE, {"q": CODE[-6:]}).content.decode()
    assert "No firm with a loan is called that" in analyst.get(PAGE, {"q": "nobody"}).content.decode()


def test_faults_are_told_with_their_rows_and_nothing_is_kept(analyst: Client) -> None:
    answer = upload(analyst, "\n".join([HEAD, *ROWS]).replace("7500000.00,3.8", "1.00,3.8").encode())
    page = answer.content.decode()
    assert answer.status_code == 400
    assert "may.csv &gt; row 4: balances do not add up on 2023-06-21" in page
    assert not Line.objects.exists()
    assert "choose the bank" in analyst.post(PAGE, {}).content.decode()


def test_a_list_can_be_discarded(analyst: Client) -> None:
    address = upload(analyst, listed(*ROWS))["Location"]
    assert analyst.post(address, {"discard": "1"})["Location"] == PAGE
    assert analyst.get(address).status_code == 404


def test_everybody_sees_the_own_part(analyst: Client, client_of: Any) -> None:
    address = upload(analyst, listed(*ROWS))["Location"]
    analyst.post(address, {"import": "1"})
    own, town, firm = f"{PAGE}firm/{CODE}/", client_of("town"), client_of("firm")
    User.objects.filter(groups__name="town").update(town="442000105")
    assert town.get(own).status_code == 404
    assert CODE not in town.get(PAGE).content.decode()
    User.objects.filter(groups__name="town").update(town="442000118")
    assert town.get(own).status_code == 200
    assert firm.get(own).status_code == 404
    User.objects.filter(groups__name="firm").update(enterprise=CODE)
    assert firm.get(PAGE)["Location"] == own
    assert firm.get(own).status_code == 200
    assert client_of("operator").get(PAGE).status_code == 403


def test_only_keepers_look_at_lists(analyst: Client, client_of: Any) -> None:
    address = upload(analyst, listed(*ROWS))["Location"]
    for role in ("town", "firm"):
        assert client_of(role).get(address).status_code == 403
        assert client_of(role).post(address, {"import": "1"}).status_code == 403
    assert upload(client_of("town"), listed(*ROWS)).status_code == 403
    assert not Line.objects.exists()


def test_a_firm_without_loans_is_shown_the_way_on(client_of: Any) -> None:
    """Also from the page of an enterprise, which leads here."""
    answer = client_of("analyst").get(f"{PAGE}firm/{CODE}/")
    assert answer.status_code == 404
    assert f"/city/options/?code={CODE}" in answer.content.decode()
