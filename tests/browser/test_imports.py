"""A spreadsheet in a browser: uploaded, understood, changed by hand, checked, brought in; on a phone as well."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from dengta.connect.sender import write_door_file
from tests.connect.served import serving

pytestmark = pytest.mark.browser
SLOW = 30_000
"""Milliseconds: a worker that was just started first loads what its job needs."""
HEAD = "Station,Order,Worker,Kind,Good,Minutes,Finished"
ROWS = [
    f"{'Panel saw 1' if i % 2 else 'Old saw'},O-{i},W0{i % 7},Work,{i},30,2026-11-20 {8 + i // 6:02d}:{i % 6}0"
    for i in range(40)
]


@pytest.fixture
def worker(live_plant) -> Iterator[None]:
    """The process that does the jobs, and the door of the log, which this process holds."""
    environment = os.environ | {"DENGTA_HOME": str(live_plant.stage.home.path), "DENGTA_DEMO": "1"}
    command = [sys.executable, "-m", "dengta.cli.main", "process", "worker"]
    stage = live_plant.stage
    with serving(stage.log, stage.folder.site) as address:
        write_door_file(stage.folder, address)
        with subprocess.Popen(command, env=environment, stderr=subprocess.DEVNULL) as process:
            yield
            process.terminate()
        stage.folder.door.unlink()


def uploaded(page: Page, name: str, rows: list[str]) -> None:
    """Choose a file and press the button."""
    data = "\n".join([HEAD, *rows, ""]).encode()
    page.set_input_files("input[type=file]", {"name": name, "mimeType": "text/csv", "buffer": data})
    page.locator("form[enctype] button.main").click()
    page.wait_for_url("**/import/*-*/")


def test_the_journey(visit, worker, live_plant):
    page = visit("engineer", "/import/")
    uploaded(page, "november.csv", ROWS)
    preview = page.locator("#preview")
    expect(preview).to_contain_text("Old saw is neither an alias")
    page.get_by_label("Old saw").select_option("saw-2")
    expect(preview).not_to_contain_text("Old saw is neither an alias")
    expect(preview).to_contain_text("Panel saw 2")
    page.get_by_role("button", name="Check all rows").click()
    expect(page.get_by_role("heading", name="What its rows would become")).to_be_visible(timeout=SLOW)
    expect(page.locator(".figures")).to_contain_text("40")
    page.locator("button[name=import]").click()
    expect(page.get_by_text("119 new events are in the log.")).to_be_visible(timeout=SLOW)
    page.goto(f"{live_plant.address}/import/")
    expect(page.locator("table")).to_contain_text("brought in")


@pytest.mark.parametrize(("language", "width"), [("en", 1366), ("zh-hans", 390), ("zh-hans", 820)])
def test_its_pages_can_be_read_by_everybody(visit, worker, live_plant, language, width):
    """axe finds nothing serious in the form and in the account; nothing is wider than the screen."""
    page = visit("administrator", "/import/", language, width)
    uploaded(page, f"{language}-{width}.csv", [*ROWS, f"Nowhere,O-1,W01,Work,{width},5,2026-11-21 08:00"])
    for part in ("form", "account"):
        if part == "account":
            page.locator("button[name=check]").click()
            expect(page.locator("#account")).to_be_visible(timeout=SLOW)
        answer = Axe().run(page)
        serious = [v for v in answer.response["violations"] if v["impact"] in ("serious", "critical")]
        assert not serious, (part, [(v["id"], v["nodes"][0]["html"][:160]) for v in serious])
        assert page.evaluate("document.documentElement.scrollWidth") <= width, part
