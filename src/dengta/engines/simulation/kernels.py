"""The compiled discrete-event kernel: one next-event slot per machine, everything in flat arrays, resumable anywhere.

`advance` works off every event up to a time and stops early only when the trace is full; all state is in the arrays it
is given, so stopping and going on changes nothing, bit for bit. Times are integer microseconds.

A machine has a base activity (EMPTY, SETUP, RUN, BLOCKED), may be stopped (`stop` >= 0) and may be closed. Its clocks
run only while it is open and has the people it needs; whatever is interrupted resumes with the time it had left.
"""

from __future__ import annotations

from numba import njit

from dengta.engines.simulation.kernels_chance import draw, normal, uniform
from dengta.engines.simulation.kernels_layout import (
    BLOCKED,
    CALENDAR_AT,
    CYCLE,
    DONE,
    EMPTY,
    ENERGY,
    GATED,
    IN,
    LEAVE,
    MEASURE,
    METER_AT,
    NOW,
    OFF,
    OUT,
    QUEUED,
    RELEASE_AT,
    REMADE,
    ROWS,
    RUN,
    SCRAP,
    SCRAPPED,
    SETUP,
    TAKE,
    TURN,
    Plant,
    State,
    Work,
)
from dengta.engines.simulation.kernels_machine import (
    bring_up,
    change_crew,
    close_job,
    let_go,
    need,
    next_event,
    note,
    open_job,
    tell_count,
    tell_state,
    use_energy,
)


@njit(cache=True, nogil=True)
def enqueue(s: State, w: Work, part: int, station: int, urgent: bool) -> None:
    """Let a part wait at a station: last of its family, or first when urgent."""
    family = w.family[part]
    s.clock[TURN] += 1
    s.waits[station] += 1
    s.tally[QUEUED] += w.size[part]
    if urgent:
        w.turn[part] = -s.clock[TURN]
        w.after[part] = s.head[station, family]
        s.head[station, family] = part
        if w.after[part] < 0:
            s.tail[station, family] = part
        return
    w.turn[part] = s.clock[TURN]
    w.after[part] = -1
    if s.head[station, family] < 0:
        s.head[station, family] = part
    else:
        w.after[s.tail[station, family]] = part
    s.tail[station, family] = part


@njit(cache=True, nogil=True)
def dequeue(m: Plant, s: State, w: Work, i: int) -> int:
    """The part that machine i takes next by its station's rule, out of the queue; -1: none waits."""
    station = m.station[i]
    if s.waits[station] == 0:
        return -1
    best = -1
    for f in range(s.head.shape[1]):
        p = s.head[station, f]
        if p >= 0 and (best < 0 or w.turn[p] < w.turn[best]):
            best = p
    if m.by_family[station] and s.family[i] >= 0:
        p = s.head[station, s.family[i]]
        if p >= 0 and w.wave[w.order[p]] == w.wave[w.order[best]]:
            best = p
    s.head[station, w.family[best]] = w.after[best]
    s.waits[station] -= 1
    s.tally[QUEUED] -= w.size[best]
    return best


@njit(cache=True, nogil=True)
def take(m: Plant, s: State, w: Work, i: int, part: int) -> None:
    """Put a part on machine i: setup first if it is set up for another family."""
    station = m.station[i]
    s.part[i] = part
    s.cycles[i] = w.size[part]
    note(s, w, i, TAKE, station, part, w.size[part])
    open_job(m, s, w, i, w.order[part])
    let_go(m, s, i)
    if m.setup[station] >= 0 and s.family[i] != w.family[part]:
        s.base[i] = SETUP
        s.left[i, 0] = draw(m, s, m.setup[station], 4 * station + 1)
    else:
        s.base[i] = RUN
        s.left[i, 0] = draw(m, s, m.step_run[w.step[part]], 4 * station)
    s.family[i] = w.family[part]


@njit(cache=True, nogil=True)
def ready(m: Plant, s: State, i: int) -> bool:
    """Open, not stopped, nothing on it."""
    return bool(s.crew[i] > OFF and s.stop[i] < 0 and s.base[i] == EMPTY)


@njit(cache=True, nogil=True)
def fits(m: Plant, s: State, w: Work, i: int) -> bool:
    """Is there room where the finished part of machine i goes next: in the buffer, or on a machine that is ready?"""
    station = m.step_station[w.step[s.part[i]] + 1]
    if station < 0 or m.gathers[station]:
        return True
    room = m.room[station] - s.waits[station]
    for j in range(m.first[station], m.first[station + 1]):
        if room <= 0 and ready(m, s, j):
            room += 1
    return bool(room > 0)


