"""Error pages inside the frame, in the reader's language, each with the way out."""

from __future__ import annotations

import logging
from http import HTTPStatus

from django.core.exceptions import DisallowedHost
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from dengta.core.reason import Refusal
from dengta.words import chosen, say

_log = logging.getLogger(__name__)


def sentences(refusal: Refusal) -> list[str]:
    """The reasons of `refusal` in the reader's language."""
    return [say(reason, chosen(get_language())) for reason in refusal.reasons]


def refused(request: HttpRequest, refusal: Refusal, status: int = HTTPStatus.BAD_REQUEST) -> HttpResponse:
    """A page (or, for htmx, a fragment) with every reason."""
    template = "web/_reasons.html" if request.headers.get("HX-Request") else "web/error.html"
    told = {"title": _("Refused"), "status": int(status), "reasons": sentences(refusal)}
    return render(request, template, told, status=status)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """400; in words where the server was asked for by a name that is not its own."""
    reason = _("The request was not understood.")
    if isinstance(exception, DisallowedHost):
        reason = _(
            "This server does not know itself by the name in your address bar. Open it under a name it knows, or let "
            "its keeper add this one to DENGTA_HOSTS."
        )
    told = {"title": _("Not understood"), "status": 400, "reasons": [reason]}
    return HttpResponse(render_to_string("web/broken.html", told), status=400)


def missing(request: HttpRequest, exception: Exception) -> HttpResponse:
    """404."""
    told = {"title": _("Not found"), "status": 404, "reasons": [_("There is no page at this address.")]}
    return render(request, "web/error.html", told, status=404)


def no_site(request: HttpRequest) -> HttpResponse:
    """An empty home."""
    return render(request, "web/no_site.html", status=404)


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    """403."""
    told = {"title": _("Not permitted"), "status": 403, "reasons": [_("Your role does not permit this page.")]}
    return render(request, "web/error.html", told, status=403)


def csrf(request: HttpRequest, reason: str = "") -> HttpResponse:
    """403 for a form that does not carry this session's token."""
    _log.warning("form refused at %s: %s", request.path, reason)
    told = {
        "title": _("This form is too old"),
        "status": 403,
        "reasons": [_("The form was opened before you signed in or out. Go back, load the page again and repeat.")],
    }
    return render(request, "web/error.html", told, status=403)


def failed(request: HttpRequest) -> HttpResponse:
    """500: no database, no session, only words."""
    told = {
        "title": _("Something broke on our side"),
        "status": 500,
        "reasons": [
            _("Nothing was changed. The fault is in the server's log. Try again, or go back to the start page.")
        ],
    }
    return HttpResponse(render_to_string("web/broken.html", told), status=500)
