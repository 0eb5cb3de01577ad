"""Lists that come in as files: what each would change is shown before anything is kept."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from http import HTTPStatus
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from dengta.apps.register import commands, history, queries
from dengta.apps.register.lists_bring import MOST, Asked, judged
from dengta.apps.register.lists_plan import Change, Plan
from dengta.apps.register.lists_read import LISTS
from dengta.apps.register.policies import require_keeper
from dengta.core.reason import Reason, Refusal
from dengta.web.errors import sentences
from dengta.web.keys import fresh_key
from dengta.web.register.asking import city_of_request, today
from dengta.web.register.correcting import call_of
from dengta.web.register.words import KINDS, town
from dengta.web.scope import person

KINDS_OF_LIST: dict[str, Promise] = {
    "enterprises": gettext_lazy("Enterprises, and what is new of them"),
    "listed": gettext_lazy("List of regulated enterprises of a day"),
    "filed": gettext_lazy("Filings"),
    "accepted": gettext_lazy("Acceptances"),
    "verified": gettext_lazy("Verifications"),
    "targets": gettext_lazy("Targets of a document"),
    "projects": gettext_lazy("Key projects"),
    "deliveries": gettext_lazy("Reports on key projects"),
}
SHOWN = 100
"""Changes and faults that a page shows; the rest is counted."""
_MONEY = ("projects", "deliveries")


@dataclass(frozen=True, slots=True)
class Part:
    """One sort of change: what it is called, how many there are, the first of them."""

    title: str
    count: int
    rows: Sequence[tuple[str, str, str, str]]


@require_http_methods(["GET", "HEAD", "POST"])
def lists(request: HttpRequest) -> HttpResponse:
    """The form; POST shows what a list would change, or with ``bring`` brings it in."""
    require_keeper(person(request))
    told: dict[str, Any] = {"reasons": [], "more": 0}
    if request.method == "POST":
        try:
            answer = _posted(request)
            if isinstance(answer, HttpResponse):
                return answer
            told |= answer
        except Refusal as refusal:
            said = sentences(refusal)
            told |= {"reasons": said[:SHOWN], "more": max(0, len(said) - SHOWN)}
    told |= {
        "keeps": True,
        "kinds": [(kind, word, _columns(kind), bool(LISTS[kind].summed)) for kind, word in KINDS_OF_LIST.items()],
        "form": request.POST,
        "today": today(),
        "most": MOST,
        "key": fresh_key(),
        "sources": history.sources(settings.PROGRAMME),
    }
    status = HTTPStatus.BAD_REQUEST if told["reasons"] else HTTPStatus.OK
    return render(request, "register/bring.html", told, status=status)


def _posted(request: HttpRequest) -> HttpResponse | dict[str, Any]:
    asked, call, folder = _asked(request), call_of(request), settings.HOME.path / "register" / "uploads"
    if "bring" in request.POST:
        done = commands.bring(call=call, folder=folder, sha256=_hash(request), asked=asked)
        nothing = _("{name} was known already; nothing has changed.")
        some = _("{name} is in: {new} new, {changed} changed, {leaving} left the list, {same} known already.")
        messages.info(request, (nothing if done["is_nothing"] else some).format(name=asked.name, **done))
        return redirect("register-import")
    if "discard" in request.POST:
        commands.discard(call=call, folder=folder, sha256=_hash(request))
        return redirect("register-import")
    file = request.FILES.get("file")
    if file is None:
        raise Refusal(Reason("upload.none"))
    asked = asked._replace(name=str(file.name or "file")[-120:])
    sha256 = commands.receive(call=call, folder=folder, pieces=file.chunks())
    try:
        made = judged(call=call, folder=folder, sha256=sha256, asked=asked)
    except Refusal:
        commands.discard(call=call, folder=folder, sha256=sha256)
        raise
    return {"plan": made, "parts": _parts(made, request), "asked": asked, "sha256": sha256}


def _asked(request: HttpRequest) -> Asked:
    posted = request.POST
    kind = posted.get("kind", "")
    try:
        day = date.fromisoformat(posted.get("day", ""))
    except ValueError:
        raise Refusal(Reason("register.not_date", ("day",), {"value": posted.get("day", "")})) from None
    rows = posted.get("rows", "").strip()
    return Asked(
        programme=settings.PROGRAMME,
        kind=kind,
        name=posted.get("name", "")[-120:],
        document=posted.get("document", "").strip()[:200],
        day=day,
        rows=int(rows) if rows.isdecimal() and len(rows) < 10 else None,
        total=_total(kind, posted.get("total", "")),
    )


def _total(kind: str, text: str) -> int | None:
    """The stated sum: firms, or money in ten thousand yuan as fen; None where none is stated."""
    try:
        number = Decimal(text.replace(",", "").strip() or "NaN")
    except InvalidOperation:
        raise Refusal(Reason("register.not_count", ("total",), {"value": text[:40]})) from None
    if not number.is_finite() or abs(number) > 10**12:
        return None
    return int(number * (1_000_000 if kind in _MONEY else 1))


def _hash(request: HttpRequest) -> str:
    sha256 = request.POST.get("sha256", "")
    if not re.fullmatch(r"[0-9a-f]{64}", sha256):
        raise Refusal(Reason("upload.none"))
    return sha256


def _columns(kind: str) -> str:
    """The headings a list needs; those it may have in brackets."""
    columns = LISTS[kind].columns.values()
    return " · ".join(one.headings[0] if one.needed else f"({one.headings[0]})" for one in columns)


def _parts(made: Plan, request: HttpRequest) -> list[Part]:
    sight = city_of_request(request)
    wanted = {one.of for part in (made.new, made.changed, made.leaving) for one in part[:SHOWN]}
    names = history.names_of(sight, wanted)
    city = queries.city_of(sight.programme)

    def row(one: Change) -> tuple[str, str, str, str]:
        what = str(KINDS.get(one.what, one.what))
        return names.get(one.of, ""), one.of, what, f"{town(city, one.before)} → {town(city, one.after)}".strip("→ ")

    told = ((_("New"), made.new), (_("Changed"), made.changed), (_("Leave the list"), made.leaving))
    return [Part(title, len(some), [row(one) for one in some[:SHOWN]]) for title, some in told if some]
