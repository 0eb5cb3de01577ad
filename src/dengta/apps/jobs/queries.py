"""Reading the job table."""

from __future__ import annotations

from uuid import UUID

from django.db.models import QuerySet

from dengta.apps.jobs.models import Job, State


def job(job_id: UUID) -> Job | None:
    """One job."""
    return Job.objects.filter(pk=job_id).first()


def recent(*, site: str, kind: str | None = None) -> QuerySet[Job]:
    """The jobs of a site, latest first."""
    jobs = Job.objects.filter(site=site).order_by("-queued_at", "-pk")
    return jobs if kind is None else jobs.filter(kind=kind)


def unfinished(*, site: str, kind: str) -> Job | None:
    """The job of this kind that waits or runs, if there is one."""
    return recent(site=site, kind=kind).filter(state__in=(State.QUEUED, State.RUNNING)).first()
