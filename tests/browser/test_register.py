"""The register in a browser: search, a figure's rows, an enterprise in both times, a list that is looked at; axe."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

pytestmark = pytest.mark.browser
LOAD = """
import django
django.setup()
from dengta.apps.accounts.commands import ensure_demo_people
from dengta.apps.accounts.journal import Call
from dengta.apps.register.models import Enterprise
from dengta.apps.register.queries import is_empty
from dengta.apps.register.sample_load import load_sample
from dengta.site.clock import real_now
Enterprise.objects.filter(facts=None).delete()  # firms of which nothing is known: other tests put them there
if is_empty("zhongshan"):
    analyst = next(one for one in ensure_demo_people(at=real_now()) if one.login == "xu-lan")
    load_sample(call=Call.fresh(analyst, real_now()), programme="zhongshan", site="furniture")
"""


@pytest.fixture(scope="module")
def city(live_plant) -> None:
    """The sample city in the server's database, as the job of the first start brings it in."""
    environment = os.environ | {
        "DENGTA_HOME": str(live_plant.stage.home.path),
        "DENGTA_DEMO": "1",
        "DJANGO_SETTINGS_MODULE": "dengta.web.settings",
    }
    subprocess.run([sys.executable, "-c", LOAD], env=environment, check=True, timeout=300)


def test_from_a_figure_to_its_firms_to_one_firm_then_and_now(city, visit):
    page = visit("analyst", "/city/register/")
    page.fill("input[name=day]", "2024-12-31")
    page.get_by_role("button", name="Show").click()
    expect(page.locator(".rate .big").first).to_have_text("76.56 %")
    page.locator(".rate").nth(1).click()
    expect(page.locator("#firms")).to_have_text("Enterprises: 2,076")
    page.fill("input[name=q]", "suoye")
    page.get_by_role("button", name="Show").click()
    expect(page.locator("table.firms tbody tr").first).to_contain_text("锁业")
    page.locator("table.firms tbody a").first.click()
    expect(page.locator("svg.tracks")).to_be_visible()
    expect(page.locator("table.history")).to_contain_text("Sample, seed 1")


def test_the_reconciliation_opens_its_rows_by_keyboard(city, visit):
    page = visit("analyst", "/city/register/?day=2025-12-09")
    step = page.locator("svg.compact a").nth(1)
    step.focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**standing=left**")
    expect(page.locator("#firms")).to_contain_text("Enterprises: ")


def test_a_list_with_faults_says_all_of_them(city, visit):
    page = visit("analyst", "/city/register/import/")
    page.locator("select[name=kind]").select_option("accepted")
    data = b"code,day,level\n91442000100000219C,2999-01-01,7\n"
    page.set_input_files("input[type=file]", {"name": "a.csv", "mimeType": "text/csv", "buffer": data})
    page.fill("input[name=document]", "x")
    page.fill("input[name=rows]", "1")
    page.get_by_role("button", name="Look").click()
    expect(page.locator(".reasons li")).to_have_count(3)


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_axe_finds_nothing_serious_and_nothing_is_wider_than_a_phone(city, visit, live_plant, language):
    page = visit("analyst", "/city/register/", language, 390)
    href = page.locator("table.firms tbody a").first.get_attribute("href")
    found = []
    paths = ["/city/register/", href, "/city/towns/", "/city/projects/", "/city/related/", "/city/register/import/"]
    for path in paths:
        page.goto(live_plant.address + path)
        assert page.evaluate("document.documentElement.scrollWidth") <= 390, path
        found += [
            f"{path}: {v['id']}: {v['help']}: {v['nodes'][0]['html'][:160]}"
            for v in Axe().run(page).response["violations"]
            if v["impact"] in ("serious", "critical")
        ]
    assert not found, "\n".join(found)
