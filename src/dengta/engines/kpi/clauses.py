"""KPIs from summed elements: exact fractions, or undefined with the reason (K11)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

from dengta.core.reason import Param, Reason
from dengta.core.time import Micros
from dengta.engines.kpi.catalogue import DEFINITIONS, Definition
from dengta.engines.kpi.model import Column

if TYPE_CHECKING:
    from dengta.engines.kpi.figures import Part

Inputs = Mapping[str, int | None]
_OF_METERS = (Column.ENERGY, Column.METERED, Column.LATE, Column.RESETS)
_ACTIVE = [c for c in Column if c not in (Column.GRADE, Column.UNKNOWN, *_OF_METERS)]
"""Columns that speak of what a machine did: where only a meter speaks, nobody knows."""


@dataclass(frozen=True, slots=True)
class Ratio:
    """A KPI as an exact fraction, or None and why."""

    definition: str
    value: Fraction | None
    reason: Reason | None = None

    @property
    def above_one(self) -> bool:
        """A ratio of more than 100 %: a sign of a wrong plan or wrong counts, shown and flagged, never capped."""
        known = DEFINITIONS.get(self.definition)
        return self.value is not None and self.value > 1 and known is not None and known.unit == "1"


def ratios(inputs: Inputs, because: Mapping[str, Reason] | None = None) -> dict[str, Ratio]:
    """Every definition from `inputs` summed over the window; `because`: why an input is missing, where one can say."""
    return {name: _ratio(definition, inputs, because or {}) for name, definition in DEFINITIONS.items()}


def _ratio(definition: Definition, inputs: Inputs, because: Mapping[str, Reason]) -> Ratio:
    value, name = Fraction(definition.times), definition.id
    for factor in definition.factors:
        missing = next((i for term in factor for i in term.split("+") if _input(i, inputs) is None), None)
        if missing is not None:
            reason = because.get(missing) or Reason("kpi.undefined_input", (name,), {"input": missing})
            return Ratio(name, None, reason)
        dividend, divisor = (sum(_input(i, inputs) or 0 for i in term.split("+")) for term in factor)
        if divisor == 0:
            return Ratio(name, None, Reason("kpi.undefined_zero", (name,), {"input": factor[1]}))
        value *= Fraction(dividend, divisor)
    return Ratio(name, value)


def _input(name: str, inputs: Inputs) -> int | None:
    return int(name) if name.isdigit() else inputs.get(name)


def figure_clauses(
    inside: Part,
    outside: Part,
    planned: Micros | None,
    without_cycle: Sequence[tuple[str, str, str]],
    unmetered: Sequence[str] = (),
    more: Inputs | None = None,
) -> dict[str, Ratio]:
    """Every definition from the sums of a figure, and from `more` inputs that no row carries (APWT, AOET, ...)."""
    whole = inside + outside
    told = whole.of[Column.GRADE] > 0 and any(whole.of[c] for c in _ACTIVE)
    inputs: dict[str, int | None] = {**(more or {}), "PBT": planned}
    for suffix, part in (("", whole), (" in PBT", inside)):
        apt, asut, adet = (part.of[c] for c in (Column.APT, Column.ASUT, Column.ADET))
        times = {"APT": apt, "ASUT": asut, "ADET": adet, "AUPT": apt + asut, "AUBT": apt + asut + adet}
        inputs |= {f"{name}{suffix}": time if told else None for name, time in times.items()}
    good, scrap, rework = (whole.of[c] for c in (Column.GOOD, Column.SCRAP, Column.REWORK))
    inputs |= {"GQ": good, "SQ": scrap, "RQ": rework, "PQ": good + scrap + rework}
    inputs["PRU*PQ"] = None if whole.unplanned else whole.run
    working = whole.of[Column.APT] + whole.of[Column.ASUT]
    inputs |= dict.fromkeys(("TTF", "TBF", "TTR", "FE", "PMT"))
    if told:
        inputs |= {"TTF": working, "TBF": working + whole.repair, "TTR": whole.repair, "FE": whole.failures}
        inputs["PMT"] = whole.of[Column.PMT]
    labour = sum(whole.of[c] for c in (Column.REPORTED_RUN, Column.REPORTED_SETUP, Column.REPORTED_BREAKDOWN))
    inputs["labour"] = labour if whole.has_reports else None
    because: dict[str, Reason] = {}
    if whole.energy is not None:
        inputs["energy"] = None if unmetered else whole.energy
    if unmetered:
        because["energy"] = Reason("kpi.undefined_meter", (unmetered[0],), {"machines": len(unmetered)})
    if without_cycle:
        item, operation, machine = without_cycle[0]
        params: dict[str, Param] = {
            "item": item,
            "operation": operation,
            "pairs": len(without_cycle),
            "pieces": whole.unplanned,
        }
        because["PRU*PQ"] = Reason("kpi.undefined_cycle", (machine,), params)
    return ratios(inputs, because)
