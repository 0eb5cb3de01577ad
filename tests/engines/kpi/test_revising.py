"""Revisions follow from the events: whoever folds them finds the same, and what was known can be folded again."""

from __future__ import annotations

import random
from dataclasses import replace

import numpy as np

from dengta.core.batch import EventBatch
from dengta.core.event import Event
from dengta.core.intervals import Interval
from dengta.core.time import DAY, HOUR, MINUTE
from dengta.core.vocabulary import EventType
from dengta.engines import kpi
from dengta.engines.kpi import Change, Column, Remembered, Reviser
from dengta.engines.kpi.check import Row, RowKey
from dengta.engines.kpi.model import Rows
from dengta.engines.kpi.revising import MOMENT, SETTLES
from tests.engines.kpi.recorded import START, WINDOW, figured, in_words, record, setting

SETTING = setting()
BORN = START - 2 * DAY


def received(seed: int, events: int = 60) -> list[Event]:
    """A record of which some was received late, some very late, and not in the order in which it happened."""
    chance = random.Random(seed)
    delays = [0, 0, 0, chance.randrange(40) * MINUTE, chance.randrange(50) * HOUR + chance.randrange(60) * MINUTE]
    told = [replace(e, recv=e.ts + chance.choice(delays) + 1) for e in record(seed, events)]
    known = {e.key: e.recv for e in told}
    return [replace(e, recv=max(e.recv, known[e.ref] + 1)) if e.ref else e for e in told]


def without_orders(told: dict[RowKey, Row]) -> dict[RowKey, Row]:
    """The same rows, summed over their orders."""
    sums: dict[RowKey, Row] = {}
    for key, row in told.items():
        kept = sums.setdefault(key._replace(order=""), dict.fromkeys(Column, 0))
        for column, value in row.items():
            kept[column] = max(kept[column], value) if column is Column.GRADE else kept[column] + value
    return sums


def revise(events: list[Event], seed: int | None) -> tuple[list[Change], dict[tuple[str, Interval], Rows]]:
    """What a reviser that heard everything at once (no `seed`), or as it came, found; the last word on each bucket."""
    told = Remembered(EventBatch.empty())
    reviser, last = Reviser(SETTING, told, BORN), {}
    events = sorted(events, key=lambda e: e.recv)
    chance = random.Random(seed)
    while events:
        n = len(events) if seed is None else chance.randrange(1, 12)
        batch = EventBatch.of(events[:n])
        told.add(batch)
        until = WINDOW.end + DAY if seed is None else int(batch["recv"].max())
        last |= {(one.machine, one.span): one.rows for one in reviser.hear(batch, until)}
        events = events[n:]
    return [change for changes in reviser.changes.values() for change in changes], last


def summary(changes: list[Change]) -> dict[tuple[str, int, int], tuple[object, ...]]:
    """What is told of each revision."""
    return {
        (c.machine, c.span.start, c.revision): (c.heard, c.at, c.events, c.first, c.reach, figured(in_words(c.before)))
        for c in changes
    }


def bucket(rows: Rows, machine: str, span: Interval) -> dict[RowKey, Row]:
    """The rows of one bucket."""
    m = SETTING.machines.index(machine)
    starts = np.concatenate([c.start for c in SETTING.cells])[rows.keys[:, 1]]
    here = (rows.keys[:, 0] == m) & (starts >= span.start) & (starts < span.end)
    return without_orders(in_words(replace(rows, keys=rows.keys[here], facts=rows.facts[here])))


def test_as_it_came_or_all_at_once_the_revisions_are_the_same() -> None:
    """And what is told last of each bucket is what a fold of everything says of it."""
    many = 0
    for seed in range(150):
        events = received(seed)
        at_once, last = revise(events, None)
        as_it_came, _ = revise(events, seed)
        assert summary(as_it_came) == summary(at_once), seed
        many += len(summary(at_once))
        whole = kpi.fold(SETTING, kpi.apply(EventBatch.of(events).sorted()), WINDOW.end)
        for (machine, span), rows in last.items():
            assert in_words(rows) == bucket(whole, machine, span), (seed, machine)
    assert many > 500


def test_what_was_known_before_is_a_fold_of_what_had_been_received_by_then() -> None:
    for seed in range(150):
        events = received(seed)
        for change in revise(events, None)[0]:
            heard = [e for e in events if e.recv <= change.known_by]
            then = kpi.fold(SETTING, kpi.apply(EventBatch.of(heard).sorted()), WINDOW.end)
            was = figured(bucket(then, change.machine, change.span))
            assert figured(in_words(change.before)) == was, (seed, change)


def state(seq: int, hour: float, code: str, delay: int = MINUTE) -> Event:
    at = START + int(hour * HOUR)
    return Event(stream=1, epoch=1, seq=seq, ts=at, recv=at + delay, type=EventType.STATE, subject="saw-1", code=code)


def changes_of(*events: Event) -> list[Change]:
    return revise(list(events), None)[0]


def test_news_within_half_an_hour_of_the_end_of_a_shift_still_belong_to_its_first_figures() -> None:
    steady = [state(0, 8, "running"), state(2, 17, "off"), state(3, 40, "running")]
    assert changes_of(*steady, state(1, 15, "down", delay=HOUR + SETTLES)) == []
    (change,) = changes_of(*steady, state(1, 15, "down", delay=HOUR + SETTLES + MOMENT))
    assert (change.machine, change.revision, change.events, change.first.seq) == ("saw-1", 2, 1, 1)
    assert change.span == Interval(START + 8 * HOUR, START + 16 * HOUR)
    assert change.at == START + 16 * HOUR + SETTLES + MOMENT
    assert change.known_by < change.at <= change.heard


def test_news_of_one_moment_are_one_revision_and_the_next_moments_another() -> None:
    steady = [state(0, 8, "running"), state(9, 40, "running")]
    one, other = changes_of(
        *steady,
        state(1, 10, "down", delay=10 * HOUR),
        state(2, 11, "running", delay=9 * HOUR - 1),
        state(3, 12, "setup", delay=9 * HOUR),
        state(4, 13, "running", delay=8 * HOUR),
    )
    assert (one.revision, one.events, one.reach) == (2, 2, Interval(START + 10 * HOUR, START + 11 * HOUR + 1))
    assert (other.revision, other.events, other.first.seq) == (3, 2, 3)
    assert in_words(other.before) != in_words(one.before)


def test_a_late_state_of_the_shift_before_changes_how_the_next_one_began() -> None:
    """No late event lies in the night shift; it is revised by the one that says in what state it began."""
    changes = changes_of(state(0, 8, "running"), state(2, 40, "idle"), state(1, 15, "down", delay=30 * HOUR))
    night = next(c for c in changes if c.span.start == START + 22 * HOUR)
    assert (night.events, night.first.seq) == (1, 1)
    assert [c.span.start for c in changes] == sorted(c.span.start for c in changes)


def test_what_a_log_is_told_in_its_first_day_revises_nothing() -> None:
    events = [replace(e, recv=WINDOW.end + DAY) for e in record(4, 80)]
    told = Remembered(EventBatch.of(events))
    reviser = Reviser(SETTING, told, WINDOW.end + DAY)
    assert any(one.revision for one in reviser.hear(told.batch, WINDOW.end))
    assert not any(reviser.changes.values())
