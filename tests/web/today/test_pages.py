"""Today's pages as the server sends them: every figure with its rows and its command, in both languages."""

from __future__ import annotations

import csv
import html
import io
import json
import re
import shlex
from typing import Any

import pytest
from openpyxl import load_workbook
from typer.testing import CliRunner

from dengta.cli.main import app
from dengta.site.home import Home

pytestmark = pytest.mark.django_db


def words(markup: str) -> str:
    """What a reader reads of it."""
    return html.unescape(" ".join(re.sub(r"<[^>]+>", " ", markup).split()))


def section(page: str, id_: str) -> str:
    """The section that `id_` is the heading of."""
    found = re.search(rf'<section[^>]*aria-labelledby="{id_}".*?</section>', page, re.DOTALL)
    assert found, id_
    return found.group(0)


def commands(page: str) -> list[str]:
    """The commands a page shows."""
    return [html.unescape(one) for one in re.findall(r'class="command"><code>(.*?)</code>', page)]


def run(command: str, home: Home) -> dict[str, Any]:
    """What the shown command answers, as JSON."""
    verb, *options = shlex.split(command)
    assert verb == "dengta"
    done = CliRunner().invoke(app, [*options, *([] if "--json" in options else ["--json"]), "--home", str(home.path)])
    assert done.exit_code == 0, done.output
    answer: dict[str, Any] = json.loads(done.output)
    return answer


def counted(page: str) -> dict[str, int]:
    """Outlook -> number, as a section shows them."""
    return {key: int(n) for key, n in re.findall(r'\?show=([a-z_]+)"><svg.*?<b>(\d+)</b>', page)}


def test_the_start_page_is_today_for_who_answers_for_orders(client_of, plant):
    assert client_of("manager").get("/").headers["Location"] == "/today/"
    assert client_of("planner").get("/").headers["Location"] == "/today/"
    assert client_of("operator").get("/").headers["Location"] == "/floor/"


def test_today_counts_its_orders_and_the_command_counts_the_same(client_of, plant):
    page = client_of("manager").get("/today/").content.decode()
    for which in ("today", "tomorrow"):
        part = section(page, f"due-{which}")
        (command,) = commands(part)
        answer = run(command, plant)["due"]
        assert list(answer) == [which]
        shown = counted(part)
        assert shown == {key: n for key, n in answer[which]["counts"].items() if n}
        assert f"of {sum(shown.values())} orders" in words(part)
    today = counted(section(page, "due-today"))
    assert today["at_risk"]
    assert today["short"]
    assert today["complete"] > 50


def test_what_is_missing_says_where_it_was_seen_last_and_what_it_waits_for(client_of, plant):
    told = words(section(client_of("manager").get("/today/").content.decode(), "due-today"))
    assert re.search(r"\d+ × \w+, last seen [\w ]+ \d, 23:\d\d, waits for \w+", told)
    assert re.search(r"At Pack, \d+ planned minutes are lacking before it is due", told)
    begun = client_of("manager").get("/today/due/today/?show=in_work").content.decode()
    assert "All parts have come; " in words(begun)


def test_the_line_that_holds_the_rest_up_leads_to_its_machines(client_of, plant):
    page = client_of("manager").get("/today/").content.decode()
    part = section(page, "holding")
    first = run(commands(part)[0].partition(" --due")[0], plant)["waiting_by_line"][0]
    assert f"?line={first['line']}" in part
    assert f"{first['planned_us'] // 60_000_000:,} planned minutes" in words(part)
    assert "Panel saw 1 running" in words(part)


def test_measures_have_the_digits_of_the_command_and_open_their_rows(client_of, plant):
    client = client_of("manager")
    page = client.get("/today/").content.decode()
    (command,) = commands(section(page, "measures"))
    yesterday = run(command, plant)["measures"][0]
    assert yesterday["date"] == "2026-06-03"
    for name, show in (("production_efficiency", "{:.2f} pieces/h"), ("order_accuracy", "{:.2%}")):
        value = yesterday["figures"][name]["value"]
        assert show.format(value).replace("%", " %") in words(page)
        rows = client.get(f"/today/measure/{name}/?day=2026-06-03").content.decode()
        assert yesterday["figures"][name]["exact"] in rows
        assert str(yesterday["figures"][name]["denominator"]) in rows
        assert commands(rows) == [command]
    cycle = client.get("/today/measure/production_cycle/?day=2026-06-03").content.decode()
    assert f"{yesterday['figures']['production_cycle']['numerator']}" in cycle
    assert "This definition is Dengta" in words(cycle)
    before = run("dengta orders --site furniture --on 2026-06-02", plant)["measures"][0]
    older = client.get("/today/measure/order_accuracy/?day=2026-06-02").content.decode()
    assert before["figures"]["order_accuracy"]["exact"] in older


