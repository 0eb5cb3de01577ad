"""A plan after something has happened: what is done stays, what is near stays if it can, the rest is planned again.

A ladder. Right shift keeps every sequence and only lets time pass: always an answer, in milliseconds. Re-dispatch keeps
machines, and the old order as priority, behind the frozen zone. What budget is left climbs on from there. The best is
taken by the goal, in whose first level every moved operation has its price.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from dengta.core.budget import Budget
from dengta.core.reason import Reason, refuse_if
from dengta.engines.scheduling.check_time import Hours, Piece
from dengta.engines.scheduling.decoder import Decoder, Weights
from dengta.engines.scheduling.flatten import cuts, ints, successors
from dengta.engines.scheduling.graph import ways_of
from dengta.engines.scheduling.kernels_layout import NEVER, WHOLE_RATE, Columns, Sheet
from dengta.engines.scheduling.objective import Goal, measured
from dengta.engines.scheduling.problem import Problem

_HORIZON = 2**40  # ticks; a machine without a calendar is open so long when part of its time is taken away


@dataclass(frozen=True, slots=True)
class Down:
    """A machine (its number) cannot work in ``[start, end)``; what runs there pauses."""

    machine: int
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Takes:
    """An operation (its number) takes, or still takes if it has begun, so many ticks of work."""

    operation: int
    time: int


Event = Down | Takes


@dataclass(frozen=True, slots=True)
class Stability:
    """What it costs, in the first level of the goal, that an operation changes its machine, or only its start."""

    machine: int = 0
    start: int = 0

    def price(self, old: Sheet, new: Sheet) -> int:
        """The price of all that has moved."""
        elsewhere = old.machine != new.machine
        moved = ~elsewhere & (old.start != new.start)
        return int(self.machine * elsewhere.sum() + self.start * moved.sum())


FREE = Stability()
AT_ONCE = Budget(work=0)


def repaired(
    problem: Problem, sheet: Sheet, goal: Goal, events: tuple[Event, ...], now: int, freeze: int, stability: Stability,
    budget: Budget, seed: int,
) -> tuple[Problem, Sheet, int]:  # fmt: skip
    """The problem as it is at `now`, the best plan that goes on from `sheet`, and the work it took.

    What starts before ``now + freeze`` is pinned where it is. Refusal where an event names what is not there.
    """
    refuse_if(_faults(problem, events, now))
    known = _as_it_is(problem, sheet, events, now, freeze)
    ways = ways_of(problem, _whole(problem, sheet))
    old = -sheet.start.astype(np.float64)[problem.columns.way_operation]
    decoder, scale = Decoder(known), float(max(1, sheet.end.max(initial=0)))
    plans = [Decoder(_in_old_sequence(known, sheet)).by_priority(old, Weights(), ways)]
    plans += [decoder.by_priority(old, Weights(), ways), decoder.by_priority(old, Weights(free_choice=1.0))]

    def value(plan: Sheet) -> tuple[int, ...]:
        unplanned, first, *others = goal.value(measured(known.columns, plan))
        return unplanned, first + stability.price(sheet, plan), *others

    best = min(plans, key=value)
    chance, work, least = np.random.default_rng(seed), 0, value(best)
    noise = np.zeros(len(problem.columns.release))
    while budget.left(work):
        touched = chance.random(len(noise)) < max(0.02, 1.0 / len(noise))
        tried = noise + touched * chance.normal(0.0, 0.05 * scale, len(noise))
        priority = old + tried[problem.columns.order[problem.columns.way_operation]]
        plan = decoder.by_priority(priority, Weights(), ways if work % 2 else None)
        if (found := value(plan)) <= least:
            best, least, noise = plan, found, tried
        work += 1
    return known, best, work


def _faults(problem: Problem, events: tuple[Event, ...], now: int) -> list[Reason]:
    found = []
    machines, operations = len(problem.columns.machine_calendar), len(problem.columns.order)
    for event in events:
        if isinstance(event, Down) and not (0 <= event.machine < machines and event.start < event.end):
            found.append(Reason("scheduling.event_down", (), {"machine": event.machine, "machines": machines}))
        if isinstance(event, Takes) and not (0 <= event.operation < operations and event.time >= 0):
            found.append(Reason("scheduling.event_takes", (), {"operation": event.operation, "operations": operations}))
    if now < problem.columns.now[0]:
        found.append(Reason("scheduling.event_past", (), {"now": now, "before": int(problem.columns.now[0])}))
    return found


def _whole(problem: Problem, sheet: Sheet) -> Sheet:
    """The plan with what it left out on the first machine it may take: ways are asked for of every operation."""
    first = problem.columns.way_machine[problem.columns.way_ptr[:-1]]
    return sheet._replace(machine=np.where(sheet.machine < 0, first, sheet.machine))


def _as_it_is(problem: Problem, sheet: Sheet, events: tuple[Event, ...], now: int, freeze: int) -> Problem:
    c = problem.columns
    begun = (sheet.machine >= 0) & (sheet.start < now)
    done = begun & (sheet.end <= now)
    near = (sheet.machine >= 0) & ~begun & (sheet.start < now + freeze)
    time = c.way_time.copy()
    remaining = np.where(begun, 0, -1)
    hours = Hours(c)
    for i in np.flatnonzero(begun & ~done).tolist():
        held = [int(w) for w in sheet.who[c.slot_ptr[i] : c.slot_ptr[i + 1]] if w >= 0]
        remaining[i] = _left(hours.of(int(sheet.machine[i]), held), now, int(sheet.end[i]))
    for event in events:
        if isinstance(event, Takes) and begun[event.operation] and not done[event.operation]:
            remaining[event.operation] = max(1, event.time)
        elif isinstance(event, Takes):
            time[c.way_ptr[event.operation] : c.way_ptr[event.operation + 1]] = event.time
    columns = c._replace(
        way_time=time,
        begun=np.where(begun, sheet.start, -1),
        remaining=remaining.astype(np.int64),
        ended=np.where(done, sheet.end, -1),
        pin_machine=np.where(begun | near, sheet.machine, c.pin_machine),
        pin_start=np.where(near, sheet.start, np.where(begun, -1, c.pin_start)),
        now=np.array([now], np.int64),
    )
    columns = _without(columns, [event for event in events if isinstance(event, Down)])
    return replace(problem, columns=columns)


def _left(pieces: tuple[Piece, ...], since: int, until: int) -> int:
    """Ticks of work done in ``[since, until)``."""
    work = sum(max(0, min(p.end, until) - max(p.start, since)) * p.rate for p in pieces)
    return max(1, -(-work // WHOLE_RATE))


def _without(c: Columns, downs: list[Down]) -> Columns:
    """Each machine that is down gets a calendar of its own, with the time cut out."""
    if not downs:
        return c
    hours, calendar = Hours(c), c.machine_calendar.copy()
    extra: list[list[Piece]] = []
    for machine in sorted({down.machine for down in downs}):
        always = calendar[machine] < 0
        pieces = [Piece(0, _HORIZON, WHOLE_RATE)] if always else list(hours.of(machine, []))
        for down in (down for down in downs if down.machine == machine):
            pieces = [
                part
                for p in pieces
                for part in (
                    Piece(p.start, min(p.end, down.start), p.rate),
                    Piece(max(p.start, down.end), p.end, p.rate),
                )
                if part.start < part.end
            ]
        calendar[machine] = len(c.open_ptr) - 1 + len(extra)
        extra.append(pieces)
    flat = [piece for pieces in extra for piece in pieces]
    return c._replace(
        machine_calendar=calendar,
        open_ptr=np.concatenate([c.open_ptr, c.open_ptr[-1] + cuts(map(len, extra))[1:]]),
        open_start=np.concatenate([c.open_start, ints(p.start for p in flat)]),
        open_end=np.concatenate([c.open_end, ints(p.end for p in flat)]),
        open_rate=np.concatenate([c.open_rate, ints(p.rate for p in flat)]),
    )


def _in_old_sequence(problem: Problem, sheet: Sheet) -> Problem:
    """The problem with the old sequence of every machine as precedence. Members of a batch stay free to meet again."""
    c = problem.columns
    here = np.flatnonzero((sheet.machine >= 0) & (sheet.batch < 0)).astype(np.int64)
    here = here[np.lexsort((sheet.end[here], sheet.start[here], sheet.machine[here]))]
    follows = sheet.machine[here[1:]] == sheet.machine[here[:-1]]
    target = np.concatenate([np.repeat(np.arange(len(c.order)), np.diff(c.pred_ptr)), here[1:][follows]])
    order = np.argsort(target, kind="stable")
    arcs = int(follows.sum())
    pred_ptr = np.concatenate([[0], np.cumsum(np.bincount(target, minlength=len(c.order)))]).astype(np.int64)
    pred = np.concatenate([c.pred, here[:-1][follows]])[order]
    succ_ptr, succ, succ_arc = successors(pred_ptr, pred)
    lag = np.concatenate([c.lag, np.zeros(arcs, np.int64)])[order]
    most = np.concatenate([c.lag_most, np.full(arcs, NEVER, np.int64)])[order]
    columns = c._replace(
        pred_ptr=pred_ptr, pred=pred, lag=lag, lag_most=most, succ_ptr=succ_ptr, succ=succ, succ_arc=succ_arc
    )
    return replace(problem, columns=columns)
