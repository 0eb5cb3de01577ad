"""Energy by meters (K16, K17): used evenly between readings, cut where time is cut, and summing to the whole."""

from __future__ import annotations

import random
from fractions import Fraction
from itertools import pairwise

import pytest

from dengta.core.batch import EventBatch
from dengta.core.event import Event
from dengta.core.intervals import Interval
from dengta.core.time import DAY, HOUR, MINUTE, Micros
from dengta.core.vocabulary import ClockSource, EventType
from dengta.engines import kpi
from dengta.engines.kpi import Column, Counter, Figure, Setting
from dengta.engines.kpi.kernels_energy import share
from dengta.engines.kpi.known import known
from dengta.engines.kpi.model import LONGEST_REPORT
from tests.engines.kpi.recorded import START, WINDOW, MemoryLog, record, setting

T0 = 1_000 * HOUR


class Told:
    """Events of one stream, in the order in which they are told."""

    def __init__(self) -> None:
        self.events: list[Event] = []

    def tell(self, at: Micros, kind: EventType, machine: str = "saw", **more: object) -> None:
        key = {"stream": 1, "epoch": 1, "seq": len(self.events)}
        self.events.append(Event(**key, ts=at, type=kind, subject=machine, **more))  # type: ignore[arg-type]

    def meter(self, at: Micros, value: int, unit: str = "Wh", scale: int = 0, **more: object) -> None:
        more = {"code": "electricity", **more}
        self.tell(at, EventType.ENERGY, value=value, unit=unit, scale=scale, **more)  # type: ignore[arg-type]

    def figures(self, edges: tuple[Micros, ...], *by: str, **more: tuple[Counter, ...]) -> list[Figure]:
        return kpi.figures(self.rows(edges, **more), by)

    def rows(self, edges: tuple[Micros, ...], **more: tuple[Counter, ...]) -> kpi.Rows:
        machines = tuple(dict.fromkeys(e.subject for e in self.events))
        plain = Setting.plain(machines, edges)
        full = Setting(machines, plain.window, plain.cells, plain.cells_of, meters=more.get("meters", ()))
        return kpi.fold(full, kpi.apply(EventBatch.of(self.events).sorted()))


def by_key(figures: list[Figure], dimension: str) -> dict[str, int | None]:
    """mWh by the words of one dimension, those that say nothing left out."""
    return {f.key[dimension]: f.whole.energy for f in figures if f.whole.energy is not None}


def cells(rows: kpi.Rows) -> list[int]:
    """mWh of each cell."""
    told = kpi.sums(rows, ("cell",))
    return [int(n) for n in told.values[:, Column.ENERGY]]


def test_k16_a_step_across_a_border_is_split_by_time_and_rounded_so_that_nothing_is_lost() -> None:
    """10 Wh in 30 minutes, of which 10 lie before the border: 3,333 mWh and the rest; not before the first reading."""
    told = Told()
    told.meter(T0 + 50 * MINUTE, 4_000)
    told.meter(T0 + 80 * MINUTE, 4_010)
    rows = told.rows((T0, T0 + HOUR, T0 + 2 * HOUR))
    assert cells(rows) == [3_333, 6_667]
    (whole,) = kpi.figures(rows, ())
    assert (whole.whole.energy, whole.whole.of[Column.METERED]) == (10_000, 30 * MINUTE)
    (none,) = told.figures((T0, T0 + 50 * MINUTE))
    assert none.whole.energy is None, "before the first reading nobody knows"


def test_k7_a_reading_at_a_border_says_what_was_used_before_it() -> None:
    told = Told()
    for hour, stands in enumerate((100, 103, 108)):
        told.meter(T0 + hour * HOUR, stands)
    assert cells(told.rows((T0, T0 + HOUR, T0 + 2 * HOUR, T0 + 3 * HOUR))) == [3_000, 5_000, 0]


