"""Coming in, the throttle, the first administrator, the language."""

from __future__ import annotations

from typing import Any

import pytest

from dengta.apps.accounts import commands, queries, throttle
from dengta.apps.accounts.journal import Call
from dengta.apps.accounts.models import Entry, User
from dengta.apps.accounts.policies import ROLES
from dengta.core.reason import Refusal
from dengta.core.time import DAY, HOUR, MINUTE, SECOND

pytestmark = pytest.mark.django_db
AT = 1_790_000_000_000_000


def person(login: str = "mei", roles: tuple[str, ...] = ("administrator",), **more: Any) -> User:
    commands.add_person(
        call=Call.fresh(None, AT),
        login=login,
        name="梅",
        password="correct horse",
        roles=list(roles),
        **more,
    )
    return User.objects.get(login=login)


def come_in(
    login: str = "mei", password: str | None = "correct horse", at: int = AT, address: str = "10.0.0.1"
) -> User:
    return commands.sign_in(call=Call.fresh(None, at), login=login, password=password, address=address)


def codes(refusal: pytest.ExceptionInfo[Refusal]) -> list[str]:
    return [reason.code for reason in refusal.value.reasons]


def test_a_person_comes_in_by_password_whatever_the_case_of_the_name() -> None:
    made = person()
    assert come_in(" Mei ") == made
    entry = Entry.objects.get(command="accounts.sign_in")
    assert (entry.actor, entry.at_server) == (made, AT)


def test_a_wrong_password_and_a_wrong_name_read_the_same() -> None:
    person()
    for login, password in (("mei", "wrong"), ("nobody", "correct horse")):
        with pytest.raises(Refusal) as refused:
            come_in(login, password)
        assert codes(refused) == ["accounts.sign_in"]


def test_five_refusals_shut_the_account_and_say_until_when() -> None:
    person()
    for _ in range(5):
        with pytest.raises(Refusal):
            come_in(password="wrong")
    with pytest.raises(Refusal) as refused:
        come_in(at=AT + 30 * SECOND)
    assert codes(refused) == ["accounts.shut_account"]
    assert refused.value.reasons[0].params["seconds"] == 30
    assert come_in(at=AT + MINUTE).login == "mei"
    assert come_in(at=AT + MINUTE).login == "mei", "signing in starts the count again"


def test_the_wait_doubles_up_to_an_hour() -> None:
    at, waits = AT, []
    for n in range(14):
        throttle.count("mei", "", at)
        if n >= 4:
            with pytest.raises(Refusal) as refused:
                throttle.check("mei", "", at)
            waits.append(int(refused.value.reasons[0].params["seconds"]) // 60)
            at += waits[-1] * MINUTE
    assert waits == [1, 2, 4, 8, 16, 32, 60, 60, 60, 60]


def test_one_address_that_tries_many_names_is_shut() -> None:
    person()
    for n in range(20):
        with pytest.raises(Refusal):
            come_in(f"guess-{n}", "wrong")
    with pytest.raises(Refusal) as refused:
        come_in(at=AT + SECOND)
    assert codes(refused) == ["accounts.shut_address"]
    assert come_in(at=AT + SECOND, address="10.0.0.2").login == "mei", "others are not hindered"


def test_old_refusals_are_forgotten() -> None:
    for _ in range(4):
        throttle.count("mei", "", AT)
    throttle.count("mei", "", AT + DAY)
    throttle.check("mei", "", AT + DAY)


def test_a_fictional_person_needs_no_password_but_only_in_a_demo(settings: Any) -> None:
    commands.ensure_demo_people(at=AT)
    settings.DEMO = False
    with pytest.raises(Refusal):
        come_in("lin-xiao", None)
    settings.DEMO = True
    assert come_in("lin-xiao", None).fictional
    person("real")
    with pytest.raises(Refusal):
        come_in("real", None)
    with pytest.raises(Refusal):
        come_in("lin-xiao", "")


def test_the_demo_has_one_person_per_role_however_often_it_is_made() -> None:
    commands.ensure_demo_people(at=AT)
    commands.ensure_demo_people(at=AT + HOUR)
    assert [role for _, role in queries.demo_people()] == list(ROLES)


def test_the_keeper_makes_people_and_so_does_an_administrator_but_nobody_else() -> None:
    first = person()
    made = commands.add_person(
        call=Call.fresh(first, AT), login="second", name="二", password="long enough", roles=["operator"]
    )
    second = User.objects.get(pk=made["user"])
    with pytest.raises(Refusal) as refused:
        commands.add_person(call=Call.fresh(second, AT), login="third", name="三", password="long enough", roles=[])
    assert codes(refused) == ["accounts.may_not"]
    with pytest.raises(Refusal) as refused:
        person()
    assert codes(refused) == ["accounts.login_taken"]


def test_every_fault_of_a_new_person_is_said_at_once() -> None:
    with pytest.raises(Refusal) as refused:
        commands.add_person(call=Call.fresh(None, AT), login=" ", name="", password="short", roles=["king"])
    assert codes(refused) == ["accounts.role", "accounts.nameless", "accounts.password_short"]


def test_the_language_is_kept_with_the_person() -> None:
    who = person()
    commands.set_language(call=Call.fresh(who, AT), language="zh-hans")
    who.refresh_from_db()
    assert who.language == "zh-hans"
    with pytest.raises(Refusal):
        commands.set_language(call=Call.fresh(who, AT), language="xx")
