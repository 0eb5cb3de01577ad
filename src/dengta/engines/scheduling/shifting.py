"""Right shift of a plan, and the order of time it stands on."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from dengta.engines.scheduling.decoder import began_together, desk_of, empty_sheet
from dengta.engines.scheduling.kernels_desk import clear
from dengta.engines.scheduling.kernels_layout import Ints, Sheet
from dengta.engines.scheduling.kernels_shift import shift
from dengta.engines.scheduling.problem import Problem

_ROUNDS = 8  # of holding work back


def right_shifted(present: Problem, old: Sheet) -> Sheet:
    """The old plan, every machine's sequence as it was, at the earliest times that are still possible."""
    c = present.columns
    sheet, desk = empty_sheet(present), desk_of(present)
    clear(c, desk, sheet)
    sequence = sequence_of(present, old, np.flatnonzero((old.machine >= 0) & (c.begun < 0)))
    until = np.where(old.batch >= 0, 0, -1)
    batch = old.batch[sequence]
    firsts = np.flatnonzero((batch >= 0) & np.concatenate([[True], batch[1:] != batch[:-1]])[: len(batch)])
    for k in firsts.tolist():
        size = 1
        while k + size < len(batch) and batch[k + size] == batch[k]:
            size += 1
        until[sequence[k]] = k + size
    shift(c, desk, sheet, np.zeros(len(c.way_machine)), sequence, old.machine, until)
    members, firsts = began_together(present)
    sheet.batch[members] = firsts
    return sheet


def within_lags(problem: Problem, sheet: Sheet) -> Sheet:
    """The plan with work held back that would wait longer afterwards than its longest lag allows.

    What follows it keeps its time; where holding it back moves others, they are looked at again.
    """
    c = problem.columns
    target = np.repeat(np.arange(len(c.order)), np.diff(c.pred_ptr))
    floor = c.pin_start.copy()
    for _ in range(_ROUNDS):
        planned = (sheet.machine[target] >= 0) & (sheet.machine[c.pred] >= 0) & (c.begun[c.pred] < 0)
        late = np.where(planned, sheet.start[target] - sheet.end[c.pred] - c.lag_most, 0)
        over = np.flatnonzero(late > 0)
        if not len(over):
            break
        np.maximum.at(floor, c.pred[over], sheet.start[c.pred[over]] + late[over])
        sheet = right_shifted(replace(problem, columns=c._replace(pin_start=floor)), sheet)
    return sheet


def sequence_of(problem: Problem, sheet: Sheet, which: Ints) -> Ints:
    """Some planned operations in order of their start, each after what goes before it, batches together."""
    rank = np.empty(len(sheet.start), np.int64)
    rank[problem.topological] = np.arange(len(rank))
    batch = sheet.batch[which]
    together = np.where(batch >= 0, batch, which)
    order = np.lexsort((rank[which], rank[together], sheet.end[which], sheet.start[which]))
    return which[order].astype(np.int64)
