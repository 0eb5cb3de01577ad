"""A production director opens Today on the phone; a plant manager asks Performance where the time went.

Today: orders due today and tomorrow as complete, short (which part, last seen where) or at risk; the station that holds
the rest up; yesterday's three measures. Performance: OEE by machine and shift, the losses from planned time to good
parts, reasons, trends. Every figure opens what is behind it and says how to recompute it.
"""

from __future__ import annotations

import html
import re
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from tests.stories.conftest import Terminal
from tests.web.today.plant_home import BOOK_FILE as BOOK
from tests.web.today.plant_home import furnished

BOOK_FILE = str(BOOK)


@pytest.mark.django_db
def test_today_says_which_orders_will_not_go_out(
    client_of: Callable[[str], Client], settings: Any, terminal: Terminal
) -> None:
    """It is twenty to midnight, the last orders of the day are due at one."""
    settings.HOME = furnished(terminal.home)
    director = client_of("manager")

    # The director signs in, and Today is the first page.
    assert director.get("/").headers["Location"] == "/today/"
    today = read(director, "/today/")

    # Most orders due today are complete. Some will not make it, and the page says at which operation time is short.
    assert re.search(r"\d+ at risk \d+ short \d+ in work \d+ complete of 102 orders", today)
    assert re.search(r"At Pack, \d+ planned minutes are lacking before it is due", today)

    # Others are short: it names the part, the machine that had it last, and what it waits for.
    assert re.search(r"\d+ × carcass, last seen Panel saw \d, 23:\d\d, waits for Edge", today)

    # One line holds the rest up, and its machines say what they do now.
    assert re.search(r"What holds the rest up Panel cutting \d+ planned minutes of work wait there", today)

    # Whoever doubts a number copies the command below it, and the terminal counts the same.
    due = terminal.json(*command(today, "--due today"))["due"]["today"]
    shown = re.search(r"(\d+) at risk (\d+) short (\d+) in work (\d+) complete", today)
    assert shown is not None
    assert [int(n) for n in shown.groups()] == [due["counts"][o] for o in ("at_risk", "short", "in_work", "complete")]

    # The same from an export alone: no database, no server, the plant book beside it.
    exported = terminal.home / "events.jsonl"
    exported.write_text(terminal.run("log", "export").stdout, "utf-8")
    at = command(today, "--due today")[4]
    again = terminal.json("orders", "--events", str(exported), "--book", BOOK_FILE, "--at", at, "--due", "today")
    assert again["due"]["today"] == due

    # Yesterday's measures open their rows, and the rows carry the exact digits.
    yesterday = terminal.json(*command(today, "--on 2026-06-03"))["measures"][0]["figures"]
    for measure in ("production_efficiency", "production_cycle", "order_accuracy"):
        assert yesterday[measure]["exact"] in read(director, f"/today/measure/{measure}/?day=2026-06-03")


def read(client: Client, address: str) -> str:
    """What a person reads on the page at `address`."""
    answer = client.get(address)
    assert answer.status_code == 200
    return html.unescape(" ".join(re.sub(r"<[^>]+>", " ", answer.content.decode()).split()))


def command(page: str, ending: str) -> list[str]:
    """The words after `dengta` of the command on `page` that holds `ending`."""
    found = re.search(rf"dengta (orders --site \S+ \S+ \S+ {ending}|orders --site \S+ {ending})", page)
    assert found is not None, ending
    return found[1].split()


@pytest.mark.xfail(strict=True, reason="there is no Performance yet")
def test_performance_shows_where_the_time_went(client_of: Callable[[str], Client]) -> None:
    """From planned time to good parts."""
    page = client_of("manager").get("/performance/")
    assert page.status_code == 200
    assert "dengta kpi" in page.content.decode()
