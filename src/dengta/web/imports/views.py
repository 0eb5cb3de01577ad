"""The pages of Import: the uploads of a site, one upload, the rows that are not simply facts."""

from __future__ import annotations

from http import HTTPStatus
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from dengta.apps.accounts.journal import Call
from dengta.apps.imports import commands, queries
from dengta.apps.imports.models import State, Upload
from dengta.apps.imports.policies import may_import, require_import
from dengta.apps.imports.queries import Standing
from dengta.apps.jobs.models import Job
from dengta.core.reason import Reason, Refusal
from dengta.documents import Table
from dengta.site.clock import real_now
from dengta.web.download import as_csv, download
from dengta.web.errors import sentences
from dengta.web.imports import pages
from dengta.web.imports.choices import Choices
from dengta.web.keys import fresh_key
from dengta.web.scope import Scope, need_scope, person


@require_http_methods(["GET", "HEAD", "POST"])
def imports(request: HttpRequest) -> HttpResponse:
    """The uploads of the site; POST takes one in."""
    scope = need_scope(request)
    may = may_import(person(request), scope.site)
    told = {"may": may, "most": commands.MOST, "key": fresh_key(), "book": scope.book}
    if request.method == "POST":
        try:
            return _received(request, scope)
        except Refusal as refusal:
            if not may:
                raise
            told["reasons"] = sentences(refusal)
    standings = [queries.standing(one) for one in queries.uploads(site=scope.site)[:50]]
    status = HTTPStatus.BAD_REQUEST if "reasons" in told else HTTPStatus.OK
    return render(request, "imports/list.html", told | {"standings": standings}, status=status)


def _received(request: HttpRequest, scope: Scope) -> HttpResponse:
    require_import(person(request), scope.site)
    file = request.FILES.get("file")
    if file is None:
        raise Refusal(Reason("upload.none"))
    name = str(file.name or "file")
    done = commands.receive(call=_call(request), folder=scope.folder, name=name, pieces=file.chunks())
    return redirect("upload", upload_id=str(done["upload"]))


@require_http_methods(["GET", "HEAD", "POST"])
def upload(request: HttpRequest, upload_id: UUID) -> HttpResponse:
    """One upload: how it is read, what its rows become; POST has it judged, brought in or discarded."""
    scope, found = _found(request, upload_id)
    told: dict[str, object] = {}
    if request.method == "POST":
        try:
            return _decided(request, scope, found)
        except Refusal as refusal:
            if refusal.reasons[0].code == "accounts.may_not":
                raise
            told = {"reasons": sentences(refusal), "choices": Choices.of_post(request.POST, scope.site)}
    now = queries.standing(found)
    told = pages.of_upload(request, scope, now, told)
    status = HTTPStatus.BAD_REQUEST if told.get("reasons") and request.method == "POST" else HTTPStatus.OK
    return render(request, "imports/upload.html", told, status=status)


def _decided(request: HttpRequest, scope: Scope, found: Upload) -> HttpResponse:
    call, folder = _call(request), scope.folder
    if "discard" in request.POST:
        commands.discard(call=call, folder=folder, upload_id=found.pk)
        return redirect("imports")
    if "import" in request.POST:
        commands.bring_in(call=call, folder=folder, upload_id=found.pk)
    elif "check" in request.POST:
        mapping = Choices.of_post(request.POST, scope.site).toml()
        rows = request.POST.get("rows", "")
        number = int(rows) if rows.isdecimal() and len(rows) < 10 else 1
        commands.judge(call=call, folder=folder, upload_id=found.pk, mapping=mapping, rows=number)
    else:
        raise Http404("no such button")
    return redirect("upload", upload_id=str(found.pk))


@require_POST
def preview(request: HttpRequest, upload_id: UUID) -> HttpResponse:
    """The first rows as the form would have them read; nothing is kept. A changed layout makes the whole form anew."""
    scope, found = _found(request, upload_id)
    choices = Choices.of_post(request.POST, scope.site)
    if request.headers.get("HX-Request"):
        return render(request, "imports/_preview.html", pages.of_preview(scope, found, choices))
    told = pages.of_upload(request, scope, queries.standing(found), {"choices": choices, "changed": True})
    return render(request, "imports/upload.html", told)


@require_safe
def job(request: HttpRequest, upload_id: UUID) -> HttpResponse:
    """How far it is: a fragment that asks again by itself, and has the page loaded anew when the job has ended."""
    _, found = _found(request, upload_id)
    now = queries.standing(found)
    answer = render(request, "imports/_job.html", {"upload": found, **pages.of_job(now)})
    if not now.busy:
        answer.headers["HX-Refresh"] = "true"
    return answer


@require_safe
def rows(request: HttpRequest, upload_id: UUID) -> HttpResponse:
    """The rows that are not simply facts, as CSV, filtered as on the page."""
    scope, found = _found(request, upload_id)
    last = _judged(queries.standing(found))
    listed = [pages.told_row(one) for one in queries.all_rows(scope.folder, last, **pages.asked_rows(request))]
    name = f"{found.name.rpartition('.')[0] or found.name}-rows"
    return as_csv(Table(name, pages.listing_columns(), listed), name)


@require_safe
def mapping(request: HttpRequest, upload_id: UUID) -> HttpResponse:
    """How the upload was read, for `dengta import --mapping`."""
    _, found = _found(request, upload_id)
    if not found.mapping:
        raise Http404("no mapping yet")
    return download(found.mapping, "mapping.toml")


def _found(request: HttpRequest, upload_id: UUID) -> tuple[Scope, Upload]:
    scope = need_scope(request)
    require_import(person(request), scope.site)
    found = queries.upload(site=scope.site, upload_id=upload_id)
    if found is None or found.state == State.DISCARDED:
        raise Http404(f"upload {upload_id}")
    return scope, found


def _judged(now: Standing) -> Job:
    last = now.run if now.imported else now.check
    if last is None or last.result is None:
        raise Http404("not judged yet")
    return last


def _call(request: HttpRequest) -> Call:
    try:
        key = UUID(request.POST.get("key", ""))
    except ValueError:
        key = UUID(fresh_key())  # a form without one, as a script sends it: what it holds keeps it from counting twice
    stamp = request.POST.get("at_client", "")
    return Call(actor=person(request), key=key, at=real_now(), at_client=int(stamp) if stamp.isdigit() else None)
