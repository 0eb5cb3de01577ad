"""Business days, and the three measures of one: by hand, to the digit."""

from __future__ import annotations

from datetime import date
from fractions import Fraction

from hypothesis import given, settings
from hypothesis import strategies as st

from dengta.core.event import Event
from dengta.core.time import DAY, HOUR, MINUTE, from_iso
from dengta.core.vocabulary import EventType
from dengta.engines import orders
from dengta.engines.orders import DayMeasures, State
from tests.engines.orders.plant import BOOK, START, told
from tests.engines.orders.test_board import ledger_of, made, released

WEDNESDAY = orders.business_day(BOOK, date(2026, 6, 3))
LATE = START + 5 * DAY


def at(clock: str) -> int:
    return from_iso(f"2026-06-{clock}:00+08:00") - START


def measured(events: list[Event], until: int = LATE) -> DayMeasures:
    return orders.day_measures(ledger_of(events), BOOK, WEDNESDAY, until)


def present(seq: int, since: str, until: str, person: str, machine: str = "saw-1") -> list[Event]:
    return [
        told(seq, at(since), EventType.LOGIN, subject=machine, person=person),
        told(seq + 1, at(until), EventType.LOGOUT, subject=machine, person=person),
    ]


@settings(max_examples=300, deadline=None)
@given(st.integers(-20 * DAY, 40 * DAY))
def test_every_instant_has_one_business_day(offset: int) -> None:
    day = orders.business_day_at(BOOK, START + offset)
    assert day.start <= START + offset < day.end
    assert orders.business_day_at(BOOK, day.end).start == day.end
    assert orders.business_day_at(BOOK, day.start - 1).end == day.start


def test_the_night_shift_belongs_to_the_evenings_date() -> None:
    assert WEDNESDAY.end == from_iso("2026-06-04T06:00:00+08:00")
    assert orders.business_day_at(BOOK, from_iso("2026-06-04T05:59:59+08:00")) == WEDNESDAY
    monday = orders.business_day(BOOK, date(2026, 6, 8))
    assert orders.previous_day(BOOK, monday).date == date(2026, 6, 5), "the working day before Monday is Friday"


def test_production_efficiency_is_good_pieces_at_the_last_operation_per_labour_hour() -> None:
    """p1 from 8 to 16 less half an hour of break, on two machines at once; p2 the night, which is Wednesday's.

    So are the pieces counted as it ends.
    """
    events = [
        *released(),
        *present(20, "03T08:00", "03T16:00", "p1"),
        *present(22, "03T08:00", "03T15:00", "p1", "edge-1"),
        *present(24, "03T22:00", "04T06:00", "p2"),
        made(30, at("03T10:00"), "saw-1", 50),
        made(31, at("03T11:00"), "pack-1", 20),
        made(32, at("04T06:00"), "pack-2", 11, "back"),
        made(33, at("04T06:01"), "pack-2", 99),
        made(34, at("03T11:00"), "pack-1", 7, "shelf"),
    ]
    of = measured(events)
    figure = of.measures[orders.EFFICIENCY]
    assert (figure.numerator, figure.denominator, figure.left_out) == (31, int(15.5 * HOUR), 7)
    assert figure.value == Fraction(31 * 2, 31)
    assert [(r.person, r.time, r.open) for r in of.labour] == [("p1", 7.5 * HOUR, False), ("p2", 8 * HOUR, False)]
    assert [tuple(r) for r in of.output] == [("pack-1", "door", 20), ("pack-2", "back", 11)]


def test_a_login_without_logout_ends_with_its_shift_and_reports_stand_in_where_nobody_logs_in() -> None:
    login = told(20, at("03T09:00"), EventType.LOGIN, subject="saw-1", person="p1")
    assert [tuple_of(r) for r in measured([login]).labour] == [("p1", 6.5 * HOUR, True)]
    again = told(21, at("03T10:00"), EventType.LOGIN, subject="saw-1", person="p1")
    assert [tuple_of(r) for r in measured([login, again]).labour] == [("p1", 6.5 * HOUR, True)]
    ends = [
        told(30 + i, at(when), EventType.OPERATION_END, "run", 20 * MINUTE, subject="saw-1", person=person)
        for i, (when, person) in enumerate(
            (("03T09:00", "p1"), ("03T09:10", "p1"), ("03T09:00", "p2"), ("03T09:00", ""))
        )
    ]
    reported = measured(ends)
    assert reported.labour_from == "reports"
    assert [tuple_of(r) for r in reported.labour] == [("p1", 40 * MINUTE, False), ("p2", 20 * MINUTE, False)]


