"""Annealing of the activity list: the search for shops with calendars, people, batches, material, and any goal.

Rounds from the best plan on, each twice as long as the last. Between slices the list is sorted by starts and spread.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from dengta.engines.scheduling.decoder import empty_sheet
from dengta.engines.scheduling.incumbent import Incumbent
from dengta.engines.scheduling.kernels_layout import RUN, Ints, Reals, Sheet
from dengta.engines.scheduling.kernels_list import NODE, VISITS, List
from dengta.engines.scheduling.kernels_list_load import load
from dengta.engines.scheduling.kernels_list_moves import FRESH, MOST_HANDED, MOST_MOVED, SAVED_AT, Trial, cool, cost_of
from dengta.engines.scheduling.kernels_measure import BROKEN, TERMS
from dengta.engines.scheduling.objective import MEASURED, Goal
from dengta.engines.scheduling.problem import Problem

_NEXT = 0.02  # what a unit of a level costs beside one of the level before
_WISH = 1e5  # what a broken wish costs, in mean operations
_HOT, _HOTTEST, _COLD = 0.1, 4.0, 0.02  # in the price of a mean operation's time
_PATIENCE = 40.0
_MEETINGS = 8  # times that batches are put together again when a plan becomes a list


class ActivityList:
    """The search, which can be left and taken up again between slices."""

    def __init__(self, problem: Problem, best: Incumbent, chance: np.random.Generator) -> None:
        self.problem, self.best = problem, best
        self._list, self._trial = _empty_list(problem), _empty_trial(problem)
        self._weight = _weights(best.goal)
        mean = problem.least.mean() * problem.columns.weight.mean()
        self._unit = max(1.0, float(mean * self._weight.max()))
        self._weight[BROKEN] = _WISH * self._unit
        self._state = chance.integers(1, 2**63, 1).astype(np.uint64)
        n = len(problem.columns.order)
        self._slice = max(500, min(4000, n))
        self._at, self._whole, self._heat = 0, max(20_000, 4 * n), _HOT
        self._offered = np.inf
        self._own: Sheet | None = None
        self._kept: tuple[Ints, Ints, Ints] | None = None

    def step(self, visits: int) -> None:
        """Search on for about so many visits to operations, at least one slice."""
        until = self.best.visits + visits
        self.run()
        while self.best.visits < until and self.best.go_on():
            self.run()

    def hear(self, sheet: Sheet) -> None:
        """The next round may begin at another one's plan."""
        self.best.offer(sheet)

    def run(self) -> None:
        """A slice of a round. A round begins at the best plan there is."""
        b, t = self._list, self._trial
        if self._at == 0:
            self._begin()
        self.cool(min(self._slice, self._whole - self._at))
        self.best.spend(int(b.tally[VISITS]))
        b.tally[VISITS] = 0
        start, label, way, who = b.node["start"].copy(), b.node["label"].copy(), b.node["way"].copy(), b.who.copy()
        if t.best_cost[0] < self._offered:
            self._load(t.best_label, t.best_label, t.best_way, t.best_who)
            self._offer()
        t.best_cost[0] = self._offered
        if self._at >= self._whole:
            self._at, self._whole, self._heat = 0, 2 * self._whole, min(_HOTTEST, 2 * self._heat)
            return
        self._load(label, label, way, who)
        cost = cost_of(b.terms, self._weight)
        if not self._load(start, label, way, who) or cost_of(b.terms, self._weight) > cost:
            self._load(label, label, way, who)

    def cool(self, trials: int) -> None:
        """So many trials of the round."""
        t, hot = self._trial, self._heat * self._unit
        t.tally[SAVED_AT] = t.tally[FRESH] = 0
        cool(
            self.problem.columns, self._list, t, self._weight, hot, hot * _COLD, _PATIENCE, self._at, trials,
            self._whole, self._state,
        )  # fmt: skip
        self._at += trials

    def _begin(self) -> None:
        """The list of the best plan: by starts, what goes before others first; in a batch, who came last first."""
        c, sheet, b = self.problem.columns, self.best.plan, self._list
        if sheet is self._own and self._kept is not None:
            label, way, who = self._kept
            self._load(label, label, way, who)
            self._offered = self._trial.best_cost[0] = cost_of(b.terms, self._weight)
            return
        self._begun = sheet
        self._planned = np.flatnonzero(sheet.machine >= 0).astype(np.int64)
        b.node["fixed"] = c.begun >= 0
        way = _ways(self.problem, sheet)
        rank = np.empty(len(c.order), np.int64)
        rank[self.problem.topological] = np.arange(len(rank))
        then, who = _first_leads(self.problem, sheet, rank), _staff(self.problem, sheet)
        tried = [then]
        costs = [self._priced(sheet.start, then, way, who)]
        for _ in range(_MEETINGS if (sheet.batch >= 0).any() else 0):
            then = _meet_again(self.problem, sheet, b.node, then)
            tried.append(then)
            costs.append(self._priced(sheet.start, then, way, who))
        cost = self._priced(sheet.start, tried[int(np.argmin(costs))], way, who)
        self._trial.best_cost[0], self._offered = cost, cost
        self._trial.best_label[:], self._trial.best_way[:], self._trial.best_who[:] = b.node["label"], way, b.who
        self._offer()

    def _offer(self) -> None:
        """Offer the present plan, and keep its list: a list made of a plan is not always as good as the plan."""
        b = self._list
        self._offered = min(self._offered, float(cost_of(b.terms, self._weight)))
        sheet = self._sheet()
        self.best.offer(sheet)
        if self.best.plan is sheet:
            self._own, self._kept = sheet, (b.node["label"].copy(), b.node["way"].copy(), b.who.copy())

    def _priced(self, first: Ints, then: Ints, way: Ints, who: Ints) -> float:
        """What the list costs; endless where one has no place."""
        placed = self._load(first, then, way, who)
        return float(cost_of(self._list.terms, self._weight)) if placed else np.inf

    def _load(self, first: Ints, then: Ints, way: Ints, who: Ints) -> bool:
        """The plan of a list sorted by `first`, ties by `then`."""
        fixed = self._list.node["fixed"][self._planned] == 0
        sequence = self._planned[np.lexsort((then[self._planned], first[self._planned], fixed))]
        self._list.who[:] = who
        return bool(load(self.problem.columns, self._list, self._begun, sequence, way))

    def _sheet(self) -> Sheet:
        """The present plan."""
        c, node, sheet = self.problem.columns, self._list.node, empty_sheet(self.problem)
        here = self._planned
        for name in ("machine", "setup", "setup_start", "setup_end", "start", "end"):
            getattr(sheet, name)[here] = node[name][here]
        leader = np.where(node["machine"] >= 0, node["leader"], -1)
        together = np.bincount(leader[leader >= 0], minlength=len(leader))
        batched = leader >= 0
        batched[batched] = together[leader[batched]] > 1
        sheet.batch[batched] = leader[batched]
        fixed = c.begun >= 0
        sheet.batch[fixed] = self._begun.batch[fixed]
        owner = self._list.slot_operation
        slot = np.arange(len(owner))
        joined = batched[owner] & (leader[owner] != owner)
        slot[joined] += c.slot_ptr[leader[owner[joined]]] - c.slot_ptr[owner[joined]]
        runs = np.repeat(c.need_when, c.need_count) & RUN > 0
        holds = (sheet.machine[owner] >= 0) & (runs | (sheet.setup[leader_or_self(leader, owner)] > 0))
        sheet.who[holds] = self._list.who[slot[holds]]
        sheet.who[fixed[owner]] = self._begun.who[fixed[owner]]
        return sheet


