"""What lies behind a figure: a machine's states and the work reported of it, each with the key of the event that says
so."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from dengta.core.batch import EventBatch
from dengta.core.event import Key as EventKey
from dengta.core.intervals import Interval
from dengta.core.time import Micros
from dengta.core.vocabulary import STATE_ELEMENT, EventType, TimeElement
from dengta.engines.kpi.columns import SKIPPED
from dengta.engines.kpi.corrections import apply
from dengta.engines.kpi.kernels_counting import whole
from dengta.engines.kpi.model import LONGEST_REPORT, Setting


@dataclass(frozen=True, slots=True)
class StateSpan:
    """``[start, end)`` of a machine in one state, within the window asked for; `event` is the key of what told it."""

    start: Micros
    end: Micros
    state: str
    element: TimeElement
    reason: str
    order: str
    operation: str
    event: EventKey
    told_at: Micros


@dataclass(frozen=True, slots=True)
class WorkSpan:
    """``[start, end)`` of a report of work on a machine, within the window asked for; reports may overlap. `whole` is
    what the report says in full."""

    start: Micros
    end: Micros
    activity: str
    reason: str
    order: str
    operation: str
    person: str
    event: EventKey
    whole: Interval


def state_spans(batch: EventBatch, setting: Setting, machine: str, window: Interval) -> list[StateSpan]:
    """The states of `machine` in `window`, in order; nothing before its first word. `batch` as for `compute`."""
    told = apply(batch.take((batch["type"] == EventType.STATE) | (batch["type"] == EventType.CORRECTION)))
    told = told.take(told.named("subject", machine) & (told["flags"] & SKIPPED == 0))
    start = np.maximum(told["ts"], window.start)
    end = np.minimum(np.append(told["ts"][1:], window.end), window.end)
    inside = np.flatnonzero(start < end)
    columns = [told[name][inside].tolist() for name in ("code", "reason", "order", "operation", *EventKey._fields)]
    texts, spans = told.texts, []
    for begun, ended, at, code, reason, order, operation, *key in zip(
        start[inside].tolist(), end[inside].tolist(), told["ts"][inside].tolist(), *columns, strict=True
    ):
        element = setting.reasons.get(texts[reason]) or STATE_ELEMENT[texts[code]]
        words = (texts[code], element, texts[reason], texts[order], texts[operation])
        spans.append(StateSpan(begun, ended, *words, EventKey(*key), at))
    return spans


def work_spans(batch: EventBatch, machine: str, window: Interval) -> list[WorkSpan]:
    """The reports of `machine` that touch `window`, in the order in which they end. `batch` as for `compute`."""
    ends = (batch["type"] == EventType.OPERATION_END) | (batch["type"] == EventType.CORRECTION)
    spans = []
    for one in apply(batch.take(ends)):
        took, fits = whole(one.value, one.scale)
        if one.subject != machine or one.flags & SKIPPED or not fits or not 0 < took <= LONGEST_REPORT:
            continue
        said = Interval(one.ts - took, one.ts)
        part = said.meet(window)
        if part is not None:
            told = (one.code, one.reason, one.order, one.operation, one.person, one.key, said)
            spans.append(WorkSpan(part.start, part.end, *told))
    return spans
