"""The compiled fold: event columns in, sparse rows out, everything it remembers in a few plain arrays."""

from __future__ import annotations

from typing import Any

from dengta.core.vocabulary import EventType
from dengta.engines.kpi.kernels_compiled import compiled, inlined
from dengta.engines.kpi.kernels_counting import FORWARD, RESET, TOO_LATE, in_mwh, step, whole, worth
from dengta.engines.kpi.kernels_energy import mark, meter_of, parts_wanted, read
from dengta.engines.kpi.kernels_layout import (
    AT_CELL,
    CELL,
    COUNT_CODE,
    COUNT_OWN,
    COUNT_ROW,
    EPOCH,
    FIRST,
    GRADE,
    LAST,
    MARK,
    METERS,
    MOST_OPEN,
    NEVER,
    OPEN,
    OPENED,
    OWN,
    OWN_WHO,
    READ,
    READ_AT,
    READING,
    SEQ,
    SINCE,
    STATE,
    STREAM,
    TIME_ROW,
    TOLD_AT,
    UNREAD,
)
from dengta.engines.kpi.kernels_reports import report, room_wanted
from dengta.engines.kpi.kernels_table import GRADE as K_GRADE
from dengta.engines.kpi.kernels_table import PLACE, find, pair
from dengta.engines.kpi.model import LONGEST_REPORT, Fact

TOLD, COUNTER, START, END, GOOD, SCRAP, REWORK = (int(t) for t in list(EventType)[:7])
ENERGY = int(EventType.ENERGY)
F_TIME, F_GOOD, F_COUNTED, F_REPORTS, F_LATE, F_RESETS, F_TIMES = (
    int(f) for f in (Fact.TIME, Fact.GOOD, Fact.COUNTED, Fact.REPORTS, Fact.LATE, Fact.RESETS, Fact.TIMES)
)


@inlined
def _context(memory: Any, m: int) -> int:
    """Order and operation of what goes on now: what the state named, else the operation last begun (K13)."""
    if memory[m, OWN]:
        return int(memory[m, OWN_WHO])
    return int(memory[m, OPENED + memory[m, OPEN] - 1]) if memory[m, OPEN] else 0


@inlined
def _named(memory: Any, m: int, own: int, task: int) -> int:
    """Order and operation of an event that names `own` and `task`, 0 for none: what it leaves open is what goes on."""
    who: int = _context(memory, m)
    if own != 0 and who >> 32 != own:
        who = pair(own, 0)
    if task != 0:
        who = pair(who >> 32, task)
    return who


@inlined
def _flush(memory: Any, table: Any, edges: Any, ends: Any, m: int, last: int, until: int) -> None:
    """Credit machine `m` with what it did since it was last flushed, cell by cell, up to `until`; `last`: one past its
    last cell. Time of which nobody told anything yet is no order's."""
    if until <= memory[m, SINCE]:
        return
    cell = memory[m, CELL]
    if cell < last and until > edges[cell]:
        who = 0 if memory[m, TOLD_AT] == NEVER else _context(memory, m)
        at = max(memory[m, SINCE], edges[cell])
        while cell < last and at < until:
            stop = min(until, ends[cell])
            if stop > at:
                row, place = memory[m, TIME_ROW], pair(m, cell)
                if row < 0 or table.keys[row, PLACE] != place:
                    row = find(table, place, who, memory[m, STATE], memory[m, GRADE])
                    memory[m, TIME_ROW] = row
                table.facts[F_TIME, row] += stop - at
                at = stop
            if at >= ends[cell]:
                cell += 1
        memory[m, CELL] = cell
    memory[m, SINCE] = until


@compiled
def _begin_operation(memory: Any, m: int, who: int) -> None:
    """An operation begins: it is what goes on now. Of more than MOST_OPEN at once the oldest is forgotten."""
    memory[m, OWN] = 0
    if memory[m, OPEN] == MOST_OPEN:
        for i in range(OPENED, OPENED + MOST_OPEN - 1):
            memory[m, i] = memory[m, i + 1]
        memory[m, OPEN] -= 1
    memory[m, OPENED + memory[m, OPEN]] = who
    memory[m, OPEN] += 1


