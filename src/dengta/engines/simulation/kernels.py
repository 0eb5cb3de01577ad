"""The compiled discrete-event kernel: one next-event slot per machine, tables of records, resumable anywhere.

`advance` works off every event up to a time and stops early only when the trace is full; all state is in the tables it
is given, so stopping and going on changes nothing, bit for bit. Times are integer microseconds.

A machine has a base activity (EMPTY, SETUP, RUN, BLOCKED), may be stopped (`stop` >= 0) and may be closed. Its clocks
run only while it is open and has the people it needs; whatever is interrupted resumes with the time it had left.
"""

from __future__ import annotations

from dengta.core.compiled import njit
from dengta.engines.simulation.kernels_chance import draw, normal, uniform
from dengta.engines.simulation.kernels_layout import (
    BLOCKED,
    CALENDAR_AT,
    COMPILED,
    CYCLE,
    DONE,
    EMPTY,
    ENERGY,
    GATED,
    IN,
    LEAVE,
    MEASURE,
    METER,
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
    TELL_COUNT,
    TURN,
    Plant,
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


@njit(**COMPILED)
def enqueue(p: Plant, part: int, station: int, urgent: bool) -> None:
    """Let a part wait at a station: last of its family, or first when urgent."""
    w = p.part[part]
    q = p.queue[station, w.family]
    p.clock[TURN] += 1
    p.clock[QUEUED] += w.size
    p.station[station].waits += 1
    w.turn = -p.clock[TURN] if urgent else p.clock[TURN]
    w.after = q.head if urgent else -1
    if q.head < 0:
        q.tail = part
    elif not urgent:
        p.part[q.tail].after = part
        q.tail = part
    if q.head < 0 or urgent:
        q.head = part


@njit(**COMPILED)
def dequeue(p: Plant, i: int) -> int:
    """The part that machine i takes next by its station's rule, out of the queue; some part must wait."""
    m = p.machine[i]
    best = -1
    for f in range(p.queue.shape[1]):
        head = p.queue[m.station, f].head
        if head >= 0 and (best < 0 or p.part[head].turn < p.part[best].turn):
            best = head
    if p.station[m.station].by_family and m.family >= 0:
        head = p.queue[m.station, m.family].head
        if head >= 0 and p.order[p.part[head].order].wave == p.order[p.part[best].order].wave:
            best = head
    p.queue[m.station, p.part[best].family].head = p.part[best].after
    p.station[m.station].waits -= 1
    p.clock[QUEUED] -= p.part[best].size
    return best


@njit(**COMPILED)
def piece(p: Plant, i: int) -> int:
    """The part that machine i works on: of a gathered order one after the other, in the order's own order."""
    m = p.machine[i]
    w = p.part[m.part]
    return int(m.part if w.size == 1 else p.order[w.order].first + w.size - m.cycles)


@njit(**COMPILED)
def start_run(p: Plant, i: int) -> None:
    """The next cycle of the part on machine i."""
    m = p.machine[i]
    m.base = RUN
    m.left = draw(p.time, p.step[p.part[piece(p, i)].step].run, p.chance, p.station[m.station].chance)


@njit(**COMPILED)
def take(p: Plant, i: int) -> None:
    """Put the next waiting part on machine i: setup first if it is set up for another family."""
    m = p.machine[i]
    bring_up(p, i)
    m.part = dequeue(p, i)
    w, st = p.part[m.part], p.station[m.station]
    m.cycles = w.size
    note(p.row, p.clock, i, TAKE, m.station, m.part, w.size, 0)
    open_job(p, i, w.order)
    let_go(p, i)
    if st.setup >= 0 and m.family != w.family:
        m.base = SETUP
        m.left = draw(p.time, st.setup, p.chance, st.chance + 1)
    else:
        start_run(p, i)
    m.family = w.family


@njit(**COMPILED)
def ready(p: Plant, i: int) -> bool:
    """Open, not stopped, nothing on it."""
    m = p.machine[i]
    return bool(m.crew > OFF and m.stop < 0 and m.base == EMPTY)


@njit(**COMPILED)
def fits(p: Plant, i: int) -> bool:
    """Is there room where the finished part of machine i goes next: in the buffer, or on a machine that is ready?"""
    station = p.step[p.part[p.machine[i].part].step + 1].station
    if station < 0 or p.station[station].gathers:
        return True
    st = p.station[station]
    room = st.room - st.waits
    for j in range(st.first, st.end):
        if room <= 0 and ready(p, j):
            room += 1
    return bool(room > 0)


@njit(**COMPILED)
def move_on(p: Plant, i: int) -> None:
    """The finished part of machine i goes to where its route leads."""
    m = p.machine[i]
    bring_up(p, i)
    part = m.part
    w = p.part[part]
    o = p.order[w.order]
    w.step += 1
    station = p.step[w.step].station
    note(p.row, p.clock, i, LEAVE, m.station, part, w.size, 0)
    m.base, m.part, m.dirty = EMPTY, -1, 1
    if station < 0:
        p.clock[OUT] += w.size
        o.missing -= w.size
        if o.missing == 0:
            note(p.row, p.clock, i, DONE, 0, w.order, 0, 0)
    elif p.station[station].gathers:
        p.clock[GATED] += 1
        o.missing -= 1
        if o.missing == 0:
            w.size = o.missing = o.end - o.first
            p.clock[GATED] -= w.size
            enqueue(p, part, station, False)
    else:
        enqueue(p, part, station, False)


@njit(**COMPILED)
def end_cycle(p: Plant, i: int) -> None:
    """One piece is through machine i: good, to be repeated, or lost."""
    m = p.machine[i]
    st, part = p.station[m.station], m.part
    m.count += 1
    if p.clock[NOW] - m.count_at >= p.clock[TELL_COUNT]:
        tell_count(p, i)
    bad = -1
    if st.flaws < st.flaws_end:
        u = uniform(p.chance, st.chance + 2)
        for k in range(st.flaws, st.flaws_end):
            if bad < 0 and u < p.trait[k].share:
                bad = k
            u -= p.trait[k].share
    kind = p.trait[bad].kind if bad >= 0 else -1
    item = p.step[p.part[piece(p, i)].start].item
    note(p.row, p.clock, i, CYCLE, kind, part, 1, 0)
    if bad >= 0:
        note(p.row, p.clock, i, kind, p.trait[bad].reason, p.part[part].order, 1, item)
    if kind == SCRAP:
        p.clock[SCRAPPED] += 1
        p.clock[REMADE] += 1
        let_go(p, i)
        m.base, m.part = EMPTY, -1
        p.part[part].step = p.part[part].start
        enqueue(p, part, p.step[p.part[part].step].station, True)
        return
    if bad < 0:
        p.made[i, item] += 1
        m.cycles -= 1
        take_samples(p, i)
    if m.cycles > 0:
        start_run(p, i)
        return
    let_go(p, i)
    m.base = BLOCKED
    if st.gathers:
        close_job(p, i)


@njit(**COMPILED)
def take_samples(p: Plant, i: int) -> None:
    """Measure the good piece just made where a subgroup is due or under way."""
    m = p.machine[i]
    st = p.station[m.station]
    for k in range(st.measures, st.measures_end):
        t, own = p.trait[k], p.own[i, k]
        if own.left == 0 and p.clock[NOW] >= own.due:
            own.due, own.left = p.clock[NOW] + t.every, t.size
        if own.left > 0:
            x = round(t.mean + t.sd * normal(p.chance, st.chance + 3))
            note(p.row, p.clock, i, MEASURE, k, p.part[m.part].order, x, own.number)
            own.left -= 1
            own.number += 1


@njit(**COMPILED)
def act(p: Plant, i: int) -> None:
    """Machine i's own next event: a stop ends, an activity ends, or a stop begins."""
    m = p.machine[i]
    bring_up(p, i)
    m.dirty = 1
    st = p.station[m.station]
    if m.stop >= 0:
        own = p.own[i, m.stop]
        let_go(p, i)
        own.wear = draw(p.time, p.trait[m.stop].every, p.chance, own.chance)
        m.stop = -1
        return
    if m.held and m.left <= 0:
        if m.base == RUN:
            end_cycle(p, i)
        else:
            let_go(p, i)
            start_run(p, i)
        return
    for k in range(st.stops, st.stops_end):
        if p.own[i, k].wear <= 0 and (p.trait[k].by_calendar or (m.held and m.base == RUN)):
            let_go(p, i)
            m.stop = k
            m.stop_left = draw(p.time, p.trait[k].lasts, p.chance, p.own[i, k].chance + 1)
            return


@njit(**COMPILED)
def longest_blocked(p: Plant) -> int:
    """The machine that has waited longest to give its part away and finds room now; -1: none."""
    first = -1
    for i in range(len(p.machine)):
        m = p.machine[i]
        waits = m.base == BLOCKED and m.crew > OFF and m.stop < 0
        if waits and (first < 0 or m.want < p.machine[first].want) and fits(p, i):
            first = i
    return first


@njit(**COMPILED)
def settle(p: Plant) -> None:
    """After an event: finished parts move on, the longest blocked first, and ready machines take parts."""
    moved = True
    while moved:
        moved = False
        blocked = longest_blocked(p)
        if blocked >= 0:
            move_on(p, blocked)
            moved = True
        for i in range(len(p.machine)):
            if p.station[p.machine[i].station].waits > 0 and ready(p, i):
                take(p, i)
                moved = True


@njit(**COMPILED)
def staff(p: Plant) -> None:
    """People go where they have been wanted longest; an activity that needs nobody goes on at once."""
    while True:
        first, pool, people = -1, -1, 0
        for i in range(len(p.machine)):
            m = p.machine[i]
            busy = m.stop >= 0 or m.base == SETUP or m.base == RUN
            if busy and not m.held and m.crew > OFF and (first < 0 or m.want < p.machine[first].want):
                its_pool, its_people = need(p, i)
                if its_pool < 0 or p.free[its_pool] >= its_people:
                    first, pool, people = i, its_pool, its_people
        if first < 0:
            return
        bring_up(p, first)
        if pool >= 0:
            p.free[pool] -= people
        p.machine[first].held = 1
        p.machine[first].dirty = 1


@njit(**COMPILED)
def happen(p: Plant) -> None:
    """Everything of this instant: machines in their order, the calendar, releases, what follows from them, meters."""
    at, n = p.clock[NOW], len(p.machine)
    for i in range(n):
        if p.machine[i].slot == at:
            act(p, i)
    while p.clock[CALENDAR_AT] < len(p.opening) and p.opening[p.clock[CALENDAR_AT]].at == at:
        change = p.opening[p.clock[CALENDAR_AT]]
        change_crew(p, change.machine, change.crew)
        p.clock[CALENDAR_AT] += 1
    while p.clock[RELEASE_AT] < len(p.order) and p.order[p.clock[RELEASE_AT]].release == at:
        order = p.order[p.clock[RELEASE_AT]]
        for part in range(order.first, order.end):
            enqueue(p, part, p.step[p.part[part].start].station, False)
        p.clock[IN] += order.end - order.first
        p.clock[RELEASE_AT] += 1
    settle(p)
    staff(p)
    for i in range(n):
        if p.machine[i].dirty:
            p.machine[i].dirty = 0
            tell_state(p, i)
            p.machine[i].slot = next_event(p, i)
    if p.clock[METER_AT] == at:
        p.clock[METER_AT] += p.clock[METER]
        for i in range(n):
            use_energy(p, i)
            note(p.row, p.clock, i, ENERGY, 0, -1, p.machine[i].wh, 0)


@njit(**COMPILED)
def advance(p: Plant, until: int) -> bool:
    """Work off every event up to and including `until`; False when the trace is full: empty it and go on."""
    while True:
        at = p.clock[METER_AT]
        if p.clock[CALENDAR_AT] < len(p.opening):
            at = min(at, p.opening[p.clock[CALENDAR_AT]].at)
        if p.clock[RELEASE_AT] < len(p.order):
            at = min(at, p.order[p.clock[RELEASE_AT]].release)
        for i in range(len(p.machine)):
            at = min(at, p.machine[i].slot)
        if at > until:
            return True
        if p.clock[ROWS] + (40 + p.made.shape[1]) * len(p.machine) > len(p.row):
            return False
        p.clock[NOW] = at
        happen(p)
