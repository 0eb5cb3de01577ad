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
    CODE,
    COUNT_CODE,
    COUNT_OWN,
    COUNT_ROW,
    EPOCH,
    FIRST,
    GRADE,
    LAST,
    MARK,
    METER,
    METERS,
    MOST_OPEN,
    NEVER,
    OPEN,
    OPENED,
    OWN,
    OWN_OPERATION,
    OWN_ORDER,
    PIECES,
    READ,
    READ_AT,
    READING,
    REASON,
    ROWS,
    SEQ,
    SINCE,
    STREAM,
    TIME_ROW,
    TOLD_AT,
    UNREAD,
)
from dengta.engines.kpi.kernels_reports import report, room_wanted
from dengta.engines.kpi.kernels_table import KEYS, find
from dengta.engines.kpi.model import LONGEST_REPORT, Fact

STATE, COUNTER, START, END, GOOD, SCRAP, REWORK = (int(t) for t in list(EventType)[:7])
ENERGY = int(EventType.ENERGY)
C_GRADE, C_TIME, C_GOOD, C_COUNTED, C_REPORTS, C_LATE, C_RESETS, C_TIMES = (
    KEYS + f
    for f in (
        Fact.GRADE, Fact.TIME, Fact.GOOD, Fact.COUNTED, Fact.REPORTS, Fact.LATE, Fact.RESETS, Fact.TIMES
    )
)  # fmt: skip


@inlined
def _context(memory: Any, m: int) -> tuple[int, int]:
    """Order and operation of what goes on now: what the state named, else the operation last begun (K13)."""
    if memory[m, OWN]:
        return memory[m, OWN_ORDER], memory[m, OWN_OPERATION]
    if memory[m, OPEN]:
        at = OPENED + 2 * (memory[m, OPEN] - 1)
        return memory[m, at], memory[m, at + 1]
    return 0, 0


@inlined
def _named(memory: Any, m: int, own: int, task: int) -> tuple[int, int]:
    """Order and operation of an event that names `own` and `task`, 0 for none: what it leaves open is what goes on."""
    order, operation = _context(memory, m)
    if own != 0 and order != own:
        order, operation = own, 0
    return order, task if task != 0 else operation


@inlined
def _flush(
    memory: Any, slots: Any, rows: Any, counts: Any, edges: Any, ends: Any, m: int, last: int, until: int
) -> None:
    """Credit machine `m` with what it did since it was last flushed, cell by cell, up to `until`; `last`: one past its
    last cell. Time of which nobody told anything yet is no order's."""
    if until <= memory[m, SINCE]:
        return
    cell = memory[m, CELL]
    if cell < last and until > edges[cell]:
        order, operation = _context(memory, m)
        if memory[m, TOLD_AT] == NEVER:
            order, operation = 0, 0
        at = max(memory[m, SINCE], edges[cell])
        while cell < last and at < until:
            stop = min(until, ends[cell])
            if stop > at:
                row = memory[m, TIME_ROW]
                if row < 0 or rows[row, 1] != cell:
                    row = find(
                        slots, rows, counts, m, cell, order, operation, memory[m, REASON], memory[m, CODE],
                        memory[m, GRADE],
                    )  # fmt: skip
                    memory[m, TIME_ROW] = row
                rows[row, C_TIME] += stop - at
                at = stop
            if at >= ends[cell]:
                cell += 1
        memory[m, CELL] = cell
    memory[m, SINCE] = until


@compiled
def _begin_operation(memory: Any, m: int, order: int, operation: int) -> None:
    """An operation begins: it is what goes on now. Of more than MOST_OPEN at once the oldest is forgotten."""
    memory[m, OWN] = 0
    if memory[m, OPEN] == MOST_OPEN:
        for i in range(OPENED, METER - 2):
            memory[m, i] = memory[m, i + 2]
        memory[m, OPEN] -= 1
    at = OPENED + 2 * memory[m, OPEN]
    memory[m, at], memory[m, at + 1] = order, operation
    memory[m, OPEN] += 1


@compiled
def _end_operation(memory: Any, m: int, order: int, operation: int) -> None:
    """An operation ends: the last begun of its name goes on no longer."""
    for place in range(memory[m, OPEN] - 1, -1, -1):
        at = OPENED + 2 * place
        if memory[m, at] == order and memory[m, at + 1] == operation:
            for i in range(at, METER - 2):
                memory[m, i] = memory[m, i + 2]
            memory[m, OPEN] -= 1
            free = OPENED + 2 * memory[m, OPEN]
            memory[m, free], memory[m, free + 1] = 0, 0
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
    memory, slots, rows, counts = held.memory, held.slots, held.rows, held.counts
    for m in range(len(memory)):
        _flush(memory, slots, rows, counts, ground.edges, ground.ends, m, ground.last[m], until)


