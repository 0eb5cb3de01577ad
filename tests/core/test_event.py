"""Events, their columns, their canonical line, and the judge at the door."""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dengta.core.batch import EventBatch
from dengta.core.canonical import EMPTY_ROOT, chain, leaves, lines, merkle_root
from dengta.core.event import FIELDS, TEXT_FIELDS, Event, Key
from dengta.core.event_check import check
from dengta.core.vocabulary import (
    LARGEST_FLAGS,
    POINTING,
    STATE_ELEMENT,
    VALUED,
    ClockSource,
    EventType,
    Flag,
    TimeElement,
)
from tests.core.events import legal_events

STATE = Event(stream=7, epoch=1, seq=0, ts=1, type=EventType.STATE, subject="saw-1", code="running")


@given(st.lists(legal_events(), max_size=6))
def test_events_survive_their_columns(events: list[Event]) -> None:
    assert list(EventBatch.of(events)) == events


@given(st.lists(st.lists(legal_events(), max_size=3), min_size=1, max_size=4))
def test_concat_keeps_every_event_over_one_dictionary(parts: list[list[Event]]) -> None:
    whole = EventBatch.concat([EventBatch.of(part) for part in parts])
    assert list(whole) == [event for part in parts for event in part]
    assert whole.texts[0] == ""
    assert len(set(whole.texts)) == len(whole.texts)


def slow_line(event: Event) -> str:
    """The canonical line by the words of docs/events.md, one field at a time."""
    row: dict[str, object] = {}
    for field in FIELDS:
        if field.name.startswith("ref_"):
            value = getattr(event.ref, field.name[4:]) if event.ref else 0
        else:
            value = getattr(event, field.name)
        if isinstance(value, EventType | ClockSource):
            value = value.word
        always = field.name in {"stream", "epoch", "seq", "ts", "recv"}
        if field.name == "value":
            always, value = event.type in VALUED, int(value) if event.type in VALUED else 0
        if field.name.startswith("ref_"):
            always = event.type in POINTING or Flag.TWIN in event.flags
        if always or value:
            row[field.name] = int(value) if isinstance(value, Flag) else value
    return json.dumps(row, ensure_ascii=False, separators=(",", ":"))


@given(st.lists(legal_events(), min_size=1, max_size=5))
def test_the_canonical_line_is_compact_json_of_what_is_said(events: list[Event]) -> None:
    batch = EventBatch.of(events)
    told = lines(batch).to_pylist()
    assert told == [slow_line(event) for event in events]
    assert leaves(batch) == [hashlib.sha256(line.encode()).digest() for line in told]


def rfc_root(entries: list[bytes]) -> bytes:
    """RFC 9162, 2.1.1, by its own recursion over ready leaf hashes."""
    if len(entries) == 1:
        return entries[0]
    split = 1 << (len(entries) - 1).bit_length() - 1
    return hashlib.sha256(b"\x01" + rfc_root(entries[:split]) + rfc_root(entries[split:])).digest()


@given(st.lists(st.binary(min_size=32, max_size=32), min_size=1, max_size=70))
def test_the_root_is_the_one_of_the_rfc(entries: list[bytes]) -> None:
    assert merkle_root(entries) == rfc_root(entries)


def test_links_depend_on_everything_before() -> None:
    assert merkle_root([]) == EMPTY_ROOT
    first = chain(EMPTY_ROOT, b"a" * 32)
    assert chain(first, b"b" * 32) != chain(EMPTY_ROOT, b"b" * 32)


@given(st.lists(legal_events(), max_size=6))
@settings(max_examples=50, deadline=None)
def test_the_door_lets_legal_events_in(events: list[Event]) -> None:
    assert check(EventBatch.of(events)) == []


