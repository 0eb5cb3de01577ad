"""Time elements and pieces per machine: one compiled fold makes every figure, in batch and as events arrive.

The face::

    setting = setting_of(book, machines, window)              # cells of its calendar, counters, reasons, cycles
    found   = compute(batch, setting, by=("machine", "shift"), where=Where(line=("saw",)))   # list[Figure]
    rows    = fold(setting, apply(batch), until)              # sparse rows (`Rows`); `figures(rows, by, where)` groups
    steps   = waterfall(figure)                               # list[Step]: planned busy time down to good time
    bars    = pareto(rows, where), defects(rows, where)       # list[Bar]: stops by time, scrap and rework by pieces
    follower = Follower(setting, reread)                      # as events arrive; `publish` gives revisions of buckets
    reviser = Reviser(setting, told, born)                    # the same, and which late news made which revision
    people  = attendance(batch, setting, until)               # APAT, APWT; `Figure.with_inputs` takes what `by` gives
    spans   = state_spans(batch, setting, machine, window)    # list[StateSpan]: what lies behind, with event keys
    steps   = meter_steps(batch, setting, machine, window)    # list[MeterStep]: readings of meters, what each says
    work    = work_spans(batch, machine, window)              # list[WorkSpan]: the reports behind, which may overlap

A `Figure` has `key`, `window`, `book`, `inside` and `outside` planned busy time (each a `Part`: `of[Column]`, planned
run time), `planned` (PBT), `elements`, `grade`, `clauses` (definition id -> `Ratio`: exact fraction, or its Reason).

K1: a machine is in the state of its last STATE event; before its first one, it is UNKNOWN (`kernels.fold`).
K2: a state falls into the time element of `STATE_ELEMENT`, unless its reason names another (`kernels.fold`).
K3: a report (`operation_end` of d microseconds at t) is work in ``[t - d, t)``; its start event adds no time
    (`kernels.report`).
K4: labour time of an activity is the sum of its reports (`kernels.report`).
K5: machine time is their union; where reports overlap, run comes before setup, setup before breakdown, and of the same
    activity the one that ended first (`kernels.report`). Before a machine's first state, this union is its elements.
K6: every interval is cut at the edges of the machine's cells (shifts, breaks, midnights), and where its order changes,
    so that the parts of a window sum to the whole (`kernels.flush`).
K7: what is counted at an instant (pieces, a counter, a report that ends) was made before it: it belongs to the cell
    that ends there or goes on. Cells of time are half-open (`kernels.fold`).
K8: a counter adds its forward step, across its modulus; a fall is a reset or a late sample by rate, else by size
    (`counting.step`).
K9: `retract` takes an event out, `value` exchanges its value; the last live correction of an event wins
    (`corrections.apply`).
K10: events flagged BAD or TWIN are kept in the log and not counted (`columns.SKIPPED`).
K11: a ratio without one of its inputs, or with denominator zero, is undefined and says why; nothing is capped
    (`clauses`).
K12: provenance: A if every event comes from a machine's own clock, B if one was written down afterwards, C if one is
    a third party's paper, D if one is a mere statement (`columns.GRADE_OF`).
K13: an event that names no order or operation belongs to those in force: what the last state named unless an operation
    began since, else the last begun and not ended (`kernels.context`).
K14: planned run time (PRU x PQ) is that of the item at the operation actually run, on that machine, at that time;
    pieces without a planned cycle leave effectiveness undefined (`figures`).
K15: attendance and work of a person are split among the machines at which the person is at once (`attendance`).
K16: between two readings of a meter, at most 31 days apart, energy is used evenly: a border (of a cell, or of the order
    or operation that goes on) gets the floor of its share of time, so that parts sum to the whole. What a reading
    itself names as order is not asked (`kernels_energy.read`).
K17: what a meter's reading says is judged as a counter's (K8), with the last digit of a reading as allowance; energy
    per piece is undefined where a machine made pieces and no meter of it was read (`counting.step`, `clauses`).
"""

from dengta.engines.kpi.assume import AssumedCycle, Assumptions, assume
from dengta.engines.kpi.attendance import ATTENDED, Attendance, attendance
from dengta.engines.kpi.capability import Measured, capability
from dengta.engines.kpi.catalogue import DEFINITIONS, Definition
from dengta.engines.kpi.clauses import Ratio, ratios
from dengta.engines.kpi.columns import FOLDED
from dengta.engines.kpi.corrections import apply
from dengta.engines.kpi.energy import MeterStep, meter_steps
from dengta.engines.kpi.extent import extent
from dengta.engines.kpi.figures import DIMENSIONS, LOSSES, Figure, Part, Sums, Where, compute, figures, sums, words_of
from dengta.engines.kpi.fold import COLUMNS, Fold, fold
from dengta.engines.kpi.following import Follower, Published, Reread
from dengta.engines.kpi.losses import Bar, Step, defects, pareto, waterfall
from dengta.engines.kpi.model import Cells, Column, Counter, Cycles, Place, Rows, Setting
from dengta.engines.kpi.orders import OrderTimes, execution_inputs, order_clauses, order_times
from dengta.engines.kpi.revising import Change, Remembered, Reviser, born, causes, locate, moment_of
from dengta.engines.kpi.setting import setting_of
from dengta.engines.kpi.spans import StateSpan, WorkSpan, state_spans, work_spans

__all__ = [
    "ATTENDED",
    "COLUMNS",
    "DEFINITIONS",
    "DIMENSIONS",
    "FOLDED",
    "LOSSES",
    "AssumedCycle",
    "Assumptions",
    "Attendance",
    "Bar",
    "Cells",
    "Change",
    "Column",
    "Counter",
    "Cycles",
    "Definition",
    "Figure",
    "Fold",
    "Follower",
    "Measured",
    "MeterStep",
    "OrderTimes",
    "Part",
    "Place",
    "Published",
    "Ratio",
    "Remembered",
    "Reread",
    "Reviser",
    "Rows",
    "Setting",
    "StateSpan",
    "Step",
    "Sums",
    "Where",
    "WorkSpan",
    "apply",
    "assume",
    "attendance",
    "born",
    "capability",
    "causes",
    "compute",
    "defects",
    "execution_inputs",
    "extent",
    "figures",
    "fold",
    "locate",
    "meter_steps",
    "moment_of",
    "order_clauses",
    "order_times",
    "pareto",
    "ratios",
    "setting_of",
    "state_spans",
    "sums",
    "waterfall",
    "words_of",
    "work_spans",
]
