"""One machine: its clocks, its people, and what its controller tells."""

from __future__ import annotations

from numpy.typing import NDArray

from dengta.core.compiled import njit
from dengta.engines.simulation.kernels_layout import (
    BLOCKED,
    BREAK,
    COMPILED,
    COUNTER,
    EMPTY,
    END,
    GOOD,
    LOGIN,
    LOGOUT,
    NEVER,
    NOW,
    OFF,
    PATIENCE,
    ROWS,
    RUN,
    S_BLOCKED,
    S_BREAK,
    S_IDLE,
    S_OFF,
    S_RUNNING,
    S_SETUP,
    S_STARVED,
    S_STOP,
    S_WAITING,
    SETUP,
    START,
    STATE,
    Plant,
)


@njit(**COMPILED)
def note(row: NDArray, clock: NDArray, machine: int, kind: int, code: int, who: int, value: int, sample: int) -> None:
    """Add a row to the trace, now."""
    r = row[clock[ROWS]]
    clock[ROWS] += 1
    r.at, r.machine, r.kind, r.code = clock[NOW], machine, kind, code
    r.who, r.value, r.sample = who, value, sample


@njit(**COMPILED)
def need(p: Plant, i: int) -> tuple[int, int]:
    """(pool, people) that machine i's activity takes; nobody while it is closed."""
    m, st = p.machine[i], p.station[p.machine[i].station]
    if m.crew > OFF:
        if m.stop >= 0:
            return p.trait[m.stop].pool, p.trait[m.stop].people
        if m.base == SETUP:
            return st.setup_pool, st.setup_people
        if m.base == RUN:
            return st.run_pool, st.run_people
    return -1, 0


@njit(**COMPILED)
def let_go(p: Plant, i: int) -> None:
    """Machine i's people are free again: before each change of its activity. Whoever works next asks anew."""
    m = p.machine[i]
    pool, people = need(p, i)
    if m.held and pool >= 0:
        p.free[pool] += people
    m.held = 0
    m.want = p.clock[NOW]
    m.dirty = 1


@njit(**COMPILED)
def bring_up(p: Plant, i: int) -> None:
    """Let machine i's clocks run from where they stood until now."""
    m = p.machine[i]
    passed = p.clock[NOW] - m.since
    m.since += passed
    if passed == 0 or m.crew <= OFF:
        return
    if m.stop >= 0:
        if m.held:
            m.stop_left -= passed
        return
    if m.held:
        m.left -= passed
        if m.base == RUN:
            m.job_time += passed
    st = p.station[m.station]
    for k in range(st.stops, st.stops_end):
        if p.trait[k].by_calendar or (m.held and m.base == RUN):
            p.own[i, k].wear -= passed


@njit(**COMPILED)
def next_event(p: Plant, i: int) -> int:
    """When machine i acts next by itself."""
    m = p.machine[i]
    if m.crew <= OFF:
        return NEVER
    if m.stop >= 0:
        return m.since + m.stop_left if m.held else NEVER
    at = m.since + m.left if m.held else NEVER
    st = p.station[m.station]
    for k in range(st.stops, st.stops_end):
        if p.trait[k].by_calendar or (m.held and m.base == RUN):
            at = min(at, m.since + p.own[i, k].wear)
    if m.told == S_RUNNING and m.quiet != NEVER:
        at = min(at, m.quiet + p.clock[PATIENCE])
    return at


@njit(**COMPILED)
def open_job(p: Plant, i: int, order: int) -> None:
    """Machine i begins to work on `order`; what it worked on before is reported."""
    m = p.machine[i]
    if m.job != order:
        close_job(p, i)
        m.job = order
        note(p.row, p.clock, i, START, m.station, order, 0, 0)


@njit(**COMPILED)
def close_job(p: Plant, i: int) -> None:
    """Report the order in hand: good pieces of each item, and running time."""
    m = p.machine[i]
    if m.job >= 0:
        for item in range(p.made.shape[1]):
            if p.made[i, item] > 0:
                note(p.row, p.clock, i, GOOD, item, m.job, p.made[i, item], 0)
                p.made[i, item] = 0
        note(p.row, p.clock, i, END, m.station, m.job, m.job_time, 0)
    m.job, m.job_time = -1, 0


@njit(**COMPILED)
def tell_count(p: Plant, i: int) -> None:
    """Report the piece counter if it moved."""
    m = p.machine[i]
    if m.count != m.count_told:
        note(p.row, p.clock, i, COUNTER, 0, m.job, m.count, 0)
        m.count_told, m.count_at = m.count, p.clock[NOW]


@njit(**COMPILED)
def use_energy(p: Plant, i: int) -> None:
    """Bring machine i's meter up to now."""
    m = p.machine[i]
    if m.told >= 0:
        m.rest += p.told[m.station, m.told].watts * (p.clock[NOW] - m.told_at)
        m.wh += m.rest // 3_600_000_000
        m.rest %= 3_600_000_000
    m.told_at = p.clock[NOW]


@njit(**COMPILED)
def state_of(p: Plant, i: int) -> int:
    """What machine i is doing, as a state that can be told."""
    m = p.machine[i]
    if m.crew <= OFF:
        return S_OFF if m.crew == OFF else S_BREAK
    if m.stop >= 0:
        return int(p.trait[m.stop].kind)
    if m.base == EMPTY:
        return S_IDLE if p.station[m.station].is_source else S_STARVED
    if m.base == BLOCKED:
        return S_BLOCKED
    if not m.held:
        return S_WAITING
    return S_RUNNING if m.base == RUN else S_SETUP


@njit(**COMPILED)
def tell_state(p: Plant, i: int) -> None:
    """Report machine i's state if it is another than the one told last; short waits after running are not told."""
    m = p.machine[i]
    state = state_of(p, i)
    reason = p.trait[m.stop].reason if state >= S_STOP else p.told[m.station, state].reason
    if not S_IDLE <= state <= S_WAITING:
        m.quiet = NEVER
    elif m.quiet == NEVER:
        m.quiet = p.clock[NOW]
    if state == m.told and reason == m.told_reason:
        return
    if m.quiet != NEVER and m.told == S_RUNNING and p.clock[NOW] - m.quiet < p.clock[PATIENCE]:
        return
    tell_count(p, i)
    use_energy(p, i)
    m.told, m.told_reason = state, reason
    note(p.row, p.clock, i, STATE, state, m.job, reason, 0)


@njit(**COMPILED)
def change_crew(p: Plant, i: int, crew: int) -> None:
    """The calendar opens, closes or changes machine i: people log in and out; the end of a shift ends its report."""
    m = p.machine[i]
    bring_up(p, i)
    if crew <= OFF or m.crew <= OFF:
        let_go(p, i)
    if crew not in (BREAK, m.duty):
        close_job(p, i)
        if m.duty > OFF:
            note(p.row, p.clock, i, LOGOUT, m.duty, -1, 0, 0)
        if crew > OFF:
            note(p.row, p.clock, i, LOGIN, crew, -1, 0, 0)
        m.duty = crew
    m.crew = crew
    m.dirty = 1
    if crew > OFF and (m.base == SETUP or m.base == RUN):
        open_job(p, i, p.part[m.part].order)
