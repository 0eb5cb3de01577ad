"""Diagnosis in the browser's words: with scripts and without, the live score, the file anybody scores again."""

from __future__ import annotations

import hashlib
import json
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from dengta.apps.accounts.models import User
from dengta.apps.diagnosis.filled import edition
from dengta.apps.diagnosis.models import Answer, Diagnosis, Evidence, State
from tests.apps.diagnosis.firms import THEIRS

Sign = Callable[[str], Client]
HX = {"HX-Request": "true"}


def text(client: Client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200, answer.content.decode()
    return str(answer.content.decode())


def save(client: Client, address: str, question: str, **fields: object) -> str:
    """As htmx sends one question."""
    answer = client.post(address, {"question": question, **fields}, headers=HX)
    assert answer.status_code == 200, answer.content.decode()
    return str(answer.content.decode())


def test_the_score_lives_beside_the_form(firm: Client, draft: str) -> None:
    page = text(firm, draft + "foundation/")
    assert "below the first level" in page
    assert "Open is not failed" in page
    share = {"equipment-networked.networked": "12", "equipment-networked.all": "20", "equipment-networked.version": "0"}
    part = save(firm, draft + "foundation/", "equipment-networked", **share)
    assert "4.5 of 6 points" in part
    assert "share 60 %" in part
    assert re.search(r'class="here"[^>]*>&gt;40–60<', part)
    assert 'name="equipment-networked.version" value="1"' in part
    assert "4.5 of 100 points" in part
    assert part.count('hx-swap-oob="true"') == 2
    assert Answer.objects.get().at_client is None
    part = save(firm, draft + "foundation/", "network", network=["control", "5g"], at_client="1790000000000000")
    assert "8.5 of 100 points" in part
    assert Answer.objects.get(question="network").at_client == 1_790_000_000_000_000


def test_what_is_not_right_is_said_at_its_question_and_not_kept(firm: Client, draft: str) -> None:
    half = save(firm, draft + "foundation/", "equipment-networked", **{"equipment-networked.networked": "12"})
    assert "A.1.3 Networked production equipment" in half
    assert "state both numbers" in half
    more = {"equipment-networked.networked": "21", "equipment-networked.all": "20"}
    assert "more than the 20" in save(firm, draft + "foundation/", "equipment-networked", **more)
    both = save(firm, draft + "foundation/", "network", network=["-none", "5g"])
    assert "choose one or the other" in both
    assert "no share from 0 to 100" in save(firm, draft + "management/", "funding", funding="12,5")
    assert not Answer.objects.filter(value__gt="").exists()
    assert firm.post(draft + "foundation/", {"question": "planning"}, headers=HX).status_code == 404


def test_two_tabs_and_a_form_without_scripts(firm: Client, draft: str) -> None:
    """The Save button sends the whole section; what somebody changed meanwhile is refused with who and when."""
    fields = {"systems": "two", "systems.version": "0", "network": "-none", "network.version": "0", "next": "1"}
    answer = firm.post(draft + "foundation/", fields)
    assert (answer.status_code, answer["Location"]) == (302, draft + "management/")
    assert Answer.objects.get(question="network").value == "[]"
    stale = firm.post(draft + "foundation/", {**fields, "systems": "all"})
    assert stale.status_code == 409
    assert re.search(r"A\.1\.5 Information systems.*欧阳青 changed this answer at", stale.content.decode())
    again = firm.post(draft + "foundation/", {"systems": "all", "systems.version": "1", "network": "-none"})
    assert again["Location"] == draft + "foundation/"
    assert Answer.objects.get(question="systems").value == '"all"'
    assert firm.post(draft + "scenes/", {"next": "1"})["Location"] == draft


def test_the_same_score_from_the_command_line(firm: Client, draft: str, tmp_path: Path) -> None:
    for at, scene in enumerate(("design", "marketing", "production", "quality", "equipment", "finance")):
        save(firm, draft + "scenes/", f"scene-{scene}", **{f"scene-{scene}": str(1 + at % 3)})
    for question, answer in (("systems", "all"), ("talent", ["t1", "t2"]), ("funding", "3.5")):
        save(firm, draft + ("foundation/" if question == "systems" else "management/"), question, **{question: answer})
    page = text(firm, draft)
    version = re.search(r'name="version" value="(\d+)"', page)
    assert version
    refused = firm.post(draft + "submit/", {"version": version[1]})
    assert refused.status_code == 409
    assert "state that the answers are true" in refused.content.decode()
    assert firm.post(draft + "submit/", {"version": version[1], "pledge": "1"}).status_code == 302
    found = Diagnosis.objects.get()
    assert found.state == State.SUBMITTED
    page = text(firm, draft)
    assert found.sha256 in page
    assert 'name="pledge"' not in page
    file = tmp_path / "answers.json"
    file.write_bytes(firm.get(draft + "answers.json").content)
    assert hashlib.sha256(file.read_bytes()).hexdigest() == found.sha256
    done = subprocess.run(
        [sys.executable, "-m", "dengta.cli.main", "maturity", "score", str(file), "--json"],
        capture_output=True,
        text=True,
        check=True,
    )
    told = json.loads(done.stdout)
    assert (float(told["points"]), told["level"]) == (float(found.points or 0), found.level)
    listed = text(firm, "/city/diagnosis/")
    assert "Begin with the last answers" in listed


def test_evidence_is_attached_downloaded_and_taken_away(firm: Client, draft: str) -> None:
    address = draft + "of/equipment-networked/"
    page = text(firm, address)
    assert "Nothing stands behind this answer" in page
    fields = {name: page.split(f'name="{name}" value="')[1].split('"')[0] for name in ("key", "id")}
    file = SimpleUploadedFile("设备<清单>.html", b"<script>alert(1)</script>", "text/html")
    answer = firm.post(address, {**fields, "kind": "ledger", "note": "as of May", "file": file})
    assert (answer.status_code, answer["Location"]) == (302, address)
    page = text(firm, address)
    assert "设备&lt;清单&gt;.html" in page
    assert "1 piece of evidence, grade B" in text(firm, draft + "foundation/")
    paper = Evidence.objects.get()
    got = firm.get(f"{draft}evidence/{paper.pk}/file/")
    assert b"".join(got.streaming_content) == b"<script>alert(1)</script>"  # type: ignore[attr-defined]
    assert got["Content-Type"] == "application/octet-stream"
    assert got["Content-Disposition"].startswith("attachment")
    assert got["X-Content-Type-Options"] == "nosniff"
    assert firm.post(f"{draft}evidence/{paper.pk}/remove/").status_code == 302
    assert "Nothing stands behind this answer" in text(firm, address)
    assert firm.get(f"{draft}evidence/{paper.pk}/file/").status_code == 404
    empty = firm.post(address, {"id": fields["id"], "kind": "statement"})
    assert empty.status_code == 409
    assert "write what you state" in empty.content.decode()


def test_a_draft_is_its_firms_alone(firm: Client, draft: str, client_of: Sign) -> None:
    for role in ("town", "analyst", "planner"):
        other = client_of(role)
        for address in (draft, draft + "foundation/", draft + "answers.json", draft + "of/systems/"):
            assert other.get(address).status_code == 404, role
        assert other.post(draft + "foundation/", {"systems": "all"}).status_code == 404
    User.objects.filter(login="ouyang-qing").update(enterprise=THEIRS)
    assert firm.get(draft).status_code == 404
    assert firm.post(draft + "submit/", {"version": "1", "pledge": "1"}).status_code == 404


def test_a_person_without_a_firm_is_told_whom_to_ask(client_of: Sign) -> None:
    answer = client_of("firm").get("/city/diagnosis/")
    assert answer.status_code == 400
    assert "credit code" in answer.content.decode()


@pytest.mark.parametrize("section", ["foundation", "management", "results", "scenes"])
@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_every_question_shows_its_clause_and_how_certain_it_is(
    firm: Client, draft: str, section: str, language: str
) -> None:
    page = firm.get(f"{draft}{section}/", headers={"Accept-Language": language}).content.decode()
    asked = edition("miit-2024")
    ids = [item for item in asked.questions if getattr(item, "dimension", "scenes") == section]
    for one in ids:
        card = page.split(f'id="q-{one.id}"')[1].split("</fieldset>")[0]
        assert one.clause in card
        assert ("points and bins as the source has them" if language == "en" else "分值与区间与来源一致") in card
    assert ("Draft: the rule of levels" if language == "en" else "草案：等级判定规则") in page


@pytest.mark.parametrize("address", ["nowhere/", "of/nothing/", "evidence/00000000-0000-0000-0000-000000000000/file/"])
def test_what_is_not_there(firm: Client, draft: str, address: str) -> None:
    assert firm.get(draft + address).status_code == 404


def test_a_page_needs_few_reads(firm: Client, draft: str, django_assert_max_num_queries: Callable[..., object]) -> None:
    with django_assert_max_num_queries(9):  # type: ignore[attr-defined]
        firm.get(draft + "foundation/")
    with django_assert_max_num_queries(9):  # type: ignore[attr-defined]
        firm.get(draft)
