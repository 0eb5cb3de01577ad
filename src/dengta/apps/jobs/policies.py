"""Who may start and stop which job. Roles are the names of `dengta.apps.accounts`."""

from __future__ import annotations

from collections.abc import Collection

from dengta.apps.jobs.kinds import KINDS
from dengta.apps.jobs.models import Job


def may_start(kind: str, roles: Collection[str]) -> bool:
    """True when one of `roles` may ask for a job of `kind`."""
    return kind in KINDS and not KINDS[kind].roles.isdisjoint(roles)


def may_cancel(job: Job, actor: str, roles: Collection[str]) -> bool:
    """Whoever asked for it, and an administrator."""
    return job.actor == actor or "administrator" in roles
