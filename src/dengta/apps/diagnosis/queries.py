"""Reading diagnoses: one with all of its answers, those of a firm."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import NamedTuple
from uuid import UUID

from django.db.models import Count, OuterRef, QuerySet, Subquery

from dengta.apps.accounts.models import User
from dengta.apps.diagnosis.filled import Filled
from dengta.apps.diagnosis.models import GRADES, Answer, Diagnosis, Evidence, Proof, State
from dengta.apps.diagnosis.policies import may_fill, may_read
from dengta.apps.diagnosis.proving import KIND, of_data
from dengta.apps.jobs import queries as jobs
from dengta.apps.jobs.models import Job
from dengta.apps.register import queries as register
from dengta.apps.register.finding import called
from dengta.apps.register.models import Enterprise
from dengta.apps.register.policies import Sight, sight
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


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which submitted diagnoses a list is to show: those in force, of an edition; firms: only of these codes, of any
    where it is None."""

    edition: str
    town: str = ""
    level: int | None = None
    firms: tuple[str, ...] | None = None
    sort: str = "submitted"


SORTS = {"submitted": ("-submitted_at",), "points": ("-points",), "level": ("-level", "-points"), "name": ("sort_key",)}


def submitted(sight: Sight, asked: Wanted) -> QuerySet[Diagnosis]:
    """The diagnoses in force that a person sees, sorted; `level` set aside where it is None."""
    found = Diagnosis.objects.filter(programme=sight.programme, state=State.SUBMITTED, edition=asked.edition)
    for town in {sight.town, asked.town} - {""}:
        found = found.filter(town=town)
    if asked.level is not None:
        found = found.filter(level=asked.level)
    if asked.firms is not None:
        found = found.filter(enterprise__in=asked.firms)
    order = SORTS.get(asked.sort, SORTS["submitted"])
    if "sort_key" in order:
        firm = Enterprise.objects.filter(programme=sight.programme, code=OuterRef("enterprise"))
        found = found.annotate(sort_key=Subquery(firm.values("sort_key")[:1]))
    return found.order_by(*order, "pk")


def firms_called(sight: Sight, words: str) -> tuple[str, ...]:
    """Credit codes of the firms with a diagnosis in force whose name, pinyin or code has these words."""
    theirs = Diagnosis.objects.filter(programme=sight.programme, state=State.SUBMITTED).values("enterprise")
    firms = Enterprise.objects.filter(programme=sight.programme, code__in=theirs)
    return tuple(firms.filter(called(words)).values_list("code", flat=True))


def by_level(sight: Sight, asked: Wanted) -> dict[int, int]:
    """How many of the list, at whatever level, stand at each."""
    rows = submitted(sight, replace(asked, level=None)).order_by().values_list("level").annotate(n=Count("pk"))
    return {level: n for level, n in rows if level is not None}


def by_town(sight: Sight, asked: Wanted) -> dict[str, dict[int, int]]:
    """The same by town."""
    rows = submitted(sight, replace(asked, level=None, town="")).order_by()
    found: dict[str, dict[int, int]] = {}
    for town, level, n in rows.values_list("town", "level").annotate(n=Count("pk")):
        found.setdefault(town, {})[level] = n
    return found


def names(programme: str, codes: Iterable[str]) -> dict[str, str]:
    """What firms are called."""
    return dict(Enterprise.objects.filter(programme=programme, code__in=list(codes)).values_list("code", "name"))


def grades(found: Iterable[Diagnosis]) -> dict[UUID, str]:
    """The best grade of evidence of each diagnosis; none where there is no evidence."""
    best: dict[UUID, str] = {}
    told = Evidence.objects.filter(diagnosis__in=list(found), removed_at=0).values_list("diagnosis_id", "kind")
    for key, kind in told.distinct():
        best[key] = min(best.get(key, "Z"), GRADES[kind])
    return best


def of_firm(enterprise: str, programme: str) -> QuerySet[Diagnosis]:
    """All diagnoses of a firm, latest first."""
    return Diagnosis.objects.filter(enterprise=enterprise, programme=programme).order_by("-begun_at", "-pk")


def in_force(enterprise: str, programme: str) -> Diagnosis | None:
    """The diagnosis a firm submitted last."""
    return of_firm(enterprise, programme).filter(state=State.SUBMITTED).order_by("-submitted_at").first()
