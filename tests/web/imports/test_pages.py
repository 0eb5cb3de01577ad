"""Import in the browser, by the pages' own forms: understood, judged, brought in; twice is once."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from pathlib import Path

import pytest
from django.test import Client

from dengta.apps.accounts.models import Entry
from dengta.apps.imports.models import State, Upload
from dengta.apps.jobs.models import Job
from dengta.core.vocabulary import EventType
from dengta.site.bookshelf import Bookshelf
from dengta.site.clock import real_now
from dengta.site.uploads import Uploads
from tests.cli.test_import import make
from tests.web.imports.stage import IMPORTS, SAMPLE, Desk, form, upload

Sign = Callable[[str], Client]


def text(client: Client, address: str) -> str:
    """A page."""
    answer = client.get(address)
    assert answer.status_code == 200
    return str(answer.content.decode())


def checked(client: Client, desk: Desk, address: str, **changed: str) -> str:
    """Press "Check all rows", have the worker do it, look at the page."""
    answer = client.post(address, form(text(client, address), **changed, check="1"))
    assert answer.status_code == 302, answer.content.decode()
    assert desk.work_off() == 1
    return text(client, address)


def test_the_journey_of_a_file(client_of: Sign, desk: Desk) -> None:
    """Upload, look, check, import; the log holds what the command line would have put there."""
    client = client_of("engineer")
    address = upload(client, SAMPLE.read_bytes(), SAMPLE.name)
    page = text(client, address)
    assert "an end and how long" in page
    assert "第" not in page
    assert '<option value="machine" selected>machine</option>' in page
    assert "machine not known" not in page
    assert "Lathe 2" in page, "the first rows show the machine of the plant book"
    names = {"machines:1# Lathe": "lathe-1", "machines:2# Lathe": "lathe-2", "machines:1# Mill": "mill-1"}
    names |= {"machines:1# Grinder": "grinder-1", "machines:Inspection": "inspection", "machines:Packing": "packing"}
    page = checked(client, desk, address, zone="Asia/Shanghai", **names)
    assert "What its rows would become" in page
    assert desk.log.read().columns["seq"].tolist() == [], "checking keeps nothing"
    assert client.post(address, {"import": "1"}).status_code == 302
    assert 'hx-trigger="load delay:100ms"' in text(client, address), "who waits is told at once"
    assert desk.work_off() == 1
    page = text(client, address)
    assert "470 new events are in the log." in page
    assert len(desk.log.read()) == 470
    assert not Uploads(desk.folder.uploads).path(Upload.objects.get().sha256).exists()
    assert [e.command for e in Entry.objects.order_by("pk") if e.command.startswith("import")].count("import.run") == 1
    toml = client.get(address + "mapping.toml").content.decode()
    assert "import:sample-shop" in toml


def test_a_file_that_comes_again_is_the_same_upload_and_is_known(client_of: Sign, desk: Desk) -> None:
    """Two tabs, two taps, two days: one upload; next month's file is read as this one was."""
    client = client_of("engineer")
    address = upload(client, SAMPLE.read_bytes())
    assert upload(client, SAMPLE.read_bytes(), "other-name.csv") == address
    fields = form(text(client, address), zone="Asia/Shanghai", **{"machines:1# Mill": "mill-1"}, check="1")
    assert client.post(address, fields)["Location"] == client.post(address, fields)["Location"]
    assert Job.objects.count() == 1
    desk.work_off()
    key = form(text(client, address))["key"]
    for _ in range(2):
        client.post(address, {"import": "1", "key": key})
    client.post(address, {"import": "1"})
    assert Job.objects.filter(kind="import.run").count() == 1
    desk.work_off()
    before = len(desk.log.read())
    again = upload(client, SAMPLE.read_bytes())
    assert again == address
    more = SAMPLE.read_bytes() + b"A1900,Bush,Milling,1# Mill,W07,Work,20,0,0,20.0,2026-03-08 13:12,-,3\n"
    later = upload(client, more, "april.csv")
    page = text(client, later)
    assert '<option value="mill-1" selected>Mill 1</option>' in page, "as the file before it was read"
    checked(client, desk, later)
    client.post(later, {"import": "1"})
    desk.work_off()
    assert len(desk.log.read()) == before + 3


