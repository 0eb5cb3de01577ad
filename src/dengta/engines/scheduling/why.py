"""Why an operation starts when it does: what it waited for last, and what that waited for, back to the beginning."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from dengta.core.reason import Param, Reason
from dengta.engines.scheduling.check_time import Hours
from dengta.engines.scheduling.kernels_layout import RUN, SETUP, Columns, Sheet
from dengta.engines.scheduling.problem import Problem


class Binding(NamedTuple):
    """What holds an operation. `since`: how early it could start but for that; `by`: the operation behind it, or -1."""

    operation: int
    reason: Reason
    since: int
    by: int


class _Hold(NamedTuple):
    until: int
    code: str
    by: int
    params: dict[str, Param]


def chain(problem: Problem, sheet: Sheet, i: int) -> tuple[Binding, ...]:
    """From operation i back to one that nothing in the plan holds. () where i is not planned."""
    found: list[Binding] = []
    seen: set[int] = set()
    while i >= 0 and i not in seen and sheet.machine[i] >= 0:
        seen.add(i)
        found.append(binding(problem, sheet, i))
        i = found[-1].by
    return tuple(found)


def binding(problem: Problem, sheet: Sheet, i: int) -> Binding:
    """What keeps operation i, which is planned, from starting sooner: of all that held it, what held it longest."""
    holds = sorted(_holds(problem, sheet, i), key=lambda h: h.until)
    last = holds[-1]
    since = max((h.until for h in holds if h.until < last.until), default=last.until)
    start = int(sheet.start[i])
    if last.until < start:
        last, since = _idle(problem, sheet, i, last.until), last.until
    order, _, operation = problem.operation_name(i).rpartition("/")
    place = (f"order {order}", f"operation {operation}")
    reason = Reason(f"scheduling.waits_{last.code}", place, {"start": start, "since": since, **last.params})
    return Binding(i, reason, since, last.by)


def _holds(problem: Problem, sheet: Sheet, i: int) -> list[_Hold]:
    """All that operation i had to wait for, each until when."""
    c, names = problem.columns, problem.names
    machine: dict[str, Param] = {"machine": names.of("machines", int(sheet.machine[i]))}
    found = [_Hold(int(c.release[c.order[i]]), "release", -1, {})]
    if c.now[0] > 0:
        found.append(_Hold(int(c.now[0]), "now", -1, {}))
    if c.begun[i] >= 0:
        return [_Hold(int(c.begun[i]), "begun", -1, machine)]
    if c.pin_start[i] >= 0:
        found.append(_Hold(int(c.pin_start[i]), "pin", -1, {}))
    for e in range(c.pred_ptr[i], c.pred_ptr[i + 1]):
        j = int(c.pred[e])
        before: dict[str, Param] = {"before": problem.operation_name(j), "lag": int(c.lag[e])}
        code = "predecessor_lag" if c.lag[e] else "predecessor"
        found.append(_Hold(int(sheet.end[j] + c.lag[e]), code, j, before))
    found = [*_place(problem, sheet, i), *found, *_on_machine(problem, sheet, i, machine)]
    return found + _batch(problem, sheet, i) + _people(problem, sheet, i) + _stock(problem, sheet, i)


def _place(problem: Problem, sheet: Sheet, i: int) -> list[_Hold]:
    """Who left, at the very end of operation i, a place before the machine to which its order goes on."""
    c, found = problem.columns, []
    for e in range(c.succ_ptr[i], c.succ_ptr[i + 1]):
        j = int(c.succ[e])
        m = int(sheet.machine[j])
        comes = max((int(sheet.end[c.pred[k]]) for k in _arcs(c, j)), default=0)
        if m < 0 or c.buffer[m] < 0 or comes > sheet.end[i] or sheet.start[j] <= comes:
            continue  # it takes no place, or not when this one ends
        for k in np.flatnonzero((sheet.machine == m) & (sheet.start == comes)).tolist():
            names: dict[str, Param] = {"machine": problem.names.of("machines", m), "before": problem.operation_name(k)}
            found.append(_Hold(int(sheet.start[i]), "place", k, names))
    return found[:1]


def _on_machine(problem: Problem, sheet: Sheet, i: int, machine: dict[str, Param]) -> list[_Hold]:
    """What ran there before, and the setup for operation i."""
    found, other = [], _before_on_machine(sheet, i)
    name: dict[str, Param] = {"before": problem.operation_name(other) if other >= 0 else ""}
    if other >= 0:
        found.append(_Hold(int(sheet.end[other]), "machine", other, {**machine, **name}))
    if sheet.setup[i]:
        setup: dict[str, Param] = {"setup": int(sheet.setup[i])}
        by = [hold for hold in _people(problem, sheet, i, SETUP) if hold.until == sheet.setup_start[i]]
        code = "setup" if other >= 0 else "first_setup"
        found.append(_Hold(int(sheet.setup_end[i]), code, other, {**machine, **name, **setup}))
        if by and (other < 0 or sheet.end[other] < sheet.setup_start[i]):
            who = {"who": by[0].params["who"], "before": by[0].params["before"]}
            found[-1] = _Hold(int(sheet.setup_end[i]), "setter", by[0].by, {**machine, **who, **setup})
    return found


def _batch(problem: Problem, sheet: Sheet, i: int) -> list[_Hold]:
    """The last of those that share its batch to be there."""
    c, found = problem.columns, []
    for j in np.flatnonzero((sheet.batch >= 0) & (sheet.batch == sheet.batch[i])).tolist():
        ready = max([int(c.release[c.order[j]]), *(int(sheet.end[c.pred[e]] + c.lag[e]) for e in _arcs(c, j))])
        if j != i:
            mate: dict[str, Param] = {"before": problem.operation_name(j)}
            found.append(_Hold(ready, "batch", j, mate))
    return found


def _arcs(c: Columns, i: int) -> range:
    return range(int(c.pred_ptr[i]), int(c.pred_ptr[i + 1]))


def _before_on_machine(sheet: Sheet, i: int) -> int:
    """The operation that ends last of those before i on its machine, -1 none."""
    same = np.flatnonzero((sheet.machine == sheet.machine[i]) & (sheet.end <= sheet.setup_start[i]))
    same = same[(same != i) & ((sheet.start[same] < sheet.start[i]) | (same < i))]
    return int(same[np.argmax(sheet.end[same])]) if len(same) else -1


def _people(problem: Problem, sheet: Sheet, i: int, when: int = RUN) -> list[_Hold]:
    """Whoever operation i holds in that part, and what each did before."""
    found, start = [], int(sheet.start[i] if when == RUN else sheet.setup_start[i])
    mine = [(who, own) for who, own in _held(problem, sheet, i) if own & when]
    if not mine:
        return []
    busy: dict[int, tuple[int, int]] = {}
    c = problem.columns
    owner = np.repeat(np.arange(len(c.order)), np.diff(c.slot_ptr))
    for who, _ in mine:
        for j in dict.fromkeys(owner[np.flatnonzero(sheet.who == who)].tolist()):
            runs = any(one == who and own & RUN for one, own in _held(problem, sheet, j))
            until = int(sheet.end[j] if runs else sheet.setup_end[j])
            if j != i and until <= start:
                busy[who] = max(busy.get(who, (0, -1)), (until, j))
    for who, (until, j) in busy.items():
        names: dict[str, Param] = {"who": problem.names.of("resources", who), "before": problem.operation_name(j)}
        found.append(_Hold(until, "resource", j, names))
    return found


def _held(problem: Problem, sheet: Sheet, i: int) -> list[tuple[int, int]]:
    """Whom operation i holds, and in which part: bits of `need_when`."""
    c = problem.columns
    needs = slice(int(c.need_ptr[i]), int(c.need_ptr[i + 1]))
    when = np.repeat(c.need_when[needs], c.need_count[needs]).tolist()
    who = sheet.who[c.slot_ptr[i] : c.slot_ptr[i + 1]].tolist()
    return [(one, own) for one, own in zip(who, when, strict=True) if one >= 0]


def _stock(problem: Problem, sheet: Sheet, i: int) -> list[_Hold]:
    """A receipt, or work that makes the material, at the very start of operation i."""
    c, found = problem.columns, []
    start = int(sheet.start[i])
    for use in range(c.use_ptr[i], c.use_ptr[i + 1]):
        k = int(c.use_material[use])
        if c.use_quantity[use] < 0:
            continue
        material: dict[str, Param] = {"material": problem.names.of("materials", k)}
        known = slice(int(c.stock_ptr[k]), int(c.stock_ptr[k] + c.stock_known[k]))
        if start in c.stock_at[known].tolist():
            found.append(_Hold(start, "receipt", -1, material))
        makers = np.flatnonzero((c.use_material == k) & (c.use_quantity < 0))
        for j in np.searchsorted(c.use_ptr, makers, side="right") - 1:
            if sheet.machine[j] >= 0 and sheet.end[j] == start:
                made: dict[str, Param] = {**material, "before": problem.operation_name(int(j))}
                found.append(_Hold(start, "making", int(j), made))
    return found


def _idle(problem: Problem, sheet: Sheet, i: int, free: int) -> _Hold:
    """Nothing in the plan held it to the end: the calendar did, or the order in which the plan was made."""
    c = problem.columns
    held = [w for w in sheet.who[c.slot_ptr[i] : c.slot_ptr[i + 1]].tolist() if w >= 0]
    pieces = Hours(c).of(int(sheet.machine[i]), held)
    machine: dict[str, Param] = {"machine": problem.names.of("machines", int(sheet.machine[i]))}
    start = int(sheet.start[i])
    for e in range(c.succ_ptr[i], c.succ_ptr[i + 1]):
        j, most = int(c.succ[e]), int(c.lag_most[c.succ_arc[e]])
        if sheet.machine[j] >= 0 and sheet.start[j] - sheet.end[i] == most:
            after: dict[str, Param] = {"after": problem.operation_name(j), "most": most}
            return _Hold(start, "held_back", j, after)
    opens = any(p.start == start for p in pieces) or not any(p.start <= free < p.end for p in pieces)
    return _Hold(start, "calendar" if opens else "choice", -1, {**machine, "free": free})