@compiled
def _end_operation(memory: Any, m: int, who: int) -> None:
    """An operation ends: the last begun of its name goes on no longer."""
    for at in range(OPENED + memory[m, OPEN] - 1, OPENED - 1, -1):
        if memory[m, at] == who:
            for i in range(at, OPENED + MOST_OPEN - 1):
                memory[m, i] = memory[m, i + 1]
            memory[m, OPEN] -= 1
            memory[m, OPENED + memory[m, OPEN]] = 0
            return


@compiled
def _not_after(memory: Any, m: int, stream: int, epoch: int, seq: int) -> bool:
    """Whether a key is the machine's last one or comes before it."""
    if stream != memory[m, STREAM]:
        return bool(stream < memory[m, STREAM])
    if epoch != memory[m, EPOCH]:
        return bool(epoch < memory[m, EPOCH])
    return bool(seq <= memory[m, SEQ])


@compiled
def close(held: Any, ground: Any, until: int) -> None:
    """Credit every machine with what it did up to `until`."""
    for m in range(len(held.memory)):
        _flush(held.memory, held.table, ground.edges, ground.ends, m, ground.last[m], until)


@inlined
def _count(
    memory: Any, counters: Any, table: Any, m: int, counter: int, modulus: int, max_per_h: int, value: int, at: int,
    cell: int, code: int, grade: int, own: int, task: int,
) -> None:  # fmt: skip
    """Take a reading of a counter (K8); `cell` is -1 outside the window."""
    gain, verdict = 0, FORWARD
    if counters[counter, READ]:
        gain, verdict = step(counters[counter, READING], counters[counter, READ_AT], value, at, modulus, max_per_h)
    if verdict != TOO_LATE:
        counters[counter, READ], counters[counter, READING], counters[counter, READ_AT] = 1, value, at
    if cell < 0:
        return
    row, place = memory[m, COUNT_ROW], pair(m, cell)
    if (
        row < 0
        or memory[m, COUNT_CODE] != code
        or memory[m, COUNT_OWN] != own
        or task != 0
        or table.keys[row, PLACE] != place
        or table.keys[row, K_GRADE] < grade
    ):
        row = find(table, place, _named(memory, m, own, task), pair(0, code), grade)
        memory[m, COUNT_ROW] = row if task == 0 else -1
        memory[m, COUNT_CODE], memory[m, COUNT_OWN] = code, own
    table.facts[F_COUNTED, row] += gain
    if verdict == TOO_LATE:
        table.facts[F_LATE, row] += 1
    elif verdict == RESET:
        table.facts[F_RESETS, row] += 1


@inlined
def _tell_state(memory: Any, m: int, at: int, what: int, grade: int, own: int, task: int) -> bool:
    """A state is told of a machine that is flushed; returns whether it says something new."""
    fresh = bool(memory[m, TOLD_AT] == NEVER or memory[m, STATE] != what)
    if memory[m, TOLD_AT] == NEVER:
        memory[m, TOLD_AT] = at
    if fresh or memory[m, GRADE] != grade:
        memory[m, TIME_ROW] = -1
    memory[m, STATE], memory[m, GRADE], memory[m, OWN] = what, grade, 0
    who = _named(memory, m, own, task)
    if own != 0 or task != 0:
        memory[m, OWN], memory[m, OWN_WHO] = 1, who
    else:
        memory[m, OWN_WHO] = 0
    return fresh


