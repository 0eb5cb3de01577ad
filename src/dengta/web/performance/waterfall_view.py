"""The loss waterfall: from planned busy time to good parts, and what lies outside planned time."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from django.utils.translation import gettext

from dengta.apps.performance.queries import Measured
from dengta.core.time import Micros
from dengta.documents import Kind, Table, TableColumn
from dengta.engines.kpi import Column, Figure, Step
from dengta.figures import WaterfallStep, WaterfallView, waterfall_svg
from dengta.web.performance.drawn import Drawn
from dengta.web.performance.words import FASTER, LOSSES, STEPS, in_minutes, minutes, share, why


def waterfall(total: Measured | None, steps: Sequence[Step], again: str) -> Drawn:
    """From planned busy time to good parts."""
    title = gettext("From planned time to good parts")
    about = gettext("What was planned, what each loss took, what is left: minutes and share of planned busy time.")
    columns = [
        TableColumn(gettext("step")),
        TableColumn(gettext("min"), Kind.MINUTES),
        TableColumn(gettext("of planned"), Kind.SHARE),
        TableColumn(gettext("left, min"), Kind.MINUTES),
    ]
    if total is None or not steps:
        reason = total.ratios["availability"].reason if total else None
        empty = why(reason) or gettext("nothing was heard in this window")
        notes = [_assume()] if total and total.figure.planned is None else []
        return Drawn("waterfall", title, about, "", Table(title, columns, ()), again, notes, empty)
    planned, view, rows = steps[0].left, [], []
    for step in steps:
        size = step.left if step.name == "planned" else step.took
        label = _label(step)
        rows.append((label, size, Fraction(size, planned) if planned else None, step.left))
        if size or step.name == "good":
            view.append(_step(step, label, size, planned))
    said = "; ".join(f"{step.label} {step.value}" for step in view)
    notes = [why(step.reason) for step in steps if step.reason is not None] + outside(total.figure if total else None)
    drawing = waterfall_svg(WaterfallView(view, said))
    return Drawn("waterfall", title, about, drawing, Table(title, columns, rows), again, notes)


def _assume() -> str:
    return gettext(
        "Nobody stated when there is work. With --assume the command below derives calendar and planned cycles from "
        "the data, and says so; figures on this page never assume."
    )


def _label(step: Step) -> str:
    if step.name == "delay":
        return str(LOSSES[step.loss])
    return str(FASTER if step.name == "speed" and step.took < 0 else STEPS[step.name])


def _step(step: Step, label: str, size: Micros, planned: Micros) -> WaterfallStep:
    whole = step.name in ("planned", "good", "production")
    value = f"{in_minutes(size)} · {share(size, planned)}"
    if whole:
        return WaterfallStep(label, value, 0, size, "whole")
    return WaterfallStep(label, value, step.left + step.took, step.left, "odd" if step.took < 0 else "loss")


def outside(total: Figure | None) -> list[str]:
    """What was done outside planned time, which no step holds."""
    if total is None or total.planned is None:
        return []
    part = total.outside
    worked = part.of[Column.APT] + part.of[Column.ASUT] + part.of[Column.ADET]
    if not worked and not part.of[Column.GOOD]:
        return []
    said = gettext("Outside planned time, and in no step above: {worked} min at work, {good} good pieces.")
    return [said.format(worked=minutes(worked), good=f"{part.of[Column.GOOD]:,}")]
