"""Rules, what if, policies and loans in a browser: an analyst's question, a firm's question, read by everybody."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.browser.pages import PAGES

pytestmark = pytest.mark.browser

LOADED = """
import django; django.setup()
from datetime import date, timedelta
from dengta.apps.loans import loading
from dengta.engines.register import code_of
from dengta.engines.subsidy.sample import Filed, sample_loans
codes = [code_of("91", "442000", 35_000_000 + k) for k in range(120)]
firms = [Filed(code, "442000118", date(2023, 1, 1) + timedelta(days=k)) for k, code in enumerate(codes)]
loading.sample_of = lambda data, sure: sample_loans(firms, date(2026, 3, 31), 3)
loading.load_sample(programme="zhongshan", at=1)
"""
NAMES = ("rules", "article", "calculator", "options", "what-if", "loans")


@pytest.fixture(scope="module")
def loans(live_plant: Any) -> None:
    """A small city's loans in the home of the live plant."""
    environment = os.environ | {"DENGTA_HOME": str(live_plant.stage.home.path), "DENGTA_DEMO": "1",
                                "DJANGO_SETTINGS_MODULE": "dengta.web.settings"}  # fmt: skip
    subprocess.run([sys.executable, "-c", LOADED], env=environment, check=True)


def readable(page: Page, width: int) -> None:
    """axe finds nothing serious; nothing is wider than the screen."""
    answer = Axe().run(page)
    serious = [v for v in answer.response["violations"] if v["impact"] in ("serious", "critical")]
    assert not serious, [(v["id"], v["nodes"][0]["html"][:200]) for v in serious]
    assert page.evaluate("document.documentElement.scrollWidth") <= width


@pytest.mark.parametrize("name", NAMES)
def test_every_page_can_be_read_by_everybody_on_a_phone(visit: Any, loans: None, name: str) -> None:
    readable(visit("administrator", PAGES[name], "zh-hans", 390), 390)


@pytest.mark.parametrize("name", ["what-if", "loans"])
def test_and_with_loans_on_a_desk(visit: Any, loans: None, name: str) -> None:
    readable(visit("analyst", PAGES[name]), 1366)


def test_an_analyst_asks_what_if_and_opens_one_firm(visit: Any, loans: None) -> None:
    page = visit("analyst", "/city/what-if/")
    page.get_by_label("share", exact=True).fill("50 %")
    page.get_by_role("button", name="Compute").click()
    expect(page.get_by_text("share: 100 % → 50 % from 2022-05-11")).to_be_visible()
    page.locator("section[aria-labelledby=firms] tbody a").first.click()
    expect(page.locator(".steps")).to_have_count(2)
    readable(page, 1366)


def test_a_firm_computes_a_case_with_the_keyboard(visit: Any, loans: None) -> None:
    page = visit("firm", "/city/rules/loan-discount/calculator/?on=2024-01-01")
    page.get_by_label("months in the city").fill("3")
    page.get_by_label("months in the city").press("Enter")
    expect(page.locator("#result")).to_be_visible()
    expect(page.locator(".result .big")).to_contain_text("0.00")
    expect(page.get_by_text("not eligible: something required is missing")).to_be_visible()
    readable(page, 1366)
