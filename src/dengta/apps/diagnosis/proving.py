"""Claims held against a plant's own log: the job that recomputes them, and what is kept of it."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import date
from fractions import Fraction
from typing import Any
from uuid import UUID

from dengta.apps.accounts.journal import Call
from dengta.apps.accounts.models import User
from dengta.core.reason import Reason
from dengta.engines.maturity import Finding, canonical
from dengta.processes.worker import Task
from dengta.site.clock import real_now
from dengta.site.plant_evidence import evidence

KIND = "diagnosis.prove"


def run(task: Task) -> dict[str, Any]:
    """The job. params: enterprise, programme, first, last (ISO dates), days, actor (who asked), keep (proof's id)."""
    from dengta.apps.diagnosis import commands

    asked = task.params
    first, last = (date.fromisoformat(asked[name]) for name in ("first", "last"))
    task.report(50, Reason("diagnosis.job_reading", params={"site": task.site}))
    told = evidence(task.home.site(task.site), first, last, int(asked["days"]))
    actor = User.objects.get(login=asked["actor"])
    return commands.keep_proof(
        call=Call(actor=actor, key=UUID(asked["keep"]), at=real_now()),
        enterprise=asked["enterprise"],
        programme=asked["programme"],
        told=told,
    )


def as_data(finding: Finding) -> dict[str, Any]:
    """A finding as it is kept: whole numbers and texts only, so that it has one canonical form."""
    exact = None if finding.value is None else str(finding.value)
    return {"predicate": finding.predicate, "exact": exact or "", **finding.params, "rows": dict(finding.rows)}


def without_rows(finding: Finding) -> dict[str, Any]:
    """The same without what is behind it, which stays with the firm: only its hash goes along."""
    told = as_data(finding)
    rows = told.pop("rows")
    return {**told, "rows_sha256": hashlib.sha256(canonical(rows).encode()).hexdigest()}


def of_data(told: Mapping[str, Any]) -> Finding:
    """The finding that was kept."""
    params = {name: told[name] for name in ("met", "machines", "least")}
    value = Fraction(told["exact"]) if told["exact"] else None
    return Finding(told["predicate"], value, params, told.get("rows", {}))