def test_k16_a_step_is_split_where_the_order_or_the_operation_changes() -> None:
    """An hour of 60 Wh: ten minutes nobody's, twenty of A, thirty of B; what the reading names is not asked."""
    told = Told()
    told.meter(T0, 0)
    told.tell(T0 + 10 * MINUTE, EventType.OPERATION_START, code="run", order="A", operation="cut")
    told.tell(T0 + 30 * MINUTE, EventType.OPERATION_END, code="run", order="A", operation="cut", value=20 * MINUTE)
    told.tell(T0 + 30 * MINUTE, EventType.OPERATION_START, code="run", order="B", operation="edge")
    told.meter(T0 + HOUR, 60, order="C")
    edges = (T0, T0 + 2 * HOUR)
    assert by_key(told.figures(edges, "order"), "order") == {"": 10_000, "A": 20_000, "B": 30_000}
    assert by_key(told.figures(edges, "operation"), "operation") == {"": 10_000, "cut": 20_000, "edge": 30_000}


def test_the_parts_of_any_window_sum_to_the_whole() -> None:
    """Whatever readings there are, however a window is cut: what is used in it is what its parts used."""
    for seed in range(40):
        chance, told, stands, at = random.Random(seed), Told(), 0, T0
        for _ in range(30):
            at += chance.randrange(1, 5 * HOUR)
            stands += chance.randrange(10 ** chance.randrange(1, 9))
            told.meter(at, stands, unit="mWh")
            if chance.random() < 0.5:
                told.tell(at + chance.randrange(HOUR), EventType.STATE, code="running", order=chance.choice("AB"))
        first, last = told.events[0], max(e.ts for e in told.events if e.type is EventType.ENERGY)
        edges = sorted({first.ts, last, *(chance.randrange(first.ts, last) for _ in range(9))})
        parts = cells(told.rows(tuple(edges)))
        assert sum(parts) == stands - first.value, seed
        alone = [f.whole.energy for a, b in pairwise(edges) for f in told.figures((a, b))]
        assert alone == parts, "a window alone says of it what it says as a part"
        orders = by_key(told.figures((edges[0], edges[-1]), "order"), "order")
        assert sum(n or 0 for n in orders.values()) == sum(parts)


def test_shares_are_exact_beyond_sixty_four_bits() -> None:
    chance = random.Random(5)
    for _ in range(2000):
        span = chance.randrange(1, LONGEST_REPORT + 1)
        gain, passed = chance.randrange(1 << chance.randrange(1, 62)), chance.randrange(span + 1)
        assert share(gain, passed, span) == gain * passed // span


def test_k17_a_fall_is_a_reset_or_a_late_sample_as_with_counters() -> None:
    """From 900 to 20 the meter was changed: 20 Wh since. From 1,000 to 995 it is an old value; nothing is booked."""
    reset, late = Told(), Told()
    for told, stands in ((reset, (900, 20, 25)), (late, (1_000, 995, 1_004))):
        for hour, value in enumerate(stands):
            told.meter(T0 + hour * HOUR, value)
    (one,), (other,) = (told.figures((T0, T0 + 2 * HOUR)) for told in (reset, late))
    assert (one.whole.energy, one.whole.of[Column.RESETS]) == (25_000, 1)
    assert (other.whole.energy, other.whole.of[Column.LATE]) == (4_000, 1)


def test_k17_more_than_the_machine_can_draw_is_not_booked_save_for_the_last_digit() -> None:
    """At most 2 kW. A meter that shows whole kWh may jump by one in a minute; by five it may not."""
    limits = (Counter("saw", "electricity", 0, 2_000_000),)
    told = Told()
    for minute, stands in ((0, 70), (1, 71), (31, 72), (32, 77), (61, 73)):
        told.meter(T0 + minute * MINUTE, stands, unit="kWh")
    (figure,) = told.figures((T0, T0 + 2 * HOUR), meters=limits)
    assert (figure.whole.energy, figure.whole.of[Column.LATE]) == (3_000_000, 1)


def test_k17_a_meter_wraps_at_its_modulus() -> None:
    told = Told()
    told.meter(T0, 999_998)
    told.meter(T0 + HOUR, 3)
    (figure,) = told.figures((T0, T0 + HOUR), meters=(Counter("saw", "electricity", 10**9, 0),))
    assert figure.whole.energy == 5_000


def test_units_are_one_and_what_is_no_energy_is_counted_as_unread() -> None:
    told = Told()
    told.meter(T0, 1_000, unit="Wh")
    told.meter(T0 + HOUR, 125, unit="kWh", scale=-2)
    told.meter(T0 + 2 * HOUR, 1_300_000, unit="mWh")
    told.meter(T0 + 3 * HOUR, 17, unit="m3", code="gas")
    told.meter(T0 + 3 * HOUR, -4)
    told.meter(T0 + 3 * HOUR, 13_000_001, unit="mWh", scale=-1)
    rows = told.rows((T0, T0 + 4 * HOUR))
    assert by_key(kpi.figures(rows, ("code",)), "code") == {"electricity": 300_000}
    assert rows.unread == 3


