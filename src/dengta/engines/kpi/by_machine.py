"""From events to the figures of each machine over one window: the same few steps for terminal, screen and test."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from dengta.core.batch import EventBatch
from dengta.core.intervals import Interval
from dengta.core.time import Micros
from dengta.core.vocabulary import EventType, TimeElement
from dengta.engines.kpi.corrections import apply
from dengta.engines.kpi.fold import fold
from dengta.engines.kpi.model import ELEMENTS, MACHINE, Column, Plan, Setting
from dengta.engines.kpi.points import FOLDED, grades, points
from dengta.engines.kpi.ratios import Ratio, ratios


@dataclass(frozen=True, slots=True)
class MachineFigures:
    """One machine over one window. `of` holds every column: microseconds and pieces.

    grade: provenance (K12), "" where nothing was told. elements: ISO 22400 time elements, from states if any were told,
    else from reports, else None. first, last: its first and last moment in the log, None where there is none.
    """

    machine: str
    grade: str
    of: Mapping[Column, int]
    has_states: bool
    elements: Mapping[TimeElement, Micros] | None
    ratios: Mapping[str, Ratio]
    first: Micros | None
    last: Micros | None

    @property
    def has_reports(self) -> bool:
        """Whether operation reports touch the window."""
        reported = (Column.REPORTS, Column.REPORTED_RUN, Column.REPORTED_SETUP, Column.REPORTED_BREAKDOWN)
        return any(self.of[column] for column in reported)


def extent(batch: EventBatch) -> Interval | None:
    """From the first moment that the folded events of `batch` speak of to the last, which lies inside; None if none."""
    batch = batch.take(np.isin(batch["type"], [int(t) for t in FOLDED if t is not EventType.CORRECTION]))
    if not len(batch):
        return None
    worked = np.where(batch["type"] == EventType.OPERATION_END, batch["value"], 0)
    return Interval(int((batch["ts"] - worked).min()), int(batch["ts"].max()) + 1)


def by_machine(
    batch: EventBatch, setting: Setting, plans: Mapping[str, Plan] | None = None
) -> tuple[list[MachineFigures], int]:
    """Figures of every machine of `setting` over its whole window, and how many events could not be folded.

    `batch`: all events of FOLDED types that can matter, sorted: from the last state before the window to the last
    report that reaches back into it. `plans`: by machine; where there is none, ratios that need one are undefined.
    """
    counted = apply(batch)
    made = points(counted, setting)
    totals = fold(setting, made, setting.edges[-1])
    planned = plans or {}
    figures = []
    rows = zip(setting.machines, grades(counted, setting), totals.whole.tolist(), strict=True)
    for m, (machine, grade, row) in enumerate(rows):
        told = bool(totals.has_states[m])
        elements = _elements(row, told)
        inputs: dict[str, int | None] = {e: (elements or {}).get(TimeElement(e)) for e in ("APT", "ASUT", "ADET")}
        inputs |= {"GQ": row[Column.GOOD], "SQ": row[Column.SCRAP], "RQ": row[Column.REWORK]}
        heard = totals.first[m] <= totals.last[m]
        figures.append(
            MachineFigures(
                machine,
                grade,
                dict(zip(Column, row, strict=True)),
                told,
                elements,
                ratios(inputs, planned.get(machine, Plan())),
                int(totals.first[m]) if heard else None,
                int(totals.last[m]) if heard else None,
            )
        )
    return figures, made.unread


def _elements(row: list[int], told: bool) -> dict[TimeElement, Micros] | None:
    if told:
        return dict(zip(ELEMENTS, row[: len(ELEMENTS)], strict=True))
    if any(row[MACHINE]):
        return dict(zip((TimeElement.APT, TimeElement.ASUT, TimeElement.ADET), row[MACHINE], strict=True))
    return None
