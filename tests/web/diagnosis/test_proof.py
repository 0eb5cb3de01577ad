"""A plant answers for its firm: recomputed by a job, as the command line and `dengta kpi` have it, to the digit."""

from __future__ import annotations

import json
import shlex
import shutil
from collections import Counter
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from typer.testing import CliRunner

from dengta.apps.accounts.models import Entry, User
from dengta.apps.diagnosis.models import Diagnosis, Evidence, Kind, Proof, State
from dengta.apps.jobs.models import Job
from dengta.apps.register.models import Enterprise
from dengta.cli.main import app
from dengta.core.time import from_iso
from dengta.site.bookshelf import Bookshelf
from dengta.site.clock import SiteClock
from dengta.site.home import Home
from tests.apps.diagnosis.firms import OURS, THEIRS
from tests.web.diagnosis.test_pages import save, text
from tests.web.imports.stage import Desk

Sign = Callable[[str], Client]
PLANTS = Path(__file__).parents[3] / "examples" / "plants"
PAGE = f"/city/diagnosis/proof/{OURS}/"
WINDOW = {"first": "2026-03-02", "last": "2026-03-03", "days": "2"}


@pytest.fixture(scope="module")
def two_days(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home in which the model plant has run for two days; pack-3 was silent on its net, saw-2 barely spoke."""
    folder = tmp_path_factory.mktemp("two-days")
    lines, book, home = folder / "days.ndjson", PLANTS / "furniture.toml", folder / "home"
    call = ["simulate", str(PLANTS / "furniture.sim.toml"), "--plant", str(book), "--from", "2026-03-02", "--days", "2"]
    assert CliRunner().invoke(app, [*call, "--seed", "1", "--out", str(lines)]).exit_code == 0
    told, of_saw = [], 0
    for line in lines.read_text("utf-8").splitlines():
        subject = json.loads(line).get("subject")
        of_saw += subject == "saw-2"
        if subject != "pack-3" and (subject != "saw-2" or of_saw <= 99):
            told.append(line)
    lines.write_text("\n".join([*told, ""]), "utf-8")
    done = CliRunner().invoke(app, ["log", "append", str(lines), "--home", str(home), "--site", "furniture"])
    assert done.exit_code == 0, done.output
    site = Home.at(home).site("furniture")
    Bookshelf(site.books).add(book.read_text("utf-8"), from_iso("2026-03-01T00:00:00Z"))
    now = from_iso("2026-03-04T10:00:00+08:00")
    SiteClock(now, 0, 1, now).save(site.clock)
    return home


@pytest.fixture
def plant(firm: Client, settings: Any, two_days: Path) -> Desk:
    """The firm's own plant, and a worker."""
    shutil.copytree(two_days, settings.HOME.path)
    Enterprise.objects.filter(code=OURS).update(site="furniture")
    desk = Desk.__new__(Desk)
    desk.home = settings.HOME
    return desk


def ask(client: Client, **changed: str) -> Any:
    return client.post(PAGE, {**WINDOW, **changed})


def test_claim_recomputed_value_difference_and_the_command(
    firm: Client, draft: str, plant: Desk, tmp_path: Path
) -> None:
    share = {"equipment-networked.networked": "24", "equipment-networked.all": "26"}
    save(firm, draft + "foundation/", "equipment-networked", **share)
    save(firm, draft + "scenes/", "scene-equipment", **{"scene-equipment": "3"})
    page = text(firm, PAGE)
    assert "Your plant has not been asked yet" in page
    assert 'value="2026-02-25"' in page, "the week before the plant's today"
    assert ask(firm).status_code == 302
    assert ask(firm).status_code == 302
    assert Job.objects.count() == 1, "one at a time"
    assert "Waiting for a worker" in text(firm, PAGE + "job/")
    assert plant.work_off() == 1
    assert Job.objects.get().state == "done", Job.objects.get().result
    proof = Proof.objects.get()
    page = text(firm, PAGE)
    assert proof.command in page
    assert "92.3077 %" in page
    assert "69.2308 %" in page
    assert "−23.0769" in page
    assert "less than claimed" in page
    assert "saw-2" in page
    assert firm.get(PAGE + "job/")["HX-Refresh"] == "true"
    own = text(firm, f"/city/register/{OURS}/")
    assert proof.command in own, "and so on the enterprise's page"
    assert "A draft is open." in own

    file = tmp_path / "answers.json"
    file.write_bytes(firm.get(draft + "answers.json").content)
    words = shlex.split(proof.command.replace("answers.json", str(file)))[1:]
    done = CliRunner().invoke(app, [*words, "--home", str(plant.home.path), "--json"])
    assert done.exit_code == 0, done.output
    told = json.loads(done.stdout)
    assert told["book"] == proof.book
    for line, kept in zip(told["findings"], proof.findings, strict=True):
        assert {k: line[k] for k in ("predicate", "exact", "met", "machines", "least", "rows")} == kept
    assert told["findings"][0]["difference"] == "-23.0769"


def test_it_agrees_with_the_kpis(firm: Client, plant: Desk) -> None:
    """The networked machines are those `dengta kpi` has figures of; the days are those on which it defines OEE."""
    ask(firm)
    plant.work_off()
    networked, oee = Proof.objects.get().findings
    kpi = ["kpi", "--by", "machine,date", "--home", str(plant.home.path), "--from", "2026-03-02", "--to", "2026-03-04"]
    figures = json.loads(CliRunner().invoke(app, [*kpi, "--json"]).stdout)["figures"]
    defined = Counter(f["machine"] for f in figures if f["ratios"]["oee"]["value"] is not None)
    assert {m: n for m, n in oee["rows"].items() if n} == dict(defined)
    assert oee["met"] == sum(n >= 2 for n in defined.values())
    silent = {m for m, n in networked["rows"].items() if n == 0}
    assert silent == {"pack-3"}
    assert (networked["met"], networked["machines"], networked["exact"]) == (18, 26, "900/13")
    assert 0 < networked["rows"]["saw-2"] < networked["least"], "it speaks, but not enough"


def test_it_stands_behind_the_answers_of_a_draft_and_goes_into_what_is_submitted(
    firm: Client, draft: str, plant: Desk, client_of: Sign
) -> None:
    share = {"equipment-networked.networked": "18", "equipment-networked.all": "26"}
    save(firm, draft + "foundation/", "equipment-networked", **share)
    for days in ("2", "1"):
        ask(firm, days=days)
        plant.work_off()
    papers = Evidence.objects.filter(removed_at=0)
    assert {(one.question, one.kind, one.grade) for one in papers} == {
        ("equipment-networked", Kind.MACHINE, "A"),
        ("scene-equipment", Kind.MACHINE, "A"),
    }
    assert Evidence.objects.count() == 4, "the earlier ones stay as rows"
    page = text(firm, draft + "of/equipment-networked/")
    assert "--days 1" in page
    assert "69.2308 %" in page
    assert "A (1)" in text(firm, draft).replace("<b>A</b>", "A")
    found = Diagnosis.objects.get()
    firm.post(draft + "submit/", {"version": str(found.version), "pledge": "1"})
    found.refresh_from_db()
    assert found.state == State.SUBMITTED
    told = json.loads(firm.get(draft + "answers.json").content)["evidence"]
    assert [paper[:17] for paper in told["equipment-networked"]] == ["A machine sha256:"]
    paper = Evidence.objects.get(question="equipment-networked", removed_at=0)
    bytes_ = b"".join(client_of("analyst").get(f"{draft}evidence/{paper.pk}/file/").streaming_content)
    assert told["equipment-networked"][0] == f"A machine sha256:{sha256(bytes_).hexdigest()}"
    assert b"saw-2" not in bytes_, "machine by machine it stays with the firm"
    ask(firm)
    plant.work_off()
    assert Evidence.objects.filter(removed_at=0).count() == 2, "what is submitted is frozen"
    officer = client_of("analyst")
    own = text(officer, f"/city/register/{OURS}/")
    assert proof_of(own) == "69.2308 %"
    assert found.sha256[:12] in own
    page = text(officer, PAGE)
    assert "69.2308 %" in page
    assert "saw-2" not in page, "an officer sees the sum, not the machines"
    assert "Recompute from the log" not in page
    assert ask(officer).status_code == 403


def proof_of(page: str) -> str:
    """The networking rate as recomputed, of a page."""
    return page.split('title="900/13">')[1].split("<")[0]


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"first": "2026-03-09"}, "turned round"),
        ({"days": "9"}, "9 days are asked for"),
        ({"days": "0"}, "0 days are asked for"),
        ({"first": "2020-01-01", "last": "2020-01-05"}, "no plant book for these days"),
    ],
)
def test_a_window_that_cannot_be_recomputed(firm: Client, plant: Desk, changed: dict[str, str], words: str) -> None:
    assert ask(firm, **changed).status_code == 302
    plant.work_off()
    assert words in text(firm, PAGE)
    assert not Proof.objects.exists()
    assert not Entry.objects.filter(command="diagnosis.keep_proof").exists()


def test_who_may_ask_and_of_which_plant(firm: Client, client_of: Sign, settings: Any) -> None:
    page = text(firm, PAGE)
    assert "No plant of this home belongs to this enterprise" in page
    assert ask(firm).status_code == 400
    assert ask(firm, first="soon").status_code == 400
    assert firm.get(f"/city/diagnosis/proof/{THEIRS}/").status_code == 404
    User.objects.filter(login="liang-bo").update(town="442000001")
    assert client_of("town").get(PAGE).status_code == 404, "another town's"
