"""Meters in the compiled fold: what was used between two readings was used evenly, cut at cells and where the order or
operation changes (K16)."""

from __future__ import annotations

from typing import Any

from dengta.engines.kpi.kernels_compiled import compiled, inlined
from dengta.engines.kpi.kernels_counting import TOO_LATE, step
from dengta.engines.kpi.kernels_layout import (
    BEFORE,
    FROM,
    M_AT,
    M_CODE,
    M_GRADE,
    M_READING,
    M_ROW,
    MARK,
    METER,
    METER_MEMORY,
    METERS,
    MOST_METERS,
    NEVER,
    P_WHO,
    SPARE,
)
from dengta.engines.kpi.kernels_table import GRADE, PLACE, WHO, find, pair
from dengta.engines.kpi.model import LONGEST_REPORT, Fact

ENERGY, METERED, LATE, RESETS = (int(f) for f in (Fact.ENERGY, Fact.METERED, Fact.LATE, Fact.RESETS))
_HALF = 20  # bits; spans of at most LONGEST_REPORT have 42, so that no product below leaves 64
_SMALL = 1 << 21  # times a span it stays inside 63


@compiled
def share(gain: int, passed: int, span: int) -> int:
    """``gain * passed // span``, exact; ``0 <= passed <= span <= LONGEST_REPORT``."""
    if gain < _SMALL:
        return gain * passed // span
    each, rest = gain // span, gain % span
    most = rest * (passed >> _HALF)
    times = most // span
    left = ((most - times * span) << _HALF) + rest * (passed & ((1 << _HALF) - 1))
    return each * passed + (times << _HALF) + left // span


@compiled
def meter_of(memory: Any, m: int, code: int) -> int:
    """The column of `memory` where the meter `code` of machine `m` begins, a fresh one where it was not read before;
    -1 where the machine has MOST_METERS others."""
    for column in range(METER, METER + memory[m, METERS] * METER_MEMORY, METER_MEMORY):
        if memory[m, column + M_CODE] == code:
            return int(column)
    if memory[m, METERS] == MOST_METERS:
        return -1
    column = METER + memory[m, METERS] * METER_MEMORY
    memory[m, column + M_CODE], memory[m, column + M_AT] = code, NEVER
    memory[m, METERS] += 1
    return int(column)


@compiled
def mark(memory: Any, pieces: Any, linked: Any, m: int, at: int, who: int) -> None:
    """From `at` on this order and operation goes on at machine `m`: who is to be credited, the next reading says."""
    head = memory[m, MARK]
    if head >= 0 and pieces[head, P_WHO] == who:
        return
    if head < 0 or pieces[head, FROM] != at:
        fresh = memory[m, SPARE]
        if fresh >= 0:
            memory[m, SPARE] = pieces[fresh, BEFORE]
        else:
            fresh = linked[0]
            linked[0] += 1
            for column in range(FROM):  # what only reports have
                pieces[fresh, column] = 0
        pieces[fresh, FROM], pieces[fresh, BEFORE] = at, head
        memory[m, MARK] = head = fresh
    pieces[head, P_WHO] = who


@compiled
def _read_since(memory: Any, m: int, at: int) -> int:
    """How far back the next reading after `at` may reach: to the oldest last reading of machine `m`'s meters."""
    oldest = at
    for column in range(METER, METER + memory[m, METERS] * METER_MEMORY, METER_MEMORY):
        oldest = min(oldest, memory[m, column + M_AT])
    return max(oldest, at - LONGEST_REPORT)


@compiled
def parts_wanted(memory: Any, pieces: Any, edges: Any, m: int, at: int, cell: int) -> int:
    """The most rows that a reading at `at` (in `cell` or later) can add."""
    since, parts, node = _read_since(memory, m, at), 2, memory[m, MARK]
    while node >= 0 and pieces[node, FROM] > since:
        node = pieces[node, BEFORE]
        parts += 1
    while cell >= 0 and edges[cell] > since:
        cell -= 1
        parts += 1
    return parts


