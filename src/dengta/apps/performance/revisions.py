"""What late events changed of figures that had settled: which shifts, what they said before, which events it was."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from dengta.apps.performance.queries import Choice, Measured, kept, total_of
from dengta.apps.performance.site_fold import Folded
from dengta.core.batch import EventBatch
from dengta.core.event import Event
from dengta.core.intervals import Interval
from dengta.core.vocabulary import EventType
from dengta.engines import kpi
from dengta.engines.kpi import Change
from dengta.log import LogReader

MOST = 12
"""So many changes are told with what they changed; of the others it is said how many there are."""
_TYPES = [int(t) for t in kpi.FOLDED]


@dataclass(frozen=True, slots=True)
class Bucket:
    """A machine in one shift ("" outside shifts) whose figures changed: how, and from what to what (None: nothing was
    heard)."""

    change: Change
    shift: str
    was: Measured | None
    now: Measured | None


@dataclass(frozen=True, slots=True)
class Revised:
    """What changed in a choice. buckets: the latest change first, `MOST` at most. more: how many there are besides.
    before: the figure of the whole without the last news."""

    buckets: Sequence[Bucket]
    more: int
    before: Measured | None


def revised(folded: Folded, choice: Choice) -> Revised | None:
    """What late events changed of the figures of `choice`; None where nothing."""
    return kept(folded, choice, "revised", _revised) if folded.changes else None


def _revised(folded: Folded, choice: Choice) -> Revised | None:
    found = changes_in(folded, choice)
    if not found:
        return None
    last = [change for change in found if change.heard == found[0].heard]
    before = total_of(folded.before(last, choice.window), choice.where)
    return Revised([_bucket(folded, change) for change in found[:MOST]], max(len(found) - MOST, 0), before)


def changes_in(folded: Folded, choice: Choice) -> list[Change]:
    """The last change of each bucket of `choice`, the latest first."""
    places = {m.id: m.line for m in folded.book.machines.values()} if folded.book else {}
    lasts = (changes[-1] for changes in folded.changes.values())
    return sorted(
        (
            one
            for one in lasts
            if choice.window.meet(one.span)
            and choice.machine in ("", one.machine)
            and choice.line in ("", places.get(one.machine))
            and choice.shift in ("", shift_of(folded, one))
        ),
        key=lambda one: (-one.heard, one.span.start, one.machine),
    )


def shift_of(folded: Folded, change: Change) -> str:
    """The shift in which the change lies; "" outside shifts."""
    if folded.book is None or change.machine not in folded.book.machines:
        return ""
    began = Interval(change.span.start, change.span.start + 1)
    return next((one.shift for one in folded.book.resolver(change.machine).occurrences(began)), "")


def _bucket(folded: Folded, change: Change) -> Bucket:
    here, window = (change.machine,), change.span
    return Bucket(
        change,
        shift_of(folded, change),
        total_of(folded.before([change], window, here)),
        total_of(folded.within(window, here)),
    )


def late_events(reader: LogReader, change: Change) -> Sequence[Event]:
    """The events that made `change`, in order of time."""
    told = reader.read(change.reach.start, change.reach.end, subjects=[change.machine], types=_TYPES)
    news = told.take(_moments(told) == change.heard)
    corrections = news.take(news["type"] == EventType.CORRECTION)
    located = kpi.locate(corrections, reader.read(subjects=[change.machine], types=_TYPES)) if len(corrections) else {}
    return list(kpi.causes(news, change.machine, change.span, located).sorted())


def _moments(batch: EventBatch) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    return np.array([kpi.moment_of(recv) for recv in batch["recv"].tolist()], np.int64)
