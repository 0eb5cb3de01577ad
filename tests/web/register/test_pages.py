"""The pages of the register: who sees what, in which words."""

from __future__ import annotations

import pytest

from dengta.apps.accounts.models import User
from tests.apps.register.stage import CODES, GUZHEN

pytestmark = pytest.mark.django_db


def text(client, path, status=200):
    answer = client.get(path)
    assert answer.status_code == status, answer.content.decode()[:2000]
    return answer.content.decode()


def test_the_register_shows_the_rate_and_every_figure_opens_its_rows(client_of, small):
    client = client_of("analyst")
    page = text(client, "/city/register/?day=2025-01-01")
    assert "50.00 %" in page
    assert "示例锁业一厂" in page
    assert "?day=2025-01-01&amp;standing=accepted" in page
    page = text(client, "/city/register/?day=2025-01-01&standing=accepted")
    assert "Enterprises: 1" in page
    assert "示例照明" not in page


def test_what_the_address_asks_wrongly_is_said(client_of, small):
    client = client_of("analyst")
    assert "31.12.2024 is no date" in text(client, "/city/register/?day=31.12.2024", 400)
    assert "there is no town 1" in text(client, "/city/register/?town=1", 400)
    assert "there is no standing rich" in text(client, "/city/register/?standing=rich", 400)
    assert "No enterprise is like that" in text(client, "/city/register/?q=nobody")
    assert "is not yours to see" in text(client, "/city/register/91442000MA000000XX/", 404)


def test_nobody_registered_says_what_comes(client_of):
    assert "Nobody is registered here yet" in text(client_of("analyst"), "/city/register/")


def test_a_firm_comes_to_its_own_page_and_to_no_other(client_of, small):
    client = client_of("firm")
    assert "belongs to your account yet" in text(client, "/city/own/", 404)
    User.objects.filter(fictional=True, groups__name="firm").update(enterprise=CODES[2])
    assert client.get("/")["Location"] == "/city/own/"
    assert client.get("/city/own/")["Location"] == f"/city/register/{CODES[2]}/"
    assert "示例锁业二厂" in text(client, f"/city/register/{CODES[2]}/")
    text(client, f"/city/register/{CODES[0]}/", 404)
    assert "analyst" in text(client, "/city/register/", 403)


def test_a_town_officer_has_one_town(client_of, small):
    client = client_of("town")
    User.objects.filter(fictional=True, groups__name="town").update(town=GUZHEN)
    page = text(client, "/city/register/?day=2025-01-01")
    assert "Enterprises: 2" in page
    assert "示例锁业一厂" not in page
    assert 'name="town"' not in page
    text(client, f"/city/register/{CODES[0]}/", 404)


@pytest.mark.parametrize("role", ["operator", "planner", "engineer", "quality", "manager"])
def test_people_of_the_plant_are_told_who_sees_the_city(client_of, role):
    assert "analyst" in text(client_of(role), "/city/register/", 403)


def test_the_city_speaks_chinese(client_of, small):
    client = client_of("analyst")
    client.post("/language/", {"language": "zh-hans"})
    page = text(client, "/city/register/?day=2025-01-01")
    assert "小榄镇" in page
    assert "核实" in page
    assert "Register" not in page.split("<body")[1]
