"""The plant book on screen: as of any day, as known on any day, and its editor."""

from __future__ import annotations

from datetime import date, timedelta
from http import HTTPStatus
from uuid import UUID
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from dengta.apps.accounts.journal import Call
from dengta.apps.accounts.policies import Permission, may, require
from dengta.apps.plant import commands, queries
from dengta.core.reason import Refusal
from dengta.core.time import Micros, instant, local_day
from dengta.engines.plantbook import parse
from dengta.figures.shift_week import shift_week_svg
from dengta.site.bookshelf import Bookshelf, Revision
from dengta.site.clock import real_now
from dengta.web.download import download
from dengta.web.errors import sentences
from dengta.web.keys import fresh_key
from dengta.web.plant.week import monday_of, week_view
from dengta.web.scope import Scope, need_scope, person


def _asked_day(request: HttpRequest, name: str, zone: ZoneInfo) -> Micros | None:
    """The end of the day the reader asked for, by the site's wall."""
    text = request.GET.get(name)
    if not text:
        return None
    try:
        return instant(date.fromisoformat(text), 1440, zone) - 1
    except ValueError:
        raise Http404(f"{name}={text}") from None


@require_safe
def book(request: HttpRequest) -> HttpResponse:
    """The book in force on ?valid=, as known on ?known= (both: today)."""
    scope = need_scope(request)
    shelf, now = Bookshelf(scope.folder.books), scope.now()
    valid, known = (_asked_day(request, name, scope.zone) for name in ("valid", "known"))
    at = now if valid is None else valid
    told = {"shelf": shelf, "valid": at, "known": known or now, "asked": valid is not None or known is not None}
    return render(request, "plant/book.html", told | _shown(scope, shelf.revision(at, known), at, now, request))


@require_safe
def revision(request: HttpRequest, file: str) -> HttpResponse:
    """One revision, and what it changed."""
    scope = need_scope(request)
    shelf = Bookshelf(scope.folder.books)
    found = queries.named(shelf, file)
    if found is None:
        raise Http404(file)
    if request.GET.get("as") == "toml":
        return download(found.text, f"{found.book.site}-{found.book.short}.toml")
    earlier = queries.before(shelf, found)
    told = {"shelf": shelf, "earlier": earlier, "changes": queries.changes(earlier, found.book), "single": True}
    at = max(found.valid_from, scope.now())
    return render(request, "plant/book.html", told | _shown(scope, found, at, scope.now(), request))


def _shown(scope: Scope, found: Revision | None, at: Micros, now: Micros, request: HttpRequest) -> dict[str, object]:
    """What the page says of one revision."""
    told: dict[str, object] = {
        "revision": found,
        "zone": scope.zone,
        "may_edit": may(person(request), Permission.PUBLISH_PLANT, scope.site),
    }
    if found is None:
        return told
    book, monday = found.book, monday_of(local_day(at, found.book.zone))
    if week := request.GET.get("week"):
        try:
            monday = monday_of(date.fromisoformat(week))
        except ValueError:
            raise Http404(f"week={week}") from None
    return told | {
        "book": book,
        "areas": list(queries.hierarchy(book)),
        "meters": queries.meters(book),
        "reasons_tree": queries.reason_tree(book),
        "weeks": [
            (calendar, n, shift_week_svg(week_view(calendar, book.zone, monday, now)))
            for calendar, n in queries.calendars_used(book)
        ],
        "monday": monday,
        "week_before": monday - timedelta(days=7),
        "week_after": monday + timedelta(days=7),
    }


@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: HttpRequest) -> HttpResponse:
    """The editor: GET opens the last revision, POST checks or publishes."""
    scope = need_scope(request)
    require(person(request), Permission.PUBLISH_PLANT, scope.site)
    shelf = Bookshelf(scope.folder.books)
    last = queries.last(shelf)
    base = last.file if last else ""
    if request.method == "GET":
        chosen = queries.named(shelf, request.GET["of"]) if "of" in request.GET else last
        text = chosen.text if chosen else ""
        return render(request, "plant/edit.html", {"text": text, "base": base, "key": fresh_key(), "last": last})
    text = request.POST.get("text", "").replace("\r\n", "\n")
    base = request.POST.get("base", "")
    told: dict[str, object] = {"text": text, "base": base, "key": request.POST.get("key") or fresh_key(), "last": last}
    if "publish" in request.POST:
        return _publish(request, scope, told)
    told |= _checked(queries.named(shelf, base) or last, text)
    return render(request, "plant/_check.html" if request.headers.get("HX-Request") else "plant/edit.html", told)


def _checked(last: Revision | None, text: str) -> dict[str, object]:
    """Every fault of `text`, or what it would change."""
    try:
        book = parse(text)
    except Refusal as refusal:
        return {"checked": True, "reasons": sentences(refusal)}
    return {"checked": True, "fresh": book, "changes": queries.changes(last, book)}


def _publish(request: HttpRequest, scope: Scope, told: dict[str, object]) -> HttpResponse:
    stamp = request.POST.get("at_client", "")
    try:
        key = UUID(str(told["key"]))
    except ValueError:
        raise Http404("key") from None
    call = Call(
        actor=person(request),
        key=key,
        at=real_now(),
        at_client=int(stamp) if stamp.isdigit() else None,
    )
    try:
        done = commands.publish(
            call=call, folder=scope.folder, text=str(told["text"]), base=str(told["base"]), recorded_at=scope.now()
        )
    except commands.Conflict as conflict:
        shelf = Bookshelf(scope.folder.books)
        last, known = queries.last(shelf), queries.named(shelf, str(told["base"]))
        assert last is not None
        told |= {
            "reasons": sentences(conflict),
            "meanwhile": queries.changes(known, last.book),
            "base": last.file,
            "key": fresh_key(),
            "last": last,
        }
        return render(request, "plant/edit.html", told, status=HTTPStatus.CONFLICT)
    except Refusal as refusal:
        told |= {"reasons": sentences(refusal), "checked": True}
        return render(request, "plant/edit.html", told, status=HTTPStatus.BAD_REQUEST)
    messages.success(request, _("Published: revision {hash}.").format(hash=str(done["hash"])[:12]))
    return redirect("plant-revision", file=str(done["revision"]))
