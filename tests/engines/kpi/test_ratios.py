"""Every clause of the catalogue by hand: exact, undefined with its reason, never capped."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import pytest

from dengta.core.batch import EventBatch
from dengta.core.event import Event
from dengta.core.time import HOUR, MINUTE
from dengta.core.vocabulary import EventType, TimeElement
from dengta.engines import kpi
from dengta.engines.kpi import DEFINITIONS, Setting
from dengta.engines.kpi.orders import median, p90

DAY = {
    "PBT": 480 * MINUTE, "APT": 300 * MINUTE, "ASUT": 60 * MINUTE, "ADET": 40 * MINUTE, "AUPT": 360 * MINUTE,
    "AUBT": 400 * MINUTE, "APT in PBT": 290 * MINUTE, "AUPT in PBT": 350 * MINUTE, "AUBT in PBT": 390 * MINUTE,
    "GQ": 90, "SQ": 6, "RQ": 4, "PQ": 100, "PRU*PQ": 240 * MINUTE, "APWT": 420 * MINUTE, "APAT": 460 * MINUTE,
    "AOET": 600 * MINUTE, "PSQ": 5, "GP": 88, "IP": 100, "SQ of the first operation": 2,
    "PQ of the first operation": 102, "energy": 1_200_000, "TH": 500, "FGI": 100, "WIP": 25, "CM": 1000, "IGQ": 900,
    "PL": 60, "STL": 30, "OL": 10, "EPC": 160, "TBF": 470 * MINUTE, "TTF": 450 * MINUTE, "TTR": 20 * MINUTE, "FE": 4,
    "CMT": 20 * MINUTE, "PMT": 60 * MINUTE, "labour": 450 * MINUTE,
}  # fmt: skip
"""A day of 480 planned minutes, 100 pieces of 2.4 minutes, ten minutes of production outside planned time."""

BY_HAND = {
    "availability": Fraction(290, 480),
    "effectiveness": Fraction(240, 300),
    "quality_ratio": Fraction(90, 100),
    "oee": Fraction(290, 480) * Fraction(240, 300) * Fraction(90, 100),
    "nee": Fraction(350, 480) * Fraction(240, 300) * Fraction(90, 100),
    "allocation_efficiency": Fraction(390, 480),
    "utilisation_efficiency": Fraction(300, 400),
    "setup_rate": Fraction(60, 360),
    "technical_efficiency": Fraction(300, 340),
    "scrap_ratio": Fraction(6, 100),
    "rework_ratio": Fraction(4, 100),
    "worker_efficiency": Fraction(420, 460),
    "allocation_ratio": Fraction(400, 600),
    "throughput_rate": Fraction(10),  # 100 pieces in ten hours
    "production_process_ratio": Fraction(300, 600),
    "actual_to_planned_scrap": Fraction(6, 5),
    "first_pass_yield": Fraction(88, 100),
    "fall_off_ratio": Fraction(2, 102),
    "energy_per_piece": Fraction(12),
    "energy_per_good_piece": Fraction(1200, 90),
    "inventory_turns_store": Fraction(5),
    "inventory_turns_plant": Fraction(4),
    "finished_goods_ratio": Fraction(90, 1000),
    "integrated_goods_ratio": Fraction(9, 10),
    "production_loss_ratio": Fraction(6, 100),
    "storage_and_transport_loss_ratio": Fraction(3, 100),
    "other_loss_ratio": Fraction(1, 100),
    "equipment_load_rate": Fraction(100, 160),
    "mtbf": Fraction(470 * MINUTE, 5),
    "mttf": Fraction(450 * MINUTE, 5),
    "mttr": Fraction(20 * MINUTE, 5),
    "corrective_maintenance_ratio": Fraction(20, 80),
    "output_per_labour_hour": Fraction(12),  # 90 good pieces in 7.5 hours
}


@pytest.mark.parametrize("name", DEFINITIONS)
def test_k11_every_clause_by_hand(name: str) -> None:
    """Its value from the standard's formula, and the reason that names each input it can lack."""
    told = kpi.ratios(DAY)
    assert told[name].value == BY_HAND[name]
    for missing in DEFINITIONS[name].inputs:
        without = kpi.ratios({**DAY, missing: None})[name]
        assert without.value is None
        assert without.reason is not None
        assert (without.reason.code, without.reason.params["input"]) == ("kpi.undefined_input", missing)


