"""What can be done with accounts. Every command is journalled and answers what changed."""

from __future__ import annotations

from typing import NamedTuple

from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.contrib.auth.models import Group
from django.db import transaction

from dengta.apps.accounts import throttle
from dengta.apps.accounts.journal import Call, Outcome, once
from dengta.apps.accounts.models import User
from dengta.apps.accounts.policies import ROLES, Permission, require
from dengta.core.reason import Reason, Refusal
from dengta.core.time import Micros


class Person(NamedTuple):
    """A person of the demo; all are fictional."""

    login: str
    name: str
    latin: str
    role: str


DEMO_PEOPLE: tuple[Person, ...] = (
    Person("zhou-min", "周敏", "Zhou Min", "operator"),
    Person("lin-xiao", "林晓", "Lin Xiao", "planner"),
    Person("chen-hai", "陈海", "Chen Hai", "engineer"),
    Person("wu-yue", "吴悦", "Wu Yue", "quality"),
    Person("gao-feng", "高峰", "Gao Feng", "manager"),
    Person("he-jing", "何静", "He Jing", "administrator"),
    Person("xu-lan", "许岚", "Xu Lan", "analyst"),
    Person("liang-bo", "梁博", "Liang Bo", "town"),
    Person("ouyang-qing", "欧阳青", "Ouyang Qing", "firm"),
)


@transaction.atomic
def ensure_demo_people(*, at: Micros) -> list[User]:
    """The fictional people of the demo, one per role, made where missing. They have no password."""
    found = []
    for person in DEMO_PEOPLE:
        user, _ = User.objects.get_or_create(
            login=person.login,
            defaults={
                "name": person.name,
                "name_latin": person.latin,
                "fictional": True,
                "password": make_password(None),
                "created_at": at,
            },
        )
        user.groups.add(Group.objects.get(name=person.role))
        found.append(user)
    return found


def add_person(*, call: Call, login: str, name: str, password: str, roles: list[str], site: str = "") -> Outcome:
    """A new person with `roles`. A call without an actor is the keeper of the home folder, at the command line."""
    login = login.strip().lower()
    if call.actor is not None:
        require(call.actor, Permission.KEEP_PEOPLE)
    faults = [Reason("accounts.role", (role,), {"known": ", ".join(ROLES)}) for role in roles if role not in ROLES]
    if not login or not name.strip():
        faults.append(Reason("accounts.nameless"))
    if len(password) < 10:
        faults.append(Reason("accounts.password_short", params={"least": 10}))
    if faults:
        raise Refusal(faults)

    def work() -> Outcome:
        if User.objects.filter(login=login).exists():
            raise Refusal(Reason("accounts.login_taken", (login,)))
        user = User.objects.create(
            login=login, name=name.strip(), site=site, password=make_password(password), created_at=call.at
        )
        user.groups.set(Group.objects.filter(name__in=roles))
        return {"user": user.pk}

    return once(call, "accounts.add_person", {"login": login, "name": name, "roles": sorted(roles)}, work, site=site)


def sign_in(*, call: Call, login: str, address: str, password: str | None = None) -> User:
    """The person who proved to be `login`: by password, or by one tap where home and person are a demonstration.

    Refusals are counted per account and per address (`throttle`); the sentence is the same for a wrong name and a wrong
    password, and takes as long.
    """
    login = login.strip().lower()
    throttle.check(login, address, call.at)
    user = User.objects.filter(login=login, is_active=True).first()
    if password is None:
        proven = settings.DEMO and user is not None and user.fictional
    elif user is None:
        make_password(password)
        proven = False
    else:
        proven = user.check_password(password)
    if user is None or not proven:
        throttle.count(login, address, call.at)
        raise Refusal(Reason("accounts.sign_in"))
    throttle.forget(login)
    as_user = Call(actor=user, key=call.key, at=call.at, at_client=call.at_client)
    once(as_user, "accounts.sign_in", {"login": login}, lambda: {"user": user.pk})
    return user


def set_language(*, call: Call, language: str) -> Outcome:
    """The language the person reads from now on, on every device."""
    if language not in dict(settings.LANGUAGES):
        raise Refusal(Reason("accounts.language", (language,), {"known": ", ".join(dict(settings.LANGUAGES))}))
    actor = call.actor
    if actor is None:
        return {"language": language}

    def work() -> Outcome:
        User.objects.filter(pk=actor.pk).update(language=language)
        return {"language": language}

    return once(call, "accounts.set_language", {"language": language}, work)
