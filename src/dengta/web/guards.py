"""Middleware that keeps the house: security headers, the age of sessions, refusals in words."""

from __future__ import annotations

from collections.abc import Callable
from http import HTTPStatus
from typing import Any

from django.conf import settings
from django.contrib.auth import logout
from django.contrib.auth.middleware import LoginRequiredMiddleware
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase

from dengta.core.reason import Refusal
from dengta.core.time import SECOND
from dengta.site.clock import real_now
from dengta.web import errors
from dengta.web.scope import NoSite

Answer = Callable[[HttpRequest], HttpResponse]

CSP = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "font-src 'self'; manifest-src 'self'; worker-src 'self'; form-action 'self'; base-uri 'none'; "
    "frame-ancestors 'none'"
)
_TOUCH_EVERY = 600 * SECOND
_STATUS = {
    "accounts.may_not": HTTPStatus.FORBIDDEN,
    "floor.no_machine": HTTPStatus.NOT_FOUND,
    "floor.no_event": HTTPStatus.NOT_FOUND,
    "register.no_enterprise": HTTPStatus.NOT_FOUND,
    "orders.no_order": HTTPStatus.NOT_FOUND,
}


class Headers:
    """No script or style but our own files, no frame around us, pages of a person are not kept by caches."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """The response with its headers; a view may have set a policy of its own."""
        response = self.get_response(request)
        response.headers.setdefault("Content-Security-Policy", CSP)
        response.headers.setdefault("Permissions-Policy", "camera=(self), geolocation=(), microphone=(), payment=()")
        response.headers.setdefault("Cache-Control", "private, no-store")
        return response


class SessionAge:
    """A session ends `SESSION_COOKIE_AGE` after its last sign of life and `SESSION_LONGEST_S` after signing in."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Signs out what is too old; notes a sign of life at most every ten minutes."""
        if "began" in request.session and request.user.is_authenticated:
            at = real_now()
            if at - request.session["began"] > settings.SESSION_LONGEST_S * SECOND:
                logout(request)
            elif at - request.session.get("seen", 0) > _TOUCH_EVERY:
                request.session["seen"] = at
        return self.get_response(request)


class SignedIn(LoginRequiredMiddleware):
    """Every page asks to sign in first, but those marked `login_not_required`; the API answers 401 by itself."""

    def process_view(
        self,
        request: HttpRequest,
        view_func: Callable[..., Any],
        view_args: tuple[Any, ...],
        view_kwargs: dict[Any, Any],
    ) -> HttpResponseBase | None:
        """None where the page may go on."""
        own_way = request.path.startswith("/api/") and not request.path.startswith(("/api/docs", "/api/openapi"))
        return None if own_way else super().process_view(request, view_func, view_args, view_kwargs)


class Refusals:
    """A `Refusal` from any command or query becomes a page that says every reason in the reader's language."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Nothing to do unless something is refused."""
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """403 for what the role does not permit, 404 for what is not there, 400 for the rest; a home without a site
        says how to make one."""
        if isinstance(exception, NoSite):
            return errors.no_site(request)
        if not isinstance(exception, Refusal):
            return None
        first = exception.reasons[0].code
        return errors.refused(request, exception, _STATUS.get(first, HTTPStatus.BAD_REQUEST))
