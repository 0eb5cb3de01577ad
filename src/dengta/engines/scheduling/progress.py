"""A problem as it is at a moment: what is done, what runs and how much of it is left, what is closed, what is there.

Where nobody reported anything, everything happened as planned.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from dengta.core.reason import Reason, Refusal
from dengta.engines.scheduling.check_time import Hours, Piece
from dengta.engines.scheduling.events import Known, Span
from dengta.engines.scheduling.flatten import cuts, ints
from dengta.engines.scheduling.kernels_layout import NEVER, SETUP, WHOLE_RATE, Columns, Ints, Sheet
from dengta.engines.scheduling.kernels_shift import happened
from dengta.engines.scheduling.problem import Problem
from dengta.engines.scheduling.shifting import sequence_of

_HORIZON = 2**40  # ticks; what has no calendar is open so long when part of its time is taken away


def as_it_is(problem: Problem, sheet: Sheet, known: Known, now: int, freeze: int) -> Problem:
    """The problem at `now`, in the middle of a plan. What starts before ``now + freeze`` is pinned where it is."""
    c = problem.columns
    known = _of_whole_batches(sheet, known)
    machine = sheet.machine.copy()
    for i, (_, m) in known.began.items():
        machine[i] = m if m >= 0 else machine[i]
    begun, ended, free = _happened(problem, sheet, known, now, machine)
    running = np.flatnonzero((begun >= 0) & (ended < 0))
    remaining = np.where(begun >= 0, 0, -1)
    hours = Hours(c)
    for i in running.tolist():
        remaining[i] = _left(problem, sheet, known, hours, now, i, int(machine[i]), int(begun[i]))
    time = c.way_time.copy()
    for i, work in known.takes.items():
        if begun[i] < 0:
            time[c.way_ptr[i] : c.way_ptr[i + 1]] = work
    near = (sheet.machine >= 0) & (begun < 0) & (sheet.start >= now) & (sheet.start < now + freeze)
    columns = c._replace(
        way_time=time,
        begun=begun,
        remaining=remaining.astype(np.int64),
        ended=ended,
        pin_machine=np.where(begun >= 0, machine, np.where(near, sheet.machine, c.pin_machine)),
        pin_start=np.where(near, sheet.start, np.where(begun >= 0, -1, c.pin_start)),
        now=np.array([now], np.int64),
    )
    columns = _stocked(problem, columns, known)
    setting = _set_up(c, sheet, begun, free, now)
    down = {m: [*spans] for m, spans in known.down.items()}
    absent = {r: [*spans] for r, spans in known.absent.items()}
    state, last = columns.state.copy(), _last_begun(columns)
    machine_state = c.machine_state.copy()
    for i in setting:
        m = int(sheet.machine[i])
        if last[m] >= 0:
            state[last[m]] = c.state[i]
        machine_state[m] = c.state[i]
        if sheet.setup_end[i] > now:
            down.setdefault(m, []).append((now, int(sheet.setup_end[i])))
            for who in _setters(c, sheet, i):
                absent.setdefault(who, []).append((now, int(sheet.setup_end[i])))
    columns = columns._replace(state=state, machine_state=machine_state)
    columns = _closed(columns, "machine_calendar", down)
    return replace(problem, columns=_closed(columns, "resource_calendar", absent))


def _of_whole_batches(sheet: Sheet, known: Known) -> Known:
    """What is reported of one member of a batch is true of all that have no report of their own."""
    told = [i for i in {*known.began, *known.ended, *known.waiting, *known.takes} if sheet.batch[i] >= 0]
    if not told:
        return known
    wide = replace(known, began={**known.began}, ended={**known.ended}, waiting={*known.waiting}, takes={**known.takes})
    for i in told:
        for j in np.flatnonzero(sheet.batch == sheet.batch[i]).tolist():
            if i in known.began and j not in {*known.began, *known.waiting}:
                wide.began[j] = known.began[i]
            if i in known.ended and j not in known.waiting:
                wide.ended.setdefault(j, known.ended[i])
            if i in known.waiting and j not in known.began:
                wide.waiting.add(j)
            if i in known.takes:
                wide.takes[j] = max(wide.takes.get(j, 0), known.takes[i])
    return wide


def _happened(problem: Problem, sheet: Sheet, known: Known, now: int, machine: Ints) -> tuple[Ints, Ints, Ints]:
    """When each operation began and ended (-1: not), and since when each machine is free (NEVER: it is not)."""
    c, m = problem.columns, len(problem.columns.machine_calendar)
    begun = c.begun.copy()
    ended = np.where((c.begun >= 0) & (sheet.end <= now), sheet.end, -1)
    holds, waiting = np.full(m, NEVER, np.int64), np.zeros(len(begun), np.int64)
    waiting[list(known.waiting)] = 1
    for i, at in known.ended.items():
        ended[i] = at
    for i, (at, _) in known.began.items():
        begun[i] = at
        ended[i] = known.ended.get(i, -1)
        if ended[i] < 0:
            holds[machine[i]] = at
    past = np.flatnonzero((machine >= 0) & ((sheet.start < now) | (begun >= 0) | (ended >= 0)))
    free, mates = np.zeros(m, np.int64), np.full(m, -1, np.int64)
    sequence = sequence_of(problem, sheet, past)
    happened(c, sheet, sequence, now, machine, waiting, begun, ended, holds, free, mates)
    return begun, ended, free


def _left(
    problem: Problem, sheet: Sheet, known: Known, hours: Hours, now: int, i: int, machine: int, begun: int
) -> int:
    """Ticks of work of a running operation that are left."""
    if i in known.takes:
        return max(1, known.takes[i])
    c = problem.columns
    held = [int(w) for w in sheet.who[c.slot_ptr[i] : c.slot_ptr[i + 1]] if w >= 0]
    if machine != sheet.machine[i] or begun != sheet.start[i]:
        ways = slice(int(c.way_ptr[i]), int(c.way_ptr[i + 1]))
        work = int(c.way_time[ways][c.way_machine[ways] == machine][0])
        return max(1, work - _worked(hours.of(machine, held), begun, now))
    return max(1, _worked(hours.of(machine, held), now, int(sheet.end[i])))


def _worked(pieces: tuple[Piece, ...], since: int, until: int) -> int:
    """Ticks of work done in ``[since, until)``, a part of one as one."""
    work = sum(max(0, min(p.end, until) - max(p.start, since)) * p.rate for p in pieces)
    return -(-work // WHOLE_RATE)


def _set_up(c: Columns, sheet: Sheet, begun: Ints, free: Ints, now: int) -> list[int]:
    """The operations whose setup has begun and that have not, in order of time: their machines stand, or will, so."""
    waits = (sheet.machine >= 0) & (begun < 0) & (sheet.setup > 0) & (sheet.setup_start < now)
    found = [i for i in np.flatnonzero(waits).tolist() if free[sheet.machine[i]] <= sheet.setup_start[i]]
    return sorted(found, key=lambda i: int(sheet.setup_start[i]))


def _setters(c: Columns, sheet: Sheet, i: int) -> list[int]:
    """Who holds the setup of operation i."""
    when = np.repeat(c.need_when[c.need_ptr[i] : c.need_ptr[i + 1]], c.need_count[c.need_ptr[i] : c.need_ptr[i + 1]])
    held = sheet.who[c.slot_ptr[i] : c.slot_ptr[i + 1]][when & SETUP > 0]
    return [int(who) for who in held if who >= 0]


def _last_begun(c: Columns) -> Ints:
    """(m,) the operation with a state that began last on each machine, -1 none."""
    last = np.full(len(c.machine_calendar), -1, np.int64)
    begun = np.flatnonzero((c.begun >= 0) & (c.state >= 0))
    begun = begun[np.argsort(c.begun[begun], kind="stable")]
    last[c.pin_machine[begun]] = begun
    return last


def _stocked(problem: Problem, c: Columns, known: Known) -> Columns:
    """The stock as it is now: what came, was used and was made is in it; what was promised comes when it will."""
    before = problem.columns
    owner = np.repeat(np.arange(len(c.order)), np.diff(c.use_ptr))
    done, was_done = (c.remaining == 0)[owner], ((before.begun >= 0) & (before.remaining == 0))[owner]
    used = (c.use_quantity > 0) & (c.begun >= 0)[owner] & ~(before.begun >= 0)[owner]
    made = (c.use_quantity < 0) & done & ~was_done
    taken = np.bincount(c.use_material, np.where(used | made, c.use_quantity, 0), len(c.stock_known)).astype(np.int64)
    at, change, count = c.stock_at.copy(), c.stock_change.copy(), c.stock_known.copy()
    late = {(k, due): until for k, due, until in known.arrives}
    faults = []
    for k in range(len(count)):
        first = int(c.stock_ptr[k])
        events = zip(at[first : first + count[k]].tolist(), change[first : first + count[k]].tolist(), strict=True)
        moved = [(late.get((k, when), when), quantity) for when, quantity in events]
        here = sum(quantity for when, quantity in moved if when <= c.now[0]) - int(taken[k])
        if here < 0:
            name = problem.names.of("materials", k)
            faults.append(Reason("scheduling.event_stock", (), {"material": name, "short": -here}))
        stock = [(-NEVER, here), *sorted(one for one in moved if one[0] > c.now[0])]
        at[first : first + len(stock)] = [when for when, _ in stock]
        change[first : first + len(stock)] = [quantity for _, quantity in stock]
        count[k] = len(stock)
    if faults:
        raise Refusal(faults)
    return c._replace(stock_at=at, stock_change=change, stock_known=count)


def _closed(c: Columns, column: str, closed: dict[int, list[Span]]) -> Columns:
    """Each machine (or resource) that is closed for a while gets a calendar of its own, with the time cut out."""
    if not closed:
        return c
    calendar: Ints = getattr(c, column).copy()
    made: list[list[Piece]] = []
    for thing, spans in sorted(closed.items()):
        rows = slice(int(c.open_ptr[calendar[thing]]), int(c.open_ptr[calendar[thing] + 1]))
        stated = zip(c.open_start[rows].tolist(), c.open_end[rows].tolist(), c.open_rate[rows].tolist(), strict=True)
        always = calendar[thing] < 0
        pieces = [Piece(0, _HORIZON, WHOLE_RATE)] if always else [Piece(*row) for row in stated]
        for start, end in spans:
            pieces = [rest for piece in pieces for rest in _without(piece, start, end)]
        calendar[thing] = len(c.open_ptr) - 1 + len(made)
        made.append(pieces)
    flat = [piece for pieces in made for piece in pieces]
    return c._replace(
        **{column: calendar},
        open_ptr=np.concatenate([c.open_ptr, c.open_ptr[-1] + cuts(map(len, made))[1:]]),
        open_start=np.concatenate([c.open_start, ints(p.start for p in flat)]),
        open_end=np.concatenate([c.open_end, ints(p.end for p in flat)]),
        open_rate=np.concatenate([c.open_rate, ints(p.rate for p in flat)]),
    )


def _without(piece: Piece, start: int, end: int) -> list[Piece]:
    cut = [Piece(piece.start, min(piece.end, start), piece.rate), Piece(max(piece.start, end), piece.end, piece.rate)]
    return [rest for rest in cut if rest.start < rest.end]
