"""What each page of Diagnosis is told."""

from __future__ import annotations

from typing import Any

from django.conf import settings

from dengta import programmes
from dengta.apps.accounts.models import User
from dengta.apps.diagnosis import queries
from dengta.apps.diagnosis.commands import MOST
from dengta.apps.diagnosis.drafting import moment, zone_of
from dengta.apps.diagnosis.filled import Filled, digest, edition
from dengta.apps.diagnosis.models import GRADES, Diagnosis, Evidence, Kind, State
from dengta.apps.register import queries as register
from dengta.engines.maturity.model import Item, Scene
from dengta.web.diagnosis import proof_panel
from dengta.web.diagnosis.panel import panel
from dengta.web.diagnosis.questions import of_section, question, questions, section_of, sections
from dengta.web.diagnosis.words import CERTAINTY, KINDS, STATES, said
from dengta.web.keys import fresh_key

FIRST_STEPS = 5


def of_firm(who: User) -> dict[str, Any]:
    """A firm's draft, what it submitted, and the questionnaires it may begin."""
    programme = settings.PROGRAMME
    rows = [_listed(one) for one in queries.of_firm(who.enterprise, programme)]
    open_ = [row for row in rows if row["found"].state == State.DRAFT]
    drafts = {row["found"].edition for row in open_}
    offers = [
        {
            "edition": name,
            "name": said(edition(name).name),
            "document": edition(name).document,
            "questions": len(edition(name).items) + len(edition(name).scenes),
            "certainty": CERTAINTY[edition(name).certainty],
            "id": fresh_key(),
            "key": fresh_key(),
            "last": next((r["found"].pk for r in rows if r["found"].edition == name), None),
        }
        for name in reversed(programmes.editions())
        if name not in drafts
    ]
    return {
        "rows": rows,
        "open": open_,
        "offers": offers,
        "enterprise": who.enterprise,
        "firm_name": queries.names(programme, [who.enterprise]).get(who.enterprise, who.enterprise),
        "site": register.site_of(programme, who.enterprise),
        "zone": zone_of(programme),
    }


def _listed(found: Diagnosis) -> dict[str, Any]:
    level = next((one for one in edition(found.edition).levels if one.number == found.level), None)
    return {
        "found": found,
        "state": STATES[found.state],
        "edition": said(edition(found.edition).name),
        "level_name": said(level.name) if level else "",
        "when": moment(found, found.changed_at),
        "section": edition(found.edition).dimensions[0].id,
    }


def of_form(now: Filled, section: str, mine: bool) -> dict[str, Any]:
    """A section: its questions, the others, the score."""
    asked = of_section(now.edition, section)
    return {
        "here": next(one for one in sections(now) if one.id == section),
        "questions": questions(now, asked),
        "mine": mine,
        "next": next_section(now, section),
        "key": fresh_key(),
        **of_panel(now),
    }


def of_panel(now: Filled) -> dict[str, Any]:
    """What the score beside the form and the tabs above it show."""
    made = panel(now)
    return {
        "diagnosis": now.diagnosis,
        "edition": {"name": said(now.edition.name), "document": now.edition.document},
        "sections": sections(now),
        "panel": made,
        "first_steps": made.steps[:FIRST_STEPS],
        "more_steps": max(0, len(made.steps) - FIRST_STEPS),
        "zone": zone_of(now.diagnosis.programme),
    }


def of_result(now: Filled, mine: bool) -> dict[str, Any]:
    """Everything that follows, question by question."""
    parts = [(one, questions(now, of_section(now.edition, one.id))) for one in sections(now)]
    found = now.diagnosis
    return {
        "firm_name": queries.names(found.programme, [found.enterprise]).get(found.enterprise, found.enterprise),
        "parts": parts,
        "mine": mine,
        "state": STATES[found.state],
        "sha256": now.sha256,
        "source": now.edition.source,
        "certainty": CERTAINTY[now.edition.certainty],
        "key": fresh_key(),
        **of_panel(now),
    }


def of_evidence(now: Filled, asked: Item | Scene, mine: bool) -> dict[str, Any]:
    """One question and what stands behind its answer."""
    return {
        "q": question(now, asked),
        "here": next(one for one in sections(now) if one.id == section_of(now.edition, asked.id)),
        "mine": mine,
        "papers": [_paper(one) for one in now.evidence.get(asked.id, ())],
        "kinds": [(kind, GRADES[kind], label) for kind, label in KINDS.items() if kind != Kind.MACHINE],
        "most": MOST,
        "id": fresh_key(),
        "key": fresh_key(),
        "diagnosis": now.diagnosis,
        "sections": sections(now),
        "edition": {"name": said(now.edition.name), "document": now.edition.document},
        "zone": zone_of(now.diagnosis.programme),
    }


def _paper(one: Evidence) -> dict[str, Any]:
    finding = proof_panel.of_evidence(one.finding) if one.finding else None
    return {"paper": one, "kind": KINDS[one.kind], "finding": finding, "sha256": digest(one)}


def first_section(now: Filled) -> str:
    """Where filling in begins."""
    return sections(now)[0].id


def next_section(now: Filled, section: str) -> str:
    """The section after this one; "" after the last."""
    names = [one.id for one in sections(now)]
    return dict(zip(names, [*names[1:], ""], strict=True))[section]