def test_the_form_says_its_faults_and_keeps_what_was_chosen(client_of: Sign, desk: Desk) -> None:
    """In its own words; nothing is judged by a form with faults."""
    client = client_of("engineer")
    address = upload(client, SAMPLE.read_bytes())
    fields = form(text(client, address), zone="Mars/Olympus", **{"role:Station": ""})
    shown = client.post(address + "preview/", fields, headers={"HX-Request": "true"}).content.decode()
    assert "Choose the column that says: machine." in shown
    assert "Fill in the time zone" in shown
    assert "<html" not in shown
    answer = client.post(address, {**fields, "check": "1"})
    assert answer.status_code == 400
    assert 'value="Mars/Olympus"' in answer.content.decode()
    assert Job.objects.count() == 0


def test_another_layout_makes_the_form_anew(client_of: Sign, desk: Desk, tmp_path: Path) -> None:
    """The heading is somewhere else than was thought: its columns come from there."""
    client = client_of("engineer")
    address = upload(client, b"Report of March\n" * 3 + SAMPLE.read_bytes())
    page = text(client, address)
    assert '<th scope="row">Station</th>' in page
    fields = form(page, heading_row="1", relayout="1")
    page = client.post(address + "preview/", fields).content.decode()
    assert '<th scope="row">Report of March</th>' in page
    fields = form(page, heading_row="4", relayout="1")
    assert '<th scope="row">Station</th>' in client.post(address + "preview/", fields).content.decode()


def test_rows_are_listed_filtered_and_downloaded(client_of: Sign, desk: Desk) -> None:
    """What is not simply a fact: on the page and as a file, without formulas."""
    client = client_of("engineer")
    data = SAMPLE.read_bytes().replace(b"Outside", b"=1+1")
    address = upload(client, data)
    page = checked(client, desk, address, zone="Asia/Shanghai")
    assert "=1+1 is neither" in page
    only = text(client, address + "?result=duplicate&code=import.repeated")
    assert "says what row" in only
    assert "=1+1 is neither" not in only
    told = client.get(address + "rows.csv?result=&code=").content.decode("utf-8-sig")
    rows = list(csv.reader(io.StringIO(told)))
    assert rows[0] == ["Row", "Result", "Column", "Why"]
    assert len(rows) == 20
    assert not any(cell.startswith("=") for row in rows for cell in row)
    assert text(client, address + "?page=99").count("<td colspan") == 1


def test_a_workbook_is_brought_in(client_of: Sign, desk: Desk, tmp_path: Path) -> None:
    """Whatever it is called in the site's folder."""
    client = client_of("administrator")
    address = upload(client, make(tmp_path / "s.xlsx").read_bytes(), "三月.xlsx")
    page = text(client, address)
    assert 'name="sheet" value="Reports"' in page
    page = checked(client, desk, address, zone="Asia/Shanghai", **{"machines:1# Mill": "mill-1"})
    assert "merged cell" in page
    client.post(address, {"import": "1"})
    desk.work_off()
    assert {e.subject for e in desk.log.read(types=[EventType.GOOD])} >= {"mill-1"}


def test_a_second_export_shows_what_both_say(client_of: Sign, desk: Desk, tmp_path: Path) -> None:
    """Its clock is measured beside the log; its rows are twins."""
    client = client_of("engineer")
    first = upload(client, SAMPLE.read_bytes(), SAMPLE.name)
    names = {"machines:1# Lathe": "lathe-1", "machines:2# Lathe": "lathe-2", "machines:1# Mill": "mill-1"}
    names |= {"machines:1# Grinder": "grinder-1"}
    checked(client, desk, first, zone="Asia/Shanghai", **names)
    client.post(first, {"import": "1"})
    desk.work_off()
    second = upload(client, make(tmp_path / "t.csv", "--times").read_bytes(), "times.csv")
    page = text(client, second)
    assert 'value="Europe/Berlin"' in page
    assert "that of its twin" in page
    page = checked(client, desk, second)
    assert "The same work in the log" in page
    assert "no report of this work is held" in page


@pytest.mark.parametrize("role", ["operator", "planner", "quality", "manager"])
def test_who_may_not_import_is_told_who_may(client_of: Sign, desk: Desk, role: str) -> None:
    """The list can be seen; nothing can be uploaded, opened or decided."""
    address = upload(client_of("engineer"), SAMPLE.read_bytes())
    client = client_of(role)
    assert "Engineers and administrators" in text(client, "/import/")
    assert client.get(address).status_code == 403
    assert client.post(address, {"discard": "1"}).status_code == 403
    assert "engineer, administrator" in client.post("/import/", {}).content.decode()
    assert Upload.objects.get().state == State.OPEN


