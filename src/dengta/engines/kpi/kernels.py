"""The compiled fold: event columns in, sparse rows out, everything it remembers in a few plain arrays."""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit

from dengta.engines.kpi.counting import FORWARD, RESET, TOO_LATE, step, whole
from dengta.engines.kpi.table import find

# Event types and skipped flags (core.vocabulary), columns and activities (model); a test holds the tables together.
STATE, COUNTER, START, END, GOOD, SCRAP, REWORK = 1, 2, 3, 4, 5, 6, 7
APT, ADET, UNKNOWN = 0, 2, 6
REPORTED, MACHINE, C_GOOD, C_COUNTED, C_REPORTS, C_LATE, C_RESETS, C_TIMES, C_GRADE, COLUMNS = (
    7, 10, 13, 16, 17, 18, 19, 20, 21, 22,
)  # fmt: skip

# What the fold remembers of a machine. Its element and what told it; since when; the cell of SINCE and of the last
# event; first and last event with the last one's key; the instant of its first state; the order and operation that its
# state named; the operations under way (OPEN of them, OPENED pairs); the last piece of its union of reports; unread.
ELEMENT, CODE, REASON, GRADE, SINCE, CELL, AT_CELL, FIRST, LAST, STREAM, EPOCH, SEQ, TOLD_AT = range(13)
OWN, OWN_ORDER, OWN_OPERATION, HEAD, UNREAD, OPEN, OPENED = 13, 14, 15, 16, 17, 18, 19
MOST_OPEN = 8
MEMORY = OPENED + 2 * MOST_OPEN
# ... of a counter: whether it was read, its last good reading, and when.
READ, READING, READ_AT, COUNTER_MEMORY = 0, 1, 2, 3
# ... and of a piece of the union of reports: where it lies, who worked, and the piece before it (-1: none).
FROM, TO, ACTIVITY, P_ORDER, P_OPERATION, P_REASON, P_CODE, BEFORE, PIECE = range(9)

NEVER = np.iinfo(np.int64).max
LONGEST = 31 * 86_400_000_000


@njit(cache=True, nogil=True)
def credit(slots: Any, keys: Any, values: Any, used: Any, m: int, cell: int, who: Any, column: int, n: int) -> None:
    """Add `n` to a column of the row (m, cell, order, operation, reason, code of `who`); its grade is ``who[4]``."""
    row = values[find(slots, keys, used, m, cell, who[0], who[1], who[2], who[3])]
    row[column] += n
    if row[C_GRADE] < who[4]:
        row[C_GRADE] = who[4]


@njit(cache=True, nogil=True)
def context(mine: Any, who: Any) -> None:
    """Order and operation of what goes on now, into ``who[:2]``: what the state named, else the last begun."""
    if mine[OWN]:
        who[0], who[1] = mine[OWN_ORDER], mine[OWN_OPERATION]
    elif mine[OPEN]:
        at = OPENED + 2 * (mine[OPEN] - 1)
        who[0], who[1] = mine[at], mine[at + 1]
    else:
        who[0], who[1] = 0, 0


@njit(cache=True, nogil=True)
def flush(
    mine: Any, m: int, until: int, start: Any, end: Any, last: int, slots: Any, keys: Any, values: Any, used: Any,
    who: Any,
) -> None:  # fmt: skip
    """Credit machine `m` with what it did since it was last flushed, cell by cell, up to `until`; `last`: one past its
    last cell."""
    if until <= mine[SINCE]:
        return
    cell = mine[CELL]
    if cell < last and until > start[cell]:
        context(mine, who)
        if mine[TOLD_AT] == NEVER:
            who[0], who[1] = 0, 0
        who[2], who[3], who[4] = mine[REASON], mine[CODE], mine[GRADE]
        at = max(mine[SINCE], start[cell])
        while cell < last and at < until:
            stop = min(until, end[cell])
            if stop > at:
                credit(slots, keys, values, used, m, cell, who, mine[ELEMENT], stop - at)
                at = stop
            if at >= end[cell]:
                cell += 1
        mine[CELL] = cell
    mine[SINCE] = until


