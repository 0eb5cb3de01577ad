"""What was reported, for plants that know no more: labour as the sum of reports, machine time as their union."""

from __future__ import annotations

from fractions import Fraction

from django.utils.translation import gettext

from dengta.documents import Kind, Table, TableColumn, Value
from dengta.engines.kpi import Column, Figure
from dengta.web.performance.drawn import Drawn
from dengta.web.performance.recompute import Again

_ACTIVITIES = (
    (Column.REPORTED_RUN, Column.MACHINE_RUN),
    (Column.REPORTED_SETUP, Column.MACHINE_SETUP),
    (Column.REPORTED_BREAKDOWN, Column.MACHINE_BREAKDOWN),
)


def reported(total: Figure, again: Again) -> Drawn | None:
    """Run, setup and breakdown as reported and after the overlap rules; None where nothing was reported."""
    if not total.whole.has_reports:
        return None
    of = total.whole.of
    labour, machine = (sum(of[pair[i]] for pair in _ACTIVITIES) for i in (0, 1))
    names = (gettext("run"), gettext("setup"), gettext("breakdown"))
    rows: list[list[Value]] = [
        [name, of[told], _share(of[told], labour), of[union], _share(of[union], machine)]
        for name, (told, union) in zip(names, _ACTIVITIES, strict=True)
    ]
    columns = [
        TableColumn(gettext("activity")),
        TableColumn(gettext("labour, min"), Kind.MINUTES),
        TableColumn(gettext("share as reported"), Kind.SHARE),
        TableColumn(gettext("machine, min"), Kind.MINUTES),
        TableColumn(gettext("share after the overlap rules"), Kind.SHARE),
    ]
    return Drawn(
        "reported",
        gettext("As reported"),
        gettext(
            "Labour is the sum of {n} reports. Machine time is their union: where reports overlap, run comes before "
            "setup, setup before breakdown."
        ).format(n=f"{of[Column.REPORTS]:,}"),
        "",
        Table(gettext("As reported"), columns, rows),
        again.command(),
        tabled=True,
    )


def _share(part: int, whole: int) -> Fraction | None:
    return Fraction(part, whole) if whole else None
