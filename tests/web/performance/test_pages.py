"""Performance's pages as the server sends them, and the command they name."""

from __future__ import annotations

import csv
import gzip
import html
import io
import json
import re
import shlex
import time
from typing import Any

import pytest
from openpyxl import load_workbook

from dengta.core.time import HOUR, MINUTE
from dengta.core.vocabulary import EventType
from tests.stories.conftest import Terminal

pytestmark = pytest.mark.django_db


def page_of(client: Any, address: str) -> str:
    """The markup of a page, once the log has been folded."""
    until = time.monotonic() + 60
    while (answer := client.get(address)).status_code == 202 and time.monotonic() < until:
        assert 'http-equiv="refresh"' in answer.content.decode()
    assert answer.status_code == 200, answer.content.decode()
    return str(answer.content.decode())


def commands(page: str) -> list[str]:
    """The commands a page names."""
    return [html.unescape(found) for found in re.findall(r"<code>(dengta [^<]+)</code>", page)]


def digits(page: str) -> dict[str, tuple[str, str]]:
    """Definition -> exact fraction and value, as the page prints them."""
    found = re.findall(
        r"<tr><td><code>(\w+)</code></td><td class=\"code\"[^>]*>([^<]*)</td><td class=\"n code\"[^>]*>([^<]*)</td>",
        page,
    )
    return {name: (exact, value) for name, exact, value in found}


def links(page: str) -> list[str]:
    """Where a page leads."""
    return [html.unescape(h) for h in re.findall(r'href="([^"]+)"', page)]


def run(stage: Any, command: str) -> list[dict[str, Any]]:
    """The figures the command prints."""
    words = shlex.split(command)
    assert words[:2] == ["dengta", "kpi"]
    return json.loads(Terminal(stage.home.path).run(*words[1:]).stdout)["figures"]


@pytest.mark.parametrize("query", ["", "?window=shift", "?line=saw", "?machine=saw-1&shift=day"])
def test_the_command_prints_the_same_digits(client_of: Any, stage: Any, query: str) -> None:
    stage.morning()
    page = page_of(client_of("manager"), f"/performance/{query}")
    told = digits(page)
    assert set(told) == {"oee", "availability", "effectiveness", "quality_ratio"}
    (again,) = run(stage, commands(page)[-1])
    for name, (exact, value) in told.items():
        ratio = again["ratios"][name]
        assert exact == ratio.get("exact", "–")
        assert value == ("–" if ratio["value"] is None else repr(ratio["value"]))


def test_the_cells_lead_down_to_the_line_in_the_log(client_of: Any, stage: Any) -> None:
    """Plant, machine, interval, event: each one tap from the one before."""
    stage.morning()
    client = client_of("manager")
    page = page_of(client, "/performance/?window=shift")
    machine = next(h for h in links(page) if h.startswith("/performance/pack-3/"))
    down = page_of(client, machine)
    assert "Mechanical failure" in down
    assert '<svg class="figure"' in down
    event = next(h for h in links(down) if "/events/" in h)
    assert "The line in the log" in page_of(client, event)


def test_a_bar_of_the_pareto_opens_its_intervals(client_of: Any, stage: Any) -> None:
    stage.morning()
    client = client_of("manager")
    page = page_of(client, "/performance/?window=shift")
    reason = next(h for h in links(page) if "reason=failure-mechanical" in h)
    down = page_of(client, reason)
    assert down.count("/events/") == 1
    assert "Packing station 3" in down
    assert "12.0" in down


def test_defects_open_the_events_that_say_so(client_of: Any, stage: Any) -> None:
    at = stage.now - HOUR
    stage.tell(
        stage.event("saw-1", at, EventType.STATE, "running"),
        stage.event("saw-1", at + MINUTE, EventType.SCRAP, "door", 3, reason="defect-edge"),
        stage.event("saw-1", at + 2 * MINUTE, EventType.REWORK, "door", 1, reason="defect-edge"),
        stage.event("saw-2", at + 2 * MINUTE, EventType.SCRAP, "door", 1, reason="other"),
    )
    client = client_of("manager")
    page = page_of(client, "/performance/?window=shift")
    down = page_of(client, next(h for h in links(page) if "kind=defect" in h and "defect-edge" in h))
    assert down.count("/events/") == 2
    assert "Panel saw 2" not in re.sub(r"<select.*?</select>", "", down, flags=re.DOTALL)


def test_one_reason_of_one_machine_is_chosen_by_its_address(client_of: Any, stage: Any) -> None:
    stage.morning()
    client = client_of("manager")
    page = page_of(client, "/performance/saw-1/?window=shift")
    for address in (h.partition("#")[0] for h in links(page) if h.endswith("#intervals") and "reason=setup-tool" in h):
        listed = page_of(client, address).partition('id="intervals"')[2]
        assert listed.count("/events/") == listed.count("Tool change</td>") > 0