@njit(cache=True, nogil=True)
def spread(
    m: int, lo: int, hi: int, sign: int, activity: int, told_at: int, cell: int, start: Any, slots: Any, keys: Any,
    values: Any, used: Any, who: Any, nobody: Any,
) -> None:  # fmt: skip
    """Credit machine `m` with a piece of its union of reports, ``[lo, hi)``, or take it back (`sign` -1).

    Before its first state (`told_at`) the reports are all that is known of it: there they are its time elements too.
    `cell`: any cell at or after the one in which the piece ends.
    """
    while hi > lo:
        while start[cell] >= hi:
            cell -= 1
        part = hi - max(lo, start[cell])
        credit(slots, keys, values, used, m, cell, who, MACHINE + activity, sign * part)
        untold = min(hi, told_at) - max(lo, start[cell])
        if untold > 0:
            credit(slots, keys, values, used, m, cell, who, APT + activity, sign * untold)
            credit(slots, keys, values, used, m, cell, nobody, UNKNOWN, -sign * untold)
        hi -= part


@njit(cache=True, nogil=True)
def report(
    mine: Any, m: int, lo: int, hi: int, activity: int, cell: int, start: Any, slots: Any, keys: Any, values: Any,
    used: Any, pieces: Any, count: Any, who: Any, other: Any, nobody: Any,
) -> None:  # fmt: skip
    """Credit a report of work in ``[lo, hi)`` that ends last of all so far: labour as a sum, machine as a union.

    The union lies in `pieces`, linked backwards from ``mine[HEAD]``, disjoint. An instant is its report's that has the
    first activity in the order run, setup, breakdown; among those, the one that came first keeps it.
    """
    at, c = hi, cell
    while at > lo:
        while start[c] >= at:
            c -= 1
        part = at - max(lo, start[c])
        credit(slots, keys, values, used, m, c, who, REPORTED + activity, part)
        at -= part
    told_at, open_to, after, node = mine[TOLD_AT], hi, -1, mine[HEAD]
    while open_to > lo:
        covered = pieces[node, TO] if node >= 0 else lo
        if covered < open_to:
            gap = max(covered, lo)
            fresh = _piece(pieces, count, gap, open_to, activity, who, node)
            _link(mine, pieces, after, fresh)
            spread(m, gap, open_to, 1, activity, told_at, cell, start, slots, keys, values, used, who, nobody)
            after, open_to = fresh, gap
            continue
        first = max(pieces[node, FROM], lo)
        if pieces[node, ACTIVITY] > activity:
            held = pieces[node, ACTIVITY]
            other[0], other[1], other[2], other[3] = (
                pieces[node, P_ORDER], pieces[node, P_OPERATION], pieces[node, P_REASON], pieces[node, P_CODE],
            )  # fmt: skip
            spread(m, first, open_to, -1, held, told_at, cell, start, slots, keys, values, used, other, nobody)
            spread(m, first, open_to, 1, activity, told_at, cell, start, slots, keys, values, used, who, nobody)
            below = pieces[node, BEFORE]
            if first > pieces[node, FROM]:
                pieces[node, TO] = first
                below = node
            fresh = _piece(pieces, count, first, open_to, activity, who, below)
            _link(mine, pieces, after, fresh)
            after, node = fresh, below
        elif first == pieces[node, FROM]:
            after, node = node, pieces[node, BEFORE]
        open_to = first


@njit(cache=True, nogil=True)
def _piece(pieces: Any, count: Any, lo: int, hi: int, activity: int, who: Any, before: int) -> int:
    fresh = count[0]
    count[0] += 1
    one = pieces[fresh]
    one[FROM], one[TO], one[ACTIVITY], one[BEFORE] = lo, hi, activity, before
    one[P_ORDER], one[P_OPERATION], one[P_REASON], one[P_CODE] = who[0], who[1], who[2], who[3]
    return int(fresh)


@njit(cache=True, nogil=True)
def _link(mine: Any, pieces: Any, after: int, fresh: int) -> None:
    if after < 0:
        mine[HEAD] = fresh
    else:
        pieces[after, BEFORE] = fresh


@njit(cache=True, nogil=True)
def begin_operation(mine: Any, order: int, operation: int) -> None:
    """An operation begins: it is what goes on now. Of more than MOST_OPEN at once the oldest is forgotten."""
    mine[OWN] = 0
    if mine[OPEN] == MOST_OPEN:
        for i in range(OPENED, MEMORY - 2):
            mine[i] = mine[i + 2]
        mine[OPEN] -= 1
    at = OPENED + 2 * mine[OPEN]
    mine[at], mine[at + 1] = order, operation
    mine[OPEN] += 1


