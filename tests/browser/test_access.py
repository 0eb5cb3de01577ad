"""Everybody gets in, and every page can be read by everybody."""

from __future__ import annotations

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from dengta.apps.accounts.policies import ROLES, Permission
from tests.browser.pages import PAGES

pytestmark = pytest.mark.browser


FACTORY = [role for role, row in ROLES.items() if Permission.SEE in row.permissions]
CITY = [role for role in ROLES if role not in FACTORY]


@pytest.mark.parametrize("role", FACTORY)
def test_each_role_of_the_plant_signs_in_and_sees_the_floor(visit, role):
    page = visit(role, "/floor/")
    expect(page.locator("h1")).to_have_text("Floor")
    expect(page.locator(".fictional")).to_be_visible()


@pytest.mark.parametrize("role", CITY)
def test_each_role_of_the_city_begins_there_and_is_told_why_the_floor_is_not_theirs(visit, live_plant, role):
    page = visit(role, "/city/own/" if role == "firm" else "/city/register/")
    expect(page.locator("h1")).to_have_text("My enterprise" if role == "firm" else "Register")
    page.goto(f"{live_plant.address}/floor/")
    expect(page.locator("h1")).to_have_text("Refused")
    expect(page.locator("main")).to_contain_text("engineer")


def test_a_role_of_the_plant_is_told_who_sees_the_city(visit, live_plant):
    page = visit("engineer", "/floor/")
    expect(page.locator(".halves")).to_have_count(0)
    page.goto(f"{live_plant.address}/city/register/")
    expect(page.locator("main")).to_contain_text("analyst")


def test_an_administrator_goes_from_one_half_to_the_other(visit):
    page = visit("administrator", "/floor/")
    page.locator(".halves").get_by_text("City").click()
    expect(page.locator("h1")).to_have_text("Register")
    page.locator(".halves").get_by_text("Factory").click()
    expect(page.locator("h1")).to_contain_text("Today")


@pytest.mark.parametrize(
    ("language", "paths"),
    [("en", [*PAGES.values(), "/login/"]), ("zh-hans", [PAGES[name] for name in ("floor", "machine", "performance")])],
)
def test_axe_finds_nothing_serious(visit, live_plant, language, paths):
    page = visit("administrator", "/floor/", language)
    found = []
    for path in paths:
        page.goto(live_plant.address + path)
        page.wait_for_load_state("load")
        answer = Axe().run(page)
        found += [
            f"{path}: {v['id']} ({v['impact']}): {v['help']}: {v['nodes'][0]['html'][:160]}"
            for v in answer.response["violations"]
            if v["impact"] in ("serious", "critical")
        ]
    assert not found, "\n".join(found)


@pytest.mark.parametrize("width", [390, 820])
def test_no_page_is_wider_than_its_screen(visit, live_plant, width):
    page = visit("administrator", "/floor/", "en", width)
    for path in PAGES.values():
        page.goto(live_plant.address + path)
        assert page.evaluate("document.documentElement.scrollWidth") <= width, path
