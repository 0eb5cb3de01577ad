"""Orders from events: what was ordered, how far it is, what is missing and where it was seen last, what is at risk.

``Ledger().add(batch)`` folds events in any order; `board` answers what a production director asks in the morning,
`standing` tells one order, `day_measures` the three measures of a business day. The definitions are ours and stated
where they are computed: states in `model.State`, risk in `outlook`, measures O1 to O3 in `measures`.
"""

from dengta.engines.orders.ledger import READ, Ledger
from dengta.engines.orders.measures import ACCURACY, CYCLE, CYCLE_P90, EFFICIENCY, LOOKBACK, day_measures
from dengta.engines.orders.model import (
    SILENCE,
    AccuracyRow,
    Board,
    BusinessDay,
    CycleRow,
    DayMeasures,
    Entry,
    Fact,
    LabourRow,
    Line,
    Load,
    Measure,
    Outlook,
    OutputRow,
    Sighting,
    Standing,
    State,
    UnderWay,
    Waiting,
)
from dengta.engines.orders.outlook import board, board_of
from dengta.engines.orders.plan import business_day, business_day_at, previous_day
from dengta.engines.orders.standing import standing

__all__ = [
    "ACCURACY",
    "CYCLE",
    "CYCLE_P90",
    "EFFICIENCY",
    "LOOKBACK",
    "READ",
    "SILENCE",
    "AccuracyRow",
    "Board",
    "BusinessDay",
    "CycleRow",
    "DayMeasures",
    "Entry",
    "Fact",
    "LabourRow",
    "Ledger",
    "Line",
    "Load",
    "Measure",
    "Outlook",
    "OutputRow",
    "Sighting",
    "Standing",
    "State",
    "UnderWay",
    "Waiting",
    "board",
    "board_of",
    "business_day",
    "business_day_at",
    "day_measures",
    "previous_day",
    "standing",
]