def test_carriers_add_up_and_of_more_than_four_at_a_machine_the_others_are_unread() -> None:
    told = Told()
    for at, stands in ((T0, 10), (T0 + HOUR, 30)):
        for carrier in ("electricity", "gas", "heat", "steam", "air"):
            told.meter(at, stands, code=carrier)
    rows = told.rows((T0, T0 + HOUR))
    assert by_key(kpi.figures(rows, ("code",)), "code") == dict.fromkeys(
        ("electricity", "gas", "heat", "steam"), 20_000
    )
    assert (kpi.figures(rows, ())[0].whole.energy, rows.unread) == (80_000, 2)


def test_what_lies_between_readings_more_than_31_days_apart_nobody_knows() -> None:
    told = Told()
    for at, stands in ((T0, 10), (T0 + LONGEST_REPORT + 1, 5_000), (T0 + LONGEST_REPORT + HOUR + 1, 5_007)):
        told.meter(at, stands)
    (figure,) = told.figures((T0, T0 + LONGEST_REPORT + DAY))
    assert (figure.whole.energy, figure.whole.of[Column.METERED]) == (7_000, HOUR)


def test_two_readings_at_one_instant_lose_nothing() -> None:
    told = Told()
    for at, stands in ((T0, 10), (T0 + HOUR, 12), (T0 + HOUR, 15), (T0 + 2 * HOUR, 16)):
        told.meter(at, stands)
    assert cells(told.rows((T0, T0 + HOUR, T0 + 2 * HOUR))) == [5_000, 1_000]


def test_the_worse_told_of_two_readings_grades_what_lies_between() -> None:
    told = Told()
    told.meter(T0, 10, clock=ClockSource.PERSON)
    told.meter(T0 + HOUR, 12, clock=ClockSource.DEVICE)
    told.meter(T0 + 2 * HOUR, 15, clock=ClockSource.DEVICE)
    assert [f.grade for a in (T0, T0 + HOUR) for f in told.figures((a, a + HOUR))] == ["B", "A"]


def test_c19_and_c41_energy_a_piece() -> None:
    told = Told()
    told.meter(T0, 0)
    told.tell(T0 + HOUR, EventType.GOOD, code="door", value=8)
    told.tell(T0 + HOUR, EventType.SCRAP, code="door", value=2)
    told.meter(T0 + HOUR, 120)
    (figure,) = told.figures((T0, T0 + HOUR))
    assert figure.clauses["energy_per_piece"].value == Fraction(12)
    assert figure.clauses["energy_per_good_piece"].value == Fraction(15)


def test_energy_a_piece_is_undefined_where_a_machine_that_made_pieces_has_no_meter() -> None:
    told = Told()
    told.tell(T0 + HOUR, EventType.GOOD, "press", code="door", value=8)
    edges = (T0, T0 + HOUR)
    reason = told.figures(edges)[0].clauses["energy_per_piece"].reason
    assert reason is not None
    assert (reason.code, reason.params) == ("kpi.undefined_input", {"input": "energy"})
    told.meter(T0, 0)
    told.tell(T0 + HOUR, EventType.GOOD, code="door", value=8)
    told.meter(T0 + HOUR, 120)
    (whole,) = told.figures(edges)
    reason = whole.clauses["energy_per_piece"].reason
    assert whole.whole.energy == 120_000
    assert reason is not None
    assert (reason.code, reason.place, reason.params) == ("kpi.undefined_meter", ("press",), {"machines": 1})
    ratios = {f.key["machine"]: f.clauses["energy_per_piece"].value for f in told.figures(edges, "machine")}
    assert ratios == {"press": None, "saw": Fraction(15)}


def test_a_meter_alone_does_not_say_what_a_machine_did() -> None:
    """Unknown is not zero: no availability from readings of a meter."""
    told = Told()
    told.meter(T0, 0)
    told.meter(T0 + HOUR, 120)
    (figure,) = told.figures((T0, T0 + HOUR))
    reason = figure.clauses["technical_efficiency"].reason
    assert reason is not None
    assert reason.params == {"input": "APT"}


