"""The plant book on screen and in the editor."""

from __future__ import annotations

import re
from collections.abc import Callable
from uuid import uuid4

import pytest
from django.test import Client

from dengta.apps.accounts.models import Entry
from dengta.core.time import from_iso
from dengta.site.bookshelf import Bookshelf
from dengta.site.home import SiteFolder
from tests.web.conftest import BOOK, NOW

Sign = Callable[[str], Client]
pytestmark = pytest.mark.django_db
TEXT = BOOK.read_text("utf-8")
LONGER = TEXT.replace("registered_equipment = 26", "registered_equipment = 27")


def form(site: SiteFolder, text: str, **more: str) -> dict[str, str]:
    return {"text": text, "base": Bookshelf(site.books).revisions()[-1].file, "key": str(uuid4()), **more}


def test_the_page_shows_the_book_as_a_tree_with_its_shifts(client_of: Sign, site: SiteFolder) -> None:
    text = client_of("operator").get("/plant/").content.decode()
    for word in ("Panel shop", "Edge bander 5", "drill-5", "Mechanical failure", "Day shift", "15 h 20 min"):
        assert word in text
    assert Bookshelf(site.books).revisions()[0].hash in text
    assert "Edit" not in re.sub(r"<[^>]+>", "", text)


def test_the_page_lists_the_meters_and_says_what_to_do_without(client_of: Sign, site: SiteFolder) -> None:
    text = client_of("operator").get("/plant/").content.decode()
    section = re.search(r'id="meters".*?</section>', text, re.S)
    assert section is not None
    rows = [re.sub(r"<[^>]+>", " ", row).split() for row in re.findall(r"<tr>(<td>.*?)</tr>", section.group())]
    assert ["Panel", "saw", "1", "saw-1", "electricity", "1,000,000", "25"] in rows
    assert len(rows) == 20
    bare = re.sub(r"meters = .*", "", TEXT).replace("valid_from = 2026-01-01", "valid_from = 2026-06-01")
    Bookshelf(site.books).add(bare, from_iso("2026-06-05T08:00:00+08:00"), "chen-hai")
    assert "The book states no meter" in client_of("operator").get("/plant/?valid=2026-12-01").content.decode()


def test_a_holiday_and_its_make_up_day_stand_in_the_week(client_of: Sign, site: SiteFolder) -> None:
    client = client_of("operator")
    assert "National Day" in client.get("/plant/?week=2026-10-01").content.decode()
    eve = client.get("/plant/?week=2026-02-09").content.decode()
    assert "Early close before the Spring Festival" in eve
    assert "Make-up day for Spring Festival" in eve


def test_the_book_is_shown_as_of_a_day_and_as_known_on_a_day(client_of: Sign, site: SiteFolder) -> None:
    client = client_of("operator")
    later = LONGER.replace("valid_from = 2026-01-01", "valid_from = 2026-06-01")
    Bookshelf(site.books).add(later, from_iso("2026-06-05T08:00:00+08:00"), "chen-hai")
    first, second = (r.hash for r in Bookshelf(site.books).revisions())
    for query, shown in (
        ("", second),
        ("?valid=2026-05-31", first),
        ("?valid=2026-06-01", second),
        ("?valid=2026-06-02&known=2026-06-04", first),
        ("?valid=2026-06-02&known=2026-06-05", second),
    ):
        assert f"<code>{shown}</code>" in client.get(f"/plant/{query}").content.decode(), query
    assert "No plant book then" in client.get("/plant/?valid=2025-12-31").content.decode()
    assert client.get("/plant/?valid=yesterday").status_code == 404


def test_only_who_may_publish_opens_the_editor(client_of: Sign, site: SiteFolder) -> None:
    for role in ("operator", "planner", "quality", "manager"):
        assert client_of(role).get("/plant/edit/").status_code == 403
        assert client_of(role).post("/plant/edit/", form(site, LONGER, publish="1")).status_code == 403
    assert "engineer, administrator" in client_of("operator").get("/plant/edit/").content.decode()
    assert len(Bookshelf(site.books).revisions()) == 1


