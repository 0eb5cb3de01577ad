"""The API says what the pages say."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client

from dengta.site.bookshelf import Bookshelf
from dengta.site.home import SiteFolder

Sign = Callable[[str], Client]
pytestmark = pytest.mark.django_db


def test_strangers_get_401_and_no_page(client: Client, site: SiteFolder) -> None:
    for path in ("/api/machines", "/api/plant", "/api/log/status"):
        assert client.get(path).status_code == 401


def test_machines_with_the_shift_that_works_now(client_of: Sign, site: SiteFolder) -> None:
    told = client_of("planner").get("/api/machines").json()
    assert len(told["machines"]) == 20
    assert told["plant_book"] == Bookshelf(site.books).revisions()[0].hash
    assert told["machines"][0]["shift"] == "day"
    assert told["machines"][0]["business_date"] == "2026-11-23"
    assert told["machines"][0]["name"] == {"en": "Panel saw 1", "zh": "开料锯 1"}


def test_the_plant_book_by_day(client_of: Sign, site: SiteFolder) -> None:
    client = client_of("planner")
    told = client.get("/api/plant?valid=2026-05-01").json()
    assert told["content"]["book"]["site"] == "furniture"
    assert (told["recorded_by"], told["recorded_at"]) == ("gao-feng", "2026-01-02T00:00:00Z")
    assert client.get("/api/plant?valid=2025-05-01").status_code == 404
    assert client.get("/api/plant?valid=whenever").status_code == 422


def test_the_log_with_its_marks_and_holes(client_of: Sign, events: SiteFolder) -> None:
    told = client_of("planner").get("/api/log/status?site=furniture").json()
    assert (told["events"], told["lost"], told["damage"]) == (890, 0, [])
    edge = next(stream for stream in told["streams"] if stream["name"] == "edge-2")
    assert edge["epochs"] == [{"epoch": 1, "next": 200, "above": [[210, 400]]}]
    assert told["holes"] == [
        {"stream": edge["stream"], "name": "edge-2", "epoch": 1, "first": 200, "last": 209, "events": 10}
    ]


def test_the_description_loads_nothing_from_elsewhere(client_of: Sign, site: SiteFolder) -> None:
    client = client_of("planner")
    page = client.get("/api/docs").content.decode()
    assert "https://" not in page
    assert client.get("/api/openapi.json").json()["paths"].keys() == {"/api/machines", "/api/plant", "/api/log/status"}


def test_health_needs_no_sign_in(client: Client, events: SiteFolder) -> None:
    answer = client.get("/healthz")
    assert answer.status_code == 200
    told = answer.json()
    assert (told["ok"], told["events"]) == (True, 890)
    assert told["sites"]["furniture"]["age_s"] == 60