def leader_or_self(leader: Ints, owner: Ints) -> Ints:
    """Whose setup counts for each slot."""
    return np.where(leader[owner] >= 0, leader[owner], owner)


def _ways(problem: Problem, sheet: Sheet) -> Ints:
    """The way each planned operation takes."""
    c = problem.columns
    way = c.way_ptr[:-1].copy()
    taken = np.flatnonzero(c.way_machine == sheet.machine[c.way_operation])
    way[c.way_operation[taken]] = taken
    return way


def _first_leads(problem: Problem, sheet: Sheet, rank: Ints) -> Ints:
    """A rank for operations that start at once: precedence, and in a batch who was there last before the others."""
    c = problem.columns
    ready = c.release[c.order].copy()
    target = np.repeat(np.arange(len(c.order)), np.diff(c.pred_ptr))
    np.maximum.at(ready, target, sheet.end[c.pred] + c.lag)
    together = sheet.batch >= 0
    order = np.lexsort((rank, np.where(together, -ready, 0), sheet.end))
    place = np.empty(len(order), np.int64)
    place[order] = np.arange(len(order))
    return place


def _meet_again(problem: Problem, sheet: Sheet, node: NDArray, then: Ints) -> Ints:
    """`then` with the members of each batch of `sheet` in the sequence in which they may still meet as times are now.

    What comes before them may have become earlier, so that the first of them must not wait for the last any more: those
    that may meet go first, of these who comes last.
    """
    c, found = problem.columns, then.copy()
    members = np.flatnonzero((sheet.batch >= 0) & (c.begun < 0) & (node["machine"] >= 0))
    members = members[np.lexsort((node["label"][members], sheet.batch[members]))]
    cuts = np.flatnonzero(np.diff(sheet.batch[members])) + 1
    for group in np.split(members, cuts) if len(members) else []:
        m, before = int(sheet.machine[group[0]]), int(node["before"][group[0]])
        free = int(node["free"][before]) if before >= 0 else 0
        ready = np.maximum(node["ready"][group], c.pin_start[group])
        left = group[np.argsort(ready, kind="stable")].tolist()
        when = dict(zip(group.tolist(), ready.tolist(), strict=True))
        sequence: list[int] = []
        while left:
            until = max(free, when[left[0]]) + int(c.wait[m])
            meet = [i for i in left if when[i] <= until]
            sequence += meet[::-1]
            free = max(free, when[meet[-1]]) + int(sheet.end[group[0]] - sheet.start[group[0]])
            left = left[len(meet) :]
        found[sequence] = np.sort(then[group])
    return found


