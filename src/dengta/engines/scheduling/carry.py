"""A plan carried into a changed shop: orders have come, others are gone, times and machines are other ones.

Operations, machines and people are found again by their names. What is new has no place yet; what has begun must still
be there.
"""

from __future__ import annotations

import numpy as np

from dengta.core.reason import Reason, refuse_if
from dengta.engines.scheduling.decoder import empty_sheet
from dengta.engines.scheduling.events import Began, Ended, Event
from dengta.engines.scheduling.kernels_layout import Ints, Sheet
from dengta.engines.scheduling.problem import Problem


def carried(problem: Problem, sheet: Sheet, changed: Problem, now: int) -> tuple[Sheet, tuple[Event, ...]]:
    """The plan as one of `changed`, and what is known to have happened before `now`, as events of that shop.

    Refusal where an operation that has begun is gone, or its machine is, or nothing is named.
    """
    new, old = _numbers(problem, changed)
    faults = [
        Reason("scheduling.event_gone", (), {"operation": problem.operation_name(i), "start": int(sheet.start[i])})
        for i in np.flatnonzero((sheet.machine >= 0) & (sheet.start < now)).tolist()
        if new[i] < 0 or _machine(problem, changed, int(sheet.machine[i]), int(new[i])) < 0
    ]
    if not changed.names.operations or not problem.names.operations:
        faults = [Reason("scheduling.event_nameless", ())]
    refuse_if(faults)
    return placed(problem, sheet, changed), _facts(problem, changed, old)


def placed(problem: Problem, sheet: Sheet, changed: Problem) -> Sheet:
    """The plan as one of `changed`: what that does not have is left out, what is new or cannot stay has no place."""
    new, old = _numbers(problem, changed)
    here, found = np.flatnonzero(old >= 0), empty_sheet(changed)
    for column in ("setup", "setup_start", "setup_end", "start", "end"):
        getattr(found, column)[here] = getattr(sheet, column)[old[here]]
    for i in here.tolist():
        if sheet.machine[old[i]] >= 0:
            found.machine[i] = _machine(problem, changed, int(sheet.machine[old[i]]), i)
    gone = found.machine < 0
    for column in ("setup", "setup_start", "setup_end", "start", "end"):
        getattr(found, column)[gone] = -1
    _meet(sheet, new, found)
    _staff(problem, sheet, changed, old, found)
    return found


def _numbers(problem: Problem, changed: Problem) -> tuple[Ints, Ints]:
    """The number of each operation of the one in the other, both ways; -1 where it is not there."""
    known = {name: i for i, name in enumerate(changed.names.operations)}
    new = np.array([known.get(name, -1) for name in problem.names.operations], np.int64)
    old = np.full(len(changed.columns.order), -1, np.int64)
    old[new[new >= 0]] = np.flatnonzero(new >= 0)
    return new, old


def _machine(problem: Problem, changed: Problem, machine: int, i: int) -> int:
    """The number in `changed` of a machine, if operation i of that shop may run there; else -1."""
    c, name = changed.columns, problem.names.of("machines", machine)
    for m in c.way_machine[c.way_ptr[i] : c.way_ptr[i + 1]].tolist():
        if changed.names.of("machines", m) == name:
            return int(m)
    return -1


def _meet(sheet: Sheet, new: Ints, found: Sheet) -> None:
    """Batches of those that are still there and in their place."""
    for first in np.unique(sheet.batch[sheet.batch >= 0]).tolist():
        members = new[np.flatnonzero(sheet.batch == first)]
        members = members[members >= 0]
        members = members[found.machine[members] >= 0]
        if len(members) > 1:
            found.batch[members] = new[first] if new[first] in members else members[0]


def _staff(problem: Problem, sheet: Sheet, changed: Problem, old: Ints, found: Sheet) -> None:
    """Who holds each operation, where it needs as many as before."""
    known = {name: r for r, name in enumerate(changed.names.resources)}
    before, after = problem.columns.slot_ptr, changed.columns.slot_ptr
    for i in np.flatnonzero(found.machine >= 0).tolist():
        who = sheet.who[before[old[i]] : before[old[i] + 1]].tolist()
        if len(who) == after[i + 1] - after[i]:
            names = [problem.names.of("resources", one) if one >= 0 else "" for one in who]
            found.who[after[i] : after[i + 1]] = [known.get(name, -1) for name in names]


def _facts(problem: Problem, changed: Problem, old: Ints) -> tuple[Event, ...]:
    """What the old shop knew to have begun and ended, and the changed one does not state."""
    c, events = problem.columns, list[Event]()
    for i in np.flatnonzero((old >= 0) & (changed.columns.begun < 0)).tolist():
        j = int(old[i])
        if c.begun[j] >= 0:
            events.append(Began(i, int(c.begun[j]), _machine(problem, changed, int(c.pin_machine[j]), i)))
        if c.begun[j] >= 0 and c.remaining[j] == 0:
            events.append(Ended(i, int(c.ended[j] if c.ended[j] >= 0 else c.now[0])))
    return tuple(events)