def tuple_of(row: orders.LabourRow) -> tuple[str, float, bool]:
    return (row.person, row.time, row.open)


def of_order(
    name: str, seq: int, release: str, due: str, packed: str | None, n: int = 1, ordered: int = 1
) -> list[Event]:
    events = [
        told(seq, at(release), EventType.ORDER, value=START + at(due), order=name),
        told(seq + 1, at(release), EventType.ORDER_LINE, "back", ordered, order=name),
    ]
    return [*events, made(seq + 2, at(packed), "pack-1", n, "back", order=name)] if packed else events


def test_production_cycle_is_release_to_complete_of_what_was_completed_that_day() -> None:
    """Cycles of 1, 2, 3 and 24 hours: median 2.5 h, 90th percentile 24 h; completed the next day does not count."""
    events = [
        *of_order("A", 100, "03T08:00", "03T22:00", "03T09:00"),
        *of_order("B", 200, "03T08:00", "03T22:00", "03T10:00"),
        *of_order("C", 300, "04T02:00", "04T22:00", "04T05:00"),
        *of_order("D", 400, "02T09:00", "03T22:00", "03T09:00"),
        *of_order("E", 500, "03T08:00", "03T22:00", "04T06:01"),
    ]
    of = measured(events)
    assert [r.cycle for r in of.cycles] == [1 * HOUR, 2 * HOUR, 3 * HOUR, 24 * HOUR]
    assert of.measures[orders.CYCLE].value == Fraction(5 * HOUR, 2)
    assert of.measures[orders.CYCLE_P90].value == 24 * HOUR


def test_order_accuracy_is_complete_and_exact_at_the_due_instant() -> None:
    """In time and exact; late by a microsecond; one piece too many; a wrong line; never begun; due another day."""
    events = [
        *of_order("A", 100, "03T08:00", "04T06:00", "04T06:00"),
        *of_order("B", 200, "03T08:00", "03T09:00", "03T10:00"),
        *of_order("C", 300, "03T08:00", "03T22:00", "03T10:00", n=2),
        *of_order("D", 400, "03T08:00", "03T22:00", "03T09:00"),
        made(410, at("03T09:00"), "pack-1", 1, "door", order="D"),
        *of_order("E", 500, "03T08:00", "03T22:00", None),
        *of_order("F", 600, "02T08:00", "03T06:00", "02T10:00"),
    ]
    of = measured(events)
    assert {r.order: r.exact for r in of.accuracy} == {"A": True, "B": False, "C": False, "D": False, "E": False}
    assert of.measures[orders.ACCURACY].value == Fraction(1, 5)
    assert next(r for r in of.accuracy if r.order == "E").state is State.NOT_STARTED


def test_a_measure_without_its_facts_is_undefined_and_says_why() -> None:
    nothing = measured([])
    assert {name: m.reason and m.reason.code for name, m in nothing.measures.items()} == {
        orders.EFFICIENCY: "orders.no_labour",
        orders.CYCLE: "orders.none_completed",
        orders.CYCLE_P90: "orders.none_completed",
        orders.ACCURACY: "orders.none_due",
    }
    shelf = [
        told(1, at("03T08:00"), EventType.ORDER, value=START + at("03T20:00"), order="A"),
        told(2, at("03T08:00"), EventType.ORDER_LINE, "shelf", 1, order="A"),
        made(3, at("03T09:00"), "pack-1", 1, "shelf"),
        *present(20, "03T08:00", "03T16:00", "p1"),
    ]
    unknown = measured(shelf)
    assert unknown.measures[orders.ACCURACY].reason is not None
    assert unknown.measures[orders.ACCURACY].left_out == 1
    assert unknown.measures[orders.EFFICIENCY].reason is not None
    assert unknown.measures[orders.EFFICIENCY].reason.code == "orders.no_routes"


def test_an_order_not_due_yet_counts_only_once_it_is_exact() -> None:
    events = [
        *of_order("A", 100, "03T08:00", "03T22:00", "03T09:00"),
        *of_order("B", 200, "03T08:00", "03T22:00", None),
    ]
    of = measured(events, START + at("03T12:00"))
    assert (of.measures[orders.ACCURACY].value, of.measures[orders.ACCURACY].left_out) == (1, 1)
