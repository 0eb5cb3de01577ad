"""Priorities in, plan out: the compiled decoder with its desk, and the rules that make priorities.

A rule is a point: `Weights` of the log form of the dispatching rules (Panwalkar and Iskander 1977), with the slack and
setup terms of ATCS (Lee, Bhaskaran and Pinedo 1997). Chance enters as a noise per order on top.
"""

from __future__ import annotations

from dataclasses import astuple, dataclass

import numpy as np

from dengta.engines.scheduling.kernels_decode import decode
from dengta.engines.scheduling.kernels_desk import clear
from dengta.engines.scheduling.kernels_layout import NEVER, Desk, Ints, Reals, Sheet
from dengta.engines.scheduling.kernels_ranked import decode_ranked
from dengta.engines.scheduling.problem import Problem


@dataclass(frozen=True, slots=True)
class Weights:
    """One dispatching rule. The index of a way is the sum of its terms; the highest index goes first.

    rest: log of the work that follows; time: minus log of its own time; load, next_load: work of all orders on its
    machine and on the next one, as shares; early: minus the earliest start; value: log of the order's weight; worse:
    minus log of its time over its fastest one. slack, setup: ATCS, in mean times. look: 0 non-delay .. 1 active;
    free_choice: the chosen operation takes the machine on which it ends first.
    """

    rest: float = 1.0
    time: float = 1.0
    load: float = 0.0
    next_load: float = 0.0
    early: float = 0.0
    value: float = 0.0
    worse: float = 4.0
    slack: float = 0.0
    setup: float = 0.0
    look: float = 0.0
    free_choice: float = 0.0


RULES = (
    Weights(),  # most work remaining over own time
    Weights(time=0.0),  # most work remaining
    Weights(rest=0.0),  # shortest processing time
    Weights(rest=0.0, time=0.0, early=1.0),  # first in, first out
    Weights(free_choice=1.0),
    Weights(time=0.0, free_choice=1.0),
    Weights(rest=0.0, value=1.0, slack=0.5, setup=2.0, free_choice=1.0),  # ATCS
    Weights(rest=0.0, value=1.0, slack=0.1, setup=4.0),
    Weights(rest=0.0, value=1.0, slack=0.5, setup=2.0, look=1.0),
    Weights(rest=0.5, time=0.5, setup=4.0, look=0.5),
)

DUE_RULES = RULES[7:8] + RULES[6:7] + RULES[3:4]
"""Few of them, for whom each plan is dear: what is due goes first, or what came first."""


class Decoder:
    """Plans of one problem, one after the other on the same desk."""

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        c = problem.columns
        self._desk = desk_of(problem)
        fixed = c.pin_machine[c.way_operation]
        self._open = ((fixed < 0) | (fixed == c.way_machine)).astype(np.float64)
        self._began_together = began_together(problem)
        self._rest = problem.rest.astype(np.float64)
        self._terms = _terms(problem)
        self._mean = max(1.0, float(problem.least.mean()))
        self._bare = problem.plain and not (c.machine_setups >= 0).any()
        self._due = bool((c.due < NEVER).any())

    def by_rule(self, weights: Weights, noise: Reals | None = None) -> Sheet:
        """The plan of a rule. noise (orders,): added to the index of every operation of an order."""
        return self.by_priority(self.priority(weights, noise), weights)

    def priority(self, weights: Weights, noise: Reals | None = None) -> Reals:
        """The static part of a rule's index, of every way (w,)."""
        priority: Reals = np.array(astuple(weights)[:7]) @ self._terms
        if noise is not None:
            priority += noise[self.problem.columns.order[self.problem.columns.way_operation]]
        return priority

    def by_priority(self, priority: Reals, weights: Weights, ways: Ints | None = None) -> Sheet:
        """The plan of given priorities (w,); `weights` says how to look and what setups and slack cost.

        ways (n,): the only way each operation may take, -1 any.
        """
        sheet = empty_sheet(self.problem)
        rule = np.array([weights.look, weights.slack / self._mean, weights.setup / self._mean, weights.free_choice])
        allowed = self._open
        if ways is not None:
            chosen = ways[self.problem.columns.way_operation]
            allowed = allowed * ((chosen < 0) | (chosen == np.arange(len(chosen))))
        clear(self.problem.columns, self._desk, sheet)
        if self._bare and weights.look == 0.0 and not (weights.slack > 0.0 and self._due):
            later = np.zeros(len(self._desk.free), np.int64)
            free_choice = weights.free_choice > 0.0
            decode_ranked(self.problem.columns, self._desk, sheet, later, allowed, priority, free_choice)
            return sheet
        decode(self.problem.columns, self._desk, sheet, allowed, priority, self._rest, rule)
        sheet.batch[self._began_together[0]] = self._began_together[1]
        return sheet


def empty_sheet(problem: Problem) -> Sheet:
    """A plan of nothing."""
    n = len(problem.columns.order)
    columns = (np.full(n, -1, np.int64) for _ in range(7))
    return Sheet._make([*columns, np.full(int(problem.columns.slot_ptr[-1]), -1, np.int64)])


