"""What can be done with loans. Lines are superseded, never edited; all is journalled, nothing is half-saved."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping

from dengta.apps.accounts.journal import Call, Outcome, once
from dengta.apps.loans.judging import Account, judge
from dengta.apps.loans.models import Batch, Borrower, Project, State
from dengta.apps.loans.policies import require_keeper
from dengta.apps.loans.recording import add_projects, add_told, mark, supersede
from dengta.apps.loans.statement_reading import read
from dengta.apps.register.queries import day_of
from dengta.core.reason import Reason, Refusal, refuse_if
from dengta.engines.register import faults
from dengta.engines.subsidy import Case, as_data, model


def file_project(
    *, call: Call, programme: str, code: str, town: str, facts: Mapping[str, int | str | bool], project: model.Project
) -> Outcome:
    """A filed project with the items of its contract; its loans come with the banks' statements.

    Refusal: no such credit code; the project is filed already, has no day of filing, or comes with loans.
    """
    assert call.actor is not None
    require_keeper(call.actor)
    wrong = faults(code)
    if project.filed is None:
        wrong.append(Reason("subsidy.not_filed", (code, project.id)))
    if project.loans:
        wrong.append(Reason("loans.with_loans", (code, project.id)))
    if wrong:
        raise Refusal(wrong)

    def work() -> Outcome:
        borrower, _ = Borrower.objects.get_or_create(programme=programme, code=code, defaults={"town": town})
        if Project.objects.filter(borrower=borrower, number=project.id).exists():
            raise Refusal(Reason("loans.filed_already", (code, project.id)))
        borrower.town, borrower.facts = town, dict(facts)
        borrower.save()
        (row,) = add_projects([(borrower, project)])
        mark(programme)
        return {"project": row.pk}

    assert project.filed is not None
    told = as_data(Case(code, "", project.filed, None, facts, (project,)))
    return once(call, "loans.file_project", {"programme": programme, "town": town, "case": json.dumps(told)}, work)


MOST = 5_000_000
"""Bytes of a list; a bank with more sends it month by month."""


def receive(*, call: Call, programme: str, name: str, content: bytes, corrects: bool = False) -> Outcome:
    """Keep a bank's list for somebody to look at; the same file again is the same list.

    Refusal: every fault of the file, with row and column; nothing of it is kept then.
    """
    assert call.actor is not None
    require_keeper(call.actor)
    name, login, digest = name[-200:] or "file", call.actor.login, hashlib.sha256(content).hexdigest()
    if len(content) > MOST:
        raise Refusal(Reason("loans.too_large", (name,), {"most": MOST // 1_000_000}))

    def work() -> Outcome:
        made, _ = Batch.objects.select_for_update().get_or_create(
            programme=programme, sha256=digest, defaults={"name": name, "content": b"", "brought_at": call.at}
        )
        if made.state == State.BROUGHT_IN:
            return {"batch": made.pk, "fresh": False}
        made.name, made.content, made.corrects, made.state = name, content, corrects, State.OPEN
        made.brought_by, made.brought_at = login, call.at
        account = account_of(batch=made, call=call)
        made.lines = len(account.new) + len(account.corrected)
        made.save()
        return {"batch": made.pk, "fresh": True}

    params = {"programme": programme, "name": name, "sha256": digest, "corrects": corrects}
    return once(call, "loans.receive", params, work)


def account_of(*, batch: Batch, call: Call) -> Account:
    """What an open list would do, as things stand. Refusal with every fault."""
    rows = read(bytes(batch.content), batch.name)
    today = day_of(batch.programme, call.at)
    account = judge(batch.programme, rows, batch.name, today, batch.corrects)
    refuse_if(account.faults)
    return account


def bring_in(*, call: Call, programme: str, batch_id: int) -> Outcome:
    """Write the lines of an open list, all or none; one that is in stays so. Refusal: what has become wrong since."""
    assert call.actor is not None
    require_keeper(call.actor)

    def work() -> Outcome:
        batch = _held(programme, batch_id)
        if batch.state == State.BROUGHT_IN:
            return {"batch": batch.pk, "lines": 0}
        account = account_of(batch=batch, call=call)
        batch.state, batch.decided_at, batch.content = State.BROUGHT_IN, call.at, b""
        supersede(batch, [line for line, _ in account.corrected])
        told = [*account.new, *(one for _, one in account.corrected)]
        batch.lines = add_told(batch, account.loans, told)
        batch.save()
        mark(programme)
        return {"batch": batch.pk, "lines": batch.lines}

    return once(call, "loans.bring_in", {"programme": programme, "batch": batch_id}, work)


def discard(*, call: Call, programme: str, batch_id: int) -> Outcome:
    """An open list is not wanted: its content goes. Refusal: it is in already."""
    assert call.actor is not None
    require_keeper(call.actor)

    def work() -> Outcome:
        batch = _held(programme, batch_id)
        if batch.state == State.BROUGHT_IN:
            raise Refusal(Reason("loans.in_already", (batch.name,)))
        batch.state, batch.decided_at, batch.content = State.DISCARDED, call.at, b""
        batch.save()
        return {"batch": batch.pk}

    return once(call, "loans.discard", {"programme": programme, "batch": batch_id}, work)


def _held(programme: str, batch_id: int) -> Batch:
    """The list, locked. Refusal: there is none."""
    found = Batch.objects.select_for_update().filter(programme=programme, pk=batch_id).first()
    if found is None or found.state == State.DISCARDED:
        raise Refusal(Reason("loans.no_batch", (str(batch_id),)))
    return found
