"""The fold of the floor: whatever the order of arrival, the same answer; and what each kind of event says."""

from __future__ import annotations

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dengta.apps.production.current import HORIZON, CurrentFloor, MachineNow
from dengta.core.batch import EventBatch
from dengta.core.event import Event
from dengta.core.time import DAY, HOUR, MINUTE, SECOND, Micros
from dengta.core.vocabulary import EventType, Flag, TimeElement
from dengta.engines import kpi
from dengta.engines.plantbook.model import Counter

T0 = 20_000 * DAY


class Line:
    """A producer that numbers its events."""

    def __init__(self, stream: int = 7, machine: str = "saw-1") -> None:
        self.stream, self.machine, self.seq = stream, machine, 0

    def __call__(self, at: Micros, kind: EventType, code: str = "", value: int = 0, **more: object) -> Event:
        self.seq += 1
        return Event(
            **{  # type: ignore[arg-type]
                "stream": self.stream,
                "epoch": 1,
                "seq": self.seq - 1,
                "ts": at,
                "recv": at + SECOND,
                "type": kind,
                "subject": self.machine,
                "code": code,
                "value": value,
                **more,
            }
        )


def seen(events: list[Event], now: Micros, *, shift: Micros | None = T0, modulus: int = 0) -> MachineNow:
    """The machine after all `events` at once."""
    floor = CurrentFloor(["saw-1"], counters={"saw-1": Counter("pieces", modulus or None, 900)})
    floor.apply(EventBatch.of(events), now)
    return floor.now("saw-1", now, shift)


def test_nothing_known_is_said_with_its_reason():
    now = seen([], T0)
    assert (now.state, now.element, now.since) == ("unknown", TimeElement.UNKNOWN, None)
    assert (now.total, now.pieces_shift, now.pieces_hour, now.last_ts) == (None, None, None, None)
    assert now.unknown["state"] == "floor.no_state"
    assert now.unknown["pieces_shift"] == "floor.no_counter"


def test_state_order_and_people():
    make = Line()
    events = [
        make(T0, EventType.LOGIN, person="chen"),
        make(T0 + MINUTE, EventType.STATE, "setup", order="WO-1", operation="10"),
        make(T0 + 5 * MINUTE, EventType.STATE, "running", order="WO-1", operation="10"),
        make(T0 + 9 * MINUTE, EventType.STATE, "running", order="WO-1", operation="10"),
    ]
    now = seen(events, T0 + 10 * MINUTE)
    assert (now.state, now.element, now.order, now.people) == ("running", TimeElement.APT, "WO-1", ("chen",))
    assert now.since == T0 + 5 * MINUTE, "a repetition of the word is not a new beginning"
    assert now.last_ts == T0 + 9 * MINUTE
    left = seen([*events, make(T0 + 10 * MINUTE, EventType.LOGOUT, person="chen")], T0 + 11 * MINUTE)
    assert left.people == ()


def test_pieces_of_shift_and_hour_from_an_absolute_counter():
    make = Line()
    events = [make(T0 + i * 10 * MINUTE, EventType.COUNTER, "pieces", 990 + i) for i in range(19)]
    now = seen(events, T0 + 3 * HOUR, shift=T0 + 2 * HOUR)
    assert (now.total, now.pieces_shift, now.pieces_hour) == (1008, 7, 6)
    assert seen(events, T0 + 3 * HOUR, shift=None).unknown["pieces_shift"] == "floor.no_shift"


@pytest.mark.parametrize(("modulus", "rise"), [(1000, 13), (0, 3)])
def test_a_counter_that_falls_has_turned_over_or_was_reset(modulus: int, rise: int):
    make = Line()
    events = [make(T0, EventType.COUNTER, "pieces", 990), make(T0 + MINUTE, EventType.COUNTER, "pieces", 3)]
    assert seen(events, T0 + HOUR, modulus=modulus).pieces_shift == rise


