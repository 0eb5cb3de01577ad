"""Floor in a browser: it moves, it says how old it is, it says when it no longer knows."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from dengta.core.time import SECOND
from dengta.core.vocabulary import EventType
from dengta.site.clock import SiteTime

pytestmark = pytest.mark.browser


def part(page, machine: str, name: str):
    """A part of a tile."""
    return page.locator(f'.tile[data-machine="{machine}"] [data-part="{name}"]')


def counted(live_plant, machine: str, pieces: int) -> None:
    """`machine` makes `pieces` pieces now."""
    stage, now = live_plant.stage, SiteTime(live_plant.stage.folder.clock)()
    last = stage.counts[machine]
    stage.counts[machine] = last + pieces
    stage.tell(stage.event(machine, now - SECOND, EventType.COUNTER, "pieces", last + pieces))


@pytest.mark.parametrize(("language", "age"), [("en", r"^\d+ (s|min)$"), ("zh-hans", r"^\d+ (秒|分钟)$")])
def test_floor_moves_and_ages(visit, live_plant, language, age):
    page = visit("operator", "/floor/", language)
    expect(page.locator("#link")).to_have_class(re.compile(r"\bon\b"))
    expect(page.locator(".tile")).to_have_count(20)
    pieces = part(page, "saw-1", "pieces")
    before = int(pieces.inner_text().replace(",", ""))
    counted(live_plant, "saw-1", 1)
    expect(pieces).to_have_text(f"{before + 1:,}")
    told = part(page, "saw-1", "age")
    expect(told).to_have_text(re.compile(age))
    first = told.inner_text()
    page.wait_for_function("([part, first]) => part.textContent !== first", arg=[told.element_handle(), first])


def test_a_machine_that_stops_is_seen_and_counted(visit, live_plant):
    page = visit("manager", "/floor/?show=abnormal")
    tile = page.locator('.tile[data-machine="edge-1"]')
    expect(tile).to_be_hidden()
    stage, now = live_plant.stage, SiteTime(live_plant.stage.folder.clock)()
    stage.tell(stage.event("edge-1", now - SECOND, EventType.STATE, "down", reason="failure-electrical"))
    expect(tile).to_be_visible()
    expect(part(page, "edge-1", "word")).to_have_text("stopped")
    expect(part(page, "edge-1", "note")).to_have_text("Electrical failure")
    expect(page.locator('[data-count="stopped"] b')).to_have_text("2")
    stage.tell(stage.event("edge-1", now, EventType.STATE, "running"))
    expect(tile).to_be_hidden()


def test_without_javascript_the_page_is_whole(visit):
    page = visit("operator", "/floor/?line=pack", java_script_enabled=False)
    expect(page.locator(".tile")).to_have_count(5)
    expect(page.locator('.tile[data-machine="pack-3"] .tile-state')).to_contain_text("stopped")
    expect(page.locator('.tile[data-machine="pack-5"] .tile-age .stale')).to_be_visible()
    expect(page.locator('.tile[data-machine="pack-1"] svg.strip')).to_be_visible()


def test_a_machine_page_shows_what_is_behind_its_numbers(visit):
    page = visit("engineer", "/floor/")
    page.get_by_role("link", name="Packing station 3").click()
    expect(page.locator("h1")).to_have_text("Packing station 3")
    expect(page.locator("svg.figure")).to_be_visible()
    expect(page.locator("#shift")).to_contain_text("08:00–16:30")
    page.get_by_text("Compute it again").click()
    expect(page.locator(".command code").first).to_contain_text(
        "dengta kpi --by machine --site furniture --from 2026-11-23"
    )
    page.get_by_text("The numbers as a table").click()
    expect(page.locator("table.hours tbody tr")).to_have_count(7)
    page.get_by_role("link", name="Last 30 days").click()
    expect(page.locator("table.hours tbody tr")).to_have_count(30)
    page.locator("table.events a").first.click()
    expect(page.locator(".command code").first).to_contain_text('{"stream":')


def test_the_floor_is_reached_by_keyboard(visit):
    page = visit("planner", "/floor/")
    page.keyboard.press("Tab")
    expect(page.locator(".skip")).to_be_focused()
    seen = set()
    for _ in range(60):
        page.keyboard.press("Tab")
        name = page.evaluate("document.activeElement.closest('.tile')?.dataset.machine")
        if name:
            seen.add(name)
        if len(seen) == 20:
            break
    assert len(seen) == 20
    page.keyboard.press("Enter")
    page.wait_for_url("**/floor/pack-5/")


def test_a_server_that_is_gone_is_said_and_nothing_is_believed(visit, live_plant):
    page = visit("operator", "/floor/")
    expect(page.locator("#link")).to_have_class(re.compile(r"\bon\b"))
    stale = page.locator('.tile[data-machine="saw-2"] .tile-age .stale')
    expect(stale).to_be_hidden()
    live_plant.stop()
    try:
        expect(stale).to_be_visible(timeout=12_000)
        expect(page.locator("#link")).to_contain_text("No connection")
    finally:
        live_plant.start()
    expect(stale).to_be_hidden(timeout=15_000)
    expect(page.locator("#link")).to_have_class(re.compile(r"\bon\b"))
