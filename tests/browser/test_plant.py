"""The plant book in a browser: two people edit, one of them first; open floors follow."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.browser


def rename(page, old: str, new: str) -> None:
    """Another name for a machine, in the editor's text."""
    text = page.locator("#text")
    text.fill(text.input_value().replace(old, new))


def test_the_second_editor_is_told_and_keeps_the_text(visit, live_plant):
    floor = visit("manager", "/floor/?line=saw")
    first, second = visit("engineer", "/plant/edit/"), visit("administrator", "/plant/edit/")
    rename(first, "Panel saw 1", "Panel saw A")
    first.get_by_role("button", name="Check").click()
    expect(first.locator("#check")).to_contain_text("saw-1")
    first.get_by_role("button", name="Publish").click()
    first.wait_for_url("**/plant/**")

    rename(second, "Panel saw 2", "Panel saw B")
    second.get_by_role("button", name="Publish").click()
    expect(second.get_by_role("heading", name="Changed meanwhile")).to_be_visible()
    assert "Panel saw B" in second.locator("#text").input_value()

    expect(floor.locator('.tile[data-machine="saw-1"] .tile-name')).to_have_text("Panel saw A", timeout=15_000)


def test_an_operator_may_read_the_book_but_not_edit_it(visit, live_plant):
    page = visit("operator", "/plant/")
    expect(page.get_by_role("heading", name="Machines", exact=True)).to_be_visible()
    expect(page.get_by_role("link", name="Edit")).to_have_count(0)
    answer = page.request.get(f"{live_plant.address}/plant/edit/")
    assert answer.status == 403