@inlined
def _count(
    memory: Any, counters: Any, slots: Any, rows: Any, counts: Any, m: int, counter: int, modulus: int, max_per_h: int,
    value: int, at: int, cell: int, code: int, grade: int, own: int, task: int,
) -> None:  # fmt: skip
    """Take a reading of a counter (K8); `cell` is -1 outside the window."""
    gain, verdict = 0, FORWARD
    if counters[counter, READ]:
        gain, verdict = step(counters[counter, READING], counters[counter, READ_AT], value, at, modulus, max_per_h)
    if verdict != TOO_LATE:
        counters[counter, READ], counters[counter, READING], counters[counter, READ_AT] = 1, value, at
    if cell < 0:
        return
    row = memory[m, COUNT_ROW]
    if (
        row < 0
        or memory[m, COUNT_CODE] != code
        or memory[m, COUNT_OWN] != own
        or task != 0
        or rows[row, 1] != cell
        or rows[row, C_GRADE] < grade
    ):
        order, operation = _named(memory, m, own, task)
        row = find(slots, rows, counts, m, cell, order, operation, 0, code, grade)
        memory[m, COUNT_ROW] = row if task == 0 else -1
        memory[m, COUNT_CODE], memory[m, COUNT_OWN] = code, own
    rows[row, C_COUNTED] += gain
    if verdict == TOO_LATE:
        rows[row, C_LATE] += 1
    elif verdict == RESET:
        rows[row, C_RESETS] += 1


@inlined
def _tell_state(memory: Any, m: int, at: int, code: int, reason: int, grade: int, own: int, task: int) -> bool:
    """A state is told of a machine that is flushed; returns whether it says something new."""
    fresh = bool(memory[m, TOLD_AT] == NEVER or memory[m, CODE] != code or memory[m, REASON] != reason)
    if memory[m, TOLD_AT] == NEVER:
        memory[m, TOLD_AT] = at
    if fresh or memory[m, GRADE] != grade:
        memory[m, TIME_ROW] = -1
    memory[m, CODE], memory[m, REASON], memory[m, GRADE], memory[m, OWN] = code, reason, grade, 0
    order, operation = _named(memory, m, own, task)
    if own != 0 or task != 0:
        memory[m, OWN], memory[m, OWN_ORDER], memory[m, OWN_OPERATION] = 1, order, operation
    else:
        memory[m, OWN_ORDER], memory[m, OWN_OPERATION] = 0, 0
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
    memory, counters, pieces, slots, rows, counts = held
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
        elif scale[i] != 0 and what != STATE and what != START:
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
        if (what in (END, ENERGY) or memory[m, METERS]) and counts[PIECES] + wanted > len(pieces):
            return i
        if counts[ROWS] + wanted > len(rows):
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
                memory, counters, slots, rows, counts, m, counter, modulus[counter], max_per_h[counter], amount, at,
                made, text, grade, own, task,
            )  # fmt: skip
            continue
        if what == ENERGY:
            meter = meter_of(memory, m, text)
            if meter < 0:
                memory[m, UNREAD] += 1
                continue
            if memory[m, MARK] < 0:
                now, doing = _context(memory, m)
                mark(memory, pieces, counts, m, at, now, doing)
            wraps, most, digit = 0, 0, 1
            if meter_at_of[code[i]] >= 0 and limits_at[m, meter_at_of[code[i]]] >= 0:
                limits = limits_at[m, meter_at_of[code[i]]]
                wraps, most, digit = limits_modulus[limits], limits_max[limits], worth(scale[i] + power_of[unit[i]])
            read(
                memory, pieces, slots, rows, counts, edges, m, meter, amount, at, wraps, most, digit, first_cell[m],
                min(cell, last - 1), ends[last - 1], made, text, grade,
            )  # fmt: skip
            continue
        now, doing, why, row = 0, 0, text_of[reason[i]], -1
        if what >= END:
            now, doing = _named(memory, m, own, task)
            if made >= 0:
                row = find(slots, rows, counts, m, made, now, doing, why, text, grade)
        if what >= GOOD:
            if row >= 0:
                rows[row, C_GOOD + what - GOOD] += amount
                rows[row, C_TIMES] += 1
            continue
        _flush(memory, slots, rows, counts, edges, ends, m, last, at)
        (was, did), fresh = _context(memory, m), False
        if what == STATE:
            fresh = _tell_state(memory, m, at, text, why, grade, own, task)
        elif what == START:
            _begin_operation(memory, m, own, task)
        else:
            _end_operation(memory, m, own, task)
            if row >= 0:
                rows[row, C_REPORTS] += 1
            report(
                memory, pieces, slots, rows, counts, edges, m, max(at - amount, edges[first_cell[m]]),
                min(at, ends[last - 1]), activity_of[code[i]], min(cell, last - 1), row, now, doing, why, text, grade,
            )  # fmt: skip
        now, doing = _context(memory, m)
        if now != was or doing != did:  # else its time and counts go on in the same rows
            memory[m, COUNT_ROW] = memory[m, TIME_ROW] = -1
            if memory[m, METERS]:
                mark(memory, pieces, counts, m, at, now, doing)
        if fresh and here >= 0:
            row = find(slots, rows, counts, m, here, now, doing, why, text, grade)
            rows[row, C_TIMES] += 1
            memory[m, TIME_ROW] = row
    return len(ts)
