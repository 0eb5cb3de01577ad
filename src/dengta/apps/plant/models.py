"""The books themselves lie on the site's shelf (`dengta.site.bookshelf`); here only what two publishers wait on."""

from __future__ import annotations

from django.db import models


class Desk(models.Model):
    """One row a site: whoever publishes holds its lock, so that two publishers see each other."""

    site = models.CharField(max_length=40, primary_key=True)
