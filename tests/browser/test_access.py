"""Everybody gets in, and every page can be read by everybody."""

from __future__ import annotations

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from dengta.apps.accounts.policies import ROLES
from tests.browser.pages import PAGES

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("role", ROLES)
def test_each_role_signs_in_and_sees_the_floor(visit, role):
    page = visit(role, "/floor/")
    expect(page.locator("h1")).to_have_text("Floor")
    expect(page.locator(".fictional")).to_be_visible()


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