@njit(cache=True, nogil=True)
def move_on(m: Plant, s: State, w: Work, i: int) -> None:
    """The finished part of machine i goes to where its route leads."""
    bring_up(m, s, i)
    part = s.part[i]
    station = m.step_station[w.step[part] + 1]
    order = w.order[part]
    note(s, w, i, LEAVE, m.station[i], part, w.size[part])
    s.base[i], s.part[i] = EMPTY, -1
    s.dirty[i] = True
    w.step[part] += 1
    if station < 0:
        s.tally[OUT] += w.size[part]
        w.missing[order] -= w.size[part]
        if w.missing[order] == 0:
            note(s, w, i, DONE, 0, order, 0)
    elif m.gathers[station]:
        w.missing[order] -= 1
        s.tally[GATED] += 1
        if w.missing[order] == 0:
            w.size[part] = w.missing[order] = w.parts[order + 1] - w.parts[order]
            s.tally[GATED] -= w.size[part]
            enqueue(s, w, part, station, False)
    else:
        enqueue(s, w, part, station, False)


@njit(cache=True, nogil=True)
def end_cycle(m: Plant, s: State, w: Work, i: int) -> None:
    """One piece is through machine i: good, to be repeated, or lost."""
    station, part = m.station[i], s.part[i]
    s.counts[i, 0] += 1
    if s.clock[NOW] - s.counts[i, 2] >= m.rhythm[1]:
        tell_count(s, w, i)
    bad = -1
    u = uniform(s.chance, 4 * station + 2) if m.flaw_first[station + 1] > m.flaw_first[station] else 1.0
    for k in range(m.flaw_first[station], m.flaw_first[station + 1]):
        if bad < 0 and u < m.flaw_share[k]:
            bad = k
        u -= m.flaw_share[k]
    note(s, w, i, CYCLE, -1 if bad < 0 else m.flaws[bad, 0], part, 1)
    if bad >= 0:
        note(s, w, i, m.flaws[bad, 0], m.flaws[bad, 1], w.order[part], 1)
    if bad >= 0 and m.flaws[bad, 0] == SCRAP:
        s.tally[SCRAPPED] += 1
        s.tally[REMADE] += 1
        let_go(m, s, i)
        s.base[i], s.part[i] = EMPTY, -1
        w.step[part] = w.start[part]
        enqueue(s, w, part, m.step_station[w.step[part]], True)
        return
    if bad < 0:
        s.job[i, 2] += 1
        s.cycles[i] -= 1
        take_samples(m, s, w, i)
    if s.cycles[i] > 0:
        s.left[i, 0] = draw(m, s, m.step_run[w.step[part]], 4 * station)
        return
    let_go(m, s, i)
    s.base[i] = BLOCKED
    if m.gathers[station]:
        close_job(m, s, w, i)


@njit(cache=True, nogil=True)
def take_samples(m: Plant, s: State, w: Work, i: int) -> None:
    """Measure the good piece just made where a subgroup is due or under way."""
    first = m.measure_first[m.station[i]]
    for q in range(first, m.measure_first[m.station[i] + 1]):
        g = s.group[i, q - first]
        if g[1] == 0 and s.clock[NOW] >= g[0]:
            g[0], g[1], g[2] = s.clock[NOW] + m.measures[q, 0], m.measures[q, 1], g[2] + 1
        if g[1] > 0:
            x = m.normal[q, 0] + m.normal[q, 1] * normal(s.chance, 4 * m.station[i] + 3)
            g[1] -= 1
            note(s, w, i, MEASURE, q, w.order[s.part[i]], round(x), g[2] * m.measures[q, 1] - g[1] - 1)


