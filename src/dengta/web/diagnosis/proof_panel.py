"""What a plant's log says to its firm's claims, as a panel: claim, recomputed value, difference, and the command."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any, NamedTuple

from django.conf import settings
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from dengta.apps.accounts.models import User
from dengta.apps.diagnosis import queries
from dengta.apps.diagnosis.drafting import zone_of
from dengta.apps.diagnosis.filled import edition
from dengta.apps.diagnosis.models import Diagnosis
from dengta.apps.diagnosis.policies import may_fill
from dengta.apps.diagnosis.proving import of_data
from dengta.apps.diagnosis.queries import Proven
from dengta.apps.jobs.models import Job
from dengta.core.reason import Reason
from dengta.core.time import local_day, to_datetime
from dengta.engines.maturity import NETWORKING, OEE_LEVEL, Comparison
from dengta.site.bookshelf import Bookshelf
from dengta.site.clock import SiteTime
from dengta.web.diagnosis.words import STATES, said, shown
from dengta.web.keys import fresh_key
from dengta.words import chosen, say

DAYS, WINDOW = 5, 7
"""Days on which OEE has to recompute, of so many in the window, unless somebody asks for others."""


class Row(NamedTuple):
    """A machine and what is behind its part: events sent, or days on which its OEE is defined. met: it is enough."""

    machine: str
    found: int
    met: bool


class Line(NamedTuple):
    """A claim beside what was found. short: found less than claimed, or too little for what is claimed."""

    name: str
    claim: str
    found: str
    exact: str
    difference: str
    short: bool
    behind: str
    rows: Sequence[Row]


def context(who: User, enterprise: str, programme: str = "") -> dict[str, Any]:
    """What the panel is told. Refusal: the firm is not the person's to see."""
    now = queries.proven(enterprise, programme or settings.PROGRAMME, who)
    own = may_fill(who, enterprise)
    stated = now.stated
    return {
        "proven": now,
        "proof": now.proof,
        "own": own,
        "lines": [line(now, one, own) for one in now.compared],
        "stated": stated,
        "stated_state": STATES[stated.state] if stated else "",
        "level_name": level_name(stated) if stated else "",
        "stated_points": _points(stated.points) if stated and stated.points is not None else "",
        "stated_edition": said(edition(stated.edition).name) if stated else "",
        "asked": window(now) if own and now.site else None,
        "key": fresh_key(),
        "zone": zone_of(programme or settings.PROGRAMME),
        **of_job(now.job),
    }


def level_name(found: Diagnosis) -> str:
    """What the level of a submitted diagnosis is called; "" below the first."""
    return next((said(one.name) for one in edition(found.edition).levels if one.number == found.level), "")


def _points(points: Decimal) -> str:
    return shown(Fraction(points))


def line(now: Proven, one: Comparison, own: bool) -> Line:
    """One claim in words."""
    finding, params = one.finding, one.finding.params
    met, machines, least = params["met"], params["machines"], params["least"]
    if finding.predicate == NETWORKING:
        name, behind = _("Networked production equipment"), _("{met} of {all} machines sent at least {n} events")
        claim = _percent(one.claim) if isinstance(one.claim, Fraction) else ""
        short = one.difference is not None and one.difference < 0
    else:
        name = _("Machines whose OEE recomputes from events")
        behind = _("{met} of {all} machines, each on at least {n} days")
        claim = "" if one.claim is None else _("equipment scene at level {n}").format(n=one.claim)
        short = isinstance(one.claim, int) and one.claim >= OEE_LEVEL and not met
    return Line(
        name,
        claim,
        _percent(finding.value) if finding.value is not None else "",
        "" if finding.value is None else str(finding.value),
        signed(one.difference),
        short,
        behind.format(met=met, all=machines, n=least),
        rows(finding.rows, least) if own else (),
    )


def rows(found: Mapping[str, int], least: Any) -> list[Row]:
    """Machine by machine, those that lack most first."""
    made = [Row(machine, count, count >= least) for machine, count in found.items()]
    return sorted(made, key=lambda row: (row.met, row.found, row.machine))


def of_evidence(finding: Mapping[str, Any]) -> dict[str, Any]:
    """A machine's finding as a piece of evidence shows it."""
    told = of_data(finding)
    return {
        "found": "" if told.value is None else _percent(told.value),
        "exact": finding["exact"],
        "claim": _claim(finding["claim"], told.predicate),
        "difference": signed(Fraction(finding["difference"])) if finding["difference"] else "",
        "met": told.params["met"],
        "machines": told.params["machines"],
        "least": told.params["least"],
        "networking": told.predicate == NETWORKING,
        **{name: finding[name] for name in ("first", "last", "book", "command")},
    }


def _claim(text: str, predicate: str) -> str:
    if not text:
        return ""
    return _percent(Fraction(text)) if predicate == NETWORKING else _("level {n}").format(n=text)


def signed(difference: Fraction | None) -> str:
    """A difference with its sign; none where there is none to tell."""
    if difference is None:
        return ""
    return f"{'+' if difference > 0 else '−' if difference < 0 else ''}{shown(abs(difference))}"


def _percent(value: Fraction) -> str:
    return f"{shown(value)} %"


def window(now: Proven) -> dict[str, Any]:
    """The last complete week of the plant, as the form proposes it; or what was asked for before."""
    if now.proof is not None:
        return {"first": now.proof.first, "last": now.proof.last, "days": now.proof.days}
    folder = settings.HOME.site(now.site)
    at = SiteTime(folder.clock)()
    book = Bookshelf(folder.books).current(at)
    today: date = local_day(at, book.zone) if book else to_datetime(at).date()
    return {"first": today - timedelta(days=WINDOW), "last": today - timedelta(days=1), "days": DAYS}


def of_job(job: Job | None) -> dict[str, Any]:
    """How far the job is, and why it failed."""
    if job is None:
        return {"job": None}
    language = chosen(get_language())
    told = job.message
    failed = (job.result or {}).get("reasons", ()) if job.state == "failed" else ()
    return {
        "job": job,
        "percent": job.progress // 10,
        "message": say(_reason(told), language) if told else "",
        "failed": [say(_reason(one), language) for one in failed],
    }


def _reason(told: Mapping[str, Any]) -> Reason:
    return Reason(told["code"], tuple(told["place"]), told["params"])
