"""How far an absolute counter went (K8), and numbers with a power of ten as integers; compiled."""

from __future__ import annotations

import numpy as np

from dengta.engines.kpi.kernels_compiled import compiled

FORWARD, RESET, TOO_LATE = 0, 1, 2
_HOUR_MS = 3_600_000
_LONGEST_MS = 87_660 * _HOUR_MS  # ten years: with a rate of up to 10^12 an hour inside 64 bits
_TENS = np.array([10**power for power in range(19)], np.int64)
_MOST = ((1 << 63) - 1) // _TENS  # what can be multiplied by each and stay inside 64 bits


@compiled
def step(last: int, last_at: int, value: int, at: int, modulus: int, max_per_h: int, digit: int = 1) -> tuple[int, int]:
    """How far a counter went from `last` to `value`, and what it was: FORWARD, RESET or TOO_LATE.

    With a known rate: forward if the machine can do that, else a reset if it can do that, else a late sample. Without
    one: a rise is forward (a late one if that is the shorter way round the modulus); a fall is forward if it wraps
    within a sixteenth of the modulus, else a reset if less was made since than it fell, else a late sample. `digit`:
    what the last digit of a reading is worth; by so much a reading may be behind.
    """
    back = last - value
    forward = -back
    if modulus > 0:
        forward %= modulus
        back %= modulus
    if forward == 0:
        return 0, FORWARD
    if max_per_h > 0:
        passed = min((at - last_at) // 1000, _LONGEST_MS)
        can = passed // _HOUR_MS * max_per_h + passed % _HOUR_MS * max_per_h // _HOUR_MS + digit
        if 0 < forward <= can:
            return forward, FORWARD
        if value < last and value <= can:
            return value, RESET
        return 0, TOO_LATE
    if value > last:
        return (forward, FORWARD) if modulus == 0 or forward < back else (0, TOO_LATE)
    if forward > 0 and forward <= modulus // 16:
        return forward, FORWARD
    return (value, RESET) if value < back else (0, TOO_LATE)


@compiled
def whole(value: int, scale: int) -> tuple[int, bool]:
    """``value * 10**scale``, and whether that is a whole number that fits in 64 bits (0 where it does not)."""
    if scale == 0 or value == 0:
        return value, True
    if scale > 18 or scale < -18:
        return 0, False
    if scale > 0:
        fits = abs(value) <= _MOST[scale]
        return (value * _TENS[scale] if fits else 0), fits
    fits = value % _TENS[-scale] == 0
    return (value // _TENS[-scale] if fits else 0), fits


@compiled
def in_mwh(value: int, scale: int, power: int) -> tuple[int, bool]:
    """A reading of ``value * 10**scale`` of a unit of ``10**power`` mWh (-1: no unit of energy) in mWh, and whether
    that is a whole number, not negative, that fits in 64 bits."""
    amount, fits = whole(value, scale + power)
    return amount, fits and power >= 0 and value >= 0


@compiled
def worth(power: int) -> int:
    """``10**power`` for the last digit of a reading; 1 where that is less than one."""
    return int(_TENS[min(max(power, 0), 18)])
