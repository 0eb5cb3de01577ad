"""The fold against an independent judge, its laws, and what it remembers."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dengta.core.batch import EventBatch
from dengta.core.event import Event, Key
from dengta.core.time import HOUR, MINUTE
from dengta.core.vocabulary import STATE_ELEMENT, ClockSource, EventType, Flag, TimeElement
from dengta.engines import kpi
from dengta.engines.kpi import check
from dengta.engines.kpi.model import ACTIVITIES, Column, Counter, Rows, Setting
from tests.engines.kpi.recorded import in_words

T0 = 1_795_392_000_000_000
MACHINES = ("saw-1", "saw-2")


def folded(events: list[Event], setting: Setting, until: int) -> Rows:
    """The fold of events in any order."""
    return kpi.fold(setting, kpi.apply(EventBatch.of(events).sorted()), until)


def event(seq: int, at: int, kind: EventType, code: str = "", value: int = 0, **more: object) -> Event:
    """An event of saw-1, `at` minutes after T0."""
    fields = {"stream": 1, "epoch": 1, "subject": "saw-1", **more}
    return Event(seq=seq, ts=T0 + at * MINUTE, type=kind, code=code, value=value, **fields)  # type: ignore[arg-type]


def whole(events: list[Event], minutes: int = 600, machines: tuple[str, ...] = MACHINES, **more: object) -> np.ndarray:
    """Sums of saw-1 over one window of `minutes`."""
    setting = Setting.plain(machines, (T0, T0 + minutes * MINUTE), **more)  # type: ignore[arg-type]
    rows = folded(events, setting, T0 + minutes * MINUTE)
    row: np.ndarray = rows.values[rows.keys[:, 0] == 0].sum(axis=0)
    return row


@st.composite
def histories(draw: st.DrawFn) -> list[Event]:
    """Events of two machines around an eight hour window, corrections among them."""
    events: list[Event] = []
    kinds = [EventType.STATE, EventType.OPERATION_START, EventType.OPERATION_END, EventType.GOOD, EventType.SCRAP]
    for seq in range(draw(st.integers(0, 25))):
        kind = draw(st.sampled_from(kinds))
        if events and draw(st.integers(0, 5)) == 0:
            kind = EventType.CORRECTION
        at, value, code, ref = draw(st.integers(-100, 600)), draw(st.integers(0, 9)), "", None
        if kind is EventType.STATE:
            value, code = 0, draw(st.sampled_from(sorted(STATE_ELEMENT)))
        elif kind is EventType.OPERATION_END:
            value, code = draw(st.integers(0, 300)) * MINUTE, draw(st.sampled_from(ACTIVITIES))
        elif kind is EventType.CORRECTION:
            code = draw(st.sampled_from(["retract", "value"]))
            ref = Key(1, 1, draw(st.integers(0, len(events) - 1)))
        elif kind is EventType.OPERATION_START:
            value, code = 0, draw(st.sampled_from(ACTIVITIES))
        named: dict[str, object] = {"flags": draw(st.sampled_from([*[Flag.NONE] * 4, Flag.BAD, Flag.TWIN]))}
        if kind is not EventType.CORRECTION:
            named |= {"order": draw(st.sampled_from(["", "A", "B"])), "operation": draw(st.sampled_from(["", "x"]))}
        named["clock"] = draw(st.sampled_from([ClockSource.DEVICE, ClockSource.RECORD]))
        reason = draw(st.sampled_from(["", "", "tea"]))
        machine = draw(st.sampled_from(MACHINES))
        events.append(event(seq, at, kind, code, value, subject=machine, reason=reason, ref=ref, **named))
    return events


EDGES = st.lists(st.integers(0, 480), min_size=2, max_size=6, unique=True).map(
    lambda at: tuple(T0 + m * MINUTE for m in sorted(at))
)
TEA = {"tea": TimeElement.REST}


@settings(max_examples=150, deadline=None)
@given(histories(), EDGES, st.integers(0, 600))
def test_agrees_with_the_judge(events: list[Event], edges: tuple[int, ...], until_min: int) -> None:
    """Every row, to the microsecond."""
    setting = Setting.plain(MACHINES, edges, reasons=TEA)
    answer = folded(events, setting, T0 + until_min * MINUTE)
    assert in_words(answer) == check.again(events, setting, answer.until)


@settings(max_examples=60, deadline=None)
@given(histories(), EDGES)
def test_parts_sum_to_the_whole(events: list[Event], edges: tuple[int, ...]) -> None:
    """K6: cut a window wherever you like; the sum does not move."""
    cut = folded(events, Setting.plain(MACHINES, edges), edges[-1])
    uncut = folded(events, Setting.plain(MACHINES, (edges[0], edges[-1])), edges[-1])
    np.testing.assert_array_equal(cut.values[:, Column.APT :].sum(axis=0), uncut.values[:, Column.APT :].sum(axis=0))


@settings(max_examples=60, deadline=None)
@given(histories(), EDGES, st.lists(st.integers(0, 60), max_size=4))
def test_increment_is_the_batch(events: list[Event], edges: tuple[int, ...], cuts: list[int]) -> None:
    """The same fold in any number of slices, bit for bit."""
    setting = Setting.plain(MACHINES, edges)
    batch = kpi.apply(EventBatch.of(events).sorted())
    running = kpi.Fold(setting)
    for start, end in zip([0, *sorted(cuts)], [*sorted(cuts), len(batch)], strict=True):
        assert not running.advance(batch.take(slice(start, end))).any()
        running.rows(edges[-1])  # looking changes nothing
    told, again = running.rows(edges[-1]), kpi.fold(setting, batch, edges[-1])
    np.testing.assert_array_equal(told.values, again.values)
    np.testing.assert_array_equal(told.keys, again.keys)


def test_a_late_event_is_named_and_left_out() -> None:
    """What comes before its machine's last event comes back to the caller."""
    setting = Setting.plain(MACHINES, (T0, T0 + HOUR))
    running = kpi.Fold(setting)
    assert not running.advance(EventBatch.of([event(1, 30, EventType.STATE, "running")])).any()
    assert running.advance(EventBatch.of([event(0, 10, EventType.STATE, "down")])).tolist() == [True]
    assert running.advance(EventBatch.of([event(0, 30, EventType.STATE, "down")])).tolist() == [True]
    assert running.rows(T0 + HOUR).values[:, Column.APT].sum() == 30 * MINUTE


