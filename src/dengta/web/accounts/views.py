"""Coming in, going out, choosing a language."""

from __future__ import annotations

from django.conf import settings
from django.contrib.auth import login as begin_session
from django.contrib.auth import logout as end_session
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import check_for_language
from django.views.decorators.http import require_http_methods, require_POST

from dengta.apps.accounts import commands, queries
from dengta.apps.accounts.journal import Call
from dengta.apps.accounts.models import User
from dengta.apps.accounts.policies import ROLES
from dengta.core.reason import Refusal
from dengta.site.clock import real_now
from dengta.web.errors import sentences


def _next(request: HttpRequest) -> str:
    """Where to go afterwards: only an address of our own."""
    asked = request.POST.get("next") or request.GET.get("next") or ""
    safe = url_has_allowed_host_and_scheme(asked, {request.get_host()}, require_https=request.is_secure())
    return asked if safe else "/"


def _keep_language(response: HttpResponse, language: str) -> None:
    if language and check_for_language(language):
        response.set_cookie(
            settings.LANGUAGE_COOKIE_NAME, language, max_age=365 * 86400, samesite="Lax", secure=settings.HTTPS
        )


@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
def sign_in(request: HttpRequest) -> HttpResponse:
    """The login page; in the demo one button per role."""
    reasons: list[str] = []
    if request.method == "POST":
        try:
            return _sign_in(request)
        except Refusal as refusal:
            reasons = sentences(refusal)
    people = [(user, ROLES[role].label) for user, role in queries.demo_people()] if settings.DEMO else []
    told = {
        "people": people,
        "is_empty": queries.is_empty(),
        "next": _next(request),
        "reasons": reasons,
        "login": request.POST.get("login", ""),
    }
    return render(request, "web/sign_in.html", told, status=400 if reasons else 200)


def _sign_in(request: HttpRequest) -> HttpResponse:
    at = real_now()
    user = commands.sign_in(
        call=Call.fresh(None, at),
        login=request.POST.get("person") or request.POST.get("login", ""),
        password=None if "person" in request.POST else request.POST.get("password", ""),
        address=request.META.get("REMOTE_ADDR", ""),
    )
    begin_session(request, user, backend="django.contrib.auth.backends.ModelBackend")
    request.session["began"] = request.session["seen"] = at
    response = redirect(_next(request))
    _keep_language(response, user.language)
    return response


@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    """The session ends on the server."""
    end_session(request)
    return redirect("sign-in")


@login_not_required
@require_POST
def language(request: HttpRequest) -> HttpResponse:
    """The other language from now on: in this browser, and for a signed-in person everywhere."""
    actor = request.user if isinstance(request.user, User) else None
    chosen = request.POST.get("language", "")
    commands.set_language(call=Call.fresh(actor, real_now()), language=chosen)
    response = redirect(_next(request))
    _keep_language(response, chosen)
    return response
