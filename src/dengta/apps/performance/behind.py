"""What is behind a figure: the intervals of states and the events of pieces, each with the key of the event that says
so."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from dengta.apps.performance.site_fold import Folded
from dengta.core.batch import EventBatch
from dengta.core.event import Event
from dengta.core.intervals import Interval
from dengta.core.time import DAY, HOUR, Micros
from dengta.core.vocabulary import UNCOUNTED, EventType
from dengta.engines import kpi
from dengta.engines.kpi import MeterStep, StateSpan
from dengta.log import LogReader

_LOOKBACKS: tuple[Micros | None, ...] = (6 * HOUR, 2 * DAY, 14 * DAY, None)
"""How far before a window the state it begins with is looked for; None: to the beginning of the log."""


class Cause(NamedTuple):
    """Why a machine was in a state: its reason; "" is none, and then the state may say more."""

    reason: str
    state: str = ""

    def names(self, span: StateSpan) -> bool:
        """Whether it is the cause of `span`."""
        return span.reason == self.reason and self.state in ("", span.state)

    def among(self, states: EventBatch) -> NDArray[np.bool_]:
        """Which of `states` it is the cause of."""
        named = states.named("reason", self.reason)
        return named & states.named("code", self.state) if self.state else named


def _with_next(chosen: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Also the event after each chosen one, which ends it."""
    both = chosen.copy()
    both[1:] |= chosen[:-1]
    return both


def spans(
    reader: LogReader, folded: Folded, machines: Sequence[str], window: Interval, only: Cause | None = None
) -> Mapping[str, Sequence[StateSpan]]:
    """What each of `machines` did in `window`, in order of time; nothing before its first word. `only`: what it did
    for that cause."""
    setting = kpi.setting_of(folded.book, machines, window)
    found: dict[str, Sequence[StateSpan]] = {}
    left, told, since = list(machines), EventBatch.empty(), window.end
    for back in _LOOKBACKS:
        start = None if back is None else window.start - back
        earlier = _told(reader, folded, left, start, since, (EventType.STATE,))
        told = EventBatch.concat([earlier, told])
        since = since if start is None else start
        for machine in list(left):
            mine = told.take(told.named("subject", machine))
            first = int(np.searchsorted(mine["ts"], window.start, "right")) - 1
            if first >= 0 or back is None:
                needed = mine.take(slice(max(first, 0), len(mine)))
                if only is not None:
                    needed = needed.take(_with_next(only.among(needed)))
                told_spans = kpi.state_spans(needed, setting, machine, window)
                found[machine] = [s for s in told_spans if only is None or only.names(s)]
                left.remove(machine)
        if not left:
            break
    return {machine: found[machine] for machine in machines}


def cut(told: Sequence[StateSpan], window: Interval) -> list[StateSpan]:
    """The parts of `told` that lie in `window`."""
    parts = ((span, window.meet(Interval(span.start, span.end))) for span in told)
    return [replace(span, start=part.start, end=part.end) for span, part in parts if part]


def defect_events(
    reader: LogReader, folded: Folded, machines: Sequence[str], window: Interval, reason: str
) -> Sequence[Event]:
    """The reports of scrap and rework for `reason` in `window`, those at its end too (K7), in order of time."""
    told = _told(reader, folded, machines, window.start + 1, window.end + 1, (EventType.SCRAP, EventType.REWORK))
    wanted = (told.text("reason") == reason) & (told["flags"] & int(UNCOUNTED) == 0)
    return list(told.take(np.asarray(wanted, bool)))


def readings(reader: LogReader, folded: Folded, machine: str, window: Interval) -> Sequence[MeterStep]:
    """The readings of `machine`'s meters that speak of `window`, those at its edges from before and after it."""
    setting = kpi.setting_of(folded.book, (machine,), window)
    for back in _LOOKBACKS:
        start, end = (None, None) if back is None else (window.start - back, window.end + back)
        end = folded.until + 1 if end is None else min(end, folded.until + 1)
        told = _told(reader, folded, (machine,), start, end, (EventType.ENERGY,))
        begun = len(told) and told["ts"][0] <= window.start
        ended = len(told) and (told["ts"][-1] >= window.end or end > folded.until)
        if back is None or (begun and ended):
            break
    return kpi.meter_steps(told, setting, machine, window)


def _told(
    reader: LogReader,
    folded: Folded,
    machines: Sequence[str],
    start: Micros | None,
    end: Micros,
    types: Sequence[EventType],
) -> EventBatch:
    """Events of `types` that count, with all corrections done that came by `folded.until`."""
    batch = reader.read(start, end, subjects=machines, types=types)
    applied = kpi.apply(EventBatch.concat([batch, folded.corrections]).sorted())
    return applied.take(applied["flags"] & int(UNCOUNTED) == 0)
