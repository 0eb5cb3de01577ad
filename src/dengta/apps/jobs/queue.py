"""The job table as the queue that `dengta.processes.worker` works off."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django.db import close_old_connections, connection

from dengta.apps.jobs import commands
from dengta.apps.jobs.kinds import KINDS
from dengta.core.reason import Reason
from dengta.processes.worker import Claimed
from dengta.site.clock import real_now


class JobTable:
    """One worker's view of the table. Raises Django's database errors: the process ends and is started again."""

    def __init__(self, worker: str) -> None:
        self._worker = worker

    def claim(self) -> Claimed | None:
        """The next job, ours from now on."""
        close_old_connections()
        job = commands.claim(worker=self._worker, now=real_now())
        if job is None:
            return None
        return Claimed(KINDS[job.kind].function, job.kind, job.site, job.params, job)

    def heartbeat(self, claimed: Claimed, progress: int, message: Reason | None) -> bool:
        """Still ours?"""
        return commands.heartbeat(job=claimed.row, progress=progress, message=message, now=real_now())

    def finish(self, claimed: Claimed, result: Mapping[str, Any]) -> bool:
        """Done."""
        return commands.finish(job=claimed.row, result=result, now=real_now())

    def fail(self, claimed: Claimed, reasons: Iterable[Reason]) -> bool:
        """Failed."""
        return commands.fail(job=claimed.row, reasons=reasons, now=real_now())

    def release_stale(self) -> int:
        """What dead workers held."""
        return commands.release_stale(now=real_now())

    def leave_thread(self) -> None:
        """Close this thread's database connection."""
        connection.close()
