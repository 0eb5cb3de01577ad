"""The pages of Performance."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext
from django.views.decorators.http import require_safe

from dengta.apps.accounts.policies import Permission, require
from dengta.apps.performance import queries
from dengta.apps.performance.following import Look
from dengta.web.performance import overview_page
from dengta.web.performance.asking import asked
from dengta.web.scope import Scope, need_scope, person

PATIENCE_S = 3.0
"""How long a page waits for the fold before it says that it is under way."""


@require_safe
def performance(request: HttpRequest) -> HttpResponse:
    """Where the time of a window went."""
    scope = need_scope(request)
    look = _look(request, scope)
    if look.folded is None:
        return render(request, "performance/nothing.html", {"ready": look.ready}, status=200 if look.ready else 202)
    choice = asked(request.GET, look.folded)
    page = overview_page.build(scope.site, look.folded, choice, queries.overview(look.folded, choice.choice))
    return render(
        request,
        "performance/performance.html",
        {"page": page, "title": gettext("Performance"), "behind": not look.ready},
    )


def _look(request: HttpRequest, scope: Scope) -> Look:
    require(person(request), Permission.SEE, scope.site)
    return queries.follower(scope.folder, scope.book, scope.time).look(PATIENCE_S)