def _terms(problem: Problem) -> Reals:
    """The static terms of every way, (7, w), in the order of `Weights`."""
    c = problem.columns
    operation, time = c.way_operation, c.way_time.astype(np.float64)
    least = problem.least.astype(np.float64)
    share = 1.0 / np.diff(c.way_ptr)
    work = np.bincount(c.way_machine, time * share[operation], len(c.machine_calendar))
    load = work / max(1.0, float(work.max(initial=0.0)))
    first = np.full(len(least), -1, np.int64)
    has = np.diff(c.succ_ptr) > 0
    first[has] = c.succ[c.succ_ptr[:-1][has]]
    mean_load = np.bincount(operation, load[c.way_machine], len(least)) * share
    next_load = np.where(first >= 0, mean_load[first], 0.0)
    ahead = problem.before.astype(np.float64)
    return np.array(
        [
            np.log1p(problem.rest.astype(np.float64) + least)[operation],
            -np.log1p(time),
            load[c.way_machine],
            next_load[operation],
            -(ahead / max(1.0, ahead.max(initial=0.0)))[operation],
            np.log1p(c.weight.astype(np.float64))[c.order][operation],
            -np.log((time + 1.0) / (least[operation] + 1.0)),
        ]
    )


def _history(problem: Problem) -> Ints:
    """Work that has begun, as it came."""
    c = problem.columns
    begun = np.flatnonzero(c.begun >= 0)
    ended = np.where(c.ended < 0, c.now[0], c.ended)
    order = np.lexsort((begun, c.remaining[begun], ended[begun], c.begun[begun]))
    return begun[order].astype(np.int64)


def began_together(problem: Problem) -> tuple[Ints, Ints]:
    """Operations that began at once on a machine that takes several, and the first of each such batch."""
    c, batches = problem.columns, dict[tuple[int, ...], list[int]]()
    for i in np.flatnonzero((c.begun >= 0) & (c.key >= 0)).tolist():
        if c.capacity[c.pin_machine[i]] > 0:
            alike = (c.pin_machine[i], c.begun[i], c.ended[i], c.remaining[i], c.key[i], c.state[i])
            batches.setdefault(tuple(map(int, alike)), []).append(i)
    members = [(i, batch[0]) for batch in batches.values() if len(batch) > 1 for i in batch]
    return np.array([i for i, _ in members], np.int64), np.array([first for _, first in members], np.int64)


def desk_of(problem: Problem) -> Desk:
    """The decoder's state, to be cleared before each plan."""
    c = problem.columns
    n, m, w = len(c.order), len(c.machine_calendar), len(c.way_machine)
    pinned = np.flatnonzero((c.pin_start >= 0) & (c.begun < 0))
    pinned = pinned[np.lexsort((pinned, c.pin_start[pinned], c.pin_machine[pinned]))].astype(np.int64)

    def column(size: int) -> Ints:
        return np.zeros(size, np.int64)

    attached = (c.machine_setups >= 0) & (c.attached[c.machine_setups] == 1)
    slow = (c.machine_calendar >= 0) | attached | np.isin(np.arange(m), c.pin_machine[pinned])
    supplied = (np.diff(c.need_ptr) > 0) | (np.diff(c.use_ptr) > 0)
    stands = np.zeros(n, bool)
    stands[c.way_operation[c.buffer[c.way_machine] >= 0]] = True
    supplied[np.repeat(np.arange(n), np.diff(c.succ_ptr))[stands[c.succ]]] = True
    places = np.concatenate([[0], np.cumsum(np.maximum(0, c.buffer))]).astype(np.int64)
    return Desk(
        simple=(~slow[c.way_machine] & ~supplied[c.way_operation]).astype(np.int64),
        ready=column(n),
        missing=column(n),
        queue_ptr=np.concatenate([[0], np.cumsum(np.bincount(c.way_machine, minlength=m))]).astype(np.int64),
        queue=column(w),
        waits=column(m),
        found_start=np.full(w, NEVER, np.int64),
        heap=column(m),
        place=column(m),
        key=column(m),
        free=column(m),
        state=column(m),
        history=_history(problem),
        next_pin=column(m),
        pinned=pinned,
        pin_ptr=np.searchsorted(c.pin_machine[pinned], np.arange(m + 1)).astype(np.int64),
        resource_free=column(len(c.resource_calendar)),
        pick=column(int(c.slot_ptr[-1])),
        calendars=column(int(np.diff(c.slot_ptr).max(initial=0)) + 2),
        stock_events=column(len(c.stock_known)),
        stock_at=c.stock_at.copy(),
        stock_change=c.stock_change.copy(),
        fit=column(4),
        route=column(n),
        held=column(m),
        left=column(m),
        leave_ptr=places,
        leave=column(int(places[-1])),
        lenient=column(1),
    )
