"""The job: one row for one piece of long work."""

from __future__ import annotations

from django.db import models


class State(models.TextChoices):
    """Where a job stands. `done`, `failed` and `cancelled` are final."""

    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"


class Job(models.Model):
    """Work for a worker process. Times are microseconds UTC of the real clock; 0 where it has not come to that.

    progress: per mille. message: the latest `Reason` as JSON, or null. result: what the kind's function answered, or
    ``{"reasons": [...]}`` of a failed one. attempt: how often a worker has taken it. `worker` and `attempt` together
    fence off a worker that was given up and still writes.
    """

    id = models.UUIDField(primary_key=True, editable=False)  # UUIDv7
    key = models.CharField(max_length=100, unique=True)
    kind = models.CharField(max_length=60)
    site = models.CharField(max_length=40, blank=True)
    params = models.JSONField(default=dict)
    actor = models.CharField(max_length=150)
    state = models.CharField(max_length=10, choices=State.choices, default=State.QUEUED)
    progress = models.PositiveSmallIntegerField(default=0)
    message = models.JSONField(null=True)
    result = models.JSONField(null=True)
    attempt = models.PositiveSmallIntegerField(default=0)
    worker = models.CharField(max_length=60, blank=True)
    queued_at = models.BigIntegerField()
    started_at = models.BigIntegerField(default=0)
    heartbeat_at = models.BigIntegerField(default=0)
    ended_at = models.BigIntegerField(default=0)

    class Meta:
        indexes = (
            models.Index(fields=["state", "queued_at"], name="jobs_by_state"),
            models.Index(fields=["site", "queued_at"], name="jobs_by_site"),
        )

    def __str__(self) -> str:
        return f"{self.kind} {self.site} {self.state}"

    @property
    def is_final(self) -> bool:
        """Nothing will change any more."""
        return self.state in (State.DONE, State.FAILED, State.CANCELLED)
