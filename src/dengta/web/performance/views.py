"""The pages of Performance: the plant, one machine, one reason; each also as a file."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any, NamedTuple

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext
from django.views.decorators.http import require_safe

from dengta.apps.accounts.policies import Permission, require
from dengta.apps.performance import behind, queries, revisions
from dengta.apps.performance.business_days import shift_hours, span
from dengta.apps.performance.site_fold import Folded
from dengta.core.reason import Reason, Refusal
from dengta.engines.kpi import MeterStep, StateSpan
from dengta.log import LogReader
from dengta.site.bookshelf import Bookshelf
from dengta.web.performance import intervals_view, machine_page, overview_page, reason_page, revised_view
from dengta.web.performance.asking import Asked, asked
from dengta.web.performance.exports import exported
from dengta.web.performance.reason_page import Sought
from dengta.web.performance.recompute import Again
from dengta.web.performance.revised_view import RevisedView
from dengta.web.scope import Scope, need_scope, person

PATIENCE_S = 3.0
"""How long a page waits for the fold before it says that it is under way."""


class _Seen(NamedTuple):
    """What a page stands on. behind: something was told that is not folded yet."""

    scope: Scope
    folded: Folded
    asked: Asked
    behind: bool

    @property
    def again(self) -> Again:
        """How its figures are computed again."""
        return Again(self.scope.site, self.folded.zone, self.asked.choice)

    @property
    def reader(self) -> LogReader:
        """The log behind them."""
        return LogReader(self.scope.folder.log)


@require_safe
def performance(request: HttpRequest) -> HttpResponse:
    """Where the time of a window went."""
    seen = _look(request)
    if isinstance(seen, HttpResponse):
        return seen
    figures = queries.overview(seen.folded, seen.asked.choice)
    page = overview_page.build(seen.again, seen.folded, seen.asked, figures, _revised(seen, one=False))
    return _answer(request, "performance/performance.html", seen, page, gettext("Performance"))


@require_safe
def machine(request: HttpRequest, machine: str) -> HttpResponse:
    """One machine: its losses, and within one business date what it did, interval by interval."""
    seen = _look(request, machine)
    if isinstance(seen, HttpResponse):
        return seen
    choice = seen.asked.choice
    spans: list[StateSpan] | None = None
    steps: Sequence[MeterStep] = ()
    if seen.asked.one_date:
        steps = behind.readings(seen.reader, seen.folded, machine, choice.window)
        spans = list(behind.spans(seen.reader, seen.folded, [machine], choice.window)[machine])
    reason, state = request.GET.get("reason", ""), request.GET.get("state", "")
    only = behind.Cause(reason, state) if reason or state else None
    figures = queries.one_machine(seen.folded, choice)
    changed = _revised(seen, one=True)
    page = machine_page.build(seen.again, seen.folded, seen.asked, figures, spans, only, steps, changed)
    return _answer(request, "performance/machine.html", seen, page, page.name)


def _revised(seen: _Seen, *, one: bool) -> RevisedView | None:
    """What late events changed; of one machine with every event, of more with the first of the last ones."""
    found = revisions.revised(seen.folded, seen.asked.choice)
    if found is None:
        return None
    buckets = found.buckets if one else found.buckets[:1]
    news = [revisions.late_events(seen.reader, bucket.change) for bucket in buckets]
    return revised_view.revised(seen.again, seen.folded, seen.asked, found, news, one=one)


@require_safe
def reason(request: HttpRequest) -> HttpResponse:
    """One reason: what it cost, and the intervals or events of one date."""
    seen = _look(request)
    if isinstance(seen, HttpResponse):
        return seen
    sought = Sought(
        "defect" if request.GET.get("kind") == "defect" else "stop",
        request.GET.get("reason", ""),
        request.GET.get("state", ""),
    )
    figures = queries.one_reason(seen.folded, seen.asked.choice, sought.reason, sought.state)
    days = reason_page.days(figures, sought)
    day = next((d for d in days if str(d) == request.GET.get("day")), days[-1] if days else None)
    listed = _listed(seen, sought, figures, day) if day else None
    page = reason_page.build(seen.again, seen.folded, seen.asked, figures, sought, day, listed)
    return _answer(request, "performance/reason.html", seen, page, page.name)


def _listed(seen: _Seen, sought: Sought, figures: queries.OneReason, day: date) -> intervals_view.Listed:
    """The intervals, or the reports of defects, of one business date."""
    folded = seen.folded
    machines = [f.key["machine"] for f in figures.machines if sought.cost(f)]
    window = span(folded.book, folded.machines, day, day).meet(seen.asked.choice.window) or seen.asked.choice.window
    if sought.kind == "defect":
        events = behind.defect_events(seen.reader, folded, machines, window, sought.reason)
        return intervals_view.defect_rows(folded, events)
    cause = behind.Cause(sought.reason, sought.state)
    found = behind.spans(seen.reader, folded, machines, window, cause)
    shift = seen.asked.choice.shift
    if shift:
        found = {m: behind.cut(told, shift_hours(folded.book, m, day, shift)) for m, told in found.items()}
    return intervals_view.intervals(folded, found, name_machine=True)


def _look(request: HttpRequest, machine: str | None = None) -> _Seen | HttpResponse:
    """The fold and the choice in the address; or the page that says why there is nothing to show (yet).

    The plant book is the one in force at the end of the window, as for the command.
    """
    scope = need_scope(request)
    require(person(request), Permission.SEE, scope.site)
    shelf, book = Bookshelf(scope.folder.books), scope.book
    while True:
        folded, ready = queries.follower(scope.folder, book, scope.time).look(PATIENCE_S)
        if folded is None:
            return render(request, "performance/nothing.html", {"ready": ready}, status=200 if ready else 202)
        if machine is not None and machine not in folded.machines:
            raise Refusal(Reason("floor.no_machine", (machine,)))
        choice = asked(request.GET, folded, machine)
        ruling = shelf.book(choice.choice.window.end - 1)
        if ruling is book or book is not scope.book:
            return _Seen(scope, folded, choice, not ready)
        book = ruling


def _answer(request: HttpRequest, template: str, seen: _Seen, page: Any, title: str) -> HttpResponse:
    """The page, or with ``?export=stops.csv`` one of its tables, or all of them as a workbook."""
    wanted = request.GET.get("export")
    if wanted:
        facts = [(gettext("site"), seen.scope.site), *page.head.facts]
        return exported(wanted, page.tables, facts, f"{seen.scope.site}-{seen.asked.first}-{seen.asked.last}")
    return render(request, template, {"page": page, "title": title, "behind": seen.behind})