@njit(cache=True, nogil=True)
def end_operation(mine: Any, order: int, operation: int) -> None:
    """An operation ends: the last begun of its name goes on no longer."""
    for place in range(mine[OPEN] - 1, -1, -1):
        at = OPENED + 2 * place
        if mine[at] == order and mine[at + 1] == operation:
            for i in range(at, MEMORY - 2):
                mine[i] = mine[i + 2]
            mine[OPEN] -= 1
            mine[OPENED + 2 * mine[OPEN]] = 0
            mine[OPENED + 2 * mine[OPEN] + 1] = 0
            return


@njit(cache=True, nogil=True)
def rows_wanted(mine: Any, at: int, took: int, last: int, start: Any, end: Any, pieces: Any) -> int:
    """The most rows that an event at `at` (a report that took `took`) can add; also bounds the pieces it adds."""
    cell, wanted = mine[CELL], 4
    while cell < last and end[cell] <= at:
        cell += 1
        wanted += 1
    if took > 0:
        lo, node, parts = at - took, mine[HEAD], 1
        while node >= 0 and pieces[node, TO] > lo:
            node = pieces[node, BEFORE]
            parts += 2
        cells, c = 1, min(cell, last - 1)
        while c >= 0 and start[c] > lo:
            c -= 1
            cells += 1
        wanted += 6 * (parts + cells)
    return int(wanted)