def test_k1_k2_states_and_reasons() -> None:
    """Unknown until told, then the state's element, or the one its reason names."""
    events = [
        event(0, 60, EventType.STATE, "running"),
        event(1, 120, EventType.STATE, "down", reason="tea"),
        event(2, 150, EventType.STATE, "down"),
    ]
    row = whole(events, 200, reasons=TEA)
    assert [row[c] // MINUTE for c in (Column.UNKNOWN, Column.APT, Column.REST, Column.ADET)] == [60, 60, 30, 50]


def test_k3_k4_k5_labour_is_the_sum_and_machine_the_union() -> None:
    """Two overlapping runs and a setup across both: 150 + 100 minutes of people, 130 + 60 of the machine."""
    end = EventType.OPERATION_END
    events = [
        event(0, 100, end, "run", 80 * MINUTE),  # 20..100
        event(1, 150, end, "run", 70 * MINUTE),  # 80..150
        event(2, 160, end, "setup", 100 * MINUTE),  # 60..160: only 150..160 is the machine's
        event(3, 160, end, "setup", 0),
    ]
    row = whole(events)
    assert row[Column.REPORTED_RUN] == 150 * MINUTE
    assert row[Column.REPORTED_SETUP] == 100 * MINUTE
    assert row[Column.MACHINE_RUN] == 130 * MINUTE
    assert row[Column.MACHINE_SETUP] == 10 * MINUTE
    assert row[Column.REPORTS] == 4


def test_k7_what_is_counted_at_an_edge_was_made_before_it() -> None:
    """The pieces of a report that ends with its shift are the shift's; those counted as it begins are not."""
    setting = Setting.plain(MACHINES, (T0, T0 + HOUR, T0 + 2 * HOUR))
    counts = {0: 1, 59: 3, 60: 5, 61: 7, 120: 9}
    events = [event(i, at, EventType.GOOD, value=value) for i, (at, value) in enumerate(counts.items())]
    rows = in_words(folded(events, setting, T0 + 2 * HOUR))
    told = {key.cell: row[Column.GOOD] for key, row in rows.items() if row[Column.GOOD]}
    assert told == {0: 3 + 5, 1: 7 + 9}


@pytest.mark.parametrize(
    ("readings", "modulus", "max_per_h", "counted", "late", "resets"),
    [
        ([100, 110, 130], 0, 0, 30, 0, 0),
        ([65_530, 65_534, 4], 65_536, 600, 10, 0, 0),  # across the modulus
        ([65_530, 65_534, 4], 65_536, 0, 10, 0, 0),
        ([1000, 995, 1003], 0, 600, 3, 1, 0),  # 995 pieces in a minute: impossible, so it came late
        ([1000, 995, 1003], 0, 0, 3, 1, 0),  # five back is a smaller story than 995 made
        ([1000, 4, 9], 0, 600, 9, 0, 1),  # started again from nothing
        ([1000, 4, 9], 0, 0, 9, 0, 1),
        ([5, 65_530, 8], 65_536, 600, 3, 1, 0),  # a late one from before the wrap
        ([5, 65_530, 8], 65_536, 0, 3, 1, 0),
    ],
)
def test_k8_counters(readings: list[int], modulus: int, max_per_h: int, counted: int, late: int, resets: int) -> None:
    """A fall is a wrap, a reset or a late sample; a late one is never booked as parts."""
    events = [event(i, i, EventType.COUNTER, "pieces", value) for i, value in enumerate(readings)]
    row = whole(events, counters=(Counter("saw-1", "pieces", modulus, max_per_h),))
    assert row[[Column.COUNTED, Column.LATE, Column.RESETS]].tolist() == [counted, late, resets]


def test_k9_corrections() -> None:
    """A value replaced, an event taken out, a taking out taken back."""
    good = [event(i, 10 + i, EventType.GOOD, value=10) for i in range(3)]
    events = [
        *good,
        event(3, 20, EventType.CORRECTION, "value", 7, ref=Key(1, 1, 0)),
        event(4, 21, EventType.CORRECTION, "retract", ref=Key(1, 1, 1)),
        event(5, 22, EventType.CORRECTION, "retract", ref=Key(1, 1, 2)),
        event(6, 23, EventType.CORRECTION, "retract", ref=Key(1, 1, 5)),
    ]
    assert whole(events)[Column.GOOD] == 7 + 0 + 10


def test_k10_bad_events_are_not_counted() -> None:
    """Kept in the log, absent from the figure."""
    assert whole([event(0, 1, EventType.GOOD, value=9, flags=Flag.BAD)])[Column.GOOD] == 0


def test_fractions_of_a_count_are_named() -> None:
    """A counter reading with a fraction is not folded, nor a report longer than anybody works; how many is told."""
    setting = Setting.plain(MACHINES, (T0, T0 + HOUR), (Counter("saw-1", "pieces"),))
    events = [
        event(0, 1, EventType.COUNTER, "pieces", 15, scale=-1),
        event(1, 2, EventType.COUNTER, "pieces", 2, scale=1),
        event(2, 3, EventType.COUNTER, "pieces", 30),
        event(3, 4, EventType.OPERATION_END, "run", 32 * 24 * HOUR),
    ]
    rows = folded(events, setting, T0 + HOUR)
    assert rows.unread == 2
    assert rows.values[:, [Column.COUNTED, Column.REPORTS]].sum(axis=0).tolist() == [10, 0]


def test_k12_grades() -> None:
    """A from machines, B as soon as one event was written down."""
    events = [
        event(0, 1, EventType.GOOD, value=1),
        event(1, 1, EventType.GOOD, value=1, subject="saw-2"),
        event(2, 2, EventType.GOOD, value=1, subject="saw-2", clock=ClockSource.RECORD),
    ]
    setting = Setting.plain((*MACHINES, "saw-3"), (T0, T0 + HOUR))
    assert [f.grade for f in kpi.figures(folded(events, setting, T0 + HOUR))] == ["A", "B", ""]


def test_a_setting_that_makes_no_sense_is_refused() -> None:
    """Edges rise; a machine is named once."""
    with pytest.raises(ValueError, match="edges"):
        Setting.plain(("a",), (5, 5))
    with pytest.raises(ValueError, match="twice"):
        Setting.plain(("a", "a"), (1, 2))


def test_k13_what_an_event_leaves_open_is_what_goes_on() -> None:
    """The operation begun last goes on until it ends; then the one below it; an event's own words come first."""
    start, end, good = EventType.OPERATION_START, EventType.OPERATION_END, EventType.GOOD
    events = [
        event(0, 0, EventType.STATE, "running"),
        event(1, 10, start, "run", order="A", operation="cut"),
        event(2, 20, start, "run", order="B", operation="cut"),
        event(3, 30, good, "door", 1),
        event(4, 40, end, "run", order="B", operation="cut"),
        event(5, 50, good, "door", 2),
        event(6, 60, good, "door", 4, order="C"),
        event(7, 65, good, "door", 8, operation="drill"),
        event(8, 70, EventType.STATE, "running", order="D"),
        event(9, 80, good, "door", 16),
        event(10, 90, EventType.COUNTER, "pieces", 100),
        event(11, 95, EventType.COUNTER, "pieces", 107),
        event(12, 99, EventType.COUNTER, "pieces", 109, order="E"),
    ]
    setting = Setting.plain(MACHINES, (T0, T0 + 2 * HOUR), (Counter("saw-1", "pieces"),))
    found = in_words(folded(events, setting, T0 + 2 * HOUR))
    pieces = {(key.order, key.operation): row[Column.GOOD] for key, row in found.items() if row[Column.GOOD]}
    assert pieces == {("B", "cut"): 1, ("A", "cut"): 2, ("C", ""): 4, ("A", "drill"): 8, ("D", ""): 16}
    counted = {key.order: row[Column.COUNTED] for key, row in found.items() if row[Column.COUNTED]}
    assert counted == {"D": 7, "E": 2}
    ran = {key.order: row[Column.APT] // MINUTE for key, row in found.items() if row[Column.APT]}
    assert ran == {"": 10, "A": 10 + 30, "B": 20, "D": 50}


def test_k5_the_union_is_credited_to_one_order_only() -> None:
    """Run takes over from setup what it covers; among runs, the report that ended first keeps the time."""
    end = EventType.OPERATION_END
    events = [
        event(0, 60, end, "setup", 60 * MINUTE, order="S"),  # 0..60
        event(1, 80, end, "run", 40 * MINUTE, order="A"),  # 40..80: takes 40..60 from S
        event(2, 90, end, "run", 30 * MINUTE, order="B"),  # 60..90: only 80..90 is left to it
    ]
    found = in_words(folded(events, Setting.plain(MACHINES, (T0, T0 + 2 * HOUR)), T0 + 2 * HOUR))
    union = {key.order: (row[Column.MACHINE_RUN] + row[Column.MACHINE_SETUP]) // MINUTE for key, row in found.items()}
    assert {order: minutes for order, minutes in union.items() if minutes} == {"S": 40, "A": 40, "B": 10}
    labour = {
        key.order: (row[Column.REPORTED_RUN] + row[Column.REPORTED_SETUP]) // MINUTE for key, row in found.items()
    }
    assert {order: minutes for order, minutes in labour.items() if minutes} == {"S": 60, "A": 40, "B": 30}