def test_what_is_seen_goes_out_as_csv_and_excel(client_of: Any, stage: Any) -> None:
    stage.morning()
    client = client_of("manager")
    page = page_of(client, "/performance/?window=shift&line=saw")
    files = [h for h in links(page) if "export=" in h]
    assert {h.rpartition("=")[2] for h in files} == {"all.xlsx", "machines.csv", "waterfall.csv", "stops.csv"}
    rows = list(csv.reader(io.StringIO(client.get("/performance/" + files[1]).content.decode("utf-8-sig"))))
    head = rows.index([])
    facts = dict(rows[:head])
    assert facts["command"] in [html.unescape(c) for c in commands(page)]
    assert facts["plant book"] == stage.book.hash
    assert [row[1] for row in rows[head + 2 :]] == re.findall(
        r'<a href="/performance/saw[^"]+">(Panel saw \d)</a>', page
    )
    book = load_workbook(io.BytesIO(client.get("/performance/" + files[0]).content))
    assert len(book.sheetnames) == len(files)
    assert book.worksheets[1].cell(2, 4).value == pytest.approx(float(rows[head + 2][3]))


def test_undefined_says_why_and_nothing_is_invented(client_of: Any, stage: Any) -> None:
    stage.tell(
        stage.event("saw-1", stage.now - HOUR, EventType.STATE, "running"),
        stage.event("saw-1", stage.now - MINUTE, EventType.GOOD, "lamp", 3, operation="polish"),
    )
    page = page_of(client_of("manager"), "/performance/?window=shift&machine=saw-1")
    assert "nobody planned how long lamp takes at polish" in page
    assert digits(page)["oee"] == ("–", "–")


def test_a_window_that_makes_no_sense_is_refused_with_every_fault(client_of: Any, stage: Any) -> None:
    stage.morning()
    client = client_of("manager")
    page_of(client, "/performance/")
    answer = client.get("/performance/?from=2026-13-01&line=nowhere&shift=never")
    assert answer.status_code == 400
    said = answer.content.decode()
    for word in ("2026-13-01", "nowhere", "never"):
        assert word in said
    assert client.get("/performance/?from=2026-11-23&to=2026-11-20").status_code == 400
    assert client.get("/performance/?from=2020-01-01&to=2020-01-02").status_code == 400
    assert client.get("/performance/nobody/").status_code == 404
    assert client.get("/performance/?export=all.exe").status_code == 404


def test_a_window_longer_than_the_log_shows_what_there_is_and_says_so(client_of: Any, stage: Any) -> None:
    stage.morning()
    client = client_of("manager")
    everything = page_of(client, "/performance/?window=all")
    assert "The log begins" not in everything
    for window, name in (("yesterday", "Yesterday"), ("7-days", "Last 7 full days"), ("30-days", "Last 30 full days")):
        page = page_of(client, f"/performance/?window={window}")
        assert f"The log begins on 2026-11-23, so it does not hold all of “{name}”" in page
        assert digits(page) == digits(everything)
        assert f"window={window}" in " ".join(link for link in links(page) if link.startswith("/performance/saw-1/"))


def test_an_empty_log_says_what_to_do(client_of: Any, stage: Any) -> None:
    assert "dengta import" in page_of(client_of("manager"), "/performance/")


@pytest.mark.parametrize("path", ["/performance/", "/performance/saw-1/", "/performance/reason/?reason=setup-tool"])
def test_pages_are_light_quiet_and_in_both_languages(client_of: Any, stage: Any, path: str) -> None:
    stage.morning()
    client = client_of("operator")
    english = page_of(client, path)
    assert not re.search(r"<script(?![^>]* src=)|<style|\sstyle=|\son\w+=", english)
    client.post("/language/", {"language": "zh-hans", "next": path})
    chinese = page_of(client, path)
    assert '<html lang="zh-Hans">' in chinese
    assert "绩效" in chinese
    assert len(gzip.compress(chinese.encode())) < 60_000


def test_energy_leads_down_to_the_readings_of_a_meter(client_of: Any, stage: Any) -> None:
    """By machine, with the command and its digits; on a date each reading leads to its line in the log."""
    at = stage.now - 2 * HOUR
    stage.tell(
        *(
            stage.event("saw-1", at + turn * 40 * MINUTE, EventType.ENERGY, "electricity", stands, unit="Wh")
            for turn, stands in enumerate((40_000, 47_000, 40_005, 52_500))
        ),
        stage.event("saw-1", at, EventType.STATE, "running"),
        stage.event("saw-1", at + 40 * MINUTE, EventType.GOOD, "door", 100),
    )
    client = client_of("manager")
    page = page_of(client, "/performance/?window=shift")
    (row,) = [f for f in run(stage, commands(page)[-1]) if f["energy_wh"]]
    told = digits(page)
    for name in ("energy_per_piece", "energy_per_good_piece"):
        assert told[name] == (row["ratios"][name]["exact"], repr(row["ratios"][name]["value"]))
    table = re.sub(r"<[^>]+>", " ", page.partition('id="energy"')[2].partition("<details")[0]).split()
    assert "12.5" in table, "kWh of saw-1 and of all"
    down = page_of(client, next(h for h in links(page) if h.endswith("#energy")).partition("#")[0])
    readings = down.partition('id="readings"')[2].partition("</section>")[0]
    assert "an old value: not counted" in readings
    assert readings.count("/events/") == 4
    event = next(h for h in links(readings) if "/events/" in h)
    assert "The line in the log" in page_of(client, event)
    listed = client.get(next(f"/performance/saw-1/{h}" for h in links(readings) if "export=readings.csv" in h))
    assert "7000" in listed.content.decode("utf-8-sig")