def test_what_cannot_be_a_table_says_why(client_of: Sign, desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """Empty, binary, an old workbook, none at all, too large."""
    client = client_of("engineer")
    for data, said in (
        (b"a\0b" * 99, "export it as CSV or save it as .xlsx"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(99), "save it as .xlsx"),
        (b"PK\x03\x04" + bytes(99), "not a sound workbook"),
        (b"one\n", "there is no heading"),
    ):
        page = text(client, upload(client, data, "x.bin"))
        assert said in page
        assert "x.bin" in page
    assert "choose a file first" in client.post("/import/", {}).content.decode()
    monkeypatch.setattr("dengta.apps.imports.commands.MOST", 10)
    from django.core.files.uploadedfile import SimpleUploadedFile

    large = client.post("/import/", {"file": SimpleUploadedFile("big.csv", b"x" * 11)})
    assert large.status_code == 400
    assert "dengta import FILE" in large.content.decode()
    assert not list(desk.folder.uploads.glob(".*"))
    empty = client.post("/import/", {"file": SimpleUploadedFile("empty.csv", b"")})
    assert empty.status_code == 400


def test_a_discarded_file_is_gone_and_may_come_again(client_of: Sign, desk: Desk) -> None:
    """Its page is no more; the same content opens it once more."""
    client = client_of("engineer")
    address = upload(client, SAMPLE.read_bytes())
    assert client.post(address, {"discard": "1"})["Location"] == "/import/"
    assert client.get(address).status_code == 404
    assert list(desk.folder.uploads.iterdir()) == []
    assert upload(client, SAMPLE.read_bytes()) == address
    assert client.get(address).status_code == 200


def test_an_import_that_is_refused_keeps_its_file(client_of: Sign, desk: Desk) -> None:
    """A changed row: the page says which, and nothing was kept."""
    client = client_of("engineer")
    names = {"machines:1# Mill": "mill-1", "zone": "Asia/Shanghai", "producer": "import:x"}
    address = upload(client, SAMPLE.read_bytes())
    checked(client, desk, address, **names)
    client.post(address, {"import": "1"})
    desk.work_off()
    held = len(desk.log.read())
    changed = upload(client, SAMPLE.read_bytes().replace(b"Change,0,0,0,6.0", b"Change,0,0,0,7.0"), "changed.csv")
    page = checked(client, desk, changed, **names)
    assert "changed.csv &gt; row 3: the row says otherwise" in page
    assert client.post(changed, {"import": "1"}).status_code == 400, "what was refused cannot be brought in"
    assert len(desk.log.read()) == held


def test_a_file_may_be_read_again_once_its_mapping_is_put_right(client_of: Sign, desk: Desk) -> None:
    """The machine nobody knew gets its name; only its rows are new."""
    client = client_of("engineer")
    address = upload(client, SAMPLE.read_bytes())
    checked(client, desk, address, zone="Asia/Shanghai", **{"machines:1# Mill": ""})
    client.post(address, {"import": "1"})
    desk.work_off()
    before = len(desk.log.read())
    assert "upload the file again" in text(client, address)
    assert upload(client, SAMPLE.read_bytes()) == address
    page = checked(client, desk, address, **{"machines:1# Mill": "mill-1"})
    assert "What its rows would become" in page
    client.post(address, {"import": "1"})
    desk.work_off()
    page = text(client, address)
    assert f"{len(desk.log.read()) - before} new events are in the log." in page
    assert len(desk.log.read()) > before


def test_a_stream_of_a_machine_is_not_for_files(client_of: Sign, desk: Desk) -> None:
    """What a machine says and what a file says are told apart by their keys."""
    client = client_of("engineer")
    book = (
        (IMPORTS / "sample-plant.toml")
        .read_text("utf-8")
        .replace('id = "mill-1"', 'id = "mill-1"\nproducers = ["plc-3"]')
    )
    Bookshelf(desk.folder.books).add(book, real_now())
    address = upload(client, SAMPLE.read_bytes())
    page = checked(client, desk, address, zone="Asia/Shanghai", producer="plc-3")
    assert "plc-3 is the stream of machine mill-1" in page
    assert client.post(address, {"import": "1"}).status_code == 400
