"""An independent judge of plans, written apart from every search: laws no plan may break, wishes it may have to.

It knows the problem and the plan's own columns, and recomputes the rest by the plainest way there is.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from itertools import pairwise

import numpy as np

from dengta.core.reason import Param, Reason
from dengta.engines.scheduling.check_time import Hours, worked
from dengta.engines.scheduling.kernels_layout import RUN, SETUP, Ints, Sheet
from dengta.engines.scheduling.problem import Problem

_SHOWN = 20  # of one law


def judge(problem: Problem, sheet: Sheet) -> list[Reason]:
    """The laws the plan breaks, at most twenty places of each; [] when it keeps them all."""
    court = _Court(problem, sheet)
    laws = (
        court.begins,
        court.precedence,
        court.durations,
        court.machines,
        court.batches,
        court.people,
        court.stock,
        court.sequence,
    )
    return [reason for law in laws for _, reason in zip(range(_SHOWN), law(), strict=False)]


def wishes(problem: Problem, sheet: Sheet) -> list[Reason]:
    """What was wished and is not so: operations without a place, deadlines, longest lags, pins."""
    c, names = problem.columns, problem.names
    found = [_of(problem, "unplanned", i) for i in np.flatnonzero(sheet.machine < 0).tolist()]
    done = completions(problem, sheet)
    for o in np.flatnonzero((done >= 0) & (done > c.deadline)).tolist():
        place = (f"order {names.of('orders', o)}",)
        found.append(Reason("scheduling.deadline_missed", place, {"deadline": int(c.deadline[o]), "end": int(done[o])}))
    target = np.repeat(np.arange(len(c.order)), np.diff(c.pred_ptr))
    both = (sheet.machine[target] >= 0) & (sheet.machine[c.pred] >= 0)
    slack = sheet.start[target] - sheet.end[c.pred]
    for e in np.flatnonzero(both & (slack > c.lag_most)).tolist():
        before = problem.operation_name(int(c.pred[e]))
        most, lag = int(c.lag_most[e]), int(slack[e])
        found.append(_of(problem, "lag_exceeded", int(target[e]), before=before, most=most, lag=lag))
    planned = (sheet.machine >= 0) & (c.begun < 0)
    moved = np.flatnonzero(planned & (c.pin_start >= 0) & (sheet.start != c.pin_start)).tolist()
    pins = zip(moved, c.pin_start[moved].tolist(), sheet.start[moved].tolist(), strict=True)
    found += [_of(problem, "pin_moved", i, pinned=pinned, start=start) for i, pinned, start in pins]
    return found + [reason for m in np.flatnonzero(c.buffer >= 0).tolist() for reason in _overfull(problem, sheet, m)]


def _overfull(problem: Problem, sheet: Sheet, m: int) -> Iterator[Reason]:
    """Whoever comes to machine m when all places before it are taken: come and gone in turn, a place left first."""
    c, places = problem.columns, int(problem.columns.buffer[m])
    turns: list[tuple[int, int, int]] = []
    for i in np.flatnonzero((sheet.machine == m) & (c.begun < 0) & (np.diff(c.pred_ptr) > 0)).tolist():
        before = [int(sheet.end[c.pred[e]]) for e in range(c.pred_ptr[i], c.pred_ptr[i + 1])]
        if max(before) < sheet.start[i]:
            turns += [(max(before), 1, i), (int(sheet.start[i]), 0, i)]
    taken = 0
    for at, comes, i in sorted(turns):
        taken += 1 if comes else -1
        if comes and taken > places:
            machine = problem.names.of("machines", m)
            yield _of(problem, "buffer_exceeded", i, machine=machine, places=places, waiting=taken, at=at)


def completions(problem: Problem, sheet: Sheet) -> Ints:
    """When each order is done; -1 where part of it is not planned."""
    c = problem.columns
    done = np.full(len(c.release), -1, np.int64)
    np.maximum.at(done, c.order, sheet.end)
    done[c.order[sheet.machine < 0]] = -1
    return done


def _of(problem: Problem, code: str, i: int, **params: Param) -> Reason:
    order, _, operation = problem.operation_name(i).rpartition("/")
    place = (f"order {order}", f"operation {operation}")
    return Reason(f"scheduling.{code}", place, params)


class _Court:
    """One case. Each law yields what breaks it."""

    def __init__(self, problem: Problem, sheet: Sheet) -> None:
        self.problem, self.c, self.s = problem, problem.columns, sheet
        self.planned = sheet.machine >= 0
        self.hours = Hours(problem.columns)

    def broken(self, law: str, i: int, **params: Param) -> Reason:
        return _of(self.problem, "law_broken", i, law=law, detail=", ".join(f"{k} {v}" for k, v in params.items()))

    def begins(self) -> Iterator[Reason]:
        """Nothing starts before it is released, or in the past; what has begun stays; pinned machines are kept."""
        c, s = self.c, self.s
        fresh = self.planned & (c.begun < 0)
        early = fresh & (s.start < np.maximum(c.release[c.order], c.now[0]))
        yield from (self.broken("release", i, start=int(s.start[i])) for i in np.flatnonzero(early).tolist())
        moved = self.planned & (c.begun >= 0) & (s.start != c.begun)
        yield from (self.broken("begun", i, start=int(s.start[i])) for i in np.flatnonzero(moved).tolist())
        carried = self.planned & (c.pin_machine >= 0) & (s.machine != c.pin_machine)
        yield from (self.broken("pinned machine", i) for i in np.flatnonzero(carried).tolist())

    def precedence(self) -> Iterator[Reason]:
        """Each after the end of what goes before it, and its lag."""
        c, s = self.c, self.s
        target = np.repeat(np.arange(len(c.order)), np.diff(c.pred_ptr))
        there = self.planned[target] & (c.begun[target] < 0)
        wrong = there & (~self.planned[c.pred] | (s.start[target] < s.end[c.pred] + c.lag))
        for e in np.flatnonzero(wrong).tolist():
            yield self.broken("precedence", int(target[e]), before=int(c.pred[e]))

    def durations(self) -> Iterator[Reason]:
        """Each takes exactly its work, in open time; whole work does not pause; a batch takes its longest member's."""
        c, s = self.c, self.s
        time = np.full(len(c.order), -1, np.int64)
        taken = np.flatnonzero(c.way_machine == s.machine[c.way_operation])
        time[c.way_operation[taken]] = c.way_time[taken]
        yield from (self.broken("no such way", i) for i in np.flatnonzero(self.planned & (time < 0)).tolist())
        longest: dict[int, int] = defaultdict(int)
        for i in np.flatnonzero(s.batch >= 0).tolist():
            longest[int(s.batch[i])] = max(longest[int(s.batch[i])], int(time[i]))
        for i in np.flatnonzero(s.batch >= 0).tolist():
            time[i] = longest[int(s.batch[i])]
        fresh = self.planned & (c.begun < 0)
        hours = (c.machine_calendar[s.machine] >= 0) | (np.diff(c.need_ptr) > 0)
        plain = fresh & ~hours & (s.end - s.start != time)
        yield from (self.broken("duration", i, work=int(time[i])) for i in np.flatnonzero(plain).tolist())
        for i in np.flatnonzero(fresh & hours).tolist():
            openings = self.hours.of(int(s.machine[i]), self.held(i, RUN))
            if worked(openings, int(s.start[i]), int(time[i]), bool(c.must_fit[i])) != s.end[i]:
                yield self.broken("working time", i, start=int(s.start[i]), end=int(s.end[i]), work=int(time[i]))
        for i in np.flatnonzero(self.planned & (c.begun >= 0)).tolist():
            if not self._goes_on(i):
                yield self.broken("remaining work", i, end=int(s.end[i]))

    def _goes_on(self, i: int) -> bool:
        """Begun work ends no sooner than what remains of it takes, from now on."""
        c, s = self.c, self.s
        if c.remaining[i] == 0:
            return bool(s.end[i] == (c.now[0] if c.ended[i] < 0 else c.ended[i]))
        ends = worked(
            self.hours.of(int(s.machine[i]), self.held(i, RUN)), int(c.now[0]), int(c.remaining[i]), False, True
        )
        return ends is not None and bool(s.end[i] >= ends)

    def held(self, i: int, when: int) -> list[int]:
        """The resources operation i holds in that part."""
        c, slot, held = self.c, int(self.c.slot_ptr[i]), []
        for need in range(c.need_ptr[i], c.need_ptr[i + 1]):
            for _ in range(c.need_count[need]):
                if c.need_when[need] & when and self.s.who[slot] >= 0:
                    held.append(int(self.s.who[slot]))
                slot += 1
        return held

    def machines(self) -> Iterator[Reason]:
        """One at a time, set up for each in between. What has begun is as it was reported, together or not."""
        c, s = self.c, self.s
        here = np.flatnonzero(self.planned)
        here = here[np.lexsort((s.end[here], s.start[here], s.setup_start[here], s.machine[here]))]
        begins, ends, machine, batch = s.setup_start[here], s.end[here], s.machine[here], s.batch[here]
        same = (machine[1:] == machine[:-1]) & ((batch[1:] < 0) | (batch[1:] != batch[:-1]))
        apart = machine * (int(ends.max(initial=0)) + 1)  # so that one running maximum serves every machine
        over = same & (begins[1:] < np.maximum.accumulate(ends + apart)[:-1] - apart[1:]) & (self.c.begun[here[1:]] < 0)
        yield from (self.broken("one at a time", int(here[k + 1])) for k in np.flatnonzero(over).tolist())
        if not (c.machine_setups >= 0).any():
            yield from (self.broken("setup", i) for i in np.flatnonzero(s.setup != 0).tolist())
            return
        state = {m: int(c.machine_state[m]) for m in range(len(c.machine_state))}
        seen: set[int] = set()
        for i in here.tolist():
            m, own = int(s.machine[i]), int(c.state[i])
            matrix, wanted = int(c.machine_setups[m]), 0
            if matrix >= 0 and state[m] >= 0 and own >= 0 and c.begun[i] < 0 and int(s.batch[i]) not in seen:
                wanted = int(c.setup[matrix, state[m], own])
            seen |= {int(s.batch[i])} - {-1}
            state[m] = own if own >= 0 else state[m]
            if s.setup[i] != wanted:
                yield self.broken("setup", i, wanted=wanted, planned=int(s.setup[i]))
            elif wanted:
                yield from self._set_up(i, m, bool(c.attached[matrix]))

    def _set_up(self, i: int, m: int, attached: bool) -> Iterator[Reason]:
        c, s = self.c, self.s
        start, end = int(s.setup_start[i]), int(s.setup_end[i])
        openings = self.hours.of(m, self.held(i, SETUP))
        if worked(openings, start, int(s.setup[i]), False) != end or end > s.start[i] or start < c.now[0]:
            yield self.broken("setup time", i, start=start, end=end)
        before = [int(s.end[c.pred[e]] + c.lag[e]) for e in range(c.pred_ptr[i], c.pred_ptr[i + 1])]
        if attached and start < max([int(c.release[c.order[i]]), *before]):
            yield self.broken("attached setup", i, start=start)

    def batches(self) -> Iterator[Reason]:
        """Together means one machine, time, key, state and crew, within the capacity, without waiting too long."""
        c, s = self.c, self.s
        members: dict[int, list[int]] = defaultdict(list)
        for i in np.flatnonzero(s.batch >= 0).tolist():
            members[int(s.batch[i])].append(i)
        for all_ in members.values():
            looks = {(int(s.machine[i]), int(s.start[i]), int(s.end[i]), int(c.key[i]), int(c.state[i])) for i in all_}
            crews = {(self._needs(i), tuple(self.held(i, RUN))) for i in all_ if c.begun[i] < 0}
            room = int(c.capacity[s.machine[all_[0]]])
            if max(len(looks), len(crews)) > 1 or c.key[all_[0]] < 0 or sum(int(c.size[i]) for i in all_) > room:
                yield self.broken("batch", all_[0], members=len(all_), capacity=room)
            elif crews and c.begun[all_].max() < 0:
                yield from self._waited(all_)

    def _needs(self, i: int) -> tuple[tuple[int, ...], ...]:
        c, rows = self.c, slice(int(self.c.need_ptr[i]), int(self.c.need_ptr[i + 1]))
        return tuple(tuple(column[rows].tolist()) for column in (c.need_skill, c.need_count, c.need_when))

    def _waited(self, members: list[int]) -> Iterator[Reason]:
        """The last member is there within the wait after the first is, and the machine is free, set up and open.

        Who comes later than that must not have been waited for: crew or calendar held the batch anyway. Where it takes
        material, that may have held it, which is not looked into.
        """
        c, s, m = self.c, self.s, int(self.s.machine[members[0]])
        there = []
        for i in members:
            before = [int(s.end[c.pred[e]] + c.lag[e]) for e in range(c.pred_ptr[i], c.pred_ptr[i + 1])]
            there.append(max(int(c.release[c.order[i]]), int(c.now[0]), int(c.pin_start[i]), *before))
        others = (s.machine == m) & (s.end <= s.start[members[0]]) & (s.batch != s.batch[members[0]])
        free = max([int(s.setup_end[i]) for i in members if s.setup[i]], default=int(s.end[others].max(initial=0)))
        since = max(min(there), free, int(c.now[0]))
        since = min((max(p.start, since) for p in self.hours.of(m, []) if p.end > since), default=since)
        last, until = max(there), since + int(c.wait[m])
        prompt = [i for i, at in zip(members, there, strict=True) if at <= until]
        if last > until and not any(
            c.use_quantity[u] > 0 for i in prompt for u in range(c.use_ptr[i], c.use_ptr[i + 1])
        ):
            since = max(since, *(at for at in there if at <= until))
            if self._could_start(prompt, since) < last:
                yield self.broken("batch wait", members[0], first=since, last=last, wait=int(c.wait[m]))

    def _could_start(self, members: list[int], since: int) -> int:
        """When a batch of these could start with its crew, as the calendars and what the crew did before let it."""
        c, s, i = self.c, self.s, members[0]
        m, crew = int(s.machine[i]), self.held(i, RUN)
        owner = np.repeat(np.arange(len(c.order)), np.diff(c.slot_ptr))
        before = owner[np.isin(s.who, crew)]
        before = before[(s.end[before] <= s.start[i]) & ((s.batch[before] < 0) | (s.batch[before] != s.batch[i]))]
        at, work = max(since, int(s.end[before].max(initial=0))), max(self._work(j, m) for j in members)
        openings = self.hours.of(m, crew)
        while at < s.start[i] and worked(openings, at, work, bool(c.must_fit[i])) is None:
            at = min((p.start for p in openings if p.start > at), default=int(s.start[i]))
        return at

    def _work(self, i: int, machine: int) -> int:
        c = self.c
        return next(int(c.way_time[w]) for w in range(c.way_ptr[i], c.way_ptr[i + 1]) if c.way_machine[w] == machine)

    def sequence(self) -> Iterator[Reason]:
        """Where it is asked for, every machine takes the orders in the same sequence."""
        if not self.problem.permutation:
            return
        c, s = self.c, self.s
        place = np.argsort(np.argsort(np.bincount(c.order, s.start + s.end), kind="stable"))
        for m in range(len(c.machine_calendar)):
            here = np.flatnonzero(s.machine == m)
            here = here[np.argsort(place[c.order[here]], kind="stable")]
            if (np.diff(s.start[here]) < 0).any() or (np.diff(s.end[here]) < 0).any():
                yield self.broken("one sequence", int(here[0]), machine=m)

    def people(self) -> Iterator[Reason]:
        """Who is needed is there, able, and in one place at a time."""
        c, s = self.c, self.s
        able = [set(c.skill_resource[a:b].tolist()) for a, b in zip(c.skill_ptr[:-1], c.skill_ptr[1:], strict=True)]
        bookings: dict[int, list[tuple[int, int, int]]] = defaultdict(list)
        shares = np.where((s.batch >= 0) & (c.begun < 0), s.batch, np.arange(len(s.batch)))  # a batch has one crew
        for i in np.flatnonzero(self.planned & (np.diff(c.need_ptr) > 0)).tolist():
            if c.begun[i] >= 0 and c.remaining[i] == 0:
                continue
            for when in (RUN, SETUP):
                if max(Counter(self.held(i, when)).values(), default=0) > 1:
                    yield self.broken("one person twice", i)
            slot = int(c.slot_ptr[i])
            for need in range(c.need_ptr[i], c.need_ptr[i + 1]):
                when = int(c.need_when[need])
                for who in s.who[slot : slot + int(c.need_count[need])].tolist():
                    if who >= 0 and who not in able[int(c.need_skill[need])]:
                        yield self.broken("skill", i, who=who)
                    if who < 0 and (when & RUN or s.setup[i]):
                        yield self.broken("nobody there", i)
                    begin = s.setup_start[i] if when & SETUP and s.setup[i] else s.start[i]
                    until = s.end[i] if when & RUN else s.setup_end[i]
                    begin = max(c.now[0], until - c.remaining[i]) if c.begun[i] >= 0 else begin
                    bookings[who].append((int(begin), int(until), int(shares[i])))
                slot += int(c.need_count[need])
        for who, booked in bookings.items():
            booked.sort()
            for (_, end, one), (start, _, other) in pairwise(booked):
                if start < end and one != other and who >= 0:
                    yield self.broken("one place at a time", other, who=who)

    def stock(self) -> Iterator[Reason]:
        """No stock is ever below nothing."""
        c, s = self.c, self.s
        changes: dict[int, dict[int, int]] = defaultdict(lambda: defaultdict(int))
        for k, (at, known) in enumerate(zip(c.stock_ptr[:-1].tolist(), c.stock_known.tolist(), strict=True)):
            for e in range(at, at + known):
                changes[k][int(c.stock_at[e])] += int(c.stock_change[e])
        user: dict[tuple[int, int], int] = {}
        for i in np.flatnonzero(self.planned & (np.diff(c.use_ptr) > 0)).tolist():
            for use in range(c.use_ptr[i], c.use_ptr[i + 1]):
                k, quantity = int(c.use_material[use]), int(c.use_quantity[use])
                if c.begun[i] >= 0 and (quantity > 0 or c.remaining[i] == 0):
                    continue  # the stock that is stated knows of it
                at = int(s.start[i] if quantity > 0 else s.end[i])
                changes[k][at] -= quantity
                user[k, at] = i
        for k, by_time in changes.items():
            level = 0
            for at in sorted(by_time):
                level += by_time[at]
                if level < 0:
                    yield self.broken(
                        "stock", user.get((k, at), 0), material=self.problem.names.of("materials", k), at=at
                    )
                    break
