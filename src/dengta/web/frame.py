"""What the frame of every page shows: site, place, clock, language, person, version."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import get_language, gettext_lazy

import dengta
from dengta.apps.accounts.policies import ROLES, roles_of
from dengta.core.time import to_datetime
from dengta.site.clock import real_now
from dengta.web.scope import Scope, person, scope_of, sites_of

NAV = (
    ("today", gettext_lazy("Today")),
    ("floor", gettext_lazy("Floor")),
    ("performance", gettext_lazy("Performance")),
    ("plant", gettext_lazy("Plant")),
    ("imports", gettext_lazy("Import")),
    ("memory", gettext_lazy("Memory")),
)


def context(request: HttpRequest) -> dict[str, Any]:
    """Template context of `base.html`."""
    base = {
        "version": dengta.__version__,
        "fictional": settings.DEMO,
        "languages": settings.LANGUAGES,
        "html_lang": "zh-Hans" if get_language() == "zh-hans" else "en",
    }
    if not getattr(request, "user", None) or not request.user.is_authenticated:
        return base
    scope = scope_of(request)
    book = scope.book if scope else None
    return base | {
        "roles": [ROLES[role].label for role in roles_of(person(request))],
        "nav": _nav(request.path),
        "sites": sites_of(request),
        "scope": scope,
        "site_name": scope.name(get_language() or "en") if scope else "",
        "book_hash": book.hash if book else "",
        "fictional": book.fictional if book else settings.DEMO,
        "clock": _clock(scope) if scope else None,
    }


def _nav(path: str) -> list[tuple[str, Any, bool]]:
    """Address, label, whether we are there."""
    return [(reverse(name), label, path.startswith(reverse(name))) for name, label in NAV]


def _clock(scope: Scope) -> dict[str, Any]:
    at, own = scope.now(), scope.time.clock
    return {
        "at": at,
        "real": real_now(),
        "rate": own.rate if own else 1,
        "own": own is not None,
        "stop": own.stop_at if own else None,
        "zone": scope.zone.key,
        "shown": to_datetime(at, scope.zone),
    }