def _staff(problem: Problem, sheet: Sheet) -> Ints:
    """Who holds each slot; where the plan needed nobody, somebody who could. Work that has begun stays as it is."""
    c = problem.columns
    who = sheet.who.copy()
    skill = np.repeat(c.need_skill, c.need_count)
    owner = np.repeat(np.arange(len(c.order)), np.diff(c.slot_ptr))
    for slot in np.flatnonzero((who < 0) & (c.begun[owner] < 0)).tolist():
        able = c.skill_resource[c.skill_ptr[skill[slot]] : c.skill_ptr[skill[slot] + 1]]
        mine = who[c.slot_ptr[owner[slot]] : c.slot_ptr[owner[slot] + 1]]
        others = able[~np.isin(able, mine)]
        who[slot] = (others if len(others) else able)[slot % max(1, len(others) or len(able))]
    return who


def _weights(goal: Goal) -> Reals:
    """(TERMS,): what a unit of each term costs, levels told apart by a factor."""
    weight = np.zeros(TERMS)
    for k, level in enumerate(goal.levels):
        for term in level:
            weight[MEASURED.index(term.kind)] += term.price * _NEXT**k
    return weight


def _empty_list(problem: Problem) -> List:
    c = problem.columns
    n, orders, slots, uses = len(c.order), len(c.release), int(c.slot_ptr[-1]), len(c.use_material)
    source = np.repeat(np.arange(n), np.diff(c.succ_ptr))
    inside = np.zeros(n, bool)
    inside[source[c.order[c.succ] == c.order[source]]] = True
    ends = np.flatnonzero(~inside).astype(np.int64)
    ends = ends[np.argsort(c.order[ends], kind="stable")]

    def column(size: int) -> Ints:
        return np.full(size, -1, np.int64)

    def rows(size: int) -> NDArray:
        return np.zeros(size, NODE)

    machines, people, materials = len(c.machine_calendar), len(c.resource_calendar), len(c.stock_known)
    return List(
        node=rows(n), first=column(machines), last=column(machines),
        who=column(slots), until=column(slots), slot_before=column(slots), slot_after=column(slots),
        slot_operation=np.repeat(np.arange(n), np.diff(c.slot_ptr)).astype(np.int64),
        who_first=column(people), who_last=column(people),
        total=column(uses), use_before=column(uses), use_after=column(uses),
        use_operation=np.repeat(np.arange(n), np.diff(c.use_ptr)).astype(np.int64),
        take_first=column(materials), take_last=column(materials),
        make_first=column(materials), make_last=column(materials),
        heap=column(n), log_node=rows(n), log_operation=column(n), log_until=column(slots),
        log_order=column(len(ends) + 1), log_done=column(len(ends) + 1),
        end_ptr=np.concatenate([[0], np.cumsum(np.bincount(c.order[ends], minlength=orders))]).astype(np.int64),
        ends=ends, done=column(orders), terms=np.zeros(TERMS, np.int64), tally=np.zeros(8, np.int64),
        calendars=column(int(np.diff(c.slot_ptr).max(initial=0)) + 2), fit=column(4),
        limited=np.array([(c.buffer >= 0).any()], np.int64),
    )  # fmt: skip


def _empty_trial(problem: Problem) -> Trial:
    c = problem.columns
    n = len(c.order)
    return Trial(
        np.zeros((MOST_MOVED, 3), np.int64), np.zeros((MOST_HANDED, 2), np.int64), np.zeros(len(c.release), np.int64),
        np.zeros(TERMS, np.int64), np.zeros(2, np.int64), np.zeros(n, np.int64), np.zeros(n, np.int64),
        np.zeros(int(c.slot_ptr[-1]), np.int64), np.zeros(1), np.zeros(8, np.int64),
    )  # fmt: skip
