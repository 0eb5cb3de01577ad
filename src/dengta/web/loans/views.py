"""The pages of Loans: lists that came in, one list before it does, the statements of a firm."""

from __future__ import annotations

import json
from http import HTTPStatus
from uuid import UUID

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from dengta.apps.accounts.journal import Call
from dengta.apps.loans import commands, queries
from dengta.apps.loans.judging import Account
from dengta.apps.loans.models import State
from dengta.apps.loans.policies import may_keep, require_keeper, sight
from dengta.core.money import Money
from dengta.core.reason import Reason, Refusal
from dengta.core.time import to_datetime
from dengta.engines.subsidy import as_data
from dengta.engines.subsidy.case_writing import percent_a_year
from dengta.site.clock import real_now
from dengta.web.download import download
from dengta.web.errors import sentences
from dengta.web.keys import fresh_key
from dengta.web.programme import programme as rules
from dengta.web.scope import person

SHOWN = 60
"""Faults, and rows of a preview, that a page shows."""


@require_http_methods(["GET", "HEAD", "POST"])
def loans(request: HttpRequest) -> HttpResponse:
    """What is held, and the lists; POST takes one in to be looked at. A firm goes to its own statements."""
    who, programme = person(request), settings.PROGRAMME
    seen = sight(who)
    if seen.firm:
        return redirect("loan-firm", code=seen.firm)
    told = {"may": may_keep(who), "most": commands.MOST, "key": fresh_key()}
    if request.method == "POST":
        try:
            return _received(request, programme)
        except Refusal as refusal:
            if not told["may"]:
                raise
            said = sentences(refusal)
            told |= {"reasons": said[:SHOWN], "more": max(0, len(said) - SHOWN)}
    asked = request.GET.get("q", "").strip()[:60]
    told |= {
        "standing": queries.standing(programme=programme),
        "firms": queries.firms(programme=programme, most=SHOWN, town=seen.town, words=asked),
        "asked": asked,
        "lists": [(one, to_datetime(one.brought_at)) for one in queries.batches(programme=programme)[:50]],
        "shown": SHOWN,
    }
    return render(request, "loans/loans.html", told, status=HTTPStatus.BAD_REQUEST if "reasons" in told else 200)


def _received(request: HttpRequest, programme: str) -> HttpResponse:
    require_keeper(person(request))
    file = request.FILES.get("file")
    if file is None:
        raise Refusal(Reason("loans.no_file"))
    if (file.size or 0) > commands.MOST:
        raise Refusal(Reason("loans.too_large", (str(file.name),), {"most": commands.MOST // 1_000_000}))
    corrects, name = "corrects" in request.POST, str(file.name)
    done = commands.receive(
        call=_call(request), programme=programme, name=name, content=file.read(), corrects=corrects
    )  # fmt: skip
    return redirect("loan-list", batch_id=done["batch"])


@require_http_methods(["GET", "HEAD", "POST"])
def batch(request: HttpRequest, batch_id: int) -> HttpResponse:
    """A list: what it would write; POST brings it in or discards it."""
    require_keeper(person(request))
    programme = settings.PROGRAMME
    found = queries.batch(programme=programme, batch_id=batch_id)
    if found is None or found.state == State.DISCARDED:
        raise Http404(f"list {batch_id}")
    told = {"list": found, "open": found.state == State.OPEN, "key": fresh_key()}
    try:
        if request.method == "POST":
            act = commands.bring_in if "import" in request.POST else commands.discard
            act(call=_call(request), programme=programme, batch_id=batch_id)
            return redirect("loan-list", batch_id=batch_id) if "import" in request.POST else redirect("loans")
        if found.state == State.OPEN:
            told |= _preview(commands.account_of(batch=found, call=_call(request)))
    except Refusal as refusal:
        told["reasons"] = sentences(refusal)[:SHOWN]
    return render(request, "loans/list.html", told, status=HTTPStatus.BAD_REQUEST if "reasons" in told else 200)


def _preview(account: Account) -> dict[str, object]:
    lines = [*account.new, *(told for _line, told in account.corrected)]
    rows = [
        (one.row, one.code, one.loan, one.day, *map(_yuan, (one.drawn, one.repaid, one.balance)),
         percent_a_year(one.rate), *map(_yuan, (one.interest, one.overdue)))
        for one in lines[:SHOWN]
    ]  # fmt: skip
    return {
        "new": len(account.new),
        "corrected": len(account.corrected),
        "known": account.known,
        "new_loans": len(account.loans),
        "interest": _yuan(account.interest),
        "rows": rows,
        "rest": max(0, len(lines) - SHOWN),
    }


@require_safe
def firm(request: HttpRequest, code: str) -> HttpResponse:
    """The statements of a firm, line by line, and its case as a file. 404: not there, or not the person's to see."""
    programme, code = settings.PROGRAMME, code.upper()
    seen = sight(person(request))
    held = next(iter(queries.borrowers(programme=programme, code=code)), None)
    if held is None and seen.firm in ("", code):
        return render(request, "loans/none.html", {"code": code}, status=HTTPStatus.NOT_FOUND)
    if held is None or not seen.holds(held.code, held.town):
        raise Http404(f"firm {code}")
    claims = queries.claims(rules(), held.case)
    wanted = next((one for one in claims if request.GET.get("export") == f"case-{one.year}.json"), None)
    if wanted is not None:
        text = json.dumps(as_data(wanted.case), ensure_ascii=False, indent=2) + "\n"
        return download(text, f"case-{wanted.year}.json")
    loans = [
        (loan, _yuan(loan.amount), [(line.day, *map(_yuan, (line.drawn, line.repaid, line.balance)),
                                     percent_a_year(line.rate), *map(_yuan, (line.interest, line.overdue)))
                                    for line in lines])
        for loan, lines in queries.lines_of(programme=programme, code=code)
    ]  # fmt: skip
    names = queries.names(programme=programme, codes=[code])
    told = {"code": code, "name": names.get(code, code), "loans": loans, "programme": programme}
    told["claims"] = [(one.year, _yuan(one.award.amount or 0), one.award.eligible) for one in claims]
    return render(request, "loans/firm.html", told)


def _yuan(fen: int) -> str:
    return str(Money(fen))


def _call(request: HttpRequest) -> Call:
    try:
        key = UUID(request.POST.get("key", ""))
    except ValueError:
        key = UUID(fresh_key())  # a form without one, as a script sends it
    return Call(actor=person(request), key=key, at=real_now())
