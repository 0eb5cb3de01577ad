"""Firms and their people for tests of diagnoses."""

from __future__ import annotations

from dengta.apps.accounts.commands import add_person
from dengta.apps.accounts.journal import Call
from dengta.apps.accounts.models import User
from dengta.apps.diagnosis import commands
from dengta.apps.diagnosis.models import Diagnosis
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


def begun(actor: User, *, edition: str = "miit-2024", town: str = "") -> Diagnosis:
    """An empty draft."""
    commands.begin(
        call=Call.fresh(actor, AT),
        diagnosis_id=ID,
        enterprise=actor.enterprise,
        programme="zhongshan",
        asked=edition,
        town=town,
    )
    return Diagnosis.objects.get(pk=ID)
