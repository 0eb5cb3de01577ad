"""Everything that changes a job. `now` is the real clock's time, microseconds UTC."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import QuerySet

from dengta.apps.accounts.models import User
from dengta.apps.accounts.policies import require
from dengta.apps.jobs.kinds import KINDS
from dengta.apps.jobs.models import Job, State
from dengta.apps.jobs.policies import require_cancel
from dengta.core.ids import uuid7
from dengta.core.reason import Reason, Refusal
from dengta.core.time import SECOND, Micros

STALE: Micros = 15 * SECOND
"""A worker that has been silent so long is given up."""
ATTEMPTS = 3
"""Workers that may die over a job before it counts as failed."""


def enqueue(*, kind: str, params: Mapping[str, Any], key: str, actor: User, now: Micros, site: str = "") -> Job:
    """Put a job into the queue; the same `key` again is the same job and changes nothing.

    Refusal: a kind that does not exist, or that `actor` may not start; a key that was used for something else.
    """
    if kind not in KINDS:
        raise Refusal(Reason("job.kind_unknown", params={"kind": kind, "known": ", ".join(sorted(KINDS))}))
    require(actor, KINDS[kind].permission, site)
    try:
        with transaction.atomic():
            return Job.objects.create(
                id=uuid7(now, os.urandom(10)),
                key=key,
                kind=kind,
                site=site,
                params=dict(params),
                actor=actor.login,
                queued_at=now,
            )
    except IntegrityError:
        job = Job.objects.get(key=key)
    if (job.kind, job.params, job.site) != (kind, dict(params), site):
        raise Refusal(Reason("job.key_used", params={"key": key, "kind": job.kind}))
    return job


def claim(*, worker: str, now: Micros) -> Job | None:
    """Give the oldest waiting job to `worker`; None when there is none. Two workers never get the same.

    SQLite: the transaction holds the write lock from its beginning. PostgreSQL: the row is locked, others skip it.
    """
    waiting = Job.objects.filter(state=State.QUEUED, kind__in=KINDS).order_by("queued_at", "pk")
    if not waiting.exists():  # a plain read: an idle worker does not take the write lock
        return None
    with transaction.atomic():
        job = waiting.select_for_update(skip_locked=True).first()
        if job is not None:
            job.state, job.worker, job.attempt = State.RUNNING, worker, job.attempt + 1
            job.started_at = job.heartbeat_at = now
            job.save()
        return job


def heartbeat(*, job: Job, progress: int, message: Reason | None, now: Micros) -> bool:
    """The worker lives and is at `progress` per mille. False: the job is no longer its own, stop."""
    told = None if message is None else message.as_dict()
    return _changed(_mine(job), heartbeat_at=now, progress=max(0, min(progress, 1000)), message=told)


def finish(*, job: Job, result: Mapping[str, Any], now: Micros) -> bool:
    """Done, with its result. False when the job was no longer this worker's: the result is not kept."""
    done = {"state": State.DONE, "progress": 1000, "message": None, "result": dict(result)}
    return _changed(_mine(job), **done, heartbeat_at=now, ended_at=now)


def fail(*, job: Job, reasons: Iterable[Reason], now: Micros) -> bool:
    """Failed for `reasons`. False when the job was no longer this worker's."""
    why = {"reasons": [reason.as_dict() for reason in reasons]}
    return _changed(_mine(job), state=State.FAILED, result=why, message=None, heartbeat_at=now, ended_at=now)


def cancel(*, job_id: UUID, actor: User, now: Micros) -> bool:
    """Stop a job that waits or runs; its worker notices at the next heartbeat. False when it had ended already.

    Refusal: it is somebody else's.
    """
    require_cancel(actor, Job.objects.get(pk=job_id))
    open_ = Job.objects.filter(pk=job_id, state__in=(State.QUEUED, State.RUNNING))
    return _changed(open_, state=State.CANCELLED, message=None, ended_at=now)


def release_stale(*, now: Micros, after: Micros = STALE) -> int:
    """Give jobs whose worker fell silent back to the queue, after `ATTEMPTS` to the failed ones; how many."""
    lost = Job.objects.filter(state=State.RUNNING, heartbeat_at__lt=now - after)
    if not lost.exists():  # a plain read, as in `claim`
        return 0
    why = Reason("job.workers_died", params={"attempts": ATTEMPTS}).as_dict()
    given_up = lost.filter(attempt__gte=ATTEMPTS).update(
        state=State.FAILED, result={"reasons": [why]}, message=None, ended_at=now
    )
    return given_up + lost.update(state=State.QUEUED, worker="", progress=0, message=None)


def _mine(job: Job) -> QuerySet[Job]:
    """The row while it still runs under the worker and attempt that claimed it."""
    return Job.objects.filter(pk=job.pk, state=State.RUNNING, worker=job.worker, attempt=job.attempt)


def _changed(jobs: QuerySet[Job], **columns: Any) -> bool:
    return jobs.update(**columns) == 1
