"""Whether this home lives: for the supervisor, for monitors, and for the frame's connection mark. No sign-in."""

from __future__ import annotations

import sqlite3
from http import HTTPStatus

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.db import DatabaseError, connection
from django.http import HttpRequest, JsonResponse
from django.views.decorators.http import require_safe

from dengta.core.reason import Refusal
from dengta.log import LogReader


@login_not_required
@require_safe
def health(request: HttpRequest) -> JsonResponse:
    """200 while the database answers, else 503; beside it how many events the logs hold."""
    events = sum(_events(site) for site in settings.HOME.sites())
    ok = _database()
    status = HTTPStatus.OK if ok else HTTPStatus.SERVICE_UNAVAILABLE
    return JsonResponse({"ok": ok, "events": events}, status=status)


def _database() -> bool:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
        return False
    return True


def _events(site: str) -> int:
    try:
        marks = LogReader(settings.HOME.site(site).log).all_marks()
    except (Refusal, sqlite3.Error):
        return 0
    return sum(span.hi - span.lo for span in marks.ranges())
