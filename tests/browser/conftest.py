"""A real server over a prepared log, and pages of real people in a real Chromium.

`live_plant` is the site, whose log the test writes; `visit("engineer", "/floor/")` is a page of it after signing in.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from dengta.apps.accounts.policies import ROLES
from dengta.site.home import Home
from tests.browser.live_plant import LivePlant
from tests.web.floor.stage import Stage

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

Visit = Callable[..., Any]
LANGUAGES = {"en": "en-US", "zh-hans": "zh-CN"}


@pytest.fixture(scope="session")
def live_plant(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LivePlant]:
    """The model plant's book, a morning of events, and the pages over them."""
    stage = Stage(Home.at(Path(tmp_path_factory.mktemp("home"))))
    stage.morning()
    plant = LivePlant(stage, "")
    try:
        plant.start()
        yield plant
    finally:
        plant.stop()
        stage.close()


def sign_in(page: Page, address: str, role: str) -> None:
    """As the demo person of `role`."""
    page.goto(f"{address}/login/")
    page.locator(".people button").nth(list(ROLES).index(role)).click()
    page.wait_for_url(re.compile(r"/(floor|today|city)/"))


@pytest.fixture
def visit(browser: Browser, live_plant: LivePlant) -> Iterator[Visit]:
    """``visit(role, path, language="en", width=1366)``: a page after signing in; nothing may break on it."""
    contexts, broken = [], []

    def go(role: str, path: str, language: str = "en", width: int = 1366, **more: Any) -> Page:
        context = browser.new_context(locale=LANGUAGES[language], viewport={"width": width, "height": 900}, **more)
        contexts.append(context)
        context.set_default_timeout(10_000)
        page = context.new_page()
        page.on("pageerror", lambda error: broken.append(str(error)))
        page.on("console", lambda said: broken.append(said.text) if _is_fault(said) else None)
        sign_in(page, live_plant.address, role)
        if not page.url.endswith(path):
            page.goto(live_plant.address + path)
        return page

    yield go
    for context in contexts:
        context.close()
    assert not broken, broken


def _is_fault(said: Any) -> bool:
    """An error on the console. A page that is refused on purpose and a server that a test takes away are none."""
    refused = "Failed to load resource" in said.text and "/static/" not in said.location.get("url", "")
    taken_away = said.text.startswith(("htmx:sendError", "htmx:afterRequest"))  # htmx's own word for it
    return said.type == "error" and not refused and not taken_away
