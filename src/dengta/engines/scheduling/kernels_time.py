"""Working time: when work fits that needs several calendars open at once."""

from __future__ import annotations

from dengta.core.compiled import njit
from dengta.engines.scheduling.kernels_layout import COMPILED, NEVER, WHOLE_RATE, Columns, Ints


@njit(**COMPILED)
def opening(a: Columns, calendar: int, at: int) -> int:
    """The opening of `calendar` that holds `at`, else the next one; its cut when it never opens again."""
    low, high = a.open_ptr[calendar], a.open_ptr[calendar + 1]
    while low < high:
        middle = (low + high) >> 1
        if a.open_end[middle] > at:
            high = middle
        else:
            low = middle + 1
    return int(low)


@njit(**COMPILED)
def fit(a: Columns, calendars: Ints, n: int, at: int, work: int, whole: bool, out: Ints) -> int:
    """Earliest start >= `at` of `work` ticks while the first `n` of `calendars` are open; NEVER where it never ends.

    The first calendar's rate counts (a machine's); -1 is always open. `whole` work does not pause. out[0] is its end.
    """
    begin, left, last, t = -1, work * WHOLE_RATE, -1, at
    while True:
        low, high, rate = t, NEVER, WHOLE_RATE
        for k in range(n):
            calendar = calendars[k]
            if calendar >= 0:
                i = opening(a, calendar, low)
                if i == a.open_ptr[calendar + 1]:
                    return NEVER
                low = max(low, a.open_start[i])
                high = min(high, a.open_end[i])
                if k == 0:
                    rate = a.open_rate[i]
        if low >= high:
            t = low
            continue
        if begin < 0 or (whole and low != last):
            begin, left = low, work * WHOLE_RATE
        room = NEVER if high == NEVER else (high - low) * rate
        if left <= room and (rate > 0 or left == 0):
            out[0] = low + (left + rate - 1) // rate if left > 0 else low
            return begin
        left -= room
        last = t = high
