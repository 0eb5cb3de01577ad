"""The judge of a run, written apart from the kernel: it reads only the model, the calendar, the orders and the trace.

A part that is in work when its machine closes is suspended: nothing ends or begins on a closed machine, and the work
goes on with the time it had left when the machine opens again. What ends at the very instant of closing has ended.
"""

from __future__ import annotations

from dengta.core.reason import Reason
from dengta.engines.simulation.kernels_layout import GATED, IN, OUT, QUEUED, REMADE, SCRAPPED, Plant


def conserved(plant: Plant) -> list[Reason]:
    """The law that is checked after every stretch: what came in and was made again went out, was lost, or is here."""
    clock, in_hand = plant.clock, plant.machine["part"]
    made = int(clock[IN] + clock[REMADE])
    held = int(clock[QUEUED] + clock[GATED] + plant.part["size"][in_hand[in_hand >= 0]].sum())
    gone = int(clock[OUT] + clock[SCRAPPED])
    if made == gone + held:
        return []
    return [Reason("simulation.not_conserved", params={"made": made, "gone": gone, "held": held})]
