"""The pages of the register: who sees what, in which words."""

from __future__ import annotations

import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from dengta.apps.accounts.models import User
from dengta.apps.register.models import Fact, Kind
from dengta.site.home import Home
from tests.apps.register.stage import CODES, GUZHEN, XIAOLAN, state

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


def test_the_page_of_an_enterprise_tells_both_times(client_of, call, small):
    wrong = Fact.objects.get(kind=Kind.FILED, enterprise__code=CODES[1])
    Fact.objects.filter(pk=wrong.pk).update(known=wrong.start)
    state(call, CODES[1], Kind.FILED, "2024-03-01", instead_of=wrong.pk)
    client = client_of("analyst")
    page = text(client, f"/city/register/{CODES[1]}/?day=2023-06-01")
    assert "<dt>Filed</dt><dd>–</dd>" in page
    page = text(client, f"/city/register/{CODES[1]}/?day=2023-06-01&known=2023-06-01")
    assert "<dt>Filed</dt><dd>2023-03-01</dd>" in page
    assert "<del>" in page
    assert "文件 2" in page


def test_a_fact_is_corrected_on_a_page_with_a_document(client_of, small):
    client = client_of("analyst")
    fact = Fact.objects.get(kind=Kind.ACCEPTED, enterprise__code=CODES[0])
    path = f"/city/register/{CODES[0]}/correct/{fact.pk}/"
    assert "文件 2" in text(client, path)
    form = {"level": "9", "start": "2999-01-01", "document": ""}
    answer = client.post(path, form)
    assert answer.status_code == 400
    told = answer.content.decode()
    assert all(part in told for part in ("has not come yet", "levels are 1, 2, 3 and 4", "which document"))
    assert client.post(path, {"level": "3", "start": "2024-02-01", "document": "更正 3"}).status_code == 302
    assert "level 3" in text(client, f"/city/register/{CODES[0]}/?day=2025-01-01")
    for role in ("town", "firm"):
        text(client_of(role), path, 403)


def test_private_facts_are_masked_but_for_keepers_and_the_firm_itself(client_of, call, small):
    state(call, CODES[0], Kind.PHONE, "2020-01-01", text="0000-12345678")
    page = f"/city/register/{CODES[0]}/"
    assert "0000-12345678" in text(client_of("analyst"), page)
    officer = client_of("town")
    User.objects.filter(fictional=True, groups__name="town").update(town=XIAOLAN)
    assert "0000-12345678" not in text(officer, page)
    assert "•••678" in text(officer, page)
    firm = client_of("firm")
    User.objects.filter(fictional=True, groups__name="firm").update(enterprise=CODES[0])
    assert "0000-12345678" in text(firm, page)
    assert "Who shares something" not in text(firm, page)


def test_related_enterprises_are_shown_with_evidence_and_towns_do_not_see_each_other(client_of, call, small):
    state(call, CODES[0], Kind.PHONE, "2020-01-01", text="0000-1234 5678")
    state(call, CODES[3], Kind.PHONE, "2020-01-01", text="0000 12345678")
    analyst = client_of("analyst")
    for path in ("/city/related/", f"/city/register/{CODES[0]}/"):
        page = text(analyst, path)
        assert "Telephone" in page
        assert "示例照明" in page
    officer = client_of("town")
    User.objects.filter(fictional=True, groups__name="town").update(town=XIAOLAN)
    for path in ("/city/related/", f"/city/register/{CODES[0]}/"):
        page = text(officer, path)
        assert "and 1 enterprise of another town" in page
        assert "示例照明" not in page


def test_towns_and_lists_are_files_too(client_of, small):
    client = client_of("analyst")
    page = text(client, "/city/towns/?day=2025-01-01")
    assert "Xiaolan" in page
    assert "no target stated" in page
    told = client.get("/city/towns/?day=2025-01-01&as=csv").content.decode("utf-8-sig")
    assert "Xiaolan,3,2," in told
    told = client.get("/city/register/?day=2025-01-01&standing=filed&as=csv").content.decode("utf-8-sig")
    assert told.count("示例") == 2
    assert client.get("/city/register/?as=xlsx").content[:2] == b"PK"
    officer = client_of("town")
    User.objects.filter(fictional=True, groups__name="town").update(town=GUZHEN)
    assert "Xiaolan" not in text(officer, "/city/towns/?day=2025-01-01")
    assert "示例锁业" not in officer.get("/city/register/?as=csv").content.decode()


def test_pages_of_the_register_ask_the_database_little(client_of, small, django_assert_max_num_queries):
    client = client_of("analyst")
    for path in ("/city/register/", "/city/towns/", f"/city/register/{CODES[0]}/", "/city/projects/", "/city/related/"):
        client.get(path)
        with django_assert_max_num_queries(16):
            client.get(path)


def test_a_list_is_looked_at_and_brought_in_on_a_page(client_of, small, settings, tmp_path):
    settings.HOME = Home(tmp_path)
    client, path = client_of("analyst"), "/city/register/import/"
    assert "Columns of each list" in text(client, path)
    told = {"kind": "filed", "document": "备案 7", "day": "2025-01-01", "rows": "1", "total": ""}

    def sent(content: str, **more):
        file = SimpleUploadedFile("filings.csv", content.encode(), "text/csv")
        return client.post(path, told | more | {"file": file})

    answer = sent(f"code,day\n{CODES[2][:-1]}!,2024-06-01\n")
    assert (answer.status_code, "row 2" in answer.content.decode()) == (400, True)
    answer = sent(f"code,day\n{CODES[2]},2024-06-01\n", rows="2")
    assert "2 rows were stated, 1 are in the file" in answer.content.decode()
    answer = sent(f"code,day\n{CODES[2]},2024-06-01\n")
    page = answer.content.decode()
    assert (answer.status_code, "What filings.csv would change" in page, "示例锁业二厂" in page) == (200, True, True)
    assert "60.00 %" not in text(client, "/city/register/?day=2025-01-01")
    sha256 = re.search(r'name="sha256" value="([0-9a-f]{64})"', page).group(1)
    answer = client.post(path, told | {"bring": "1", "sha256": sha256, "name": "filings.csv"}, follow=True)
    assert "filings.csv is in: 1 new" in answer.content.decode()
    assert "75.00 %" in text(client, "/city/register/?day=2025-01-01")
    assert not list((tmp_path / "register" / "uploads").iterdir())
    answer = client.post(path, told | {"bring": "1", "sha256": "../x"})
    assert answer.status_code == 400
    text(client_of("town"), path, 403)
