"""A figure that was shown changes, and says so.

On Friday the gateway of panel saw 1 loses the network from ten to eleven. The saw broke down in that hour, but nobody
hears of it until Saturday morning. By then Friday's OEE has been read out in the meeting. Nothing is edited in secret:
the figure becomes its second revision, names the events that changed it, and the first one can be computed again.
"""

from __future__ import annotations

import html
import re
import shlex
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from dengta.core.batch import EventBatch
from dengta.core.event import Event
from dengta.core.time import MINUTE, from_iso
from dengta.core.vocabulary import EventType
from dengta.log import Log
from dengta.processes import examples
from dengta.processes.sites import furnish
from dengta.site.clock import SiteClock, real_now
from dengta.site.home import Home
from tests.stories.conftest import Terminal

SATURDAY = from_iso("2026-11-21T09:30:00+08:00")


def saw(seq: int, told: str, received: str, code: str, reason: str = "") -> Event:
    """A state of panel saw 1: when it happened, and when it was received."""
    at, heard = (from_iso(f"2026-11-{moment}:00+08:00") for moment in (told, received))
    return Event(
        stream=7, epoch=1, seq=seq, ts=at, recv=heard, type=EventType.STATE, subject="saw-1", code=code, reason=reason
    )


STEADY = [
    saw(0, "18T08:00", "18T08:00", "running"),
    saw(1, "18T16:30", "18T16:30", "off"),
    saw(2, "20T08:00", "20T08:00", "running"),
    saw(5, "20T16:30", "20T16:30", "off"),
    saw(6, "21T08:00", "21T08:00", "running"),
]
LATE = [saw(3, "20T10:00", "21T09:12", "down", "failure-mechanical"), saw(4, "20T11:00", "21T09:12", "running")]


def plant(home: Home, *events: Event) -> None:
    """The furniture plant on Saturday morning, its log holding `events`."""
    site = furnish(home, examples.plant("furniture"), SATURDAY).folder
    SiteClock(SATURDAY, real_now(), 0).save(site.clock)
    log = Log.open(site.log, "furniture", lambda: SATURDAY)
    log.append(EventBatch.of(events)).result()
    log.close()


@pytest.mark.django_db
def test_a_figure_that_late_events_changed_says_so(
    client_of: Callable[[str], Client], settings: Any, terminal: Terminal
) -> None:
    settings.HOME = Home.at(terminal.home)
    plant(settings.HOME, *STEADY, *LATE)
    manager = client_of("manager")

    # The manager opens Friday's day shift of the saw. A quiet mark says that it is not what was shown on Friday.
    friday = "/performance/saw-1/?date=2026-11-20&shift=day"
    page = read(manager, friday)
    assert "Changed since they were first shown" in page
    assert "Revision 2, changed at 2026-11-21 09:12 because of 2 late events" in page
    assert "(first: Panel saw 1, 11-20 10:00:00, state stopped)" in page

    # Availability was higher before the hour of the breakdown was known.
    before, now = re.search(r"before: (\d+\.\d) %", page), re.search(r"Availability (\d+\.\d) %", page)
    assert before is not None
    assert now is not None
    assert float(before[1]) > float(now[1])

    # The late events stand below, each with when it happened and when it was received, and lead to the log.
    assert re.search(r"11-20 10:00:00 11-21 09:12:00 state stopped", page)
    assert '"reason":"failure-mechanical"' in read(manager, link(manager, friday, "/events/"))

    # The whole plant's Friday says it too, and leads to the saw's shift.
    down = link(manager, "/performance/?from=2026-11-20&to=2026-11-20", "#late")
    assert down.startswith("/performance/saw-1/")
    assert "Late events" in read(manager, down)

    # What was known on Friday is no memory of the page: the command folds what had been received by then.
    words = re.search(r"dengta (kpi \S.*? --heard-by \S+ --by '') --json", page)
    assert words is not None
    was = terminal.json(*shlex.split(words[1]))["total"]["ratios"]["availability"]
    assert f"{100 * was['value']:.1f}" == before[1]

    # The terminal tells the revision as the page does.
    (revision,) = terminal.json("kpi", "--site", "furniture", "--machine", "saw-1", "--revisions")["revisions"]
    assert (revision["machine"], revision["revision"], revision["events"]) == ("saw-1", 2, 2)
    assert revision["changed_at"] == "2026-11-21T09:12:00+08:00"
    assert revision["first"]["at"] == "2026-11-20T10:00:00+08:00"

    # Shifts that nobody revised keep quiet.
    assert "Changed since" not in read(manager, "/performance/saw-1/?date=2026-11-18&shift=day")


@pytest.mark.django_db
def test_a_few_minutes_of_delay_are_no_revision(
    client_of: Callable[[str], Client], settings: Any, terminal: Terminal
) -> None:
    """Every network is late a little: a shift's figures stand half an hour after its end."""
    settings.HOME = Home.at(terminal.home)
    in_time = saw(3, "20T16:20", "20T16:58", "down", "failure-mechanical")
    plant(settings.HOME, *STEADY, in_time)
    assert "Changed since" not in read(client_of("manager"), "/performance/saw-1/?date=2026-11-20&shift=day")
    assert in_time.recv - in_time.ts > 30 * MINUTE


def read(client: Client, address: str) -> str:
    """What a person reads on the page at `address`, once the log is read."""
    while (answer := client.get(address)).status_code == 202:
        assert "The log is being read" in answer.content.decode()
    assert answer.status_code == 200, answer.content.decode()
    return html.unescape(" ".join(re.sub(r"<[^>]+>", " ", answer.content.decode()).split()))


def link(client: Client, page: str, part: str) -> str:
    """Where the first link of `page` that holds `part` leads."""
    read(client, page)
    links = [html.unescape(href) for href in re.findall(r'href="([^"]+)"', client.get(page).content.decode())]
    return next(href for href in links if part in href).partition("#")[0]
