"""Ratios of ISO 22400-2 from summed elements: exact fractions, or undefined with the reason (K11)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

from dengta.core.reason import Reason
from dengta.engines.kpi.model import Plan

_QUOTIENTS: dict[str, tuple[str, str]] = {
    "availability": ("APT", "PBT"),
    "effectiveness": ("PRU*PQ", "APT"),
    "quality_ratio": ("GQ", "PQ"),
    "allocation_efficiency": ("AUBT", "PBT"),
    "utilisation_efficiency": ("APT", "AUBT"),
    "setup_rate": ("ASUT", "AUPT"),
    "technical_efficiency": ("APT", "APT+ADET"),
    "scrap_ratio": ("SQ", "PQ"),
    "rework_ratio": ("RQ", "PQ"),
}
_SUMS: dict[str, tuple[str, ...]] = {
    "AUPT": ("ASUT", "APT"),
    "AUBT": ("ASUT", "APT", "ADET"),
    "APT+ADET": ("APT", "ADET"),
    "PQ": ("GQ", "SQ", "RQ"),
}
_OEE = ("availability", "effectiveness", "quality_ratio")

DEFINITIONS: dict[str, str] = {
    **{
        name: f"{above} / ({below})" if "+" in below else f"{above} / {below}"
        for name, (above, below) in _QUOTIENTS.items()
    },
    "oee": " * ".join(_OEE),
}
"""Definition id -> formula; AUPT = ASUT+APT, AUBT = AUPT+ADET, PQ = GQ+SQ+RQ."""


@dataclass(frozen=True, slots=True)
class Ratio:
    """A ratio as an exact fraction, or None and why."""

    definition: str
    value: Fraction | None
    reason: Reason | None = None

    @property
    def above_one(self) -> bool:
        """More than 100 %: a sign of a wrong plan or wrong counts, shown and flagged, never capped."""
        return self.value is not None and self.value > 1


def ratios(inputs: Mapping[str, int | None], plan: Plan) -> dict[str, Ratio]:
    """Every ratio of `DEFINITIONS` from elements summed over the window.

    inputs: APT, ASUT, ADET in microseconds; GQ, SQ, RQ in pieces; None where nothing was recorded.
    """
    known = {**inputs, "PBT": plan.busy, "PRU*PQ": plan.run}
    for name, parts in _SUMS.items():
        found = [known[part] for part in parts]
        known[name] = None if None in found else sum(part or 0 for part in found)
    made = {name: _quotient(name, above, below, known) for name, (above, below) in _QUOTIENTS.items()}
    made["oee"] = _product("oee", [made[name] for name in _OEE])
    return made


def _quotient(name: str, above: str, below: str, known: Mapping[str, int | None]) -> Ratio:
    dividend, divisor = known[above], known[below]
    if dividend is None or divisor is None:
        missing = above if dividend is None else below
        return Ratio(name, None, Reason("kpi.undefined_input", (name,), {"input": missing}))
    if divisor == 0:
        return Ratio(name, None, Reason("kpi.undefined_zero", (name,), {"input": below}))
    return Ratio(name, Fraction(dividend, divisor))


def _product(name: str, factors: list[Ratio]) -> Ratio:
    value = Fraction(1)
    for factor in factors:
        if factor.value is None:
            return Ratio(name, None, factor.reason)
        value *= factor.value
    return Ratio(name, value)
