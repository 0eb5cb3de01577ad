"""Random numbers, one stream per station or machine and purpose, so that a change in one place disturbs no other."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from dengta.core.compiled import njit
from dengta.engines.simulation.kernels_layout import COMPILED


@njit(**COMPILED)
def uniform(chance: NDArray, i: int) -> float:
    """Next number in [0, 1) of stream i: SplitMix64 (Steele, Lea, Flood 2014)."""
    chance[i] += np.uint64(0x9E3779B97F4A7C15)
    z = chance[i]
    z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return float((z ^ (z >> np.uint64(31))) >> np.uint64(11)) * (1.0 / 9007199254740992.0)


@njit(**COMPILED)
def normal(chance: NDArray, i: int) -> float:
    """Next standard normal number of stream i: Box and Muller 1958, the cosine half."""
    radius = math.sqrt(-2.0 * math.log(1.0 - uniform(chance, i)))
    return radius * math.cos(2.0 * math.pi * uniform(chance, i))


@njit(**COMPILED)
def draw(time: NDArray, which: int, chance: NDArray, i: int) -> int:
    """A time of at least 1 us, from distribution `which` and stream i; kinds in the order of `model.DISTRIBUTIONS`."""
    kind, a, b, c = time[which].kind, time[which].a, time[which].b, time[which].c
    if kind == 0:
        x = a
    elif kind == 1:
        x = -a * math.log(1.0 - uniform(chance, i))
    elif kind == 2:
        x = a + (b - a) * uniform(chance, i)
    elif kind == 3:
        u = uniform(chance, i)
        if u * (c - a) < b - a:
            x = a + math.sqrt(u * (c - a) * (b - a))
        else:
            x = c - math.sqrt((1.0 - u) * (c - a) * (c - b))
    elif kind == 4:
        spread = math.log(1.0 + b * b)
        x = a * math.exp(math.sqrt(spread) * normal(chance, i) - 0.5 * spread)
    elif kind == 5:
        product = 1.0
        for _ in range(int(b)):
            product *= 1.0 - uniform(chance, i)
        x = -a / b * math.log(product)
    else:
        x = a * (-math.log(1.0 - uniform(chance, i))) ** (1.0 / b)
    return max(1, round(float(x)))