@inlined
def _credit(
    memory: Any, pieces: Any, table: Any, edges: Any, m: int, column: int, first: int, cell: int,
    code: int, grade: int, gain: int, since: int, at: int, end: int,
) -> None:  # fmt: skip
    """Credit machine `m` with its part of `gain`, used evenly in ``[since, at)``, of what lies in its cells from
    `first` to `cell`, which end at `end`; backwards, part by part, each inside one cell and after one mark.

    Mostly there is but one part, in the row of the last one: then nothing is divided and nothing looked for.
    """
    span, floor, node, hint, head = at - since, max(since, edges[first]), memory[m, MARK], memory[m, column + M_ROW], -1
    keys, facts, hi = table.keys, table.facts, min(at, end)
    above = gain if hi == at or hi <= floor else share(gain, hi - since, span)
    while hi > floor:
        while pieces[node, FROM] >= hi:
            node = pieces[node, BEFORE]
        while edges[cell] >= hi:
            cell -= 1
        start = max(since, pieces[node, FROM], edges[cell])
        below = 0 if start == since else share(gain, start - since, span)
        who, place, row = pieces[node, P_WHO], pair(m, cell), hint
        if hint < 0 or keys[hint, PLACE] != place or keys[hint, WHO] != who or keys[hint, GRADE] < grade:
            row = find(table, place, who, code, grade)
        if head < 0:
            memory[m, column + M_ROW] = head = row
        facts[ENERGY, row] += above - below
        facts[METERED, row] += hi - start
        hi, above = start, below


@compiled
def read(
    memory: Any, pieces: Any, table: Any, edges: Any, m: int, column: int, value: int, at: int, modulus: int,
    max_per_h: int, digit: int, first: int, cell: int, end: int, made: int, code: int, grade: int,
) -> None:  # fmt: skip
    """Take a reading of the meter at `column`: `value` in mWh, its last digit worth `digit`. `cell`: the machine's last
    one that began before `at`, of those from `first` on, which end at `end`; `made`: the one that `at` belongs to, -1
    outside the window. What goes on at `at` is what the last mark says."""
    since, gain, verdict = memory[m, column + M_AT], 0, 0
    worst, head = max(grade, memory[m, column + M_GRADE]), memory[m, MARK]
    if since != NEVER:
        gain, verdict = step(memory[m, column + M_READING], since, value, at, modulus, max_per_h, digit)
    if verdict != 0 and made >= 0:
        row = find(table, pair(m, made), pieces[head, P_WHO], code, grade)
        table.facts[LATE if verdict == TOO_LATE else RESETS, row] += 1
    if verdict == TOO_LATE:
        return
    if since < at and at - since <= LONGEST_REPORT:
        _credit(memory, pieces, table, edges, m, column, first, cell, code, worst, gain, since, at, end)
    elif since == at and gain > 0 and made >= 0:  # two readings at one instant
        row = find(table, pair(m, made), pieces[head, P_WHO], code, worst)
        table.facts[ENERGY, row] += gain
    memory[m, column + M_READING], memory[m, column + M_AT], memory[m, column + M_GRADE] = value, at, grade
    if pieces[head, BEFORE] >= 0:
        _forget(memory, pieces, m, at)


@compiled
def _forget(memory: Any, pieces: Any, m: int, at: int) -> None:
    """Marks to which no later reading can reach back are there to be used again."""
    since, node = _read_since(memory, m, at), memory[m, MARK]
    while node >= 0 and pieces[node, FROM] > since:
        node = pieces[node, BEFORE]
    if node >= 0 and pieces[node, BEFORE] >= 0:
        oldest = first = pieces[node, BEFORE]
        while pieces[oldest, BEFORE] >= 0:
            oldest = pieces[oldest, BEFORE]
        pieces[oldest, BEFORE], memory[m, SPARE] = memory[m, SPARE], first
        pieces[node, BEFORE] = -1
