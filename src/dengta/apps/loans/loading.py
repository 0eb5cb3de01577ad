"""The sample city's loans into a home's database, once: called behind the register's own load, as a job does."""

from __future__ import annotations

import hashlib
from typing import Any

from django.db import transaction

from dengta import programmes
from dengta.apps.loans import columns, queries
from dengta.apps.loans.models import Batch, Borrower, State
from dengta.apps.loans.queries import ARTICLE
from dengta.apps.loans.recording import add_loans, add_projects, mark
from dengta.apps.loans.sample_city import SEED, city_data, sample_of
from dengta.core.reason import Reason
from dengta.core.time import Micros
from dengta.engines import subsidy
from dengta.engines.subsidy.what_if import setting
from dengta.processes.worker import Task
from dengta.site.clock import real_now
from dengta.words import LANGUAGES, word

BANK_NAMES = tuple(word(f"loans.bank_{k}", LANGUAGES[1]) for k in range(1, 12))
"""Fictional banks, by the numbers of `engines.subsidy.sample`."""


KEY = "loans.sample"


def run(task: Task) -> dict[str, Any]:
    """The job. params: programme. Its last step leaves the kernels of a what-if compiled for whoever asks first."""
    name = task.params["programme"]
    task.report(100, Reason("loans.job_sample"))
    lines = load_sample(programme=name, at=real_now())
    task.report(800, Reason("loans.job_kernels"))
    for article in subsidy.from_toml(programmes.rules(name), name).articles:
        if article.id == ARTICLE and lines:
            columns.proposed(name, article, [setting("share=0.5")])
    return {"lines": lines}


def load_sample(*, programme: str, at: Micros) -> int:
    """The loans of the sample city of `programme`; how many lines. A home that has loans already keeps them: 0.

    The firm whose plant lives in this home is among the borrowers, if it filed: its applicant has a loan to look at.
    """
    if Borrower.objects.filter(programme=programme).exists():
        return 0
    made = sample_of(city_data(programme), queries.with_plant(programme))
    with transaction.atomic():
        digest = hashlib.sha256(f"sample {programme} {SEED}".encode()).hexdigest()
        batch = Batch.objects.create(
            programme=programme, name="sample", sha256=digest, content=b"", state=State.BROUGHT_IN, brought_at=at,
            decided_at=at,
        )  # fmt: skip
        rows = Borrower.objects.bulk_create(
            [Borrower(programme=programme, code=o.code, town=o.town, facts=dict(o.case.facts)) for o in made],
            batch_size=2000,
        )
        owned = [(row, project) for row, one in zip(rows, made, strict=True) for project in one.case.projects]
        banks = [one.bank for one in made for _ in one.case.projects]
        projects = add_projects(owned)
        loans = [
            (row, loan, BANK_NAMES[bank[loan.id]])
            for row, (_, project), bank in zip(projects, owned, banks, strict=True)
            for loan in project.loans
        ]
        lines = batch.lines = add_loans(batch, loans)
        batch.save()
        mark(programme)
    return lines
