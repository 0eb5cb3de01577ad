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
from dengta.engines.kpi.model import ACTIVITIES, Column, Counter, Points, Setting, Totals

T0 = 1_795_392_000_000_000
MACHINES = ("saw-1", "saw-2")
JUDGED = [c for c in Column if c not in (Column.COUNTED, Column.LATE, Column.RESETS)]


def folded(events: list[Event], setting: Setting, until: int) -> Totals:
    """The fold of events in any order."""
    return kpi.fold(setting, kpi.points(kpi.apply(EventBatch.of(events).sorted()), setting), until)


def event(seq: int, at: int, kind: EventType, code: str = "", value: int = 0, **more: object) -> Event:
    """An event of saw-1, `at` minutes after T0."""
    fields = {"stream": 1, "epoch": 1, "subject": "saw-1", **more}
    return Event(seq=seq, ts=T0 + at * MINUTE, type=kind, code=code, value=value, **fields)  # type: ignore[arg-type]


def whole(events: list[Event], minutes: int = 600, machines: tuple[str, ...] = MACHINES, **more: object) -> np.ndarray:
    """Row of saw-1 over one window of `minutes`."""
    setting = Setting(machines, (T0, T0 + minutes * MINUTE), **more)  # type: ignore[arg-type]
    row: np.ndarray = folded(events, setting, T0 + minutes * MINUTE).whole[0]
    return row


@st.composite
def histories(draw: st.DrawFn) -> list[Event]:
    """Events of two machines around an eight hour window, corrections among them."""
    events: list[Event] = []
    for seq in range(draw(st.integers(0, 25))):
        kind = draw(st.sampled_from([EventType.STATE, EventType.OPERATION_END, EventType.GOOD, EventType.SCRAP]))
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
        flags = draw(st.sampled_from([Flag.NONE, Flag.NONE, Flag.NONE, Flag.BAD, Flag.HISTORICAL]))
        reason = draw(st.sampled_from(["", "", "tea"]))
        machine = draw(st.sampled_from(MACHINES))
        events.append(event(seq, at, kind, code, value, subject=machine, reason=reason, flags=flags, ref=ref))
    return events


EDGES = st.lists(st.integers(0, 480), min_size=2, max_size=6, unique=True).map(
    lambda at: tuple(T0 + m * MINUTE for m in sorted(at))
)
TEA = {"tea": TimeElement.REST}


@settings(max_examples=150, deadline=None)
@given(histories(), EDGES, st.integers(0, 600))
def test_agrees_with_the_judge(events: list[Event], edges: tuple[int, ...], until_min: int) -> None:
    """Every cell, to the microsecond."""
    setting, until = Setting(MACHINES, edges, reasons=TEA), T0 + until_min * MINUTE
    answer = folded(events, setting, until)
    truth = check.again(events, setting, answer.until)
    for m, cells in enumerate(truth):
        for c, expected in enumerate(cells):
            told = {column: int(answer.cells[m, c, column]) for column in JUDGED}
            assert told == {column: expected[column] for column in JUDGED}


@settings(max_examples=60, deadline=None)
@given(histories(), EDGES)
def test_parts_sum_to_the_whole(events: list[Event], edges: tuple[int, ...]) -> None:
    """K6: cut a window wherever you like; the sum does not move."""
    cut = folded(events, Setting(MACHINES, edges), edges[-1])
    uncut = folded(events, Setting(MACHINES, (edges[0], edges[-1])), edges[-1])
    np.testing.assert_array_equal(cut.whole, uncut.whole)


@settings(max_examples=60, deadline=None)
@given(histories(), EDGES, st.lists(st.integers(0, 60), max_size=4))
def test_increment_is_the_batch(events: list[Event], edges: tuple[int, ...], cuts: list[int]) -> None:
    """The same fold in any number of slices, from its saved arrays, bit for bit."""
    setting = Setting(MACHINES, edges)
    points = kpi.points(kpi.apply(EventBatch.of(events).sorted()), setting)
    running = kpi.begin(setting)
    for start, end in zip([0, *sorted(cuts)], [*sorted(cuts), len(points)], strict=True):
        assert not running.advance(points.take(slice(start, end))).any()
        running.totals(edges[-1])  # looking changes nothing
    np.testing.assert_array_equal(running.totals(edges[-1]).cells, kpi.fold(setting, points, edges[-1]).cells)


def test_a_late_point_is_named_and_left_out() -> None:
    """What is older than its machine's last point comes back to the caller."""
    setting = Setting(MACHINES, (T0, T0 + HOUR))
    running = kpi.begin(setting)
    first = kpi.points(EventBatch.of([event(1, 30, EventType.STATE, "running")]), setting)
    late = kpi.points(EventBatch.of([event(0, 10, EventType.STATE, "down")]), setting)
    assert not running.advance(first).any()
    assert running.advance(late).tolist() == [True]
    assert running.totals(T0 + HOUR).whole[0, Column.APT] == 30 * MINUTE


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


def test_k7_pieces_belong_to_their_own_time() -> None:
    """A count at an edge is the next cell's."""
    setting = Setting(MACHINES, (T0, T0 + HOUR, T0 + 2 * HOUR))
    events = [event(0, 59, EventType.GOOD, value=3), event(1, 60, EventType.GOOD, value=5)]
    assert folded(events, setting, T0 + 2 * HOUR).cells[0, :, Column.GOOD].tolist() == [3, 5]


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
    """A counter reading with a fraction is not folded; how many is told."""
    setting = Setting(MACHINES, (T0, T0 + HOUR), (Counter("saw-1", "pieces"),))
    batch = EventBatch.of(
        [event(0, 1, EventType.COUNTER, "pieces", 15, scale=-1), event(1, 2, EventType.COUNTER, "pieces", 2, scale=1)]
    )
    points: Points = kpi.points(batch, setting)
    assert (points.unread, points.value.tolist()) == (1, [20])


def test_k12_grades() -> None:
    """A from machines, B as soon as one event was written down."""
    batch = EventBatch.of(
        [
            event(0, 0, EventType.GOOD, value=1),
            event(1, 0, EventType.GOOD, value=1, subject="saw-2"),
            event(2, 1, EventType.GOOD, value=1, subject="saw-2", clock=ClockSource.RECORD),
        ]
    )
    assert kpi.grades(batch, Setting((*MACHINES, "saw-3"), (T0, T0 + 1))) == ["A", "B", ""]


def test_kernels_and_model_name_the_same_columns() -> None:
    """The compiled loops know columns by number only."""
    from dengta.engines.kpi import kernels
    from dengta.engines.kpi.model import Point

    for point in Point:
        assert getattr(kernels, point.name) == point
    assert len(Column) == kernels.COLUMNS
    assert (kernels.REPORTED, kernels.MACHINE) == (Column.REPORTED_RUN, Column.MACHINE_RUN)
    for name in ("GOOD", "COUNTED", "REPORTS", "LATE", "RESETS"):
        assert getattr(kernels, f"C_{name}") == Column[name]


def test_a_setting_that_makes_no_sense_is_refused() -> None:
    """Edges rise; a machine is named once."""
    with pytest.raises(ValueError, match="edges"):
        Setting(("a",), (5, 5))
    with pytest.raises(ValueError, match="twice"):
        Setting(("a", "a"), (1, 2))
