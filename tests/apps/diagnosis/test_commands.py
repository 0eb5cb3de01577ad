"""A draft: kept answer by answer, never over somebody else's head; submitted once, as it was seen, for good."""

from __future__ import annotations

import hashlib
import json
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest

from dengta.apps.accounts.journal import Call
from dengta.apps.accounts.models import Entry, User
from dengta.apps.diagnosis import commands, queries
from dengta.apps.diagnosis.models import Answer, Diagnosis, State
from dengta.core.ids import uuid7
from dengta.core.reason import Reason, Refusal
from dengta.engines import maturity
from tests.apps.diagnosis.firms import AT, ID, OURS, THEIRS, begun, person, registered

pytestmark = pytest.mark.django_db


@pytest.fixture
def ouyang() -> User:
    return person("ouyang", "firm", enterprise=OURS)


def save(actor: User, stated: dict[str, Any], seen: dict[str, int] | None = None, at: int = AT) -> dict[str, Any]:
    call = Call(actor=actor, key=uuid7(at, at.to_bytes(10)), at=at, at_client=at - 5)
    return dict(commands.save_answers(call=call, diagnosis_id=ID, stated=stated, seen=seen or {}))


def told(refused: pytest.ExceptionInfo[Refusal]) -> list[tuple[str, tuple[str, ...]]]:
    return [(reason.code, reason.place) for reason in refused.value.reasons]


def only(refused: pytest.ExceptionInfo[Refusal]) -> Reason:
    (reason,) = refused.value.reasons
    return reason


def test_a_draft_begins_once(ouyang: User) -> None:
    call = Call.fresh(ouyang, AT)
    registered(OURS)
    asked = {"diagnosis_id": ID, "enterprise": OURS, "programme": "zhongshan", "asked": "miit-2024"}
    first = commands.begin(call=call, **asked)  # type: ignore[arg-type]
    assert commands.begin(call=call, **asked) == first  # type: ignore[arg-type]
    assert Diagnosis.objects.count() == 1
    assert Entry.objects.filter(command="diagnosis.begin").count() == 1
    with pytest.raises(Refusal) as refused:
        commands.begin(call=Call.fresh(ouyang, AT), **{**asked, "diagnosis_id": UUID(int=7)})  # type: ignore[arg-type]
    assert only(refused).code == "diagnosis.draft_open"
    assert only(refused).params == {"who": "Ouyang", "when": "2026-09-21 22:13"}


def test_answers_are_kept_one_by_one_with_who_and_when(ouyang: User) -> None:
    begun(ouyang)
    done = save(ouyang, {"equipment-networked": {"networked": 12, "all": 20}, "scene-quality": 2})
    assert done == {"version": 2, "answers": {"equipment-networked": 1, "scene-quality": 1}}
    row = Answer.objects.get(question="equipment-networked")
    assert (row.value, row.answered_by, row.answered_at, row.at_client) == (
        '{"all":20,"networked":12}', "Ouyang", AT, AT - 5,
    )  # fmt: skip
    save(ouyang, {"network": ["control", "5g"], "funding": Decimal("3.50")}, at=AT + 1)
    now = queries.filled(Diagnosis.objects.get())
    assert now.stated["network"] == ["5g", "control"]
    assert Answer.objects.get(question="funding").value == "3.5"
    assert now.score.least == Decimal("8.5")
    assert save(ouyang, {"network": ["5g", "control"]}, {"network": 1}, AT + 2)["version"] == 3, "nothing changed"


def test_a_repeated_save_is_one_fact(ouyang: User) -> None:
    begun(ouyang)
    assert save(ouyang, {"systems": "two"}) == save(ouyang, {"systems": "two"})
    assert Diagnosis.objects.get().version == 2


def test_every_fault_at_once_and_nothing_half_saved(ouyang: User) -> None:
    begun(ouyang)
    wrong = {"systems": "twelve", "funding": "much", "scene-quality": 9, "network": ["control"]}
    with pytest.raises(Refusal) as refused:
        save(ouyang, wrong)
    assert {place[-1] for _, place in told(refused)} == {"systems", "funding", "scene-quality"}
    assert not Answer.objects.exists()


def test_a_question_of_another_edition_is_refused_by_name(ouyang: User) -> None:
    begun(ouyang, edition="miit-2022")
    with pytest.raises(Refusal) as refused:
        save(ouyang, {"score": 55, "scene-quality": 2, "network": ["control"]})
    assert told(refused) == [
        ("maturity.no_question", ("scene-quality",)),
        ("maturity.no_question", ("network",)),
    ]
    assert only_edition(refused) == {"miit-2022"}
    assert not Answer.objects.exists()
    save(ouyang, {"score": 55}, at=AT + 1)
    assert queries.filled(Diagnosis.objects.get()).score.level == 2


def only_edition(refused: pytest.ExceptionInfo[Refusal]) -> set[Any]:
    return {reason.params["edition"] for reason in refused.value.reasons}


def test_two_tabs(ouyang: User) -> None:
    """Different questions go side by side; the same one is refused with who changed it and when."""
    begun(ouyang)
    colleague = person("liu", "firm", enterprise=OURS)
    save(ouyang, {"systems": "two"})
    save(colleague, {"planning": "p3"}, at=AT + 60_000_000)
    save(colleague, {"systems": "all"}, {"systems": 1}, AT + 120_000_000)
    with pytest.raises(Refusal) as refused:
        save(ouyang, {"systems": "none", "talent": ["t1"]}, {"systems": 1}, AT + 180_000_000)
    assert only(refused) == Reason("diagnosis.answer_changed", ("A.1.5",), {"who": "Liu", "when": "2026-09-21 22:15"})
    assert not Answer.objects.filter(question="talent").exists(), "nothing half-saved"
    save(ouyang, {"systems": None}, {"systems": 2}, AT + 240_000_000)
    assert Answer.objects.get(question="systems").value == ""
    with pytest.raises(Refusal):
        save(colleague, {"systems": "one"}, {"systems": 2}, AT + 300_000_000)


