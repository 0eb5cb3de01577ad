"""What every command on a draft does first: who asks, whether it is open, whether answers fit, who came between."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction
from uuid import UUID
from zoneinfo import ZoneInfo

from dengta.apps.accounts.journal import Call
from dengta.apps.accounts.models import User
from dengta.apps.diagnosis.filled import edition, questions
from dengta.apps.diagnosis.models import Answer, Diagnosis, State
from dengta.apps.diagnosis.policies import require_fill
from dengta.apps.register import queries as register
from dengta.core.reason import Reason, Refusal, refuse_if
from dengta.core.time import Micros, to_datetime
from dengta.engines.maturity import Stated, answers_of, canonical


def kept_points(points: Fraction) -> Decimal:
    """Points as the database keeps them, to a ten-thousandth; exact ones follow from the answers."""
    return Decimal(round(points * 10_000)) / 10_000


def actor_of(call: Call) -> User:
    """Who calls; every command here is a person's."""
    assert call.actor is not None
    return call.actor


def zone_of(programme: str) -> ZoneInfo:
    """The zone of a programme's city."""
    return register.city_of(programme).zone


def moment(found: Diagnosis, at: Micros) -> str:
    """An instant on the wall of the programme's city."""
    return to_datetime(at, zone_of(found.programme)).strftime("%Y-%m-%d %H:%M")


def draft(diagnosis_id: UUID, actor: User) -> Diagnosis:
    """The draft, locked. Refusal: there is none, it is another firm's, or it is submitted already."""
    found = Diagnosis.objects.select_for_update().filter(pk=diagnosis_id).first()
    if found is None:
        raise Refusal(Reason("diagnosis.none", (str(diagnosis_id),)))
    require_fill(actor, found.enterprise)
    if found.state != State.DRAFT:
        when = moment(found, found.submitted_at)
        raise Refusal(Reason("diagnosis.frozen", params={"who": found.submitted_by, "when": when}))
    return found


def judged(asked: str, stated: Mapping[str, Stated | None]) -> dict[str, str]:
    """Canonical texts of answers that fit the edition `asked`; "" for one taken back. Refusal with every fault."""
    scenes = {scene.id for scene in edition(asked).scenes}
    known = questions(asked)
    foreign = [q for q in stated if q not in known]
    refuse_if(Reason("maturity.no_question", (question,), {"edition": asked}) for question in foreign)
    given = {q: value for q, value in stated.items() if value is not None}
    table: dict[str, object] = {
        "edition": asked,
        "items": {q: value for q, value in given.items() if q not in scenes},
        "scenes": {q: value for q, value in given.items() if q in scenes},
    }
    answers_of(table, "answers", edition(asked))
    return {q: "" if value is None else canonical(_sorted(value)) for q, value in stated.items()}


def _sorted(value: Stated) -> Stated:
    return sorted(value) if isinstance(value, list | tuple) else value


def refuse_stale(found: Diagnosis, rows: Mapping[str, Answer], seen: Mapping[str, int]) -> None:
    """Refuses answers that somebody changed since they were seen; each says who and when."""
    clauses = questions(found.edition)
    refuse_if(
        Reason(
            "diagnosis.answer_changed", (clauses[q],), {"who": row.answered_by, "when": moment(found, row.answered_at)}
        )
        for q, row in rows.items()
        if row.version != seen.get(q, 0)
    )
