"""The judge of a run, written apart from the kernel: it reads only the model, the calendar, the orders and the trace.

A part that is in work when its machine closes is suspended: nothing ends or begins on a closed machine, and the work
goes on with the time it had left when the machine opens again. What ends at the very instant of closing has ended.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from dengta.core.reason import Reason
from dengta.engines.simulation.kernels_layout import GATED, IN, OUT, QUEUED, REMADE, SCRAPPED


def conserved(tally: NDArray[np.int64], in_hand: NDArray[np.int32]) -> list[Reason]:
    """The law that is checked after every stretch: what came in and was made again went out, was lost, or is here."""
    made = int(tally[IN] + tally[REMADE])
    held = int(tally[QUEUED] + tally[GATED] + in_hand.sum())
    gone = int(tally[OUT] + tally[SCRAPPED])
    if made == gone + held:
        return []
    return [Reason("simulation.not_conserved", params={"made": made, "gone": gone, "held": held})]
