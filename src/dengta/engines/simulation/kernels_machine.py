"""One machine: its clocks, its people, and what its controller tells."""

from __future__ import annotations

from numba import njit

from dengta.engines.simulation.kernels_layout import (
    BLOCKED,
    BREAK,
    COUNTER,
    EMPTY,
    END,
    GOOD,
    LOGIN,
    LOGOUT,
    NEVER,
    NOW,
    OFF,
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
    State,
    Work,
)


@njit(cache=True, nogil=True)
def note(s: State, w: Work, i: int, kind: int, code: int, who: int, value: int, sample: int = 0) -> None:
    """Add a row to the trace, now."""
    n = s.clock[ROWS]
    w.row_at[n] = s.clock[NOW]
    w.row[n, 0], w.row[n, 1], w.row[n, 2], w.row[n, 3], w.row[n, 4] = i, kind, code, who, sample
    w.row_value[n] = value
    s.clock[ROWS] = n + 1


@njit(cache=True, nogil=True)
def need(m: Plant, s: State, i: int) -> tuple[int, int]:
    """(pool, people) that machine i's activity takes; nobody while it is closed."""
    if s.crew[i] <= OFF:
        return -1, 0
    if s.stop[i] >= 0:
        return m.stops[s.stop[i], 5], m.stops[s.stop[i], 6]
    if s.base[i] == SETUP or s.base[i] == RUN:
        return m.pool[m.station[i], s.base[i] - 1], m.people[m.station[i], s.base[i] - 1]
    return -1, 0


@njit(cache=True, nogil=True)
def bring_up(m: Plant, s: State, i: int) -> None:
    """Let machine i's clocks run from where they stood until now."""
    now = s.clock[NOW]
    passed = now - s.since[i]
    s.since[i] = now
    if passed == 0 or s.crew[i] <= OFF:
        return
    if s.stop[i] >= 0:
        if s.held[i]:
            s.left[i, 1] -= passed
        return
    works = s.held[i] and s.base[i] == RUN
    if s.held[i] and (works or s.base[i] == SETUP):
        s.left[i, 0] -= passed
        if works:
            s.job[i, 1] += passed
    first = m.stop_first[m.station[i]]
    for k in range(first, m.stop_first[m.station[i] + 1]):
        if works or m.stops[k, 2]:
            s.wear[i, k - first] -= passed


@njit(cache=True, nogil=True)
def next_event(m: Plant, s: State, i: int) -> int:
    """When machine i acts next by itself."""
    if s.crew[i] <= OFF:
        return NEVER
    if s.stop[i] >= 0:
        return s.since[i] + s.left[i, 1] if s.held[i] else NEVER
    soon = NEVER
    works = s.held[i] and s.base[i] == RUN
    if s.held[i] and (works or s.base[i] == SETUP):
        soon = s.left[i, 0]
    first = m.stop_first[m.station[i]]
    for k in range(first, m.stop_first[m.station[i] + 1]):
        if works or m.stops[k, 2]:
            soon = min(soon, s.wear[i, k - first])
    at = NEVER if soon == NEVER else s.since[i] + soon
    if s.told[i, 0] == S_RUNNING and s.told[i, 3] != NEVER:
        at = min(at, s.told[i, 3] + m.rhythm[2])
    return at


@njit(cache=True, nogil=True)
def let_go(m: Plant, s: State, i: int) -> None:
    """Machine i's people are free again: before each change of its activity. Whoever works next asks anew."""
    pool, people = need(m, s, i)
    if s.held[i] and pool >= 0:
        s.free[pool] += people
    s.held[i] = False
    s.want[i] = s.clock[NOW]
    s.dirty[i] = True


@njit(cache=True, nogil=True)
def open_job(m: Plant, s: State, w: Work, i: int, order: int) -> None:
    """Machine i begins to work on `order`; what it worked on before is reported."""
    if s.job[i, 0] == order:
        return
    close_job(m, s, w, i)
    s.job[i, 0] = order
    note(s, w, i, START, m.station[i], order, 0)


