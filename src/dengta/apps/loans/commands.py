"""What can be done with loans. Lines are superseded, never edited; all is journalled, nothing is half-saved."""

from __future__ import annotations

import json
from collections.abc import Mapping

from dengta.apps.accounts.journal import Call, Outcome, once
from dengta.apps.loans.models import Borrower, Project
from dengta.apps.loans.policies import require_keeper
from dengta.apps.loans.recording import add_projects, mark
from dengta.core.reason import Reason, Refusal
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
