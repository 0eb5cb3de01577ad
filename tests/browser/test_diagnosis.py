"""A diagnosis in a browser: kept as one goes, two tabs, a pulled cable; on a phone and without scripts as well."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Callable
from contextlib import closing

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from dengta.engines.register import code_of

pytestmark = pytest.mark.browser
FIRMS = iter(range(30_000_000, 30_001_000, 7))


@pytest.fixture
def firm(visit, live_plant) -> Callable[..., Page]:
    """``firm(...)``: the page of a firm that is in the register and has no diagnosis yet."""
    code = code_of("91", "442000", next(FIRMS))
    visit("firm", "/city/own/")  # the demo's people are there
    with closing(sqlite3.connect(live_plant.stage.home.database, timeout=10)) as database, database:
        database.execute(
            "insert into register_enterprise (programme, code, name, sort_key, letters, town, industry, site)"
            " values ('zhongshan', ?, '示例家具', ?, 'shilijiaju', '442000118', '', '')",
            (code, code),
        )
        database.execute("update accounts_user set enterprise = ? where login = 'ouyang-qing'", (code,))
    return lambda path="/city/diagnosis/", *more, **rest: visit("firm", path, *more, **rest)


def begun(page: Page) -> str:
    """Press the first button; the address of the draft."""
    page.locator("form[action$='/begin/'] button").first.click()
    page.wait_for_url("**/foundation/")
    return page.url.removesuffix("foundation/")


def test_the_journey(firm):
    page = firm()
    base = begun(page)
    score = page.locator("#score")
    page.get_by_label("control network").check()
    expect(page.locator("#s-network")).to_contain_text("2 of 8 points")
    expect(score).to_contain_text("2 of 100 points")
    share = page.locator("#q-equipment-networked")
    share.get_by_label("networked production machines").fill("12")
    page.keyboard.press("Tab")
    expect(share).to_contain_text("state both numbers")
    page.keyboard.type("20")
    page.keyboard.press("Tab")
    expect(share).to_contain_text("4.5 of 6 points")
    expect(share.locator("td.here").last).to_have_text("4.5")
    expect(page.locator("#sections")).to_contain_text("Foundation 2/7")
    security = page.locator("#q-data-security")
    security.get_by_label("rules").check()
    security.get_by_label("none of these").check()
    expect(security.get_by_label("rules")).not_to_be_checked()
    expect(security).to_contain_text("0 of 5 points")
    page.reload()
    expect(share.get_by_label("all production machines")).to_have_value("20")
    page.goto(f"{base}scenes/")
    for at in range(8):
        page.locator(".question").nth(at).locator("input[type=radio]").nth(2).check()
        expect(page.locator(".question").nth(at).locator(".given")).to_contain_text("level 2")
    page.goto(base)
    expect(page.get_by_role("heading", name="The way to level 1")).to_be_visible()
    page.get_by_label("I state that these answers are true.").check()
    page.get_by_role("button", name="Submit").click()
    expect(page.locator(".head")).to_contain_text("submitted")
    expect(page.get_by_role("button", name="Submit")).to_have_count(0)


def test_two_tabs_of_one_draft(firm):
    """The tab that was late is told who changed the answer; what it says of other questions is kept."""
    first = firm()
    base = begun(first)
    second = firm(base.removeprefix(re.match(r"https?://[^/]+", base)[0]) + "foundation/")
    first.locator("#q-systems").get_by_label("two or more").check()
    expect(first.locator("#s-systems")).to_contain_text("5 of 10 points")
    second.get_by_label("5G industrial network").check()
    expect(second.locator("#score")).to_contain_text("7 of 100 points")
    second.locator("#q-systems input[value=all]").check()
    expect(second.locator("#s-systems")).to_contain_text("changed this answer at")
    expect(second.locator("#score")).to_contain_text("7 of 100 points")


def test_a_cable_that_is_pulled(firm):
    page = firm()
    begun(page)
    page.context.set_offline(True)
    page.get_by_label("control network").check()
    expect(page.locator("#unsaved")).to_be_visible()
    page.context.set_offline(False)
    page.get_by_label("5G industrial network").check()
    expect(page.locator("#unsaved")).to_be_hidden()
    expect(page.locator("#s-network")).to_contain_text("4 of 8 points")


def test_without_scripts(firm):
    page = firm(java_script_enabled=False)
    begun(page)
    page.get_by_label("control network").check()
    page.get_by_role("button", name="Save and go on").click()
    page.wait_for_url("**/management/")
    expect(page.locator("#score")).to_contain_text("2 of 100 points")


@pytest.mark.parametrize(("language", "width"), [("en", 1366), ("zh-hans", 390), ("zh-hans", 820)])
def test_its_pages_can_be_read_by_everybody(firm, language, width):
    """axe finds nothing serious; nothing is wider than the screen."""
    page = firm("/city/diagnosis/", language, width)
    base = begun(page)
    for part in ("foundation/", "scenes/", "", "of/equipment-networked/"):
        page.goto(base + part)
        serious = [v for v in Axe().run(page).response["violations"] if v["impact"] in ("serious", "critical")]
        assert not serious, (part, [(v["id"], v["nodes"][0]["html"][:160]) for v in serious])
        assert page.evaluate("document.documentElement.scrollWidth") <= width, part