@njit(cache=True, nogil=True)
def fold(
    at_event: int, ts: Any, kind: Any, clock: Any, flags: Any, subject: Any, code: Any, reason: Any, order: Any,
    operation: Any, value: Any, scale: Any, stream: Any, epoch: Any, seq: Any, keyed: bool, skipped: int,
    machine_of: Any, state_of: Any, element_of: Any, activity_of: Any, counter_of: Any, text_of: Any, grade_of: Any,
    counter_at: Any, modulus: Any, max_per_h: Any, first: Any, last: Any, start: Any, end: Any,
    memory: Any, counters: Any, pieces: Any, count: Any, slots: Any, keys: Any, values: Any, used: Any, late: Any,
) -> int:  # fmt: skip
    """Fold events from number `at_event` on, each machine's in the order of time; returns the first event not
    folded, which is the number of events unless rows or pieces run short.

    ts .. seq: columns of an event batch. machine_of .. text_of: by text number of that batch, -1 where a text is none.
    An event before its machine's last one (by time, and by key where `keyed`) is not folded: `late` marks it.
    """
    who, other, nobody = np.zeros(5, np.int64), np.zeros(5, np.int64), np.zeros(5, np.int64)
    for i in range(at_event, len(ts)):
        m = machine_of[subject[i]]
        what = kind[i]
        if m < 0 or what > REWORK or flags[i] & skipped:
            continue
        at, mine, final = ts[i], memory[m], last[m]
        if at <= mine[LAST] and (at < mine[LAST] or (keyed and _before(stream[i], epoch[i], seq[i], mine))):
            late[i] = True
            continue
        amount, fits = value[i], True
        if scale[i] != 0 and what != STATE and what != START:
            amount, fits = whole(value[i], scale[i])
        took, counter = 0, -1
        if what == END:
            took = amount
            fits = fits and 0 <= took <= LONGEST
        elif what == COUNTER:
            if counter_of[code[i]] >= 0:
                counter = counter_at[m, counter_of[code[i]]]
            if counter < 0:
                continue
        if used[0] + 8 > len(keys) or (what != COUNTER and what < GOOD):
            if not fits:
                took = 0
            wanted = rows_wanted(mine, at, took, final, start, end, pieces)
            if used[0] + wanted > len(keys) or count[0] + wanted > len(pieces):
                return i
        mine[LAST] = at
        if keyed:
            mine[STREAM], mine[EPOCH], mine[SEQ] = stream[i], epoch[i], seq[i]
        if mine[FIRST] > at:
            mine[FIRST] = at
        if not fits:
            mine[UNREAD] += 1
            continue
        cell = mine[AT_CELL]
        while cell < final and at >= end[cell]:
            cell += 1
        mine[AT_CELL] = cell
        inside = cell < final and at >= start[cell]

        if what == COUNTER:
            mark = counters[counter]
            gain, verdict = 0, FORWARD
            if mark[READ]:
                gain, verdict = step(mark[READING], mark[READ_AT], amount, at, modulus[counter], max_per_h[counter])
            if verdict != TOO_LATE:
                mark[READ], mark[READING], mark[READ_AT] = 1, amount, at
            if inside:
                context(mine, who)
                who[2], who[3], who[4] = 0, text_of[code[i]], grade_of[clock[i]]
                row = values[find(slots, keys, used, m, cell, who[0], who[1], 0, who[3])]
                row[C_COUNTED] += gain
                if verdict == TOO_LATE:
                    row[C_LATE] += 1
                elif verdict == RESET:
                    row[C_RESETS] += 1
                if row[C_GRADE] < who[4]:
                    row[C_GRADE] = who[4]
            continue

        if what == STATE:
            element = element_of[reason[i]]
            if element < 0:
                element = state_of[code[i]]
            flush(mine, m, at, start, end, final, slots, keys, values, used, who)
            fresh = mine[TOLD_AT] == NEVER or mine[CODE] != text_of[code[i]] or mine[REASON] != text_of[reason[i]]
            if mine[TOLD_AT] == NEVER:
                mine[TOLD_AT] = at
            mine[ELEMENT], mine[CODE], mine[REASON] = element, text_of[code[i]], text_of[reason[i]]
            mine[GRADE] = grade_of[clock[i]]
            mine[OWN] = 1 if order[i] != 0 or operation[i] != 0 else 0
            mine[OWN_ORDER], mine[OWN_OPERATION] = text_of[order[i]], text_of[operation[i]]
            if fresh and inside:
                context(mine, who)
                who[2], who[3], who[4] = mine[REASON], mine[CODE], mine[GRADE]
                credit(slots, keys, values, used, m, cell, who, C_TIMES, 1)
            continue

        if what == START:
            flush(mine, m, at, start, end, final, slots, keys, values, used, who)
            begin_operation(mine, text_of[order[i]], text_of[operation[i]])
            continue

        context(mine, who)
        if order[i] != 0 and who[0] != text_of[order[i]]:
            who[0], who[1] = text_of[order[i]], 0
        if operation[i] != 0:
            who[1] = text_of[operation[i]]
        who[2], who[3], who[4] = text_of[reason[i]], text_of[code[i]], grade_of[clock[i]]
        if what == END:
            if inside:
                credit(slots, keys, values, used, m, cell, who, C_REPORTS, 1)
            lo, hi = max(at - took, start[first[m]]), min(at, end[final - 1])
            here = who.copy()
            flush(mine, m, at, start, end, final, slots, keys, values, used, who)
            end_operation(mine, text_of[order[i]], text_of[operation[i]])
            if lo < hi:
                report(
                    mine, m, lo, hi, activity_of[code[i]], min(cell, final - 1), start, slots, keys, values, used,
                    pieces, count, here, other, nobody,
                )  # fmt: skip
        elif inside:
            credit(slots, keys, values, used, m, cell, who, C_GOOD + what - GOOD, amount)
            credit(slots, keys, values, used, m, cell, who, C_TIMES, 1)
    return len(ts)


@njit(cache=True, nogil=True)
def _before(stream: int, epoch: int, seq: int, mine: Any) -> bool:
    """Whether a key comes before the machine's last one; the same key does not."""
    if stream != mine[STREAM]:
        return bool(stream < mine[STREAM])
    if epoch != mine[EPOCH]:
        return bool(epoch < mine[EPOCH])
    return bool(seq < mine[SEQ])


def empty_memory(first_cell: np.ndarray, since: int) -> np.ndarray:
    """The memory of machines of which nothing was heard; `first_cell` of each, `since` the start of the window."""
    memory = np.zeros((len(first_cell), MEMORY), np.int64)
    memory[:, ELEMENT], memory[:, SINCE] = UNKNOWN, since
    memory[:, CELL] = memory[:, AT_CELL] = first_cell
    memory[:, FIRST], memory[:, LAST] = NEVER, np.iinfo(np.int64).min
    memory[:, TOLD_AT], memory[:, HEAD] = NEVER, -1
    return memory