@njit(cache=True, nogil=True)
def close_job(m: Plant, s: State, w: Work, i: int) -> None:
    """Report the order in hand: running time and good pieces."""
    order = s.job[i, 0]
    if order >= 0:
        if s.job[i, 2] > 0:
            note(s, w, i, GOOD, m.station[i], order, s.job[i, 2])
        note(s, w, i, END, m.station[i], order, s.job[i, 1])
    s.job[i, 0], s.job[i, 1], s.job[i, 2] = -1, 0, 0


@njit(cache=True, nogil=True)
def tell_count(s: State, w: Work, i: int) -> None:
    """Report the piece counter if it moved."""
    if s.counts[i, 0] != s.counts[i, 1]:
        note(s, w, i, COUNTER, 0, s.job[i, 0], s.counts[i, 0])
        s.counts[i, 1], s.counts[i, 2] = s.counts[i, 0], s.clock[NOW]


@njit(cache=True, nogil=True)
def use_energy(m: Plant, s: State, i: int) -> None:
    """Bring machine i's meter up to now, in whole Wh and what is above them."""
    watts = m.power[m.station[i], min(s.told[i, 0], m.power.shape[1] - 1)]
    s.energy[i, 1] += watts * (s.clock[NOW] - s.told[i, 2])
    s.energy[i, 0] += s.energy[i, 1] // 3_600_000_000
    s.energy[i, 1] %= 3_600_000_000
    s.told[i, 2] = s.clock[NOW]


@njit(cache=True, nogil=True)
def tell_state(m: Plant, s: State, w: Work, i: int) -> None:
    """Report machine i's state if it is another than the one told last; short waits after running are not told."""
    station = m.station[i]
    if s.crew[i] <= OFF:
        state = S_OFF if s.crew[i] == OFF else S_BREAK
    elif s.stop[i] >= 0:
        state = S_STOP + m.stops[s.stop[i], 0]
    elif s.base[i] == EMPTY:
        state = S_IDLE if m.is_source[station] else S_STARVED
    elif s.base[i] == BLOCKED:
        state = S_BLOCKED
    elif not s.held[i] and need(m, s, i)[0] >= 0:
        state = S_WAITING
    else:
        state = S_RUNNING if s.base[i] == RUN else S_SETUP
    reason = m.stops[s.stop[i], 1] if state >= S_STOP else m.reason[station, state]
    quiet = S_IDLE <= state <= S_WAITING
    if not quiet:
        s.told[i, 3] = NEVER
    elif s.told[i, 3] == NEVER:
        s.told[i, 3] = s.clock[NOW]
    if state == s.told[i, 0] and reason == s.told[i, 1]:
        return
    if quiet and s.told[i, 0] == S_RUNNING and s.clock[NOW] - s.told[i, 3] < m.rhythm[2]:
        return
    tell_count(s, w, i)
    use_energy(m, s, i)
    s.told[i, 0], s.told[i, 1] = state, reason
    note(s, w, i, STATE, state, s.job[i, 0], reason)


@njit(cache=True, nogil=True)
def change_crew(m: Plant, s: State, w: Work, i: int, crew: int) -> None:
    """The calendar opens, closes or changes machine i: people log in and out; the end of a shift ends its report."""
    bring_up(m, s, i)
    if crew <= OFF or s.crew[i] <= OFF:
        let_go(m, s, i)
    if crew != BREAK and crew != s.duty[i]:
        close_job(m, s, w, i)
        if s.duty[i] > OFF:
            note(s, w, i, LOGOUT, s.duty[i], -1, 0)
        if crew > OFF:
            note(s, w, i, LOGIN, crew, -1, 0)
        s.duty[i] = crew
    s.crew[i] = crew
    s.dirty[i] = True
    if crew > OFF and (s.base[i] == SETUP or s.base[i] == RUN):
        open_job(m, s, w, i, w.order[s.part[i]])
