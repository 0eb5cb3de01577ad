"""What is asked of a site's figures: one window, as a whole, by machine and shift, by date, by reason."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from dengta.apps.performance.following import Follower
from dengta.apps.performance.site_fold import Folded, SiteFold
from dengta.core.intervals import Interval
from dengta.engines import kpi
from dengta.engines.kpi import Bar, Figure, Step, Where
from dengta.engines.plantbook import PlantBook
from dengta.log import LogReader
from dengta.site.clock import SiteTime
from dengta.site.home import SiteFolder


@dataclass(frozen=True, slots=True)
class Choice:
    """What is looked at: a window, and of it one line, one machine, one shift ("" each: all)."""

    window: Interval
    line: str = ""
    machine: str = ""
    shift: str = ""

    @property
    def where(self) -> Where:
        """The same for the engine."""
        return Where(**{name: (value,) for name, value in self.chosen.items()})

    @property
    def chosen(self) -> dict[str, str]:
        """The dimensions that are narrowed, in the order of the command's."""
        named = {"machine": self.machine, "line": self.line, "shift": self.shift}
        return {name: value for name, value in named.items() if value}


@dataclass(frozen=True, slots=True)
class Overview:
    """The figures of one choice. total: None where nothing was heard. steps, stops, defects: of the total."""

    total: Figure | None
    machines: Sequence[Figure]
    shifts: Sequence[Figure]
    dates: Sequence[Figure]
    steps: Sequence[Step]
    stops: Sequence[Bar]
    defects: Sequence[Bar]


@lru_cache(maxsize=8)
def follower(folder: SiteFolder, book: PlantBook | None, time: SiteTime) -> Follower:
    """The fold of a site under one plant book, one per process."""
    return Follower(SiteFold(LogReader(folder.log), book), time)


def overview(folded: Folded, choice: Choice) -> Overview:
    """The figures of `choice`; worked out once for as long as no event touches its window."""
    key = (choice.window, choice)
    known = folded.answers.get(key)
    if known is None:
        known = folded.answers[key] = _overview(folded, choice)
    assert isinstance(known, Overview)
    return known


def _overview(folded: Folded, choice: Choice) -> Overview:
    rows, where = folded.within(choice.window), choice.where
    total = next((f for f in kpi.figures(rows, (), where) if f.grade), None)
    return Overview(
        total,
        kpi.figures(rows, ("machine",), where),
        kpi.figures(rows, ("machine", "shift"), where),
        kpi.figures(rows, ("date",), where),
        kpi.waterfall(total) if total else [],
        kpi.pareto(rows, where),
        kpi.defects(rows, where),
    )