def test_a_late_sample_is_not_a_reset_and_a_late_state_turns_nothing_back():
    make = Line()
    newer = [make(T0 + HOUR, EventType.COUNTER, "pieces", 50), make(T0 + HOUR, EventType.STATE, "running")]
    late = [make(T0, EventType.COUNTER, "pieces", 40), make(T0, EventType.STATE, "down", reason="blade")]
    floor = CurrentFloor(["saw-1"])
    floor.apply(EventBatch.of(newer), T0 + HOUR)
    floor.apply(EventBatch.of(late), T0 + HOUR)
    now = floor.now("saw-1", T0 + HOUR, T0)
    assert (now.state, now.total, now.pieces_shift) == ("running", 50, 10)


def test_reports_of_operations_speak_for_a_machine_without_states():
    make = Line()
    said = {"order": "Case1", "operation": "30", "person": "ID4932"}
    events = [
        make(T0, EventType.OPERATION_START, "setup", **said),
        make(T0 + HOUR, EventType.OPERATION_END, "setup", HOUR, **said),
        make(T0 + HOUR, EventType.OPERATION_START, "run", **said),
        make(T0 + 2 * HOUR, EventType.GOOD, value=8, **said),
        make(T0 + 2 * HOUR, EventType.OPERATION_END, "run", HOUR, **said),
        make(T0 + 2 * HOUR, EventType.OPERATION_START, "breakdown", **said),
    ]
    now = seen(events, T0 + 3 * HOUR)
    assert (now.state, now.since, now.order, now.people) == ("down", T0 + 2 * HOUR, "Case1", ("ID4932",))
    assert (now.pieces_shift, now.good_shift, now.scrap_shift, now.total) == (8, 8, 0, None)
    floor = CurrentFloor(["saw-1"])
    floor.apply(EventBatch.of(events), T0 + 3 * HOUR)
    assert [s.state for s in floor.spans("saw-1", T0, T0 + 3 * HOUR)] == ["setup", "running", "down"]


def test_an_end_without_its_start_says_what_was_and_then_idle():
    make = Line()
    now = seen([make(T0 + HOUR, EventType.OPERATION_END, "run", 20 * MINUTE)], T0 + 2 * HOUR)
    assert (now.state, now.since) == ("idle", T0 + HOUR)


def test_an_event_ahead_of_the_clock_waits_and_is_flagged():
    make = Line()
    events = [
        make(T0, EventType.STATE, "running"),
        make(T0 + HOUR, EventType.STATE, "down", flags=Flag.CLOCK_AHEAD),
    ]
    floor = CurrentFloor(["saw-1"])
    floor.apply(EventBatch.of(events), T0 + MINUTE)
    early = floor.now("saw-1", T0 + MINUTE, T0)
    assert (early.state, early.flags) == ("running", Flag.CLOCK_AHEAD)
    assert floor.apply(EventBatch.empty(), T0 + HOUR) == {"saw-1"}
    assert floor.now("saw-1", T0 + HOUR, T0).state == "down"


def test_bad_values_are_seen_but_not_counted_and_strangers_are_counted():
    make, other = Line(), Line(8, "ghost")
    events = [
        make(T0, EventType.GOOD, value=5),
        make(T0 + MINUTE, EventType.GOOD, value=9, flags=Flag.BAD),
        other(T0, EventType.STATE, "running"),
    ]
    floor = CurrentFloor(["saw-1"])
    floor.apply(EventBatch.of(events), T0 + HOUR)
    now = floor.now("saw-1", T0 + HOUR, T0)
    assert (now.good_shift, now.last_ts, now.flags) == (5, T0 + MINUTE, Flag.BAD)
    assert floor.strangers == {"ghost": 1}


def test_a_correction_asks_for_a_new_fold():
    make = Line()
    made = make(T0, EventType.GOOD, value=5)
    floor = CurrentFloor(["saw-1"])
    floor.apply(EventBatch.of([made]), T0 + HOUR)
    assert not floor.corrected
    floor.apply(EventBatch.of([make(T0 + MINUTE, EventType.CORRECTION, "retract", ref=made.key)]), T0 + HOUR)
    assert floor.corrected


