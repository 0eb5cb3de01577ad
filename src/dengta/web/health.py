"""Whether this home lives: for the supervisor, for monitors, and for the frame's connection mark. No sign-in."""

from __future__ import annotations

import sqlite3
from http import HTTPStatus
from typing import Any

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.db import DatabaseError, connection
from django.http import HttpRequest, JsonResponse
from django.views.decorators.http import require_safe

from dengta.core.reason import Refusal
from dengta.core.time import SECOND, Micros
from dengta.log import LogReader
from dengta.web.scope import site_time

STILL_AFTER: Micros = 60 * SECOND
"""Real time without a new event after which a site counts as standing still."""


@login_not_required
@require_safe
def health(request: HttpRequest) -> JsonResponse:
    """200 while the database answers, else 503. Beside it each log: events, age of the last one, moving or not."""
    sites = {site: _log(site) for site in settings.HOME.sites()}
    ok = _database()
    told = {"ok": ok, "events": sum(one["events"] for one in sites.values()), "sites": sites}
    return JsonResponse(told, status=HTTPStatus.OK if ok else HTTPStatus.SERVICE_UNAVAILABLE)


def _database() -> bool:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
        return False
    return True


def _log(site: str) -> dict[str, Any]:
    """Moving: something came lately, or a recording is being replayed."""
    folder = settings.HOME.site(site)
    try:
        status = LogReader(folder.log).status()
    except (Refusal, sqlite3.Error) as broken:
        return {"events": 0, "age_s": None, "moving": False, "trouble": str(broken)}
    time = site_time(folder.clock)
    now, clock = time(), time.clock
    # a recording that is replayed was received after the time its site shows: it has no age
    age = now - status.last_recv if 0 < status.last_recv <= now else None
    if clock is not None and clock.stop_at is not None:
        moving = now < clock.stop_at
    else:
        moving = age is not None and age < STILL_AFTER * (clock.rate if clock else 1)
    return {"events": status.events, "age_s": None if age is None else age // SECOND, "moving": moving}
