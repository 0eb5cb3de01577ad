"""Stock over time: what is there, what will come, what is promised, as changes in order of time."""

from __future__ import annotations

from dengta.core.compiled import njit
from dengta.engines.scheduling.kernels_layout import COMPILED, NEVER, Columns, Desk


@njit(**COMPILED)
def available(a: Columns, d: Desk, material: int, quantity: int, at: int) -> int:
    """Earliest instant >= `at` from which on `quantity` may be taken without breaking a later promise; or NEVER."""
    first = a.stock_ptr[material]
    last = first + d.stock_events[material] - 1
    level = 0
    for i in range(first, last + 1):
        level += d.stock_change[i]
    for i in range(last, first - 1, -1):  # level: what there is from event i to the next
        if level < quantity and i == last:
            return NEVER
        if level < quantity and d.stock_at[i + 1] > d.stock_at[i]:
            return int(max(at, d.stock_at[i + 1]))
        if d.stock_at[i] <= at:
            return at
        level -= d.stock_change[i]
    return at


@njit(**COMPILED)
def change(a: Columns, d: Desk, material: int, at: int, quantity: int) -> None:
    """Note a change of stock (made: positive)."""
    first = a.stock_ptr[material]
    i = first + d.stock_events[material]
    while i > first and d.stock_at[i - 1] > at:
        d.stock_at[i] = d.stock_at[i - 1]
        d.stock_change[i] = d.stock_change[i - 1]
        i -= 1
    d.stock_at[i] = at
    d.stock_change[i] = quantity
    d.stock_events[material] += 1
