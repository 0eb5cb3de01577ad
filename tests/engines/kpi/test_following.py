"""Following the log in whatever order it arrives ends where folding all of it at once does, bit for bit."""

from __future__ import annotations

import random

import numpy as np
import pytest

from dengta.core.batch import EventBatch
from dengta.core.event import Event
from dengta.core.time import HOUR
from dengta.core.vocabulary import EventType
from dengta.engines import kpi
from dengta.engines.kpi import Column, check
from tests.engines.kpi.recorded import START, WINDOW, MemoryLog, figured, in_words, record, setting

SETTING = setting()


def deliveries(seed: int, events: list[Event]) -> list[list[Event]]:
    """The record in slices: mostly in order, some shuffled, some twice, some kept back and brought in the end."""
    chance = random.Random(seed)
    order = sorted(events, key=lambda e: (e.ts, *e.key))
    way = chance.choice(["in order", "shuffled", "late", "refilled"])
    if way == "shuffled":
        chance.shuffle(order)
    elif way == "late":
        order = sorted(order, key=lambda e: e.ts + chance.choice([0, 0, 0, chance.randrange(30) * HOUR]))
    elif way == "refilled":
        lost = [e for e in order if chance.random() < 0.2]
        order = [e for e in order if e not in lost] + lost
    order = [twice for e in order for twice in ([e, e] if chance.random() < 0.1 else [e])]
    slices, at = [], 0
    while at < len(order):
        n = chance.randrange(1, 25)
        slices.append(order[at : at + n])
        at += n
    return slices


def follow(seed: int, events: list[Event]) -> tuple[kpi.Follower, MemoryLog, dict[tuple[str, int], kpi.Published]]:
    """A follower that got `events` slice by slice, and the last it published of each bucket."""
    log, chance = MemoryLog(), random.Random(seed)
    follower = kpi.Follower(SETTING, log.reread)
    last: dict[tuple[str, int], kpi.Published] = {}

    def publish() -> None:
        for one in follower.publish():
            before = last.get((one.machine, one.span.start))
            assert before is None or in_words(before.rows) != in_words(one.rows), "published, but nothing changed"
            now, was = figured(in_words(one.rows)), figured(in_words(before.rows)) if before else {}
            if before is None or before.revision == 0:
                assert one.revision == any(row[Column.GRADE] for row in now.values())
            else:
                assert one.revision == before.revision + (now != was)
            if before is not None and one.revision > max(before.revision, 1):
                assert one.before is not None
                assert figured(in_words(one.before)) == was
            last[one.machine, one.span.start] = one

    for one in deliveries(seed, events):
        log.add(one)
        follower.advance(EventBatch.of(one))
        if chance.random() < 0.3:
            publish()
    follower.close(WINDOW.end)
    publish()
    return follower, log, last


@pytest.mark.parametrize("quarter", range(4))
def test_a_thousand_ways_to_arrive_end_where_recomputation_does(quarter: int) -> None:
    """Shuffled, twice, late, dropped and refilled: the same rows, and the published buckets are those of the rows."""
    for seed in range(250 * quarter, 250 * quarter + 250):
        events = record(seed, events=40)
        follower, log, last = follow(seed, events)
        whole = kpi.fold(SETTING, kpi.apply(EventBatch.of(log.events.values()).sorted()), WINDOW.end)
        told = in_words(whole)
        assert in_words(follower.rows(WINDOW.end)) == told, seed
        if seed % 20 == 0:
            judged = {key: row for key, row in told.items() if key.code not in ("pieces", "strokes")}
            assert judged == check.again(events, SETTING, WINDOW.end), seed
            published: dict[check.RowKey, check.Row] = {}
            for one in last.values():
                published |= in_words(one.rows)
            ends = {one.span.end for one in last.values()}
            assert ends, seed
            assert all(told[key] == row for key, row in published.items()), seed


def test_a_late_event_makes_a_next_revision_of_its_bucket_alone() -> None:
    """A state that came a day late changes the shift it belongs to; the next shift begins as it did before."""

    def state(seq: int, hour: int, code: str) -> Event:
        at = START + hour * HOUR
        return Event(stream=1, epoch=1, seq=seq, ts=at, type=EventType.STATE, subject="saw-1", code=code)

    log = MemoryLog()
    follower = kpi.Follower(SETTING, log.reread)
    early = [state(0, 8, "running"), state(1, 20, "idle"), state(2, 30, "running")]
    log.add(early)
    follower.advance(EventBatch.of(early))
    follower.close(START + 48 * HOUR)
    first = {(p.machine, p.span.start): p.revision for p in follower.publish()}
    assert {m for (m, _), revision in first.items() if revision == 1} == {"saw-1"}
    assert set(first.values()) == {0, 1}, "of the other machines nothing was told"
    late = [state(3, 10, "down"), state(4, 11, "running")]
    log.add(late)
    follower.advance(EventBatch.of(late))
    (changed,) = follower.publish()
    assert (changed.machine, changed.revision, changed.span.start) == ("saw-1", 2, START + 8 * HOUR)
    assert changed.rows.values[:, kpi.Column.ADET].sum() == HOUR
    follower.advance(EventBatch.of(late))
    assert follower.publish() == [], "the same message twice is one fact"


def test_what_a_fold_knows_is_plain_integers() -> None:
    """Saved and read again, it goes on as if nothing had happened."""
    batch = kpi.apply(EventBatch.of(record(3, events=200)).sorted())
    running = kpi.Fold(SETTING)
    running.advance(batch.take(slice(0, 90)))
    *held, table = running.held
    saved = [np.frombuffer(a.tobytes(), a.dtype).reshape(a.shape).copy() for a in (*held, *table)]
    again = kpi.Fold(SETTING, dict(running.codes))
    again.held = type(running.held)(*saved[: len(held)], type(table)(*saved[len(held) :]))
    for fold in (running, again):
        fold.advance(batch.take(slice(90, len(batch))))
    assert in_words(again.rows(WINDOW.end)) == in_words(running.rows(WINDOW.end))
