"""From the OEE of a machine down to the line in the log, and back: the command that is shown prints the same digits."""

from __future__ import annotations

import json
import shlex
import subprocess
import sys

import pytest
from playwright.sync_api import expect

from tests.browser.pages import PAGES

pytestmark = pytest.mark.browser
PERFORMANCE = [
    "/performance/?window=all",  # the log holds but a morning: it knows of no week
    *(path for name, path in PAGES.items() if name.startswith("performance") and "days" not in path),
]


def test_from_an_oee_to_the_event_and_back_to_the_same_digits(visit, live_plant):
    page = visit("manager", "/performance/?window=shift")
    expect(page.locator("table.machines")).to_be_visible(timeout=60_000)  # the log is read first
    page.locator("table.machines").get_by_role("link", name="Packing station 3").click()
    expect(page.locator("h1")).to_have_text("Packing station 3")

    # Its time elements, in and outside planned time.
    elements = page.locator('section[aria-labelledby="elements"]')
    expect(elements.locator("tr", has_text="ADET")).to_be_visible()

    # Its intervals of one reason, and the event that says so.
    listed = page.locator('section[aria-labelledby="intervals"]')
    listed.get_by_role("link", name="Mechanical failure").click()
    expect(listed.locator("tbody tr")).to_have_count(1)
    here = page.url
    listed.locator("tbody a").first.click()
    expect(page.locator(".command code").first).to_contain_text('"subject":"pack-3","code":"down"')

    # Whoever doubts a figure copies the command below it.
    page.goto(here)
    again = page.locator('section[aria-labelledby="recompute"]')
    command = shlex.split(again.locator(".command code").inner_text())
    assert command[:2] == ["dengta", "kpi"]
    done = subprocess.run(
        [sys.executable, "-m", "dengta.cli.main", *command[1:], "--home", str(live_plant.stage.home.path)],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    (figure,) = json.loads(done.stdout)["figures"]
    shown = [cells.split("\t") for cells in again.locator("tbody tr").all_inner_texts()]
    assert [name for name, _, _ in shown][:4] == ["oee", "availability", "effectiveness", "quality_ratio"]
    for name, exact, value in shown:
        ratio = figure["ratios"][name]
        assert (exact, value) == (ratio.get("exact", "–"), "–" if ratio["value"] is None else repr(ratio["value"]))


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_on_a_phone_nothing_of_performance_is_cut_off(visit, live_plant, language):
    """Wide tables stand as stacked rows, the band and the matrix are drawn for the phone: nothing scrolls sideways."""
    page = visit("manager", "/floor/", language, 390)
    for path in PERFORMANCE:
        page.goto(live_plant.address + path)
        expect(page.locator(".perf-head")).to_be_visible(timeout=60_000)
        cut = page.locator(".scroll, details[open] > svg").evaluate_all(
            "all => all.filter(e => e.checkVisibility() && e.scrollWidth > e.clientWidth + 1)"
            ".map(e => e.outerHTML.slice(0, 160))"
        )
        assert not cut, (path, cut)
        assert page.evaluate("document.documentElement.scrollWidth") <= 390, path
        smallest = page.locator(".on-phone svg").evaluate_all(
            "all => all.filter(e => e.checkVisibility())"
            ".map(e => e.getBoundingClientRect().width / e.viewBox.baseVal.width)"
        )
        assert all(scale > 0.85 for scale in smallest), (path, smallest)
