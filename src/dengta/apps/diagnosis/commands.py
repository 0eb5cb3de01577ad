"""Everything that changes a diagnosis: begin, answer, show what stands behind an answer, submit."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import NamedTuple
from uuid import UUID, uuid5

from django.db import IntegrityError, transaction

from dengta import programmes
from dengta.apps.accounts.journal import Call, Outcome, once
from dengta.apps.accounts.models import User
from dengta.apps.diagnosis import queries
from dengta.apps.diagnosis.drafting import actor_of, draft, judged, kept_points, moment, refuse_stale
from dengta.apps.diagnosis.filled import edition, questions
from dengta.apps.diagnosis.models import Answer, Diagnosis, Evidence, Kind, Proof, State
from dengta.apps.diagnosis.policies import require_fill
from dengta.apps.diagnosis.proving import KIND, as_data, without_rows
from dengta.apps.jobs import commands as jobs
from dengta.apps.jobs import queries as job_queries
from dengta.apps.register import queries as register
from dengta.apps.register.policies import Sight
from dengta.core.ids import uuid7
from dengta.core.reason import Reason, Refusal, refuse_if
from dengta.engines.maturity import Stated, canonical, compared
from dengta.site.plant_evidence import Evidence as PlantEvidence
from dengta.site.uploads import Uploads

MOST = 20 * 10**6
"""Bytes of a file that is attached."""


class File(NamedTuple):
    """A file on its way in: what people call it, and its bytes in pieces."""

    name: str
    pieces: Iterable[bytes]


def begin(
    *,
    call: Call,
    diagnosis_id: UUID,
    enterprise: str,
    programme: str,
    asked: str,
    after: UUID | None = None,
) -> Outcome:
    """A new draft of the edition `asked`, empty or with the answers and evidence of the diagnosis `after`.

    Refusal: not the firm's own person; not in the register; no such edition or programme; a draft is open (who, when);
    `after` answers another edition.
    """
    actor = actor_of(call)
    require_fill(actor, enterprise)
    edition(asked)
    if programme not in programmes.cities():
        raise Refusal(Reason("diagnosis.no_programme", (programme,), {"known": ", ".join(programmes.cities())}))
    firm = register.enterprise(Sight(programme, firm=enterprise), enterprise)

    def work() -> Outcome:
        _refuse_open(enterprise, programme, asked)
        made = Diagnosis.objects.create(
            id=diagnosis_id,
            enterprise=enterprise,
            programme=programme,
            town=firm.town,
            edition=asked,
            begun_by=actor.name,
            begun_at=call.at,
            changed_by=actor.name,
            changed_at=call.at,
            after=after,
        )
        if after is not None:
            _carry_over(made, after, actor)
        return {"diagnosis": str(made.pk)}

    params = {"diagnosis": str(diagnosis_id), "enterprise": enterprise, "edition": asked, "after": str(after or "")}
    try:
        return once(call, "diagnosis.begin", params, work)
    except IntegrityError:  # somebody else of the firm began in the same instant
        _refuse_open(enterprise, programme, asked)
        raise


def _refuse_open(enterprise: str, programme: str, asked: str) -> None:
    open_ = queries.of_firm(enterprise, programme).filter(edition=asked, state=State.DRAFT).first()
    if open_ is not None:
        when = moment(open_, open_.changed_at)
        raise Refusal(Reason("diagnosis.draft_open", (asked,), {"who": open_.changed_by, "when": when}))


def _carry_over(made: Diagnosis, after: UUID, reader: User) -> None:
    """Answers stay signed by whoever gave them, until they are changed; so does evidence."""
    earlier = queries.diagnosis(after, reader)
    if earlier is None or earlier.enterprise != made.enterprise:
        raise Refusal(Reason("diagnosis.none", (str(after),)))
    if earlier.edition != made.edition:
        raise Refusal(Reason("maturity.other_edition", (), {"stated": earlier.edition, "edition": made.edition}))
    rows = list(Answer.objects.filter(diagnosis=earlier).exclude(value=""))
    for row in rows:
        row.pk, row.diagnosis, row.version, row._state.adding = None, made, 1, True
    Answer.objects.bulk_create(rows)
    papers = list(queries.evidence(earlier))
    for at, paper in enumerate(papers, 1):
        paper.pk, paper.diagnosis, paper._state.adding = UUID(int=made.pk.int + at), made, True
    Evidence.objects.bulk_create(papers)


def save_answers(
    *, call: Call, diagnosis_id: UUID, stated: Mapping[str, Stated | None], seen: Mapping[str, int]
) -> Outcome:
    """Keep answers of a draft; None takes one back. seen: the version of each answer on the page it comes from.

    Refusal with every fault, nothing kept: a question of another edition, a value that answers none; an answer that
    somebody changed since it was seen (who and when). Answers the versions of what was asked about.
    """
    actor = actor_of(call)

    def work() -> Outcome:
        found = draft(diagnosis_id, actor)
        given = judged(found.edition, stated)
        rows = {
            row.question: row
            for row in Answer.objects.select_for_update().filter(diagnosis=found, question__in=list(given))
        }
        changed = {q: text for q, text in given.items() if text != (rows[q].value if q in rows else "")}
        refuse_stale(found, {q: rows[q] for q in changed if q in rows}, seen)
        for question, text in changed.items():
            row = rows.setdefault(question, Answer(diagnosis=found, question=question, version=0))
            row.value, row.version = text, row.version + 1
            row.answered_by, row.answered_at, row.at_client = actor.name, call.at, call.at_client
            row.save()
        if changed:
            _touch(found, actor, call)
        return {"version": found.version, "answers": {q: rows[q].version if q in rows else 0 for q in given}}

    shown = {q: None if value is None else canonical(value) for q, value in stated.items()}
    return once(call, "diagnosis.save", {"diagnosis": str(diagnosis_id), "stated": shown, "seen": dict(seen)}, work)


def attach(
    *,
    call: Call,
    uploads: Uploads,
    diagnosis_id: UUID,
    evidence_id: UUID,
    question: str,
    kind: str,
    note: str = "",
    file: File | None = None,
) -> Outcome:
    """Evidence for the answer to a question of a draft: a note, a file, or both. The file is kept by what it holds.

    Refusal: a question of another edition; a kind that only a machine can give; a ledger or paper without its file,
    a statement that says nothing; an empty or too large file; the same file is there already.
    """
    actor = actor_of(call)
    with transaction.atomic():  # before a byte is written: whoever may not, may not fill the disk either
        found = draft(diagnosis_id, actor)
    _judge_evidence(found.edition, question, kind, note.strip(), file)
    sha256, size, name = "", 0, ""
    if file is not None:
        name = file.name[-200:]
        sha256, size = uploads.add(file.pieces, MOST)

    def work() -> Outcome:
        found = draft(diagnosis_id, actor)
        if size == 0 and file is not None:
            raise Refusal(Reason("upload.empty", (name,)))
        if sha256 and not uploads.path(sha256).is_file():
            raise Refusal(Reason("upload.gone", (name,)))
        there = queries.evidence(found).filter(question=question, sha256=sha256).exclude(sha256="").first()
        if there is not None:
            when = moment(found, there.added_at)
            raise Refusal(Reason("diagnosis.attached", (name,), {"who": there.added_by, "when": when}))
        made = Evidence.objects.create(
            id=evidence_id,
            diagnosis=found,
            question=question,
            kind=kind,
            note=note.strip(),
            name=name,
            sha256=sha256,
            size=size,
            added_by=actor.name,
            added_at=call.at,
            at_client=call.at_client,
        )
        _touch(found, actor, call)
        return {"evidence": str(made.pk), "sha256": sha256}

    params = {"diagnosis": str(diagnosis_id), "question": question, "kind": kind, "note": note, "sha256": sha256}
    try:
        return once(call, "diagnosis.attach", params, work)
    except Refusal:
        _drop(uploads, sha256)
        raise


def _judge_evidence(asked: str, question: str, kind: str, note: str, file: File | None) -> None:
    faults = []
    if question not in questions(asked):
        faults.append(Reason("maturity.no_question", (question,), {"edition": asked}))
    if kind not in Kind.values or kind == Kind.MACHINE:
        known = ", ".join(value for value in Kind.values if value != Kind.MACHINE)
        faults.append(Reason("diagnosis.evidence_kind", (kind,), {"known": known}))
    elif kind != Kind.STATEMENT and file is None:
        faults.append(Reason("diagnosis.no_file"))
    elif not note and file is None:
        faults.append(Reason("diagnosis.says_nothing"))
    refuse_if(faults)


def remove(*, call: Call, uploads: Uploads, diagnosis_id: UUID, evidence_id: UUID) -> Outcome:
    """Take evidence of a draft away; its row stays with who did it and when, its file goes unless it stands elsewhere.

    Refusal: there is none such.
    """
    actor = actor_of(call)

    def work() -> Outcome:
        found = draft(diagnosis_id, actor)
        paper = queries.evidence(found).filter(pk=evidence_id).first()
        if paper is None:
            raise Refusal(Reason("diagnosis.no_evidence", (str(evidence_id),)))
        paper.removed_by, paper.removed_at = actor.name, call.at
        paper.save()
        _touch(found, actor, call)
        return {"evidence": str(paper.pk), "sha256": paper.sha256}

    params = {"diagnosis": str(diagnosis_id), "evidence": str(evidence_id)}
    done = once(call, "diagnosis.remove", params, work)
    _drop(uploads, str(done["sha256"]))
    return done


def _drop(uploads: Uploads, sha256: str) -> None:
    """A file nobody refers to any more goes."""
    if sha256 and not Evidence.objects.filter(sha256=sha256, removed_at=0).exists():
        uploads.remove(sha256)


def prove(*, call: Call, enterprise: str, programme: str, first: date, last: date, days: int) -> Outcome:
    """Have the firm's claims recomputed from its plant's log, by a job; one at a time is enough for everybody.

    Refusal: not the firm's own person; no plant of this home is the firm's.
    """
    actor = actor_of(call)
    require_fill(actor, enterprise)
    site = register.site_of(programme, enterprise)
    if not site:
        raise Refusal(Reason("diagnosis.no_plant", (enterprise,)))
    waiting = job_queries.unfinished(site=site, kind=KIND)
    if waiting is not None:
        return {"job": str(waiting.pk)}
    params = {
        "enterprise": enterprise,
        "programme": programme,
        "first": first.isoformat(),
        "last": last.isoformat(),
        "days": days,
        "actor": actor.login,
        "keep": str(uuid7(call.at, call.key.bytes[-10:])),
    }
    job = jobs.enqueue(kind=KIND, params=params, key=f"{KIND}:{call.key}", actor=actor, now=call.at, site=site)
    return {"job": str(job.pk)}


def keep_proof(*, call: Call, enterprise: str, programme: str, told: PlantEvidence) -> Outcome:
    """Keep what a plant's log said, and put it as evidence of grade A behind the claims of the firm's open drafts.

    Evidence of an earlier window is taken away, as always with who and when.
    """
    actor = actor_of(call)
    require_fill(actor, enterprise)

    def work() -> Outcome:
        proof = Proof.objects.create(
            id=call.key,
            enterprise=enterprise,
            programme=programme,
            site=told.site,
            first=told.first.isoformat(),
            last=told.last.isoformat(),
            days=told.days,
            book=told.book,
            command=told.command,
            findings=[as_data(finding) for finding in told.findings],
            asked_by=actor.name,
            made_at=call.at,
        )
        open_ = queries.of_firm(enterprise, programme).filter(state=State.DRAFT).select_for_update()
        attached = sum(_prove_draft(found, proof, told, actor, call) for found in open_)
        return {"proof": str(proof.pk), "attached": attached}

    return once(call, "diagnosis.keep_proof", {"enterprise": enterprise, "command": told.command}, work, site=told.site)


def _prove_draft(found: Diagnosis, proof: Proof, told: PlantEvidence, actor: User, call: Call) -> int:
    now, made = queries.filled(found), 0
    for finding in told.findings:
        one = compared(now.edition, now.answers, finding)
        if not one.question:
            continue
        old = queries.evidence(found).filter(question=one.question, kind=Kind.MACHINE)
        old.update(removed_by=actor.name, removed_at=call.at)
        claim = "" if one.claim is None else str(one.claim)
        difference = "" if one.difference is None else str(one.difference)
        window = {"site": told.site, "first": proof.first, "last": proof.last, "days": proof.days, "book": proof.book}
        Evidence.objects.create(
            id=uuid5(proof.pk, f"{found.pk} {one.question}"),
            diagnosis=found,
            question=one.question,
            kind=Kind.MACHINE,
            finding={
                **without_rows(finding),
                **window,
                "claim": claim,
                "difference": difference,
                "command": proof.command,
            },
            added_by=actor.name,
            added_at=call.at,
        )
        made += 1
    if made:
        _touch(found, actor, call)
    return made


def submit(*, call: Call, diagnosis_id: UUID, version: int, pledged: bool) -> Outcome:
    """Freeze a draft as it was seen at `version`; the firm's diagnosis before it is superseded.

    Refusal: nobody pledged its truth; nothing is answered; somebody changed it meanwhile (who and when).
    """
    actor = actor_of(call)

    def work() -> Outcome:
        found = draft(diagnosis_id, actor)
        if found.version != version:
            raise Refusal(
                Reason("diagnosis.changed", params={"who": found.changed_by, "when": moment(found, found.changed_at)})
            )
        if not pledged:
            raise Refusal(Reason("diagnosis.no_pledge"))
        now = queries.filled(found)
        if not now.stated:
            raise Refusal(Reason("diagnosis.nothing_answered"))
        queries.of_firm(found.enterprise, found.programme).filter(edition=found.edition, state=State.SUBMITTED).update(
            state=State.SUPERSEDED
        )
        found.sha256, found.points, found.level = now.sha256, kept_points(now.score.least), now.score.level
        found.state, found.submitted_by, found.submitted_at = State.SUBMITTED, actor.name, call.at
        found.save()
        return {"diagnosis": str(found.pk), "sha256": found.sha256, "level": found.level}

    return once(call, "diagnosis.submit", {"diagnosis": str(diagnosis_id), "version": version}, work)


def _touch(found: Diagnosis, actor: User, call: Call) -> None:
    found.version += 1
    found.changed_by, found.changed_at = actor.name, call.at
    found.save()