def test_what_is_submitted_is_frozen_and_scores_the_same_for_anybody(ouyang: User) -> None:
    draft = begun(ouyang)
    save(ouyang, {"systems": "all", "funding": {"spend": 3, "revenue": 100}, **{f"scene-{s}": 2 for s in SIX}})
    version = Diagnosis.objects.get().version
    done = commands.submit(call=Call.fresh(ouyang, AT + 9), diagnosis_id=ID, version=version, pledged=True)
    found = Diagnosis.objects.get()
    assert (found.state, found.submitted_by, found.submitted_at) == (State.SUBMITTED, "Ouyang", AT + 9)
    text = queries.filled(found).text
    assert hashlib.sha256(text.encode()).hexdigest() == found.sha256 == done["sha256"]
    assert json.loads(text)["enterprise"] == OURS
    edition = queries.filled(found).edition
    assert maturity.again(edition, maturity.from_json(text, "x", edition)) == (found.points, found.level)
    with pytest.raises(Refusal) as refused:
        save(ouyang, {"systems": "none"}, {"systems": 1}, AT + 10)
    assert only(refused).code == "diagnosis.frozen"
    assert queries.filled(draft).sha256 == found.sha256


SIX = ("design", "marketing", "production", "quality", "equipment", "finance")


def test_nothing_is_submitted_that_was_not_seen_or_not_meant(ouyang: User) -> None:
    begun(ouyang)
    for version, pledged, code in ((9, True, "changed"), (1, False, "no_pledge"), (1, True, "nothing_answered")):
        with pytest.raises(Refusal) as refused:
            commands.submit(call=Call.fresh(ouyang, AT), diagnosis_id=ID, version=version, pledged=pledged)
        assert only(refused).code == f"diagnosis.{code}"


def test_a_new_one_begins_with_the_last_and_takes_its_place(ouyang: User) -> None:
    begun(ouyang)
    save(ouyang, {"systems": "all", "planning": "p3"})
    commands.submit(call=Call.fresh(ouyang, AT), diagnosis_id=ID, version=2, pledged=True)
    second = UUID(int=ID.int + 1)
    commands.begin(
        call=Call.fresh(ouyang, AT + 5),
        diagnosis_id=second,
        enterprise=OURS,
        programme="zhongshan",
        asked="miit-2024",
        after=ID,
    )
    before, now = (queries.filled(Diagnosis.objects.get(pk=pk)) for pk in (ID, second))
    assert now.text == before.text
    assert now.rows["systems"].answered_at == AT, "signed by whoever gave it"
    assert before.diagnosis.state == State.SUBMITTED, "until the next is submitted"
    commands.submit(call=Call.fresh(ouyang, AT + 6), diagnosis_id=second, version=1, pledged=True)
    assert Diagnosis.objects.get(pk=ID).state == State.SUPERSEDED
    assert queries.in_force(OURS, "zhongshan") == now.diagnosis


def test_nobody_fills_in_for_another_firm(ouyang: User) -> None:
    begun(ouyang)
    other = person("pan", "firm", enterprise=THEIRS)
    unnamed = person("he", "firm")
    officer = person("liang", "town")
    for actor, code in ((other, "diagnosis.other_firm"), (unnamed, "diagnosis.no_firm"), (officer, "accounts.may_not")):
        with pytest.raises(Refusal) as refused:
            save(actor, {"systems": "two"})
        assert only(refused).code == code
        with pytest.raises(Refusal):
            commands.submit(call=Call.fresh(actor, AT), diagnosis_id=ID, version=1, pledged=True)
    registered(THEIRS)
    with pytest.raises(Refusal) as refused:
        commands.begin(
            call=Call.fresh(other, AT),
            diagnosis_id=UUID(int=8),
            enterprise=THEIRS,
            programme="zhongshan",
            asked="miit-2024",
            after=ID,
        )
    assert only(refused).code == "diagnosis.none", "not even as a beginning"
    assert not Diagnosis.objects.filter(enterprise=THEIRS).exists()


def test_a_firm_that_is_in_no_register_begins_nothing(ouyang: User) -> None:
    for programme, code in (("zhongshan", "register.no_enterprise"), ("atlantis", "diagnosis.no_programme")):
        with pytest.raises(Refusal) as refused:
            commands.begin(
                call=Call.fresh(ouyang, AT), diagnosis_id=ID, enterprise=OURS, programme=programme, asked="miit-2024"
            )
        assert only(refused).code == code
    assert not Diagnosis.objects.exists()


def test_who_may_read_what(ouyang: User) -> None:
    """A draft only its firm; what is submitted also the firm's town and whoever has every town."""
    begun(ouyang)
    readers = {
        "own": ouyang,
        "other": person("pan", "firm", enterprise=THEIRS),
        "town": person("liang", "town", town="xiaolan"),
        "next": person("bo", "town", town="shaxi"),
        "analyst": person("xu", "analyst"),
        "planner": person("lin", "planner"),
    }
    may = {name for name, who in readers.items() if queries.diagnosis(ID, who)}
    assert may == {"own"}
    save(ouyang, {"systems": "two"})
    commands.submit(call=Call.fresh(ouyang, AT), diagnosis_id=ID, version=2, pledged=True)
    may = {name for name, who in readers.items() if queries.diagnosis(ID, who)}
    assert may == {"own", "town", "analyst"}
