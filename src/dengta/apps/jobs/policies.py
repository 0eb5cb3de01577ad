"""Who may start and stop which job."""

from __future__ import annotations

from dengta.apps.accounts.models import User
from dengta.apps.accounts.policies import Permission, may, require
from dengta.apps.jobs.kinds import KINDS
from dengta.apps.jobs.models import Job


def may_start(user: User, kind: str, site: str) -> bool:
    """Whoever has the permission the kind asks for, at this site."""
    return kind in KINDS and may(user, KINDS[kind].permission, site)


def require_cancel(user: User, job: Job) -> None:
    """Whoever asked for it, and who keeps the people; refuses anybody else."""
    if job.actor != user.login:
        require(user, Permission.KEEP_PEOPLE, job.site)
