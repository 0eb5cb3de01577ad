"""Who may start and stop which job."""

from __future__ import annotations

from dengta.apps.accounts.models import User
from dengta.apps.accounts.policies import Permission, may
from dengta.apps.jobs.kinds import KINDS
from dengta.apps.jobs.models import Job


def may_start(user: User, kind: str, site: str) -> bool:
    """Whoever has the permission the kind asks for, at this site."""
    return kind in KINDS and may(user, KINDS[kind].permission, site)


def may_cancel(user: User, job: Job) -> bool:
    """Whoever asked for it, and who keeps the people."""
    return job.actor == user.login or may(user, Permission.KEEP_PEOPLE)
