"""Time elements and pieces per machine: one compiled fold makes every figure, in batch and as events arrive.

K1: a machine is in the state of its last STATE event; before its first one, it is UNKNOWN (`kernels.fold`).
K2: a state falls into the time element of `STATE_ELEMENT`, unless its reason names another (`points.points`).
K3: a report (`operation_end` of d microseconds at t) is work in ``[t - d, t)``; its start event adds nothing
    (`points.points`).
K4: labour time of an activity is the sum of its reports: the integral of how many run at once (`kernels.fold`).
K5: machine time is their union; where activities overlap, run comes before setup, setup before breakdown
    (`kernels.fold`).
K6: every interval is cut at the edges of the window's cells, so that the parts of a window sum to the whole
    (`kernels.fold`).
K7: pieces and reports belong to the cell in which their own time lies; cells are half-open (`kernels.fold`).
K8: a counter adds its forward step, across its modulus; a fall is a reset or a late sample by rate, else by size
    (`kernels.step`).
K9: `retract` takes an event out, `value` exchanges its value; the last live correction of an event wins
    (`corrections.apply`).
K10: events flagged BAD are kept in the log and not counted (`points.points`).
K11: a ratio without one of its inputs, or with denominator zero, is undefined and says why; nothing is capped
    (`ratios`).
K12: provenance: A if every event comes from a machine's own clock, B if one was written down afterwards
    (`points.grades`).
"""

from dengta.engines.kpi.by_machine import MachineFigures, by_machine, extent
from dengta.engines.kpi.corrections import apply
from dengta.engines.kpi.fold import Fold, begin, fold
from dengta.engines.kpi.model import Column, Counter, Plan, Points, Setting, Totals
from dengta.engines.kpi.points import FOLDED, grades, points
from dengta.engines.kpi.ratios import DEFINITIONS, Ratio, ratios

__all__ = [
    "DEFINITIONS",
    "FOLDED",
    "Column",
    "Counter",
    "Fold",
    "MachineFigures",
    "Plan",
    "Points",
    "Ratio",
    "Setting",
    "Totals",
    "apply",
    "begin",
    "by_machine",
    "extent",
    "fold",
    "grades",
    "points",
    "ratios",
]