def test_a_late_reading_has_the_buckets_it_speaks_of_published_again() -> None:
    """Read at 07:00 and 23:00; then comes what was read at 15:00: the three buckets share the same energy otherwise."""
    told = Told()
    for hour, stands in ((7, 0), (23, 1_600), (40, 1_600)):
        told.meter(START + hour * HOUR, stands, machine="saw-1")
    log = MemoryLog()
    log.add(told.events)
    follower = kpi.Follower(setting(), log.reread)
    follower.advance(EventBatch.of(told.events))
    follower.close(START + 48 * HOUR)
    before = _energy(follower.publish())
    assert before == {6: 100_000, 8: 800_000, 16: 600_000, 22: 100_000}
    told.meter(START + 15 * HOUR, 400, machine="saw-1")
    log.add(told.events[-1:])
    follower.advance(EventBatch.of(told.events[-1:]))
    again = follower.publish()
    assert {p.revision for p in again} == {0}, "energy alone makes no revision: it is known once a meter is read"
    assert _energy(again) == {6: 50_000, 8: 500_000, 16: 900_000, 22: 150_000}
    whole = kpi.fold(setting(), EventBatch.of(told.events).sorted()).merged()
    assert {(k.tobytes(), f.tobytes()) for k, f in _rows(whole)} == {
        (k.tobytes(), f.tobytes()) for k, f in _rows(follower.rows(WINDOW.end).merged())
    }


def _energy(published: list[kpi.Published]) -> dict[int, int]:
    """Hour of START at which the bucket begins -> mWh, of the buckets of saw-1 with any."""
    used = {
        (p.span.start - START) // HOUR: int(p.rows.values[:, Column.ENERGY].sum())
        for p in published
        if p.machine == "saw-1"
    }
    return {hour: n for hour, n in used.items() if n}


def _rows(rows: kpi.Rows) -> list[tuple[object, object]]:
    return list(zip(rows.keys, rows.facts, strict=True))  # type: ignore[arg-type]


@pytest.mark.parametrize("seed", range(3))
def test_the_seeded_records_are_rich_in_energy(seed: int) -> None:
    """What the thousand ways to arrive are judged by (`test_following`) holds steps that span cells and orders."""
    rows = kpi.fold(setting(), kpi.apply(EventBatch.of(record(seed, 60)).sorted()), WINDOW.end).merged()
    used = rows.values[:, Column.ENERGY] > 0
    assert used.sum() > 10
    assert len(set(rows.keys[used, 1].tolist())) > 5
    assert len(set(rows.keys[used, 2].tolist())) > 1


def test_the_readings_behind_a_figure_say_what_it_says() -> None:
    """Of whatever window, the parts of the steps that lie in it sum to the figure's energy; each names its event."""
    for seed in range(20):
        batch = EventBatch.of(record(seed, 200)).sorted()
        chance = random.Random(seed)
        start = START + chance.randrange(30) * HOUR + chance.randrange(HOUR)
        window = Interval(start, start + chance.randrange(1, 30) * HOUR)
        cut = setting(window)
        for figure in kpi.compute(batch, cut, ("machine",)):
            steps = kpi.meter_steps(batch, cut, figure.key["machine"], window)
            assert sum(s.inside for s in steps) == (figure.whole.energy or 0)
            assert {s.verdict for s in steps} <= {"", "late", "reset", "first", "apart"}


def test_a_meter_read_again_and_again_needs_no_more_memory() -> None:
    """Marks of what went on are kept from reading to reading, not for ever."""
    told = Told()
    for minute in range(3_000):
        at = T0 + minute * MINUTE
        told.tell(at, EventType.OPERATION_START, code="run", order=f"O-{minute % 7}")
        told.tell(at + 1, EventType.OPERATION_END, code="run", order=f"O-{minute % 7}", value=1)
        if minute % 15 == 0:
            told.meter(at, minute)
    running = kpi.Fold(Setting.plain(("saw",), (T0, T0 + 100 * HOUR)))
    running.advance(EventBatch.of(told.events).sorted())
    assert running.held.linked[0] < 3_100, "a piece a report, and some marks"
    assert len(known(running, 0, running.held.counters[:0, 0], T0 + 60 * HOUR).marks) < 40
