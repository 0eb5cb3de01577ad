"""A city counts its firms: the sample is there after the first start, every figure opens its rows, each sees a part.

The analyst asks for the rate of a day and who stands behind it, brings in what is new, and asks again for what was
known before; the town officer and the firm see the same figures of their own part.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.test import Client

from dengta.core.time import from_iso
from tests.stories.conftest import Terminal

Sign = Callable[[str], Client]
CITY = "zhongshan"


@pytest.fixture(scope="module")
def city(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    """The sample city, as the first start of `make run` brings it in."""
    from dengta.apps.accounts.commands import ensure_demo_people
    from dengta.apps.accounts.journal import Call
    from dengta.apps.register.sample_load import load_sample

    at = from_iso("2026-11-25T09:00:00+08:00")
    with django_db_blocker.unblock(), transaction.atomic():
        analyst = next(one for one in ensure_demo_people(at=at) if one.login == "xu-lan")
        load_sample(call=Call.fresh(analyst, at), programme=CITY)
        yield
        transaction.set_rollback(True)


def seen(client: Client, path: str) -> str:
    """A page, as text without tags and with single blanks."""
    answer = client.get(path)
    assert answer.status_code == 200, path
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.content.decode()))


def test_the_published_rate_and_the_firms_behind_it(city: None, client_of: Sign) -> None:
    """What the press said of the end of 2024, to the firm; and the list of these firms."""
    analyst = client_of("analyst")
    page = seen(analyst, "/city/register/?day=2024-12-31")
    assert "76.56 %" in page
    assert "3,811 enterprises; 4,978 are on the list" in page
    assert "Enterprises: 3,811" in seen(analyst, "/city/register/?day=2024-12-31&standing=filed")


def test_one_figure_three_definitions_and_the_way_between_them(city: None, client_of: Sign) -> None:
    """Filed, less who left the list, less who is not accepted: accepted."""
    analyst = client_of("analyst")
    counts = {}
    for step in ("filed", "left", "not_accepted", "accepted", "not_verified", "verified"):
        page = seen(analyst, f"/city/register/?day=2025-12-09&standing={step}")
        found = re.search(r"Enterprises: ([\d,]+)", page)
        assert found is not None
        counts[step] = int(found.group(1).replace(",", ""))
    assert counts["filed"] == 4820
    assert counts["filed"] - counts["left"] - counts["not_accepted"] == counts["accepted"]
    assert counts["accepted"] - counts["not_verified"] == counts["verified"]


def test_a_town_officer_sees_the_same_figures_of_one_town(city: None, client_of: Sign) -> None:
    """The row of the town in the analyst's table is the officer's whole page."""
    officer = client_of("town")
    mine = seen(officer, "/city/register/?day=2025-06-30")
    shares = re.findall(r"([\d.]+) %", mine)[:3]
    table = seen(client_of("analyst"), "/city/towns/?day=2025-06-30")
    assert all(f"{share} %" in table for share in shares)
    assert "Whole city" not in seen(officer, "/city/towns/?day=2025-06-30")


def test_filings_come_in_are_counted_and_what_was_known_before_stays(
    city: None, client_of: Sign, settings: Any, tmp_path: Path
) -> None:
    """A list of two filings: looked at, brought in, in the rate of today; the day before they were not known."""
    from dengta.apps.register import queries
    from dengta.apps.register.policies import Sight
    from dengta.engines.register import Definition
    from dengta.site.home import Home

    settings.HOME = Home(tmp_path)
    asked = queries.Asked(date(2026, 11, 1), standing="open")
    firms = list(queries.enterprises(Sight(CITY), asked)[:2])
    text = "统一社会信用代码,日期\n" + "".join(f"{one.code},2026-10-15\n" for one in firms)
    analyst, path = client_of("analyst"), "/city/register/import/"
    form = {"kind": "filed", "document": "备案批复 2026-10", "day": "2026-10-31", "rows": "2", "total": ""}
    page = analyst.post(path, form | {"file": SimpleUploadedFile("filings.csv", text.encode())}).content.decode()
    assert all(one.name in page for one in firms)
    sha256 = re.search(r'name="sha256" value="(\w+)"', page)
    assert sha256 is not None

    def counted(known: date | None) -> int:
        return queries.figures(Sight(CITY), date(2026, 11, 1), known).rates[Definition.FILED].transformed

    before = counted(None)
    analyst.post(path, form | {"bring": "1", "sha256": sha256.group(1), "name": "filings.csv"})
    assert counted(None) == before + 2
    assert counted(date(2026, 11, 1)) == before
    assert "备案批复 2026-10" in seen(analyst, f"/city/register/{firms[0].code}/")


def test_a_firm_sees_itself(city: None, client_of: Sign) -> None:
    """Signed in as the applicant of the model plant's firm: the own page, and no other."""
    firm = client_of("firm")
    where = firm.get("/city/own/")["Location"]
    assert "Accepted level" in seen(firm, where)
    assert firm.get("/city/register/").status_code == 403


def test_the_terminal_says_the_same_straight_after_setup(terminal: Terminal) -> None:
    """Without a home the sample answers; a home without a register says so."""
    told = terminal.json("register", "rate", "--as-of", "2024-12-31")
    assert (told["transformed"], told["listed"], told["sample"]) == (3811, 4978, True)
    refused = terminal.run("register", "rate", "--as-of", "2024-12-31", "--home", str(terminal.home / "none"), expect=1)
    assert "keeps no register" in refused.stdout + refused.stderr
