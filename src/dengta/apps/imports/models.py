"""An uploaded spreadsheet: one row for one content at one site, however often it is uploaded."""

from __future__ import annotations

from django.db import models


class State(models.TextChoices):
    """What was decided. Whether an import has ended says its job."""

    OPEN = "open"
    IMPORTING = "importing"
    DISCARDED = "discarded"


class Upload(models.Model):
    """Times are microseconds UTC of the real clock. The file itself is in the site's folder (`dengta.site.uploads`).

    mapping: how it is to be read, as TOML; empty until somebody chose. check, run: the jobs that judged it and brought
    it in by that mapping, or null.
    """

    id = models.UUIDField(primary_key=True, editable=False)  # UUIDv7
    site = models.CharField(max_length=40)
    sha256 = models.CharField(max_length=64)
    name = models.CharField(max_length=200)
    size = models.BigIntegerField()
    state = models.CharField(max_length=10, choices=State.choices, default=State.OPEN)
    mapping = models.TextField(blank=True)
    check_job = models.UUIDField(null=True)
    run_job = models.UUIDField(null=True)
    uploaded_by = models.CharField(max_length=64)
    uploaded_at = models.BigIntegerField()
    decided_at = models.BigIntegerField(default=0)

    class Meta:
        constraints = (models.UniqueConstraint(fields=["site", "sha256"], name="imports_once"),)
        indexes = (models.Index(fields=["site", "uploaded_at"], name="imports_by_site"),)

    def __str__(self) -> str:
        return f"{self.name} ({self.sha256[:12]}) {self.site} {self.state}"
