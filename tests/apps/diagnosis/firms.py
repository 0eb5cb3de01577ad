"""Firms and their people for tests of diagnoses."""

from __future__ import annotations

from dengta.apps.accounts.commands import add_person
from dengta.apps.accounts.journal import Call
from dengta.apps.accounts.models import User
from dengta.apps.diagnosis import commands
from dengta.apps.diagnosis.models import Diagnosis
from dengta.apps.register.models import Enterprise
from dengta.apps.register.recording import add_firms
from dengta.core.ids import uuid7
from dengta.engines.register import code_of

AT = 1_790_000_000_000_000
OURS, THEIRS = code_of("91", "442000", 10_000_000), code_of("91", "442000", 10_000_007)
ID = uuid7(AT, bytes(10))


def person(login: str, role: str, *, enterprise: str = "own", town: str = "") -> User:
    """Somebody of `role`."""
    add_person(call=Call.fresh(None, AT), login=login, name=login.title(), password="correct horse", roles=[role])
    User.objects.filter(login=login).update(enterprise=enterprise, town=town)
    return User.objects.get(login=login)


def registered(code: str, town: str = "xiaolan") -> None:
    """The firm of this code is in the register."""
    if not Enterprise.objects.filter(code=code).exists():
        add_firms("zhongshan", [(code, "中山市欧阳家具有限公司", town, "furniture")])


def begun(actor: User, *, edition: str = "miit-2024") -> Diagnosis:
    """An empty draft of a firm in Xiaolan."""
    registered(actor.enterprise)
    commands.begin(
        call=Call.fresh(actor, AT),
        diagnosis_id=ID,
        enterprise=actor.enterprise,
        programme="zhongshan",
        asked=edition,
    )
    return Diagnosis.objects.get(pk=ID)
