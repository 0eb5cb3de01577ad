"""What a run comes to: the time of each machine in each state that it told, pieces, orders and their flow time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dengta.core.time import Micros
from dengta.engines.simulation.arrays import STATES
from dengta.engines.simulation.demand import Order
from dengta.engines.simulation.kernels_layout import CYCLE, DONE, STATE
from dengta.engines.simulation.trace import Trace


@dataclass(frozen=True, slots=True, eq=False)
class Summary:
    """`in_state`: int64 (machines, states of `STATES`), microseconds. `pieces`: int64 (machines,), all cycles.

    `flow`: int64 (orders done,), microseconds from release to the last part's end; `late`: how many of them were late;
    `released`: orders released.
    """

    in_state: NDArray[np.int64]
    pieces: NDArray[np.int64]
    released: int
    flow: NDArray[np.int64]
    late: int

    @property
    def planned(self) -> NDArray[np.int64]:
        """Planned busy time of each machine: all that is neither off nor break."""
        busy: NDArray[np.int64] = self.in_state[:, [s not in ("off", "break") for s in STATES]].sum(axis=1)
        return busy


def summarise(trace: Trace, orders: Sequence[Order], machines: int, end: Micros) -> Summary:
    """The summary of a whole trace from its origin to `end`."""
    in_state = np.zeros((machines, len(STATES)), np.int64)
    for machine in range(machines):
        rows = np.flatnonzero((trace.kind == STATE) & (trace.machine == machine))
        np.add.at(in_state[machine], trace.code[rows], np.diff(trace.at[rows], append=end))
    done = np.flatnonzero(trace.kind == DONE)
    which = [orders[i] for i in trace.who[done].tolist()]
    return Summary(
        in_state,
        np.bincount(trace.machine[trace.kind == CYCLE], minlength=machines),
        sum(o.released <= end for o in orders),
        trace.at[done] - np.array([o.released for o in which], np.int64),
        int(np.count_nonzero(trace.at[done] > np.array([o.due for o in which], np.int64))),
    )