def test_check_says_every_fault_with_its_place(client_of: Sign, site: SiteFolder) -> None:
    broken = TEXT.replace('line = "saw"\nkind', 'line = "sow"\nkind').replace(
        "registered_equipment = 26", "rubbish = 26"
    )
    answer = client_of("engineer").post("/plant/edit/", form(site, broken, check="1"), headers={"HX-Request": "true"})
    text = answer.content.decode()
    assert text.count("<li>") == 4, "three machines of an unknown line, one unknown key"
    assert "machine saw-3 &gt; line: there is no line sow" in text
    assert "<html" not in text


def test_check_shows_what_would_change(client_of: Sign, site: SiteFolder) -> None:
    text = client_of("engineer").post("/plant/edit/", form(site, LONGER, check="1")).content.decode()
    assert "<del>26</del>" in text
    assert "<ins>27</ins>" in text
    assert "<html" in text, "without htmx the whole page comes back"


def test_publishing_adds_a_revision_by_the_person_at_the_sites_time(client_of: Sign, site: SiteFolder) -> None:
    client = client_of("engineer")
    answer = client.post("/plant/edit/", form(site, LONGER, publish="1", at_client=str(NOW)), follow=True)
    text = answer.content.decode()
    revision = Bookshelf(site.books).revisions()[-1]
    assert (revision.by, revision.recorded_at, revision.text) == ("chen-hai", NOW, LONGER)
    assert "Published" in text
    assert "<ins>27</ins>" in text, "the page of the revision says what it changed"
    entry = Entry.objects.get(command="plant.publish")
    assert (entry.actor and entry.actor.login, entry.site, entry.at_client) == ("chen-hai", "furniture", NOW)


def test_a_second_tap_publishes_nothing_more(client_of: Sign, site: SiteFolder) -> None:
    client, sent = client_of("engineer"), form(site, LONGER, publish="1")
    first, second = client.post("/plant/edit/", sent), client.post("/plant/edit/", sent)
    assert (first.status_code, second.status_code) == (302, 302)
    assert first["Location"] == second["Location"]
    assert len(Bookshelf(site.books).revisions()) == 2


def test_who_was_overtaken_is_told_by_whom_and_loses_nothing(client_of: Sign, site: SiteFolder) -> None:
    mine = form(site, TEXT.replace("stale_after_s = 1000", "stale_after_s = 240"), publish="1")
    client_of("administrator").post("/plant/edit/", form(site, LONGER, publish="1"))
    client = client_of("engineer")
    answer = client.post("/plant/edit/", mine)
    text = answer.content.decode()
    assert answer.status_code == 409
    assert "he-jing published revision" in text
    assert "<ins>27</ins>" in text
    assert "stale_after_s = 240" in text
    base, key = (re.search(f'name="{name}" value="([^"]+)"', text) for name in ("base", "key"))
    assert base
    assert key
    again = client.post("/plant/edit/", {**mine, "base": base[1], "key": key[1]})
    assert again.status_code == 302
    assert len(Bookshelf(site.books).revisions()) == 3


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (TEXT, "to the letter"),
        (TEXT.replace('site = "furniture"', 'site = "other"'), "set [book] site to furniture"),
        ("nonsense", "not TOML"),
    ],
)
def test_what_cannot_be_published_says_why(client_of: Sign, site: SiteFolder, text: str, said: str) -> None:
    answer = client_of("engineer").post("/plant/edit/", form(site, text, publish="1"))
    assert answer.status_code == 400
    assert said in answer.content.decode()
    assert len(Bookshelf(site.books).revisions()) == 1
    assert not Entry.objects.filter(command="plant.publish").exists()


def test_the_toml_comes_back_as_it_was_given(client_of: Sign, site: SiteFolder) -> None:
    file = Bookshelf(site.books).revisions()[0].file
    answer = client_of("operator").get(f"/plant/revision/{file}/?as=toml")
    assert answer.content.decode() == TEXT
    assert client_of("operator").get("/plant/revision/none.toml/").status_code == 404
