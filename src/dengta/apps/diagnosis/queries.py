"""Reading diagnoses: one with all of its answers, those of a firm."""

from __future__ import annotations

from uuid import UUID

from django.db.models import QuerySet

from dengta.apps.accounts.models import User
from dengta.apps.diagnosis.filled import Filled
from dengta.apps.diagnosis.models import Answer, Diagnosis, Evidence, State
from dengta.apps.diagnosis.policies import may_read


def diagnosis(diagnosis_id: UUID, reader: User) -> Diagnosis | None:
    """A diagnosis that `reader` may read; None where there is none."""
    found = Diagnosis.objects.filter(pk=diagnosis_id).first()
    return found if found is not None and may_read(reader, found) else None


def filled(found: Diagnosis) -> Filled:
    """Its answers and evidence, in two reads."""
    return Filled.of(found, Answer.objects.filter(diagnosis=found), evidence(found))


def evidence(found: Diagnosis) -> QuerySet[Evidence]:
    """Its evidence that was not taken away, oldest first."""
    return Evidence.objects.filter(diagnosis=found, removed_at=0).order_by("added_at", "pk")


def of_firm(enterprise: str, programme: str) -> QuerySet[Diagnosis]:
    """All diagnoses of a firm, latest first."""
    return Diagnosis.objects.filter(enterprise=enterprise, programme=programme).order_by("-begun_at", "-pk")


def in_force(enterprise: str, programme: str) -> Diagnosis | None:
    """The diagnosis a firm submitted last."""
    return of_firm(enterprise, programme).filter(state=State.SUBMITTED).order_by("-submitted_at").first()