def test_what_is_old_is_forgotten_but_not_what_still_holds():
    make = Line()
    events = [
        make(T0, EventType.STATE, "down", reason="spindle"),
        make(T0 + MINUTE, EventType.STATE, "down", reason="spindle"),
        make(T0, EventType.COUNTER, "pieces", 10),
        make(T0 + MINUTE, EventType.COUNTER, "pieces", 12),
        make(T0, EventType.OPERATION_START, "run", order="WO-1"),
    ]
    floor = CurrentFloor(["saw-1"])
    floor.apply(EventBatch.of(events), T0 + MINUTE)
    much_later = T0 + 3 * HORIZON
    floor.apply(EventBatch.of([make(much_later, EventType.COUNTER, "pieces", 20)]), much_later)
    now = floor.now("saw-1", much_later, much_later - HOUR)
    assert (now.state, now.since, now.reason, now.order) == ("down", T0, "spindle", "WO-1")
    assert (now.pieces_shift, now.total) == (8, 20)


_KINDS = st.sampled_from(
    [
        (EventType.STATE, "running"),
        (EventType.STATE, "down"),
        (EventType.COUNTER, "pieces"),
        (EventType.OPERATION_START, "run"),
        (EventType.OPERATION_END, "run"),
        (EventType.GOOD, ""),
        (EventType.SCRAP, ""),
        (EventType.ENERGY, "electricity"),
        (EventType.LOGIN, ""),
        (EventType.LOGOUT, ""),
    ]
)


@settings(max_examples=60, deadline=None)
@given(
    facts=st.lists(st.tuples(_KINDS, st.integers(0, 8), st.integers(0, 30)), max_size=30),
    order=st.randoms(use_true_random=False),
    ask=st.integers(0, 9),
)
def test_the_answer_depends_on_the_events_not_on_their_order(facts, order: random.Random, ask: int):
    make = Line()
    events = [make(T0 + t * HOUR, kind, code, value, person="p") for (kind, code), t, value in facts]
    now = T0 + ask * HOUR
    straight = CurrentFloor(["saw-1"])
    straight.apply(EventBatch.of(events), now)
    shuffled = list(events) + order.sample(events, len(events) // 2)  # and some of them twice
    order.shuffle(shuffled)
    piecewise = CurrentFloor(["saw-1"])
    clock = T0
    while shuffled:
        some, shuffled = shuffled[:4], shuffled[4:]
        clock = min(clock + HOUR, now)
        piecewise.apply(EventBatch.of(some), clock)
    piecewise.apply(EventBatch.empty(), now)
    assert piecewise.now("saw-1", now, T0) == straight.now("saw-1", now, T0)
    assert piecewise.spans("saw-1", T0, now + 1) == straight.spans("saw-1", T0, now + 1)


@settings(max_examples=60, deadline=None)
@given(
    samples=st.lists(st.tuples(st.integers(1, 90), st.integers(0, 999)), min_size=1, max_size=20),
    modulus=st.sampled_from([0, 1000]),
    fastest=st.sampled_from([0, 120]),
)
def test_counted_pieces_are_those_of_the_figures(samples, modulus: int, fastest: int):
    make, at, events = Line(), T0, []
    for minutes, value in samples:
        at += minutes * MINUTE
        events.append(make(at, EventType.COUNTER, "pieces", value))
    now = at + MINUTE
    floor = CurrentFloor(["saw-1"], counters={"saw-1": Counter("pieces", modulus or None, fastest or None)})
    floor.apply(EventBatch.of(events), now)
    setting = kpi.Setting.plain(("saw-1",), (T0, now + 1), (kpi.Counter("saw-1", "pieces", modulus, fastest),))
    (figure,) = kpi.compute(EventBatch.of(events).sorted(), setting)
    assert floor.now("saw-1", now, T0).pieces_shift == figure.whole.of[kpi.Column.COUNTED]
