"""Capability of a process and of a machine from measured values (ISO 22400-2: Cm, Cmk, Cp, Cpk), exactly.

C32 Cm  = (USL - LSL) / (6 s)                     C33 Cmk = min(USL - mean, mean - LSL) / (3 s)
C34 Cp  = (USL - LSL) / (6 sigma)                 C35 Cpk = min(USL - mean, mean - LSL) / (3 sigma)

s is the standard deviation of all values (n - 1), sigma that within subgroups (pooled: the sum of squared deviations
from each subgroup's mean over the sum of n - 1). Both are square roots: the quotient's square is exact, and its root is
taken with integers, to nine decimal places, halves up. Whoever repeats it gets the same digits.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction
from math import isqrt

from dengta.core.reason import Reason
from dengta.engines.kpi.clauses import Ratio

PLACES = 10**9


@dataclass(frozen=True, slots=True)
class Measured:
    """One value of one characteristic, in the unit of its limits; `subgroup` 0 where it belongs to none."""

    value: Fraction
    subgroup: int = 0


def capability(
    values: Iterable[Measured], lower: Fraction | None, upper: Fraction | None, characteristic: str = ""
) -> dict[str, Ratio]:
    """Cm, Cmk, Cp and Cpk; undefined with a reason where a limit, values or their spread are missing."""
    told = list(values)
    squares = {"cm": _overall(told), "cmk": _overall(told), "cp": _within(told), "cpk": _within(told)}
    made = {}
    for name, variance in squares.items():
        missing = "LSL" if lower is None else "USL" if upper is None else None
        if missing is None and variance is None:
            missing = "subgroups of two values" if name in ("cp", "cpk") else "two values"
        if missing or lower is None or upper is None or variance is None:
            made[name] = Ratio(name, None, Reason("kpi.undefined_input", (characteristic or name,), {"input": missing}))
        elif variance == 0:
            zero = "sigma" if name in ("cp", "cpk") else "s"
            made[name] = Ratio(name, None, Reason("kpi.undefined_zero", (characteristic or name,), {"input": zero}))
        else:
            mean = sum((m.value for m in told), Fraction()) / len(told)
            reach = min(upper - mean, mean - lower) / 3 if name.endswith("k") else (upper - lower) / 6
            made[name] = Ratio(name, root(reach, variance))
    return made


def root(reach: Fraction, variance: Fraction) -> Fraction:
    """``reach / sqrt(variance)`` to nine places, halves up; negative where the mean lies outside a limit."""
    square = reach * reach / variance
    scaled = square * PLACES * PLACES * 4
    half = isqrt(scaled.numerator // scaled.denominator)  # twice the root, rounded down
    rounded = Fraction((half + 1) // 2, PLACES)
    return -rounded if reach < 0 else rounded


def _overall(values: list[Measured]) -> Fraction | None:
    return _squares([m.value for m in values]) / (len(values) - 1) if len(values) > 1 else None


def _within(values: list[Measured]) -> Fraction | None:
    groups: dict[int, list[Fraction]] = defaultdict(list)
    for one in values:
        if one.subgroup:
            groups[one.subgroup].append(one.value)
    freedom = sum(len(g) - 1 for g in groups.values())
    return sum((_squares(g) for g in groups.values()), Fraction()) / freedom if freedom else None


def _squares(values: list[Fraction]) -> Fraction:
    mean = sum(values, Fraction()) / len(values)
    return sum(((v - mean) ** 2 for v in values), Fraction())
