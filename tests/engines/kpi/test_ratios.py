"""Ratios: exact, undefined with their reason, never capped."""

from __future__ import annotations

from fractions import Fraction

from dengta.core.batch import EventBatch
from dengta.core.event import Event
from dengta.core.time import HOUR, MINUTE
from dengta.core.vocabulary import EventType, TimeElement
from dengta.engines import kpi
from dengta.engines.kpi import Setting

FULL = {
    "PBT": 480 * MINUTE, "APT": 300 * MINUTE, "ASUT": 60 * MINUTE, "ADET": 40 * MINUTE, "AUPT": 360 * MINUTE,
    "AUBT": 400 * MINUTE, "APT in PBT": 300 * MINUTE, "AUPT in PBT": 360 * MINUTE, "AUBT in PBT": 400 * MINUTE,
    "GQ": 90, "SQ": 6, "RQ": 4, "PQ": 100, "PRU*PQ": 240 * MINUTE,
}  # fmt: skip


def test_k11_every_definition_by_hand() -> None:
    """A day of 480 planned minutes, 100 pieces of 2.4 minutes."""
    told = kpi.ratios(FULL)
    assert {name: ratio.value for name, ratio in told.items()} == {
        "availability": Fraction(300, 480),
        "effectiveness": Fraction(240, 300),
        "quality_ratio": Fraction(90, 100),
        "nee": Fraction(360, 480) * Fraction(240, 300) * Fraction(90, 100),
        "oee": Fraction(300, 480) * Fraction(240, 300) * Fraction(90, 100),
        "allocation_efficiency": Fraction(400, 480),
        "utilisation_efficiency": Fraction(300, 400),
        "setup_rate": Fraction(60, 360),
        "technical_efficiency": Fraction(300, 340),
        "scrap_ratio": Fraction(6, 100),
        "rework_ratio": Fraction(4, 100),
    }
    assert told.keys() == kpi.DEFINITIONS.keys()
    assert not any(ratio.above_one for ratio in told.values())


def test_without_its_inputs_a_ratio_is_undefined() -> None:
    """No calendar, no planned cycle: no OEE, and the reason names what is missing."""
    told = kpi.ratios({**FULL, "PBT": None, "PRU*PQ": None})
    for name, missing in (("availability", "PBT"), ("effectiveness", "PRU*PQ"), ("oee", "PBT")):
        reason = told[name].reason
        assert told[name].value is None
        assert reason is not None
        assert (reason.code, reason.params["input"]) == ("kpi.undefined_input", missing)
    assert told["quality_ratio"].value == Fraction(9, 10)


def test_a_zero_denominator_is_undefined_not_zero() -> None:
    """Nothing made is no quality at all, neither good nor bad."""
    told = kpi.ratios({**FULL, "GQ": 0, "SQ": 0, "RQ": 0, "PQ": 0, "PBT": 0})
    for name in ("quality_ratio", "scrap_ratio", "availability"):
        reason = told[name].reason
        assert reason is not None
        assert reason.code == "kpi.undefined_zero"


def test_above_one_is_shown_and_flagged() -> None:
    """A machine that beats its planned cycle."""
    fast = kpi.ratios({**FULL, "PRU*PQ": 330 * MINUTE})["effectiveness"]
    assert fast.value == Fraction(330, 300)
    assert fast.above_one


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
    assert (window.start, window.end) == (HOUR, 2 * HOUR + 1)
    setting = Setting.plain(("cnc", "bench", "shelf", "silent"), (HOUR, 2 * HOUR))
    cnc, bench, shelf, silent = kpi.compute(batch, setting)
    assert cnc.elements[TimeElement.APT] == HOUR
    assert cnc.whole.has_reports
    assert bench.elements[TimeElement.ASUT] == 15 * MINUTE
    assert bench.elements[TimeElement.UNKNOWN] == 45 * MINUTE
    assert (shelf.elements[TimeElement.UNKNOWN], shelf.grade, shelf.whole.has_reports) == (HOUR, "", False)
    assert (silent.grade, silent.planned) == ("", None)


def test_extent_of_nothing_is_nothing() -> None:
    """No event that is folded, no window."""
    assert kpi.extent(EventBatch.empty()) is None
