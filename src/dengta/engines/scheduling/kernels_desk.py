"""The decoder's desk, cleared for the next plan."""

from __future__ import annotations

from dengta.core.compiled import njit
from dengta.engines.scheduling.kernels_layout import COMPILED, NEVER, Columns, Desk, Sheet


@njit(**COMPILED)
def clear(a: Columns, d: Desk, s: Sheet) -> None:
    """An empty sheet, every machine free, nobody waiting, the stock that is known."""
    for i in range(a.order.shape[0]):
        d.ready[i] = a.release[a.order[i]]
        d.missing[i] = a.pred_ptr[i + 1] - a.pred_ptr[i]
        s.machine[i] = s.batch[i] = s.start[i] = s.end[i] = s.setup_start[i] = s.setup_end[i] = -1
        s.setup[i] = 0
        d.route[i] = -1
    d.lenient[0] = 0
    for slot in range(s.who.shape[0]):
        s.who[slot] = -1
    for m in range(a.machine_calendar.shape[0]):
        d.waits[m] = d.free[m] = d.held[m] = d.left[m] = 0
        d.key[m] = NEVER
        d.heap[m] = d.place[m] = m
        d.state[m] = a.machine_state[m]
        d.next_pin[m] = d.pin_ptr[m]
    for r in range(d.resource_free.shape[0]):
        d.resource_free[r] = 0
    for k in range(d.stock_events.shape[0]):
        d.stock_events[k] = a.stock_known[k]
        for e in range(a.stock_ptr[k], a.stock_ptr[k] + a.stock_known[k]):
            d.stock_at[e] = a.stock_at[e]
            d.stock_change[e] = a.stock_change[e]
