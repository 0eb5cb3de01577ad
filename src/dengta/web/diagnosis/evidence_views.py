"""What stands behind an answer: looked at, attached, taken away, downloaded."""

from __future__ import annotations

from http import HTTPStatus
from io import BytesIO
from uuid import UUID

from django.conf import settings
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from dengta.apps.diagnosis import commands, queries
from dengta.apps.diagnosis.commands import File
from dengta.apps.diagnosis.filled import Filled, content
from dengta.core.reason import Reason, Refusal
from dengta.site.uploads import Uploads
from dengta.web.diagnosis import pages
from dengta.web.diagnosis.views import call_of, id_of, look
from dengta.web.diagnosis.words import sentences

_BYTES = "application/octet-stream"


@require_http_methods(["GET", "HEAD", "POST"])
def evidence(request: HttpRequest, diagnosis_id: UUID, question: str) -> HttpResponse:
    """A question with its evidence; POST attaches some."""
    now, mine = look(request, diagnosis_id)
    asked = next((one for one in now.edition.questions if one.id == question), None)
    if asked is None:
        raise Http404(question)
    told = pages.of_evidence(now, asked, mine)
    if request.method == "POST":
        try:
            return _attached(request, now, question)
        except Refusal as refusal:
            if refusal.reasons[0].code == "accounts.may_not":
                raise
            told |= {"reasons": sentences(refusal, now.edition), "note": request.POST.get("note", "")}
    status = HTTPStatus.CONFLICT if "reasons" in told else HTTPStatus.OK
    return render(request, "diagnosis/evidence.html", told, status=status)


def _attached(request: HttpRequest, now: Filled, question: str) -> HttpResponse:
    file = request.FILES.get("file")
    commands.attach(
        call=call_of(request),
        uploads=_store(),
        diagnosis_id=now.diagnosis.pk,
        evidence_id=id_of(request.POST.get("id", "")),
        question=question,
        kind=request.POST.get("kind", ""),
        note=request.POST.get("note", ""),
        file=File(str(file.name or "file"), file.chunks()) if file else None,
    )
    return redirect("diagnosis-evidence", now.diagnosis.pk, question)


@require_POST
def remove(request: HttpRequest, diagnosis_id: UUID, evidence_id: UUID) -> HttpResponse:
    """Take one away."""
    now, _ = look(request, diagnosis_id)
    paper = next((one for some in now.evidence.values() for one in some if one.pk == evidence_id), None)
    commands.remove(call=call_of(request), uploads=_store(), diagnosis_id=diagnosis_id, evidence_id=evidence_id)
    if paper is None:
        return redirect("diagnosis-result", diagnosis_id)
    return redirect("diagnosis-evidence", diagnosis_id, paper.question)


@require_safe
def file(request: HttpRequest, diagnosis_id: UUID, evidence_id: UUID) -> HttpResponseBase:
    """The bytes whose hash is told, to be saved: they are never shown as a page of ours, whatever they hold."""
    now, _ = look(request, diagnosis_id)
    paper = queries.evidence(now.diagnosis).filter(pk=evidence_id).first()
    if paper is None:
        raise Http404(f"evidence {evidence_id}")
    if not paper.sha256:
        name = "finding.json" if paper.finding else "note.txt"
        return FileResponse(BytesIO(content(paper)), as_attachment=True, filename=name, content_type=_BYTES)
    path = _store().path(paper.sha256)
    if not path.is_file():
        raise Refusal(Reason("upload.gone", (paper.name,)))
    return FileResponse(path.open("rb"), as_attachment=True, filename=paper.name, content_type=_BYTES)


def _store() -> Uploads:
    return Uploads(settings.HOME.evidence)