@compiled
def fold(event: int, told: Any, means: Any, ground: Any, held: Any, keyed: bool, skipped: int, late: Any) -> int:
    """Fold events from number `event` on, each machine's in the order of time; returns the first event not folded,
    which is the number of events unless rows or pieces run short (tuples as in `layout`).

    An event before its machine's last one (by time, and by key where `keyed`) is not folded: `late` (bool) marks it.
    """
    ts, kind, clock, flags, subject, code, reason, order, operation, value, scale, unit, stream, epoch, seq = told
    machine_of, activity_of, counter_of, meter_at_of, power_of, text_of = means
    counter_at, modulus, max_per_h, limits_at, limits_modulus, limits_max = ground[:6]
    first_cell, last_cell, edges, ends, grade_of = ground[6:]
    memory, counters, pieces, linked, table = held
    facts = table.facts
    for i in range(event, len(ts)):
        what, m = kind[i], machine_of[subject[i]]
        if (what > REWORK and what != ENERGY) or flags[i] & skipped or m < 0:
            continue
        at, last, counter = ts[i], last_cell[m], -1
        if at <= memory[m, LAST] and (
            at < memory[m, LAST] or (keyed and _not_after(memory, m, stream[i], epoch[i], seq[i]))
        ):
            late[i] = True
            continue
        if what == COUNTER:
            if counter_of[code[i]] >= 0:
                counter = counter_at[m, counter_of[code[i]]]
            if counter < 0:
                continue
        amount, fits = value[i], True
        if what == ENERGY:
            amount, fits = in_mwh(amount, scale[i], power_of[unit[i]])
        elif scale[i] != 0 and what != TOLD and what != START:
            amount, fits = whole(amount, scale[i])
        fits = fits and (what != END or 0 <= amount <= LONGEST_REPORT)
        cell = memory[m, AT_CELL]
        while cell < last and at >= ends[cell]:
            cell += 1
        wanted = 4 + cell - memory[m, CELL]
        if what == END and fits:
            wanted += room_wanted(memory, pieces, edges, m, at - amount, min(cell, last - 1))
        elif what == ENERGY:
            wanted += parts_wanted(memory, pieces, edges, m, at, min(cell, last - 1))
        if (what in (END, ENERGY) or memory[m, METERS]) and linked[0] + wanted > len(pieces):
            return i
        if table.used[0] + wanted > len(table.keys):
            return i
        memory[m, LAST], memory[m, AT_CELL] = at, cell
        if keyed:
            memory[m, STREAM], memory[m, EPOCH], memory[m, SEQ] = stream[i], epoch[i], seq[i]
        if memory[m, FIRST] > at:
            memory[m, FIRST] = at
        if not fits:
            memory[m, UNREAD] += 1
            continue
        here = made = cell if cell < last and at >= edges[cell] else -1
        if at == (edges[cell] if cell < last else ends[last - 1]):  # what is counted now was made before
            made = cell - 1 if cell > first_cell[m] else -1
        text, grade, own, task = text_of[code[i]], grade_of[clock[i]], text_of[order[i]], text_of[operation[i]]
        if what == COUNTER:
            _count(
                memory, counters, table, m, counter, modulus[counter], max_per_h[counter], amount, at, made, text,
                grade, own, task,
            )  # fmt: skip
            continue
        if what == ENERGY:
            meter = meter_of(memory, m, text)
            if meter < 0:
                memory[m, UNREAD] += 1
                continue
            if memory[m, MARK] < 0:
                mark(memory, pieces, linked, m, at, _context(memory, m))
            wraps, most, digit = 0, 0, 1
            if meter_at_of[code[i]] >= 0 and limits_at[m, meter_at_of[code[i]]] >= 0:
                limits = limits_at[m, meter_at_of[code[i]]]
                wraps, most, digit = limits_modulus[limits], limits_max[limits], worth(scale[i] + power_of[unit[i]])
            read(
                memory, pieces, table, edges, m, meter, amount, at, wraps, most, digit, first_cell[m],
                min(cell, last - 1), ends[last - 1], made, text, grade,
            )  # fmt: skip
            continue
        who, row, why = 0, -1, pair(text_of[reason[i]], text)
        if what >= END:
            who = _named(memory, m, own, task)
            if made >= 0:
                row = find(table, pair(m, made), who, why, grade)
        if what >= GOOD:
            if row >= 0:
                facts[F_GOOD + what - GOOD, row] += amount
                facts[F_TIMES, row] += 1
            continue
        _flush(memory, table, edges, ends, m, last, at)
        was, fresh = _context(memory, m), False
        if what == TOLD:
            fresh = _tell_state(memory, m, at, why, grade, own, task)
        elif what == START:
            _begin_operation(memory, m, pair(own, task))
        else:
            _end_operation(memory, m, pair(own, task))
            if row >= 0:
                facts[F_REPORTS, row] += 1
            report(
                memory, pieces, linked, table, edges, m, max(at - amount, edges[first_cell[m]]),
                min(at, ends[last - 1]), activity_of[code[i]], min(cell, last - 1), row, who, why, grade,
            )  # fmt: skip
        now = _context(memory, m)
        if now != was:  # else its time and counts go on in the same rows
            memory[m, COUNT_ROW] = memory[m, TIME_ROW] = -1
            if memory[m, METERS]:
                mark(memory, pieces, linked, m, at, now)
        if fresh and here >= 0:
            row = find(table, pair(m, here), now, why, grade)
            facts[F_TIMES, row] += 1
            memory[m, TIME_ROW] = row
    return len(ts)
