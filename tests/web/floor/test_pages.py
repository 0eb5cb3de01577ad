"""Floor's pages as the server sends them: complete, in both languages, for those who may see the site."""

from __future__ import annotations

import hashlib
import html
import re

import pytest

from dengta.core.time import HOUR, MINUTE
from dengta.core.vocabulary import EventType

pytestmark = pytest.mark.django_db


def tile(page: str, machine: str) -> str:
    """The markup of one tile."""
    found = re.search(rf'<article class="tile" data-machine="{machine}".*?</article>', page, re.DOTALL)
    assert found, machine
    return found.group(0)


def words(markup: str) -> str:
    """What a reader reads of it."""
    return html.unescape(" ".join(re.sub(r"<[^>]+>", " ", markup).split()))


def test_a_site_without_a_book_says_what_to_do(client_of, settings, tmp_path):
    from dengta.site.home import Home

    settings.HOME = Home.at(tmp_path)
    settings.HOME.site("bare").path.mkdir(parents=True)
    answer = client_of("operator").get("/floor/")
    assert "dengta plant" in answer.content.decode()


def test_every_machine_has_a_tile_in_plant_order(client_of, stage):
    stage.morning()
    page = client_of("operator").get("/floor/").content.decode()
    shown = re.findall(r'<article class="tile" data-machine="([^"]+)"', page)
    assert shown == list(stage.book.machines)
    stopped = words(tile(page, "pack-3"))
    assert "stopped 12 min" in stopped
    assert "Mechanical failure" in stopped
    assert "WO-1017" in stopped
    assert 'data-level="stop"' in tile(page, "pack-3")
    assert "data-stale" in tile(page, "pack-5")
    assert "data-stale" not in tile(page, "pack-3")
    assert '<svg class="strip"' in tile(page, "saw-1")


def test_what_is_not_known_is_said(client_of, stage):
    page = client_of("operator").get("/floor/").content.decode()
    said = words(tile(page, "saw-1"))
    assert "unknown" in said
    assert "nothing heard for two weeks" in said
    assert "no pieces reported yet" in said
    assert " 0 " not in said


def test_chinese_says_it_in_chinese(client_of, stage):
    stage.morning()
    client = client_of("operator")
    page = client.get("/floor/", headers={"Accept-Language": "zh-CN"}).content.decode()
    assert words(tile(page, "pack-3")).startswith("包装机 3 停机 12 分钟 机械故障 WO-1017")
    assert re.search(r"1\s*台停机", words(page))


def test_a_line_is_chosen_in_the_address(client_of, stage):
    page = client_of("operator").get("/floor/?line=saw").content.decode()
    assert re.findall(r'data-machine="([^"]+)"', page) == ["saw-1", "saw-2", "saw-3"]


def test_the_shift_adds_up_and_names_the_command(client_of, stage):
    stage.morning()
    page = client_of("engineer").get("/floor/saw-1/").content.decode()
    minutes = [float(m) for m in re.findall(r'<td class="n">([\d,.]+)</td><td class="n">[\d.]+ %</td>', page)]
    assert sum(minutes) == pytest.approx(160.0, abs=0.5), "the time since 08:00"
    assert "dengta kpi --by machine --site furniture --from 2026-11-23T08:00:00+08:00" in page
    assert stage.book.hash[:12] in page


def test_hours_of_the_table_sum_to_the_pieces_told(client_of, stage):
    for i in range(10):
        stage.tell(stage.event("saw-1", stage.now - (10 - i) * 10 * MINUTE, EventType.COUNTER, "pieces", 100 + 3 * i))
    page = client_of("engineer").get("/floor/saw-1/pieces/", headers={"X-Part": "1"}).content.decode()
    assert "<html" not in page
    assert "27 pieces" in page
    rows = re.findall(r"<tr><th scope=\"row\">([\d-]+)</th>(.*?)</tr>", page)
    assert len(rows) == 7
    cells = [int(n) for n in re.findall(r">(?:<b>)?(\d+)<", rows[0][1])]
    assert sum(cells) == 2 * 27, "the hours, and their sum"


def test_an_event_shows_the_line_that_is_hashed(client_of, stage):
    event = stage.event("saw-1", stage.now - HOUR, EventType.STATE, "down", reason="failure-tool")
    stage.tell(event)
    client = client_of("quality")
    page = client.get("/floor/saw-1/").content.decode()
    address = html.unescape(re.search(r'href="(/floor/saw-1/events/[^"]+)"', page).group(1))
    shown = client.get(address).content.decode()
    line = html.unescape(re.search(r"<code>(\{.*?\})</code>", shown).group(1))
    assert '"reason":"failure-tool"' in line
    assert hashlib.sha256(line.encode()).hexdigest() in shown


@pytest.mark.parametrize(
    "path",
    [
        "/floor/ghost/",
        "/floor/ghost/pieces/",
        "/floor/saw-1/events/1/1/1/?ts=5",
        "/floor/saw-1/events/1/1/1/?ts=" + "9" * 60,
    ],
)
def test_what_is_not_there_is_refused_in_words(client_of, stage, path):
    answer = client_of("operator").get(path)
    assert answer.status_code == 404
    assert "choose one on the floor" in answer.content.decode() or "list of events" in answer.content.decode()


def test_the_floor_asks_the_database_only_about_the_person(client_of, stage, django_assert_max_num_queries):
    client = client_of("operator")
    client.get("/floor/")
    with django_assert_max_num_queries(4):
        client.get("/floor/")


def test_nobody_sees_the_floor_without_signing_in(client, stage):
    assert client.get("/floor/").status_code == 302