def test_clauses_are_numbered_once() -> None:
    """A number never stands for two formulas."""
    numbers = [d.number for d in DEFINITIONS.values()]
    assert len(set(numbers)) == len(numbers) == len(BY_HAND)
    assert not set(numbers) & {32, 33, 34, 35, 37, 38, 39, 40}


def test_the_guide_lists_every_clause() -> None:
    """Number, id, formula, unit, trend and source, as they are computed."""
    guide = (Path(__file__).parents[3] / "docs" / "guides" / "figures.md").read_text("utf-8")
    for d in DEFINITIONS.values():
        assert f"| C{d.number} | {d.id} | {d.formula} | {d.unit} | {d.trend} | {d.source} |" in guide


def test_losses_and_integrated_goods_are_the_material() -> None:
    """Integrated goods ratio and the three loss ratios sum to one."""
    told = kpi.ratios(DAY)
    names = ("integrated_goods_ratio", "production_loss_ratio", "storage_and_transport_loss_ratio", "other_loss_ratio")
    assert sum(told[n].value or 0 for n in names) == 1


def test_a_zero_denominator_is_undefined_not_zero() -> None:
    """Nothing made is no quality at all, neither good nor bad."""
    told = kpi.ratios({**DAY, "GQ": 0, "SQ": 0, "RQ": 0, "PQ": 0, "PBT": 0})
    for name in ("quality_ratio", "scrap_ratio", "availability"):
        reason = told[name].reason
        assert reason is not None
        assert reason.code == "kpi.undefined_zero"


def test_above_one_is_shown_and_flagged() -> None:
    """A machine that beats its planned cycle; a rate of ten an hour is no percentage."""
    told = kpi.ratios({**DAY, "PRU*PQ": 330 * MINUTE})
    assert told["effectiveness"].value == Fraction(330, 300)
    assert told["effectiveness"].above_one
    assert not told["throughput_rate"].above_one


def test_c32_to_c35_capability_by_hand() -> None:
    """Four values in two subgroups: 9, 11 and 10, 12; s^2 = 5/3, sigma^2 = 2; the limits 4 and 17."""
    values = [kpi.Measured(Fraction(v), g) for v, g in ((9, 1), (11, 1), (10, 2), (12, 2))]
    told = kpi.capability(values, Fraction(4), Fraction(17))
    assert told["cm"].value == Fraction(1678292783, 10**9)  # 13 / (6 * 1.290994449)
    assert told["cmk"].value == Fraction(1678292783, 10**9)  # 6.5 / (3 * 1.290994449)
    assert told["cp"].value == Fraction(1532064693, 10**9)  # 13 / (6 * 1.414213562)
    assert told["cpk"].value == told["cp"].value
    outside = kpi.capability(values, Fraction(11), Fraction(17))["cpk"].value
    assert outside is not None
    assert outside < 0
    reasons = {
        n: r.reason.params["input"] for n, r in kpi.capability(values[:1], Fraction(4), None).items() if r.reason
    }
    assert set(reasons.values()) == {"USL"}
    single = kpi.capability([kpi.Measured(v.value) for v in values], Fraction(4), Fraction(17))
    assert single["cp"].reason is not None
    assert single["cm"].value is not None


