"""What pages show of key projects: promised beside delivered."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext_lazy

from dengta.apps.register import history
from dengta.apps.register.finding import Time
from dengta.apps.register.history import Promised
from dengta.apps.register.models import Delivery, Enterprise
from dengta.apps.register.policies import Sight
from dengta.figures import share_bar_svg
from dengta.web.register.words import DASH, day, wan

MEASURES = {
    "investment_fen": gettext_lazy("Investment to date"),
    "units": gettext_lazy("Units a year"),
    "output_fen": gettext_lazy("Output a year"),
    "tax_fen": gettext_lazy("Tax a year"),
}


@dataclass(frozen=True, slots=True)
class Measured:
    """One measure of a project. bar: delivered against promised, "" where either is unknown."""

    word: str
    promised: str
    delivered: str
    share: str
    bar: str


@dataclass(frozen=True, slots=True)
class ProjectRow:
    """A key project."""

    number: str
    title: str
    code: str
    name: str
    filed: str
    due: str
    overdue: bool
    document: str
    reported: str
    reports: int
    measures: Sequence[Measured]


def rows(sight: Sight, at: Time, enterprise: Enterprise | None = None) -> list[ProjectRow]:
    """The projects of one enterprise, or of all that the person sees."""
    return [_row(one, at) for one in history.projects(sight, at, enterprise)]


def _row(one: Promised, at: Time) -> ProjectRow:
    project = one.project
    return ProjectRow(
        number=project.number,
        title=project.title,
        code=project.enterprise.code,
        name=project.enterprise.name,
        filed=day(project.filed),
        due=day(project.due),
        overdue=at.day >= project.due and not _delivered(one),
        document=project.source.document,
        reported=day(one.latest.day) if one.latest else DASH,
        reports=len(one.reports),
        measures=[_measured(name, str(word), one) for name, word in MEASURES.items()],
    )


def _delivered(one: Promised) -> bool:
    """Everything that was promised is there, as the latest report says."""
    pairs = [(getattr(one.project, name), _of(one.latest, name)) for name in MEASURES]
    return all(made is not None and made >= promised for promised, made in pairs if promised is not None)


def _measured(name: str, word: str, one: Promised) -> Measured:
    promised, made = getattr(one.project, name), _of(one.latest, name)
    share = None if promised in (None, 0) or made is None else made / promised
    written = _pieces if name == "units" else wan
    percent = DASH if share is None else f"{100 * share:.0f} %"
    return Measured(word, written(promised), written(made), percent, share_bar_svg(share))


def _of(report: Delivery | None, name: str) -> int | None:
    value: int | None = None if report is None else getattr(report, name)
    return value


def _pieces(number: int | None) -> str:
    return DASH if number is None else f"{number:,}"
