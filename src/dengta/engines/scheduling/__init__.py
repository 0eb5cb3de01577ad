"""Finite scheduling: what runs when on which machine, from forty operations to a million.

``solve(shop, goal, budget, seed)`` gives a `Plan`; `Shop` is for people, `from_arrays` for columns of 100,000
operations, `read` for files. Every plan is judged by `judge`, which shares no code with the searches; wishes that
cannot be fulfilled are named in `Plan.wishes`.
"""

from dengta.engines.scheduling.check import judge, wishes
from dengta.engines.scheduling.events import Absent, Arrives, Began, Down, Ended, Takes, Waiting
from dengta.engines.scheduling.formats import FORMATS, from_tables, read
from dengta.engines.scheduling.from_columns import from_arrays
from dengta.engines.scheduling.hands import Hands, InTurn
from dengta.engines.scheduling.model import Shop
from dengta.engines.scheduling.objective import Goal, Term
from dengta.engines.scheduling.plan import Plan
from dengta.engines.scheduling.problem import Names, Problem
from dengta.engines.scheduling.repair import Stability
from dengta.engines.scheduling.solve import solve, warm

__all__ = [
    "FORMATS",
    "Absent",
    "Arrives",
    "Began",
    "Down",
    "Ended",
    "Goal",
    "Hands",
    "InTurn",
    "Names",
    "Plan",
    "Problem",
    "Shop",
    "Stability",
    "Takes",
    "Term",
    "Waiting",
    "from_arrays",
    "from_tables",
    "judge",
    "read",
    "solve",
    "warm",
    "wishes",
]
