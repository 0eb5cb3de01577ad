"""The catalogue of KPIs: each a numbered definition with its formula over named inputs, unit, trend and source.

Inputs are named as in ISO 22400-2. "X in PBT" is the part of X within planned busy time: what is worked outside of it
hides no loss inside. AUPT = ASUT + APT; AUBT = AUPT + ADET; PQ = GQ + SQ + RQ; TBF = TTF + TTR. Times are microseconds,
energy is mWh.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from dengta.core.time import HOUR

ISO = "ISO 22400-2"
OURS = "Dengta"


@dataclass(frozen=True, slots=True)
class Definition:
    """One KPI: the product of the quotients of `factors`, each (dividend, divisor), an input or a sum of them, times
    `times`.

    number: its clause, C1 on; a number never comes again for another formula, a changed formula raises `version`.
    unit: of its value, "1" for a ratio. trend: up or down is better. source: where the definition comes from.
    """

    number: int
    id: str
    factors: tuple[tuple[str, str], ...]
    trend: str
    unit: str = "1"
    source: str = ISO
    times: int | Fraction = 1
    version: int = 1

    @property
    def formula(self) -> str:
        """For people: ``APT in PBT / PBT``."""
        return " * ".join(f"{_term(above)} / {_term(below)}" for above, below in self.factors)

    @property
    def missing_from_events(self) -> list[str]:
        """Those of its inputs that no folded event gives."""
        return [name for name in self.inputs if name in NOT_FROM_EVENTS]

    @property
    def inputs(self) -> list[str]:
        """Every input it is made of, once."""
        terms = (part for factor in self.factors for term in factor for part in term.split("+"))
        return [part for part in dict.fromkeys(terms) if not part.isdigit()]


NOT_FROM_EVENTS = frozenset(
    (
        *("PSQ", "GP", "IP", "SQ of the first operation", "PQ of the first operation"),
        *("TH", "FGI", "WIP", "CM", "IGQ", "PL", "STL", "OL", "EPC", "CMT"),
    )
)
"""Inputs that no folded event gives: whoever knows them hands them in (`Figure.with_inputs`)."""


def _term(sum_: str) -> str:
    return f"({sum_})" if "+" in sum_ else sum_


_WH = Fraction(1, 1000)
_A, _E, _Q = ("APT in PBT", "PBT"), ("PRU*PQ", "APT"), ("GQ", "PQ")
DEFINITIONS: dict[str, Definition] = {
    d.id: d
    for d in (
        Definition(1, "availability", (_A,), "up"),
        Definition(2, "effectiveness", (_E,), "up"),
        Definition(3, "quality_ratio", (_Q,), "up"),
        Definition(4, "oee", (_A, _E, _Q), "up"),
        Definition(5, "nee", (("AUPT in PBT", "PBT"), _E, _Q), "up"),
        Definition(6, "allocation_efficiency", (("AUBT in PBT", "PBT"),), "up"),
        Definition(7, "utilisation_efficiency", (("APT", "AUBT"),), "up"),
        Definition(8, "setup_rate", (("ASUT", "AUPT"),), "down"),
        Definition(9, "technical_efficiency", (("APT", "APT+ADET"),), "up"),
        Definition(10, "scrap_ratio", (("SQ", "PQ"),), "down"),
        Definition(11, "rework_ratio", (("RQ", "PQ"),), "down"),
        Definition(12, "worker_efficiency", (("APWT", "APAT"),), "up"),
        Definition(13, "allocation_ratio", (("AUBT", "AOET"),), "up"),
        Definition(14, "throughput_rate", (("PQ", "AOET"),), "up", "1/h", times=HOUR),
        Definition(15, "production_process_ratio", (("APT", "AOET"),), "up"),
        Definition(16, "actual_to_planned_scrap", (("SQ", "PSQ"),), "down"),
        Definition(17, "first_pass_yield", (("GP", "IP"),), "up"),
        Definition(18, "fall_off_ratio", (("SQ of the first operation", "PQ of the first operation"),), "down"),
        Definition(19, "energy_per_piece", (("energy", "PQ"),), "down", "Wh", times=_WH),
        Definition(20, "inventory_turns_store", (("TH", "FGI"),), "up"),
        Definition(21, "inventory_turns_plant", (("TH", "WIP+FGI"),), "up"),
        Definition(22, "finished_goods_ratio", (("GQ", "CM"),), "up"),
        Definition(23, "integrated_goods_ratio", (("IGQ", "CM"),), "up"),
        Definition(24, "production_loss_ratio", (("PL", "CM"),), "down"),
        Definition(25, "storage_and_transport_loss_ratio", (("STL", "CM"),), "down"),
        Definition(26, "other_loss_ratio", (("OL", "CM"),), "down"),
        Definition(27, "equipment_load_rate", (("PQ", "EPC"),), "up"),
        Definition(28, "mtbf", (("TBF", "FE+1"),), "up", "us"),
        Definition(29, "mttf", (("TTF", "FE+1"),), "up", "us"),
        Definition(30, "mttr", (("TTR", "FE+1"),), "down", "us"),
        Definition(31, "corrective_maintenance_ratio", (("CMT", "CMT+PMT"),), "down"),
        Definition(36, "output_per_labour_hour", (("GQ", "labour"),), "up", "1/h", OURS, HOUR),
        Definition(41, "energy_per_good_piece", (("energy", "GQ"),), "down", "Wh", OURS, _WH),
    )
}
"""Definition id -> definition. 32 to 35 are Cm, Cmk, Cp, Cpk (`capability`), 37 to 40 are of orders (`orders`)."""
