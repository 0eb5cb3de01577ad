"""A command under one key takes effect once, and the journal cannot be changed."""

from __future__ import annotations

import dataclasses

import pytest
from django.db import connection

from dengta.apps.accounts.commands import ensure_demo_people
from dengta.apps.accounts.journal import Call, digest, once
from dengta.apps.accounts.models import Entry
from dengta.core.reason import Reason, Refusal

pytestmark = pytest.mark.django_db
AT = 1_790_000_000_000_000


@pytest.fixture
def call(db: None) -> Call:
    return Call.fresh(ensure_demo_people(at=AT)[0], AT, AT + 3)


def test_the_same_key_is_one_fact(call: Call) -> None:
    done: list[int] = []

    def work() -> dict[str, object]:
        done.append(1)
        return {"n": len(done)}

    later = dataclasses.replace(call, at=AT + 9)
    assert once(call, "test.do", {"a": 1}, work) == {"n": 1}
    assert once(later, "test.do", {"a": 1}, work) == {"n": 1}
    assert done == [1]
    assert call.skew == 3


def test_a_key_used_for_something_else_is_refused(call: Call) -> None:
    once(call, "test.do", {"a": 1}, dict)
    for command, params in (("test.do", {"a": 2}), ("test.other", {"a": 1})):
        with pytest.raises(Refusal) as refused:
            once(call, command, params, dict)
        assert refused.value.reasons[0].code == "accounts.key_reused"


def test_what_is_refused_leaves_no_entry(call: Call) -> None:
    def work() -> dict[str, object]:
        raise Refusal(Reason("accounts.sign_in"))

    with pytest.raises(Refusal):
        once(call, "test.do", {}, work)
    assert not Entry.objects.exists()
    assert once(call, "test.do", {}, lambda: {"ok": True}) == {"ok": True}


def test_entries_cannot_be_changed_or_removed(call: Call) -> None:
    once(call, "test.do", {}, dict)
    entry = Entry.objects.get()
    for attempt in (entry.save, entry.delete, Entry.objects.all().delete, lambda: Entry.objects.update(command="x")):
        with pytest.raises(TypeError):
            attempt()


def test_the_hash_does_not_hang_on_the_order_of_parameters() -> None:
    assert digest({"a": 1, "b": "二"}) == digest({"b": "二", "a": 1}) != digest({"a": 1})


def test_it_says_which_database_it_ran_on(call: Call) -> None:
    assert connection.vendor in ("sqlite", "postgresql")
