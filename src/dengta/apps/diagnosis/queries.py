"""Reading diagnoses: one with all of its answers, those of a firm."""

from __future__ import annotations

from typing import NamedTuple
from uuid import UUID

from django.db.models import QuerySet

from dengta.apps.accounts.models import User
from dengta.apps.diagnosis.filled import Filled
from dengta.apps.diagnosis.models import Answer, Diagnosis, Evidence, Proof, State
from dengta.apps.diagnosis.policies import may_fill, may_read
from dengta.apps.diagnosis.proving import KIND, of_data
from dengta.apps.jobs import queries as jobs
from dengta.apps.jobs.models import Job
from dengta.apps.register import queries as register
from dengta.apps.register.policies import sight
from dengta.engines.maturity import Comparison, compared


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


def proof(enterprise: str, programme: str) -> Proof | None:
    """What a firm's plant said last."""
    return Proof.objects.filter(enterprise=enterprise, programme=programme).order_by("-made_at", "-pk").first()


class Proven(NamedTuple):
    """A firm's plant beside its claims. stated: the diagnosis they are of, in force or, for the firm itself, its draft;
    site "": no plant of this home is the firm's; proof None: nothing was recomputed yet."""

    enterprise: str
    site: str
    stated: Diagnosis | None
    proof: Proof | None
    compared: tuple[Comparison, ...]
    job: Job | None


def proven(enterprise: str, programme: str, reader: User) -> Proven:
    """What `reader` may know of it. Refusal: nothing."""
    own = may_fill(reader, enterprise)
    if not own:
        register.enterprise(sight(reader, programme), enterprise)
    stated = in_force(enterprise, programme)
    if own and stated is None:
        stated = of_firm(enterprise, programme).first()
    site, found = register.site_of(programme, enterprise), proof(enterprise, programme)
    made: tuple[Comparison, ...] = ()
    if found is not None:
        findings = [of_data(one) for one in found.findings]
        now = filled(stated) if stated is not None else None
        made = tuple(
            Comparison(one, "", None, None) if now is None else compared(now.edition, now.answers, one)
            for one in findings
        )
    job = jobs.recent(site=site, kind=KIND).first() if site else None
    return Proven(enterprise, site, stated, found, made, job)


def of_firm(enterprise: str, programme: str) -> QuerySet[Diagnosis]:
    """All diagnoses of a firm, latest first."""
    return Diagnosis.objects.filter(enterprise=enterprise, programme=programme).order_by("-begun_at", "-pk")


def in_force(enterprise: str, programme: str) -> Diagnosis | None:
    """The diagnosis a firm submitted last."""
    return of_firm(enterprise, programme).filter(state=State.SUBMITTED).order_by("-submitted_at").first()