@pytest.mark.parametrize(
    ("fault", "code"),
    [
        ({"stream": -1}, "event.stream_negative"),
        ({"epoch": 0}, "event.epoch_below_one"),
        ({"seq": -1}, "event.seq_negative"),
        ({"ts": -1}, "event.time_out_of_range"),
        ({"recv": 2**62}, "event.time_out_of_range"),
        ({"subject": ""}, "event.subject_missing"),
        ({"code": "flying"}, "event.state_unknown"),
        ({"type": EventType.OPERATION_END, "code": "dance"}, "event.activity_unknown"),
        ({"type": EventType.OPERATION_END, "code": "run", "value": -1}, "event.duration_negative"),
        ({"type": EventType.GOOD, "value": -1}, "event.pieces_negative"),
        ({"type": EventType.ORDER_LINE, "order": "O", "code": "door", "value": -1}, "event.pieces_negative"),
        ({"type": EventType.ORDER_LINE, "order": "O", "code": "", "value": 1}, "event.item_missing"),
        ({"type": EventType.SHIPMENT, "value": 1}, "event.order_missing"),
        ({"type": EventType.ORDER, "order": "O", "value": -1}, "event.due_out_of_range"),
        ({"type": EventType.ORDER, "order": "O", "value": 10**15, "scale": 1}, "event.due_out_of_range"),
        ({"type": EventType.SCRAP, "value": 15, "scale": -1}, "event.pieces_not_whole"),
        ({"type": EventType.MEASUREMENT, "scale": 401}, "event.scale_out_of_range"),
        ({"type": EventType.MEASUREMENT, "sample": -1}, "event.sample_negative"),
        ({"type": EventType.GAP}, "event.target_missing"),
        ({"flags": Flag.TWIN}, "event.target_missing"),
        ({"flags": Flag.TWIN, "type": EventType.GAP, "ref": Key(7, 1, 0)}, "event.twin_points"),
        ({"type": EventType.CORRECTION, "code": "wish", "ref": Key(7, 1, 0)}, "event.correction_unknown"),
        ({"lot": "x" * 201}, "event.text_too_long"),
        ({"lot": "a\nb"}, "event.text_not_clean"),
        ({"lot": "\ud800"}, "event.text_not_clean"),
    ],
)
def test_the_door_names_each_fault(fault: dict[str, object], code: str) -> None:
    found = check(EventBatch.of([STATE, replace(STATE, **{"seq": 1, **fault})]))  # type: ignore[arg-type]
    assert [reason.code for reason in found] == [code]


def test_the_door_names_all_faults_at_once_and_the_first_event_of_each() -> None:
    batch = EventBatch.of([STATE, replace(STATE, epoch=0, seq=-4, code="flying"), replace(STATE, epoch=0, seq=3)])
    found = {reason.code: reason for reason in check(batch)}
    assert found.keys() == {"event.epoch_below_one", "event.seq_negative", "event.state_unknown"}
    assert found["event.epoch_below_one"].params["events"] == 2
    assert found["event.epoch_below_one"].place == ("event 7/0/-4",)


def test_numbers_outside_the_vocabularies_are_named() -> None:
    batch = EventBatch.of([STATE])
    for column, value, code in [
        ("type", 99, "event.type_unknown"),
        ("clock", 0, "event.clock_unknown"),
        ("flags", LARGEST_FLAGS + 1, "event.flags_unknown"),
    ]:
        assert code in {reason.code for reason in check(batch.replace(**{column: value}))}


def test_the_order_across_streams() -> None:
    events = [
        replace(STATE, ts=5, stream=1, seq=0),
        replace(STATE, ts=1, stream=9, epoch=2, seq=0),
        replace(STATE, ts=1, stream=9, epoch=1, seq=7),
        replace(STATE, ts=1, stream=2, seq=3),
    ]
    assert [e.key for e in EventBatch.of(events).sorted()] == [(2, 1, 3), (9, 1, 7), (9, 2, 0), (1, 1, 0)]


def test_building_from_columns_refuses_nonsense() -> None:
    with pytest.raises(ValueError, match="no such event fields"):
        EventBatch.from_columns(1, colour=3)
    with pytest.raises(ValueError, match="values for 2 events"):
        EventBatch.from_columns(2, seq=np.arange(3))
    with pytest.raises(ValueError, match="begins with"):
        EventBatch.from_columns(1, ["saw-1"])
    assert len(EventBatch.empty()) == 0
    assert list(lines(EventBatch.empty())) == []


def test_every_state_has_its_time_element() -> None:
    assert set(STATE_ELEMENT.values()) == set(TimeElement)
    assert TEXT_FIELDS[0] == "subject"
