"""The frame: who may see what, in which language, how heavy, with which headers, and what an error says."""

from __future__ import annotations

import gzip
import re
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from dengta.apps.accounts.policies import ROLES
from dengta.site.home import SiteFolder
from dengta.web import static_files

Sign = Callable[[str], Client]
PAGES = ("/plant/", "/memory/", "/plant/edit/", "/nowhere/")
pytestmark = pytest.mark.django_db


def test_a_stranger_is_asked_to_sign_in_and_comes_back_to_where_they_wanted(client: Client, site: SiteFolder) -> None:
    for page in ("/", "/plant/", "/memory/", "/api/docs"):
        answer = client.get(page)
        assert (answer.status_code, answer["Location"]) == (302, f"/login/?next={page}")


def test_the_demo_offers_one_person_per_role(client_of: Sign, client: Client) -> None:
    client_of("planner")
    text = client.get("/login/").content.decode()
    assert len(re.findall(r'name="person"', text)) == len(ROLES)
    assert "fictional data" in text
    assert "林晓 Lin Xiao" in text


def test_after_signing_in_one_goes_only_to_our_own_pages(client_of: Sign, client: Client) -> None:
    client_of("planner")
    for asked, target in (("/plant/", "/plant/"), ("https://elsewhere.example/", "/"), ("//elsewhere.example", "/")):
        assert client.post("/login/", {"person": "lin-xiao", "next": asked})["Location"] == target


def test_outside_a_demo_nobody_is_offered_and_nobody_taps_in(client_of: Sign, client: Client, settings: Any) -> None:
    client_of("planner")
    settings.DEMO = False
    assert 'name="person"' not in client.get("/login/").content.decode()
    assert client.post("/login/", {"person": "lin-xiao"}).status_code == 400


def test_a_home_without_people_says_how_to_make_the_first(client: Client) -> None:
    assert "dengta people add" in client.get("/login/").content.decode()


def test_a_locked_account_is_told_when_it_opens(client: Client) -> None:
    for _ in range(6):
        answer = client.post("/login/", {"login": "mei", "password": "wrong"})
    assert "it opens again in" in answer.content.decode()


def test_a_form_without_its_token_is_refused_in_words(site: SiteFolder) -> None:
    answer = Client(enforce_csrf_checks=True).post("/login/", {"login": "a", "password": "b"})
    assert answer.status_code == 403
    assert "This form is too old" in answer.content.decode()


@pytest.mark.parametrize("page", PAGES)
def test_every_page_in_both_languages(client_of: Sign, events: SiteFolder, page: str) -> None:
    client = client_of("engineer")
    told = {}
    for language, lang in (("en", "en"), ("zh-hans", "zh-Hans")):
        assert client.post("/language/", {"language": language, "next": page})["Location"] == page
        text = client.get(page).content.decode()
        told[language] = re.sub(r"<[^>]+>", "", text.split("<body")[1])
        assert f'<html lang="{lang}">' in text
        assert "{%" not in text
        assert "{{" not in text
    assert "fictional data" in told["en"]
    assert "虚构数据" in told["zh-hans"]
    assert "fictional data" not in told["zh-hans"]


@pytest.mark.parametrize("page", PAGES)
def test_no_script_or_style_stands_in_a_page(client_of: Sign, events: SiteFolder, page: str) -> None:
    answer = client_of("engineer").get(page)
    text = answer.content.decode()
    assert "'unsafe" not in answer["Content-Security-Policy"]
    assert not re.search(r"<script(?![^>]* src=)|<style|\sstyle=|\son\w+=", text)
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Cache-Control"] == "private, no-store"
    assert "no-referrer" in answer["Referrer-Policy"] or answer["Referrer-Policy"] == "same-origin"


@pytest.mark.parametrize("page", ["/login/", *PAGES])
def test_the_first_load_is_light(client_of: Sign, events: SiteFolder, page: str) -> None:
    """Page, style and script together: at most 60 kB over the wire."""
    answer = client_of("engineer").get(page, headers={"Accept-Encoding": "gzip"})
    weight = len(answer.content)
    plain = (
        gzip.decompress(answer.content).decode()
        if answer.get("Content-Encoding") == "gzip"
        else answer.content.decode()
    )
    for name in set(re.findall(r'(?:src|href)="/static/([^"?]+)', plain)):
        file = static_files.find(name)
        assert file, name
        weight += len(file.packed or file.plain)
    assert weight <= 60_000


def test_pages_ask_the_database_little(client_of: Sign, events: SiteFolder, django_assert_max_num_queries: Any) -> None:
    client = client_of("engineer")
    client.get("/plant/")
    for page in ("/plant/", "/memory/"):
        with django_assert_max_num_queries(6):
            client.get(page)


def test_what_is_not_there_says_so_and_shows_the_way_out(client_of: Sign, site: SiteFolder) -> None:
    answer = client_of("planner").get("/nowhere/")
    assert answer.status_code == 404
    assert "Back to the start page" in answer.content.decode()


def test_a_name_that_is_not_the_servers_is_explained(client: Client) -> None:
    answer = client.get("/login/", headers={"host": "elsewhere.example"})
    assert answer.status_code == 400
    assert "DENGTA_HOSTS" in answer.content.decode()


def test_a_fault_of_ours_is_a_page_too(client_of: Sign, site: SiteFolder, monkeypatch: pytest.MonkeyPatch) -> None:
    client = client_of("planner")
    client.raise_request_exception = False

    def broken(*_: object) -> None:
        raise RuntimeError("a fault on purpose")

    monkeypatch.setattr("dengta.apps.plant.queries.hierarchy", broken)
    answer = client.get("/plant/")
    assert answer.status_code == 500
    assert "Nothing was changed" in answer.content.decode()
    assert "on purpose" not in answer.content.decode()


def test_an_empty_home_says_how_to_begin(client_of: Sign, settings: Any, tmp_path: Any) -> None:
    from dengta.site.home import Home

    client = client_of("planner")
    settings.HOME = Home(tmp_path)
    for page in ("/plant/", "/memory/"):
        answer = client.get(page)
        assert answer.status_code == 404
        assert "dengta run" in answer.content.decode()


def test_another_site_of_the_home_is_one_tap_away(client_of: Sign, site: SiteFolder, settings: Any) -> None:
    client = client_of("planner")
    settings.HOME.site("machining").path.mkdir()
    assert "machining" in client.get("/plant/").content.decode()
    client.get("/plant/?site=machining")
    assert "No plant book then" in client.get("/plant/").content.decode()
    assert client.get("/plant/?site=nowhere").status_code == 404


def test_a_session_ends_however_busy_it_is(client_of: Sign, site: SiteFolder, settings: Any) -> None:
    client = client_of("planner")
    assert client.get("/plant/").status_code == 200
    session = client.session
    session["began"] -= (settings.SESSION_LONGEST_S + 1) * 1_000_000
    session.save()
    assert client.get("/plant/").status_code == 302


def test_signing_out_ends_the_session_on_the_server(client_of: Sign, site: SiteFolder) -> None:
    client = client_of("planner")
    kept = dict(client.cookies.items())
    client.post("/logout/")
    stale = Client()
    stale.cookies.load({name: morsel.value for name, morsel in kept.items()})
    assert stale.get("/plant/").status_code == 302