def test_chinese_says_it_in_chinese(client_of, plant):
    told = words(client_of("manager").get("/today/", headers={"Accept-Language": "zh-CN"}).content.decode())
    assert "今天到期" in told
    assert re.search(r"\d+ × \w+，最后见于\w+ \d，23:\d\d，等待\w+", told)
    assert re.search(r"包装的计划时间还差 \d+ 分钟", told)
    assert "生产效率" in told
    listed = client_of("manager").get("/today/due/today/", headers={"Accept-Language": "zh-CN"}).content.decode()
    assert re.search(r"未完 \d+ 全部 \d+", words(listed)), "in this room's words, whatever another room calls open"


def test_a_list_is_filtered_paged_and_given_as_seen(client_of, plant):
    client = client_of("planner")
    first = client.get("/today/due/today/?show=complete").content.decode()
    assert "page 1 of" in words(first)
    second = client.get("/today/due/today/?show=complete&page=2").content.decode()
    orders = [set(re.findall(r'href="/orders/([^/]+)/"', page)) for page in (first, second)]
    assert len(orders[0]) == 25
    assert not orders[0] & orders[1]
    short = client.get("/today/due/today/?show=short").content.decode()
    names = re.findall(r'href="/orders/([^/]+)/"', short)
    answer = client.get("/today/due/today/?show=short&as=csv")
    rows = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert [row["order"] for row in rows] == [*dict.fromkeys(names)]
    assert all("waits for" in row["missing pieces"] for row in rows)
    sheet = load_workbook(io.BytesIO(client.get("/today/due/today/?show=short&as=xlsx").content)).active
    assert [row[0] for row in sheet.iter_rows(min_row=2, values_only=True)] == [row["order"] for row in rows]
    measure = client.get("/today/measure/order_accuracy/?day=2026-06-03&as=csv").content.decode("utf-8-sig")
    assert measure.count("\n") > 100


def test_an_order_shows_its_lines_its_missing_parts_and_its_events(client_of, plant):
    client = client_of("manager")
    page = client.get("/orders/K260604-078/").content.decode()
    answer = run(commands(page)[0], plant)["order"]
    told = words(section(page, "lines"))
    for line in answer["lines"]:
        numbers = " ".join(str(n) for n in (line["ordered"], *line["passed"].values(), line["missing"]))
        assert f"{line['item']} {numbers}" in told
    assert re.search(r"last seen [A-Z][\w ]+ \d, ", words(section(page, "missing")))
    link = html.unescape(re.findall(r'href="(/floor/[^"]*/events/[^"]*)"', page)[0])
    assert client.get(link).status_code == 200
    last = client.get("/orders/K260604-078/?page=2").content.decode()
    assert "&quot;type&quot;:&quot;order_line&quot;" in last, "an order's own events show their line"
    assert client.get("/orders/NOBODY/").status_code == 404


def test_pages_ask_the_database_for_little_and_are_small(client_of, plant, django_assert_max_num_queries):
    client = client_of("manager")
    for path in ("/today/", "/today/due/today/?show=all", "/today/measure/production_cycle/", "/orders/K260604-078/"):
        client.get(path)
        with django_assert_max_num_queries(8):
            answer = client.get(path, headers={"Accept-Encoding": "gzip"})
        assert answer.status_code == 200
        assert len(answer.content) < 20_000, path


@pytest.mark.parametrize("path", ["/today/due/never/", "/today/measure/beauty/"])
def test_what_is_not_there_is_404(client_of, plant, path):
    assert client_of("manager").get(path).status_code == 404


def test_a_day_that_is_none_is_refused_in_words(client_of, plant):
    answer = client_of("manager").get("/today/measure/order_accuracy/?day=monday")
    assert answer.status_code == 400
    assert "not a date" in words(answer.content.decode())


def test_a_site_without_a_book_says_what_to_do(client_of, settings, tmp_path):
    settings.HOME = Home.at(tmp_path)
    settings.HOME.site("bare").path.mkdir(parents=True)
    assert "dengta plant add" in client_of("manager").get("/today/").content.decode()


def test_a_plant_without_orders_says_what_is_lacking(client_of, stage):
    """Pieces that name orders which nobody released, as a recorded shop has them."""
    stage.morning()
    page = client_of("manager").get("/today/").content.decode()
    assert "No order is due. Orders are known once the ordering system sends order events" in words(page)
    told = words(section(page, "due-undated"))
    assert "unknown" in told
    assert "Nothing told that this order was released" in told
    assert "undefined" not in told
