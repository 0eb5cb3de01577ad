"""Chance inside kernels: one state, drawn from the seed, so that the same seed gives the same plan."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from dengta.core.compiled import njit
from dengta.engines.scheduling.kernels_layout import INLINED


@njit(**INLINED)
def draw(chance: NDArray, below: int) -> int:
    """A whole number in [0, below): xorshift64* (Vigna 2014). chance (1,) uint64, never 0."""
    x = chance[0]
    x ^= x >> np.uint64(12)
    x ^= x << np.uint64(25)
    x ^= x >> np.uint64(27)
    chance[0] = x
    drawn = (x * np.uint64(0x2545F4914F6CDD1D)) >> np.uint64(33)
    return np.int64((drawn * np.uint64(below)) >> np.uint64(31))  # type: ignore[return-value]
