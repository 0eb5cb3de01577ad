"""A production director opens Today on the phone: what is short, where its parts are, what is behind a figure."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from tests.browser.conftest import LANGUAGES, sign_in
from tests.browser.live_plant import LivePlant
from tests.web.today.plant_home import furnished

pytestmark = pytest.mark.browser
PHONE = {"width": 390, "height": 844}
ORDER = "/orders/K260604-078/"


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LivePlant]:
    """Four days of the model plant, late in the evening, and the pages over them."""
    plant: Any = LivePlant(SimpleNamespace(home=furnished(Path(tmp_path_factory.mktemp("today")))), "")  # type: ignore[arg-type]
    plant.start()
    yield plant
    plant.stop()


@pytest.fixture
def phone(browser: Any, served: LivePlant) -> Iterator[Callable[[str], Any]]:
    """``phone("en")``: the manager's phone after signing in."""
    contexts, broken = [], []

    def open_(language: str) -> Any:
        context = browser.new_context(locale=LANGUAGES[language], viewport=PHONE, has_touch=True, is_mobile=True)
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: broken.append(str(error)))
        sign_in(page, served.address, "manager")
        return page

    yield open_
    for context in contexts:
        context.close()
    assert not broken, broken


def test_the_directors_morning_on_the_phone(phone, served):
    page = phone("en")
    expect(page).to_have_url(re.compile("/today/$"))
    expect(page.locator("h1")).to_have_text("Today, 2026-06-04")
    due = page.locator('section[aria-labelledby="due-today"]')
    expect(due.locator(".orders > li.look").first).to_contain_text("at risk")
    due.locator(".counts a", has_text="short").tap()
    expect(page.locator(".filters a[aria-current]")).to_contain_text("short")
    row = page.locator(".orders > li").first
    expect(row.locator(".lacks")).to_contain_text("waits for")
    name = row.locator("a").first.inner_text()
    row.locator("a").first.tap()
    expect(page.locator("h1")).to_have_text(name)
    expect(page.locator("#missing")).to_be_visible()
    page.locator("table.events a").first.tap()
    expect(page.locator(".command code").first).to_contain_text(f'"order":"{name}"')


def test_a_measure_opens_its_rows_and_the_command_gives_the_same_digits(phone, served):
    page = phone("en")
    page.get_by_role("link", name="Order accuracy").tap()
    expect(page.locator("h1")).to_contain_text("Order accuracy")
    exact = page.locator('section[aria-labelledby="exact"]')
    digits = exact.locator("tbody td").last.inner_text()
    exact.locator("summary").tap()
    command = exact.locator(".command code").inner_text().split()
    done = subprocess.run(
        [sys.executable, "-m", "dengta.cli.main", *command[1:], "--home", str(served.stage.home.path)],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert f'"exact": "{digits}"' in done.stdout
    page.locator("table tbody a").first.tap()
    expect(page.locator("#lines")).to_be_visible()


@pytest.mark.parametrize("language", LANGUAGES)
def test_nothing_serious_for_axe_and_no_page_wider_than_the_phone(phone, served, language):
    page = phone(language)
    for path in ("/today/", "/today/due/today/?show=all", "/today/measure/production_efficiency/", ORDER):
        page.goto(served.address + path)
        assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"], path
        found = [v for v in Axe().run(page).response["violations"] if v["impact"] in ("serious", "critical")]
        assert not found, (path, [(v["id"], v["nodes"][0]["html"][:160]) for v in found])
