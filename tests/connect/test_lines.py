"""Canonical lines go out and come back the same; a faulty text is refused whole, with every fault and its line."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dengta.connect import lines as room
from dengta.connect.lines import read, read_bytes
from dengta.core.batch import EventBatch
from dengta.core.canonical import leaves, lines
from dengta.core.event import Event
from dengta.core.reason import Reason, Refusal
from tests.connect.served import counters
from tests.core.events import legal_events

GOOD = json.loads(lines(counters(7, 0, 1)).to_pylist()[0])


def faults(*rows: object) -> list[Reason]:
    text = [row if isinstance(row, str) else json.dumps(row) for row in rows]
    with pytest.raises(Refusal) as refusal:
        read(text, "a.ndjson")
    return list(refusal.value.reasons)


@given(st.lists(legal_events(), max_size=8, unique_by=lambda e: e.key))
@settings(max_examples=60, deadline=None)
def test_what_was_exported_comes_back(events: list[Event]) -> None:
    batch = EventBatch.of(events)
    text = "".join(line + "\n" for line in lines(batch).to_pylist())
    back = read_bytes(text.encode(), "a")
    assert list(back) == events
    assert leaves(back) == leaves(batch)


def test_order_and_blanks_do_not_matter() -> None:
    shuffled = json.dumps(dict(reversed(GOOD.items())), indent=None, separators=(" , ", " : "))
    assert list(EventBatch.concat(read(["", f"  {shuffled}\n", "\n"], "a"))) == list(counters(7, 0, 1))


def test_a_repeated_line_is_one_event() -> None:
    assert sum(map(len, read([json.dumps(GOOD)] * 3, "a"))) == 1


def test_every_fault_is_named_with_its_line() -> None:
    found = faults(
        GOOD,
        "{",
        "[]",
        "",
        {**GOOD, "seq": 1, "colour": "red"},
        {k: v for k, v in GOOD.items() if k not in {"subject", "ts"}},
        {**GOOD, "seq": 2, "value": 1.5},
        {**GOOD, "seq": 3, "value": True},
        {**GOOD, "seq": 4, "epoch": 2**31},
        {**GOOD, "seq": 5, "subject": 8},
        {**GOOD, "seq": 6, "type": "COUNTER"},
        {**GOOD, "seq": 7, "epoch": 0},
        {**GOOD, "seq": 8, "subject": "bell\a"},
        {**GOOD, "seq": 9, "lot": "x" * 201},
        {**GOOD, "value": 99},
    )
    assert {(reason.place[1], reason.code) for reason in found} == {
        ("line 2", "lines.not_an_object"),
        ("line 3", "lines.not_an_object"),
        ("line 5", "lines.unknown_field"),
        ("line 6", "lines.missing_field"),
        ("line 7", "lines.not_int"),
        ("line 8", "lines.not_int"),
        ("line 9", "lines.not_int"),
        ("line 10", "lines.not_text"),
        ("line 11", "lines.not_enum"),
        ("line 12", "event.epoch_below_one"),
        ("line 13", "event.text_not_clean"),
        ("line 14", "event.text_too_long"),
        ("line 15", "lines.key_twice"),
    }
    assert sum(reason.place[1] == "line 6" for reason in found) == 2
    assert all(reason.place[0] == "a.ndjson" for reason in found)


def test_faults_are_found_in_every_chunk(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(room, "CHUNK", 2)
    rows = [{**GOOD, "seq": seq, "epoch": seq % 3} for seq in range(9)]
    found = faults(*rows, {**GOOD, "seq": 1, "order": "other"})
    assert [reason.place[1] for reason in found] == ["line 1", "line 4", "line 7", "line 10"]
    assert found[-1].params["earlier"] == 2


def test_more_faults_than_anyone_reads_are_counted() -> None:
    found = faults(*["no"] * 1_000)
    assert len(found) == room.MOST_FAULTS + 1
    assert (found[-1].code, found[-1].params["more"]) == ("lines.more_faults", 800)


def test_not_utf8_is_refused() -> None:
    with pytest.raises(Refusal) as refusal:
        read_bytes(b'{"a":"\xff"}', "a")
    assert refusal.value.reasons[0].code == "lines.not_utf8"
