"""The catalogue: every KPI with its formula over named inputs, and how a figure gives those inputs.

Exact fractions, or undefined with the reason (K11). A definition's id carries no version as long as it is the first.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

from dengta.core.reason import Param, Reason
from dengta.core.time import Micros
from dengta.engines.kpi.model import Column

if TYPE_CHECKING:
    from dengta.engines.kpi.figures import Part

Inputs = Mapping[str, int | None]


@dataclass(frozen=True, slots=True)
class Definition:
    """One KPI. `factors`: pairs (dividend, divisor) of inputs or sums of them; the KPI is the product of the quotients.

    unit: of its value, "1" for a ratio. trend: up or down is better. source: where the definition comes from.
    """

    id: str
    factors: tuple[tuple[str, str], ...]
    trend: str
    unit: str = "1"
    source: str = "ISO 22400-2"
    version: int = 1

    @property
    def formula(self) -> str:
        """For people: ``APT / PBT``."""
        return " * ".join(f"{_term(above)} / {_term(below)}" for above, below in self.factors)


def _term(sum_: str) -> str:
    return f"({sum_})" if "+" in sum_ else sum_


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


_AVAILABILITY, _EFFECTIVENESS, _QUALITY = ("APT in PBT", "PBT"), ("PRU*PQ", "APT"), ("GQ", "PQ")
DEFINITIONS: dict[str, Definition] = {
    d.id: d
    for d in (
        Definition("availability", (_AVAILABILITY,), "up"),
        Definition("effectiveness", (_EFFECTIVENESS,), "up"),
        Definition("quality_ratio", (_QUALITY,), "up"),
        Definition("oee", (_AVAILABILITY, _EFFECTIVENESS, _QUALITY), "up"),
        Definition("nee", (("AUPT in PBT", "PBT"), _EFFECTIVENESS, _QUALITY), "up"),
        Definition("allocation_efficiency", (("AUBT in PBT", "PBT"),), "up"),
        Definition("utilisation_efficiency", (("APT", "AUBT"),), "up"),
        Definition("setup_rate", (("ASUT", "AUPT"),), "down"),
        Definition("technical_efficiency", (("APT", "APT+ADET"),), "up"),
        Definition("scrap_ratio", (("SQ", "PQ"),), "down"),
        Definition("rework_ratio", (("RQ", "PQ"),), "down"),
    )
}
"""Definition id -> definition. AUPT = ASUT + APT, AUBT = AUPT + ADET, PQ = GQ + SQ + RQ; "in PBT": in planned time."""


def ratios(inputs: Inputs, because: Mapping[str, Reason] | None = None) -> dict[str, Ratio]:
    """Every definition from `inputs` summed over the window; `because`: why an input is missing, where one can say."""
    return {name: _ratio(definition, inputs, because or {}) for name, definition in DEFINITIONS.items()}


def _ratio(definition: Definition, inputs: Inputs, because: Mapping[str, Reason]) -> Ratio:
    value, name = Fraction(1), definition.id
    for above, below in definition.factors:
        dividend, divisor = _sum(above, inputs), _sum(below, inputs)
        if dividend is None or divisor is None:
            missing = above if dividend is None else below
            reason = because.get(missing) or Reason("kpi.undefined_input", (name,), {"input": missing})
            return Ratio(name, None, reason)
        if divisor == 0:
            return Ratio(name, None, Reason("kpi.undefined_zero", (name,), {"input": below}))
        value *= Fraction(dividend, divisor)
    return Ratio(name, value)


def _sum(term: str, inputs: Inputs) -> int | None:
    parts = [inputs.get(part) for part in term.split("+")]
    return None if None in parts else sum(part or 0 for part in parts)


def figure_clauses(
    inside: Part, outside: Part, planned: Micros | None, without_cycle: Sequence[tuple[str, str, str]]
) -> dict[str, Ratio]:
    """Every definition from the sums of a figure."""
    whole = inside + outside
    told = any(whole.of[c] for c in Column if Column.APT <= c <= Column.PMT) or whole.of[Column.GRADE] > 0
    inputs: dict[str, int | None] = {"PBT": planned}
    for suffix, part in (("", whole), (" in PBT", inside)):
        apt, asut, adet = ((part.of[c] if told else None) for c in (Column.APT, Column.ASUT, Column.ADET))
        inputs |= {f"APT{suffix}": apt, f"ASUT{suffix}": asut, f"ADET{suffix}": adet}
        inputs[f"AUPT{suffix}"] = None if apt is None or asut is None else apt + asut
        inputs[f"AUBT{suffix}"] = None if apt is None or asut is None or adet is None else apt + asut + adet
    good, scrap, rework = (whole.of[c] for c in (Column.GOOD, Column.SCRAP, Column.REWORK))
    inputs |= {"GQ": good, "SQ": scrap, "RQ": rework, "PQ": good + scrap + rework}
    inputs["PRU*PQ"] = None if whole.unplanned else whole.run
    because: dict[str, Reason] = {}
    if without_cycle:
        item, operation, machine = without_cycle[0]
        params: dict[str, Param] = {
            "item": item,
            "operation": operation,
            "more": len(without_cycle) - 1,
            "pieces": whole.unplanned,
        }
        because["PRU*PQ"] = Reason("kpi.undefined_cycle", (machine,), params)
    return ratios(inputs, because)
