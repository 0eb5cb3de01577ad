"""A production director opens Today on the phone; a plant manager asks Performance where the time went.

Today: orders due today and tomorrow as complete, short (which part, last seen where) or at risk; the station that holds
the rest up; yesterday's three measures. Performance: OEE by machine and shift, the losses from planned time to good
parts, reasons, trends. Every figure opens what is behind it and says how to recompute it.
"""

from __future__ import annotations

import html
import re
import shlex
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
    assert re.search(r"\d+ at risk \d+ short \d+ in work \d+ complete of 107 orders", today)
    assert re.search(r"At Pack, \d+ planned minutes are lacking before it is due", today)

    # Others are short: it names the part, the machine that had it last, and what it waits for.
    assert re.search(r"\d+ × \w+, last seen [\w ]+ \d, 23:\d\d, waits for \w+", today)

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


@pytest.mark.django_db
def test_performance_shows_where_the_time_went(
    client_of: Callable[[str], Client], settings: Any, terminal: Terminal
) -> None:
    """The plant manager goes from the plant's OEE down to the line in the log that says so."""
    settings.HOME = furnished(terminal.home)
    manager = client_of("manager")

    # The page opens on yesterday: OEE and the three quotients it is the product of, none of them an average.
    while (answer := manager.get("/performance/")).status_code == 202:
        assert "The log is being read" in answer.content.decode()
    page = read(manager, "/performance/")
    assert re.search(r"OEE \d\d\.\d % availability × effectiveness × quality", page)
    assert re.search(r"Availability \d\d\.\d % [\d,]+ min producing of [\d,]+ min planned", page)

    # Of the planned time, each loss took its part; the last bar is the time that made good parts.
    assert re.search(r"Planned busy time [\d,]+ min · 100\.0 %", page)
    assert re.search(r"Stops: no material or person [\d,]+ min · \d+\.\d %", page)
    assert re.search(r"Making good parts, at planned speed [\d,]+ min · \d\d\.\d %", page)

    # Whoever doubts the OEE copies the command, and reads the same digits in the terminal.
    words = dengta(page, "--by '' --json")
    (figure,) = terminal.json(*words)["figures"]
    assert f"oee {figure['ratios']['oee']['exact']} {figure['ratios']['oee']['value']!r}" in page

    # The dearest stop is no material. A tap shows which machine waited longest.
    reason = address(manager, "/performance/", "reason=waiting-material")
    down = read(manager, reason)
    bars = terminal.json(*dengta(down, "--by machine,reason,code --json"))["figures"]
    waited = {r["machine"]: r["elements_us"]["ADET"] for r in bars if r["reason"] == "waiting-material"}
    longest = max(waited, key=lambda machine: waited[machine])

    # That machine did this and that; every interval names its reason and order, and leads to its event.
    machine = address(manager, reason, f"/performance/{longest}/")
    told = read(manager, machine)
    assert "No material" in told
    event = read(manager, address(manager, machine, "/events/"))
    assert re.search(r'\{"stream":\d+,.*"type":"state","subject":"' + longest, event)

    # The same table goes to the colleague who lives in Excel, with the command in its first lines.
    sheet = manager.get("/performance/" + address(manager, "/performance/", "export=stops.csv"))
    assert "dengta kpi --site furniture" in sheet.content.decode("utf-8-sig")


def dengta(page: str, ending: str) -> list[str]:
    """The words after `dengta` of the figures' command on `page` that ends so, without its --json."""
    found = re.search(rf"dengta (kpi --site \S+ --from \S+ --to \S+ {re.escape(ending)})", page)
    assert found is not None, ending
    return [word for word in shlex.split(found[1]) if word != "--json"]


def address(client: Client, page: str, part: str) -> str:
    """Where the first link of `page` that holds `part` leads."""
    links = re.findall(r'href="([^"]+)"', client.get(page).content.decode())
    return next(html.unescape(link).partition("#")[0] for link in links if part in link)
