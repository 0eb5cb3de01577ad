"""What this home knows of a firm already, and from where: its statements, its level, its filed projects and loans."""

from __future__ import annotations

from datetime import date
from typing import NamedTuple

from django.utils.translation import gettext as _

from dengta.apps.diagnosis import queries as diagnosis
from dengta.apps.loans import queries as loans
from dengta.apps.register import queries as register
from dengta.apps.register.finding import Time
from dengta.apps.register.policies import Sight
from dengta.core.reason import Refusal
from dengta.core.time import to_datetime
from dengta.engines.subsidy.model import Project
from dengta.web.register.asking import today


class Known(NamedTuple):
    """Facts by name, each with where it is from; projects that are filed. name: of the firm, "" where nobody knows."""

    code: str
    name: str
    facts: dict[str, int | str | bool]
    sources: dict[str, str]
    projects: tuple[Project, ...]


def known_of(sight: Sight, code: str) -> Known:
    """What is known of the firm `code`, as far as the person may see it."""
    try:
        firm = register.enterprise(sight, code)
    except Refusal:
        return Known(code, "", {}, {}, ())
    facts: dict[str, int | str | bool] = {}
    sources: dict[str, str] = {}
    held = next(iter(loans.borrowers(programme=sight.programme, code=code)), None)
    if held is not None:
        facts |= held.case.facts
        sources |= dict.fromkeys(held.case.facts, _("stated when a project was filed"))
    (standing,) = register.standings([firm], Time.of(today()))
    stated = diagnosis.in_force(code, sight.programme)
    if standing.accepted is not None:
        facts["level"], since = standing.accepted
        sources["level"] = _("accepted, register of {day}").format(day=date.fromordinal(since))
    elif stated is not None and stated.level is not None:
        facts["level"] = stated.level
        day = to_datetime(stated.submitted_at).date()
        sources["level"] = _("own diagnosis of {day}, not confirmed yet").format(day=day)
    return Known(code, firm.name, facts, sources, held.case.projects if held else ())