@njit(cache=True, nogil=True)
def act(m: Plant, s: State, w: Work, i: int) -> None:
    """Machine i's own next event: a stop ends, an activity ends, or a stop begins."""
    bring_up(m, s, i)
    s.dirty[i] = True
    station = m.station[i]
    first = m.stop_first[station]
    stream = 4 * len(m.room) + 2 * (i * s.wear.shape[1])
    if s.stop[i] >= 0:
        if s.held[i] and s.left[i, 1] <= 0:
            k = s.stop[i]
            let_go(m, s, i)
            s.stop[i] = -1
            s.wear[i, k - first] = draw(m, s, m.stops[k, 3], stream + 2 * (k - first))
        return
    if s.held[i] and s.left[i, 0] <= 0:
        if s.base[i] == RUN:
            end_cycle(m, s, w, i)
            return
        if s.base[i] == SETUP:
            let_go(m, s, i)
            s.base[i] = RUN
            s.left[i, 0] = draw(m, s, m.step_run[w.step[s.part[i]]], 4 * station)
            return
    for k in range(first, m.stop_first[station + 1]):
        if s.wear[i, k - first] <= 0 and (m.stops[k, 2] or (s.held[i] and s.base[i] == RUN)):
            let_go(m, s, i)
            s.stop[i] = k
            s.left[i, 1] = draw(m, s, m.stops[k, 4], stream + 2 * (k - first) + 1)
            return


@njit(cache=True, nogil=True)
def settle(m: Plant, s: State, w: Work) -> None:
    """After an event: finished parts move on, ready machines take parts, people go where they were wanted first."""
    n = len(m.station)
    moved = True
    while moved:
        moved = False
        first = -1
        for i in range(n):  # the longest blocked of those that find room
            waits = s.base[i] == BLOCKED and s.crew[i] > OFF and s.stop[i] < 0
            if waits and (first < 0 or s.want[i] < s.want[first]) and fits(m, s, w, i):
                first = i
        if first >= 0:
            move_on(m, s, w, first)
            moved = True
        for i in range(n):
            if s.waits[m.station[i]] > 0 and ready(m, s, i):
                bring_up(m, s, i)
                take(m, s, w, i, dequeue(m, s, w, i))
                moved = True
    while True:
        first = -1
        for i in range(n):
            if not s.held[i] and s.crew[i] > OFF and (first < 0 or s.want[i] < s.want[first]):
                pool, people = need(m, s, i)
                if (pool >= 0 and s.free[pool] >= people) or (pool < 0 and (s.stop[i] >= 0 or 0 < s.base[i] < BLOCKED)):
                    first = i
        if first < 0:
            return
        bring_up(m, s, first)
        pool, people = need(m, s, first)
        if pool >= 0:
            s.free[pool] -= people
        s.held[first] = True
        s.dirty[first] = True


@njit(cache=True, nogil=True)
def release(m: Plant, s: State, w: Work, order: int) -> None:
    """An order's parts wait for the first operations of their routes; the order book has no limit."""
    for part in range(w.parts[order], w.parts[order + 1]):
        s.tally[IN] += 1
        enqueue(s, w, part, m.step_station[w.start[part]], False)


@njit(cache=True, nogil=True)
def advance(m: Plant, s: State, w: Work, until: int) -> bool:
    """Work off every event up to and including `until`; False when the trace is full: empty it and go on.

    At one instant: machines in their order, the calendar, releases, then what follows from them, then meters.
    """
    n = len(m.station)
    while True:
        at = s.clock[METER_AT]
        if s.clock[CALENDAR_AT] < len(w.calendar_at):
            at = min(at, w.calendar_at[s.clock[CALENDAR_AT]])
        if s.clock[RELEASE_AT] < len(w.release):
            at = min(at, w.release[s.clock[RELEASE_AT]])
        for i in range(n):
            at = min(at, s.slot[i])
        if at > until:
            return True
        if s.clock[ROWS] + 40 * n > len(w.row_at):
            return False
        s.clock[NOW] = at
        for i in range(n):
            if s.slot[i] == at:
                act(m, s, w, i)
        while s.clock[CALENDAR_AT] < len(w.calendar_at) and w.calendar_at[s.clock[CALENDAR_AT]] == at:
            k = s.clock[CALENDAR_AT]
            change_crew(m, s, w, w.calendar_machine[k], w.calendar_crew[k])
            s.clock[CALENDAR_AT] += 1
        while s.clock[RELEASE_AT] < len(w.release) and w.release[s.clock[RELEASE_AT]] == at:
            release(m, s, w, s.clock[RELEASE_AT])
            s.clock[RELEASE_AT] += 1
        settle(m, s, w)
        for i in range(n):
            if s.dirty[i]:
                s.dirty[i] = False
                tell_state(m, s, w, i)
                s.slot[i] = next_event(m, s, i)
        if s.clock[METER_AT] == at:
            s.clock[METER_AT] += m.rhythm[0]
            for i in range(n):
                use_energy(m, s, i)
                note(s, w, i, ENERGY, 0, -1, s.energy[i, 0])