def test_c37_to_c40_of_orders_by_hand() -> None:
    """Three orders: on time, late, and due but not shipped; one more is not due yet."""
    orders = [
        kpi.OrderTimes("A", released=0, started=1 * HOUR, ended=5 * HOUR, due=10 * HOUR, shipped=9 * HOUR),
        kpi.OrderTimes("B", released=None, started=2 * HOUR, ended=4 * HOUR, due=8 * HOUR, shipped=12 * HOUR),
        kpi.OrderTimes("C", due=9 * HOUR),
        kpi.OrderTimes("D", due=99 * HOUR),
    ]
    told = {name: ratio.value for name, ratio in kpi.order_clauses(orders, now=20 * HOUR).items()}
    assert told == {
        "lead_time_median": Fraction(19 * HOUR, 2),  # 9 h from release, 10 h from the first start
        "production_cycle_median": 3 * HOUR,
        "production_cycle_p90": 4 * HOUR,
        "on_time_delivery": Fraction(1, 3),
    }
    nothing = kpi.order_clauses([], now=0)["on_time_delivery"]
    assert nothing.reason is not None
    assert nothing.reason.params == {"input": "due"}
    assert [p90(list(range(1, n + 1))) for n in (1, 9, 10, 11, 20)] == [1, 9, 9, 10, 18]
    assert median([3, 1]) == 2


def test_order_times_come_from_reports_and_pieces() -> None:
    """AOET from the first moment of work that anybody reports to the last."""

    def event(seq: int, at: int, kind: EventType, value: int = 0) -> Event:
        return Event(
            stream=1, epoch=1, seq=seq, ts=at * HOUR, type=kind, subject="saw", code="run", value=value, order="A"
        )

    batch = EventBatch.of(
        [
            event(0, 10, EventType.OPERATION_END, 2 * HOUR),
            event(1, 12, EventType.GOOD, 5),
            event(2, 5, EventType.ENERGY),
        ]
    )
    assert kpi.order_times(batch) == {"A": kpi.OrderTimes("A", started=8 * HOUR, ended=12 * HOUR)}
    setting = Setting.plain(("saw",), (0, 24 * HOUR))
    (figure,) = [f for f in kpi.compute(batch.sorted(), setting, by=("order",)) if f.key["order"]]
    told = figure.with_inputs(kpi.execution_inputs(kpi.order_times(batch), "A")).clauses
    assert told["throughput_rate"].value == Fraction(5, 4)
    assert told["allocation_ratio"].value == Fraction(2, 4)
    assert told["output_per_labour_hour"].value == Fraction(5, 2)


def test_elements_come_from_states_and_before_the_first_from_reports() -> None:
    """From the machine where it speaks, from reports where only people do, from nowhere elsewhere."""
    end = EventType.OPERATION_END

    def event(seq: int, at: int, machine: str, kind: EventType, code: str, value: int = 0) -> Event:
        return Event(
            stream=1, epoch=1, seq=seq, ts=HOUR + at * MINUTE, type=kind, subject=machine, code=code, value=value
        )

    batch = EventBatch.of(
        [
            event(0, 0, "cnc", EventType.STATE, "running"),
            event(1, 20, "cnc", end, "run", 10 * MINUTE),
            event(2, 30, "bench", end, "setup", 15 * MINUTE),
            event(3, 60, "shelf", EventType.GOOD, "", 2),
        ]
    ).sorted()
    window = kpi.extent(batch)
    assert window is not None
    assert (window.start, window.end) == (HOUR, 2 * HOUR)
    setting = Setting.plain(("cnc", "bench", "shelf", "silent"), (HOUR, 2 * HOUR))
    cnc, bench, shelf, silent = kpi.compute(batch, setting)
    assert cnc.elements[TimeElement.APT] == HOUR
    assert cnc.whole.has_reports
    assert bench.elements[TimeElement.ASUT] == 15 * MINUTE
    assert bench.elements[TimeElement.UNKNOWN] == 45 * MINUTE
    assert (shelf.elements[TimeElement.UNKNOWN], shelf.grade, shelf.whole.has_reports) == (HOUR, "A", False)
    assert (silent.grade, silent.planned) == ("", None)


def test_extent_of_nothing_is_nothing() -> None:
    """No event that is folded, no window."""
    assert kpi.extent(EventBatch.empty()) is None
