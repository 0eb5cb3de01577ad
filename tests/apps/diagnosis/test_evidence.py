"""Evidence: by kind and grade, files by what they hold, frozen with the answers they stand behind."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from dengta.apps.accounts.journal import Call
from dengta.apps.accounts.models import User
from dengta.apps.diagnosis import commands, queries
from dengta.apps.diagnosis.commands import File
from dengta.apps.diagnosis.models import Diagnosis, Evidence
from dengta.core.reason import Refusal
from dengta.site.uploads import Uploads
from tests.apps.diagnosis.firms import AT, ID, OURS, THEIRS, begun, person

pytestmark = pytest.mark.django_db
LIST = b"saw-1,networked\nsaw-2,networked\n"
SHA = hashlib.sha256(LIST).hexdigest()


@pytest.fixture
def ouyang() -> User:
    return person("ouyang", "firm", enterprise=OURS)


@pytest.fixture
def uploads(tmp_path: Path) -> Uploads:
    return Uploads(tmp_path / "evidence")


def attach(actor: User, uploads: Uploads, number: int = 1, **more: Any) -> dict[str, Any]:
    told = {"question": "equipment-networked", "kind": "ledger", "file": File("list.csv", [LIST])} | more
    call = Call.fresh(actor, AT + number)
    return dict(
        commands.attach(call=call, uploads=uploads, diagnosis_id=ID, evidence_id=UUID(int=number), **told)  # type: ignore[arg-type]
    )


def codes(refused: pytest.ExceptionInfo[Refusal]) -> list[str]:
    return [reason.code for reason in refused.value.reasons]


def test_a_file_is_kept_by_what_it_holds_and_named_in_the_export(ouyang: User, uploads: Uploads) -> None:
    begun(ouyang)
    assert attach(ouyang, uploads)["sha256"] == SHA
    attach(ouyang, uploads, 2, kind="statement", file=None, note=" All machines\nsince May ")
    attach(ouyang, uploads, 3, kind="paper", question="systems")
    assert uploads.path(SHA).read_bytes() == LIST
    rows = list(queries.evidence(Diagnosis.objects.get()))
    assert [(row.grade, row.kind, row.size) for row in rows] == [
        ("B", "ledger", 32),
        ("D", "statement", 0),
        ("C", "paper", 32),
    ]
    told = json.loads(queries.filled(Diagnosis.objects.get()).text)["evidence"]
    note = hashlib.sha256(b"All machines\nsince May").hexdigest()
    assert told == {
        "equipment-networked": [f"B ledger sha256:{SHA} list.csv", f"D statement sha256:{note}"],
        "systems": [f"C paper sha256:{SHA} list.csv"],
    }


@pytest.mark.parametrize(
    ("more", "expected"),
    [
        ({"kind": "machine"}, ["diagnosis.evidence_kind"]),
        ({"kind": "rumour", "question": "weather"}, ["maturity.no_question", "diagnosis.evidence_kind"]),
        ({"file": None}, ["diagnosis.no_file"]),
        ({"kind": "statement", "file": None, "note": "  "}, ["diagnosis.says_nothing"]),
        ({"file": File("empty.csv", [])}, ["upload.empty"]),
        ({"file": File("large.bin", [bytes(10**7)] * 3)}, ["upload.too_large"]),
    ],
)
def test_what_is_no_evidence(ouyang: User, uploads: Uploads, more: dict[str, Any], expected: list[str]) -> None:
    begun(ouyang)
    with pytest.raises(Refusal) as refused:
        attach(ouyang, uploads, **more)
    assert codes(refused) == expected
    assert not Evidence.objects.exists()
    assert not list(uploads.folder.glob("*")), "nothing stays on the disk"


def test_the_same_file_at_the_same_question_is_refused(ouyang: User, uploads: Uploads) -> None:
    begun(ouyang)
    attach(ouyang, uploads)
    with pytest.raises(Refusal) as refused:
        attach(ouyang, uploads, 2)
    assert codes(refused) == ["diagnosis.attached"]
    assert uploads.path(SHA).is_file(), "the file that is there stays"


def test_taken_away_it_leaves_its_row_and_the_file_goes_with_the_last_one(ouyang: User, uploads: Uploads) -> None:
    begun(ouyang)
    attach(ouyang, uploads)
    attach(ouyang, uploads, 2, question="systems")
    for number, there in ((1, True), (2, False)):
        call = Call.fresh(ouyang, AT + 9)
        commands.remove(call=call, uploads=uploads, diagnosis_id=ID, evidence_id=UUID(int=number))
        assert uploads.path(SHA).is_file() is there
    assert list(Evidence.objects.values_list("removed_by", "removed_at")) == [("Ouyang", AT + 9)] * 2
    with pytest.raises(Refusal) as refused:
        commands.remove(call=Call.fresh(ouyang, AT), uploads=uploads, diagnosis_id=ID, evidence_id=UUID(int=1))
    assert codes(refused) == ["diagnosis.no_evidence"]


def test_it_is_seen_when_it_is_submitted_and_frozen_then(ouyang: User, uploads: Uploads) -> None:
    begun(ouyang)
    commands.save_answers(call=Call.fresh(ouyang, AT), diagnosis_id=ID, stated={"systems": "two"}, seen={})
    attach(ouyang, uploads)
    with pytest.raises(Refusal) as refused:
        commands.submit(call=Call.fresh(ouyang, AT), diagnosis_id=ID, version=2, pledged=True)
    assert codes(refused) == ["diagnosis.changed"], "evidence came after the page was made"
    commands.submit(call=Call.fresh(ouyang, AT), diagnosis_id=ID, version=3, pledged=True)
    for act in (
        lambda: attach(ouyang, uploads, 2, question="systems"),
        lambda: commands.remove(call=Call.fresh(ouyang, AT), uploads=uploads, diagnosis_id=ID, evidence_id=UUID(int=1)),
    ):
        with pytest.raises(Refusal) as refused:
            act()
        assert codes(refused) == ["diagnosis.frozen"]
    assert uploads.path(SHA).is_file()


def test_the_next_diagnosis_keeps_it_and_taking_it_away_there_leaves_the_submitted_one(
    ouyang: User, uploads: Uploads
) -> None:
    begun(ouyang)
    commands.save_answers(call=Call.fresh(ouyang, AT), diagnosis_id=ID, stated={"systems": "two"}, seen={})
    attach(ouyang, uploads)
    commands.submit(call=Call.fresh(ouyang, AT), diagnosis_id=ID, version=3, pledged=True)
    told = queries.filled(Diagnosis.objects.get()).text
    second = UUID(int=ID.int + 1)
    commands.begin(
        call=Call.fresh(ouyang, AT),
        diagnosis_id=second,
        enterprise=OURS,
        programme="zhongshan",
        asked="miit-2024",
        after=ID,
    )
    (paper,) = queries.evidence(Diagnosis.objects.get(pk=second))
    commands.remove(call=Call.fresh(ouyang, AT), uploads=uploads, diagnosis_id=second, evidence_id=paper.pk)
    assert uploads.path(SHA).is_file()
    assert queries.filled(Diagnosis.objects.get(pk=ID)).text == told


def test_nobody_attaches_for_another_firm_nor_fills_the_disk(ouyang: User, uploads: Uploads) -> None:
    begun(ouyang)
    with pytest.raises(Refusal) as refused:
        attach(person("pan", "firm", enterprise=THEIRS), uploads)
    assert codes(refused) == ["diagnosis.other_firm"]
    assert not uploads.folder.exists()
