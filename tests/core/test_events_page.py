"""docs/events.md is true: every example is a legal event, written in its canonical form, and every type has one."""

from __future__ import annotations

import json
import re
from pathlib import Path

from dengta.core.batch import EventBatch
from dengta.core.canonical import lines
from dengta.core.event import FIELDS, Event, Key
from dengta.core.event_check import check
from dengta.core.vocabulary import STATE_ELEMENT, ClockSource, EventType, Flag

PAGE = (Path(__file__).parents[2] / "docs" / "events.md").read_text("utf-8")
EXAMPLES = [line for fence in re.findall(r"```json\n(.*?)```", PAGE, re.S) for line in fence.splitlines()]


def read(line: str) -> Event:
    row = json.loads(line)
    ref = Key(*(row.pop(f"ref_{part}", 0) for part in ("stream", "epoch", "seq")))
    row["type"] = EventType[row["type"].upper()]
    row["clock"] = ClockSource[row["clock"].upper()]
    row["flags"] = Flag(row.get("flags", 0))
    return Event(**row, ref=ref if ref.epoch else None)


def test_every_example_is_legal_and_canonical() -> None:
    batch = EventBatch.of(read(line) for line in EXAMPLES)
    assert check(batch) == []
    assert lines(batch).to_pylist() == EXAMPLES


def test_every_type_field_and_state_is_explained() -> None:
    assert {json.loads(line)["type"] for line in EXAMPLES} == {t.word for t in EventType}
    assert {json.loads(line)["clock"] for line in EXAMPLES} == {c.word for c in ClockSource}
    named = set(re.findall(r"`([a-z_]+)`", PAGE))
    assert {f.name for f in FIELDS} <= named
    assert set(STATE_ELEMENT) <= named
    for flag in Flag:
        assert f"{int(flag)} " in PAGE
