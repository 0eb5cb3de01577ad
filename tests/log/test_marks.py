"""High-water marks against a plain set of keys: any order, holes, duplicates, late filling, forgetting, storing."""

import random

from hypothesis import given, settings
from hypothesis import strategies as st

from dengta.log import spans
from dengta.log.keys import KeyRange, Runs
from dengta.log.marks import SHARD, EpochMark, Marks
from tests.log.plant import DRILL, SAW, events, run

KEYS = st.tuples(st.sampled_from([SAW, DRILL, 0]), st.integers(1, 3), st.integers(0, 30))
PARTS = st.lists(st.tuples(st.integers(0, 40), st.integers(1, 12)).map(lambda p: (p[0], p[0] + p[1])), max_size=12)


def numbers(parts):
    return {i for lo, hi in parts for i in range(lo, hi)}


@given(PARTS, PARTS)
def test_spans_are_sets(added, removed):
    held: list = []
    for lo, hi in added:
        before = numbers(held)
        assert numbers(spans.missing(held, lo, hi)) == numbers([(lo, hi)]) - before
        spans.add(held, lo, hi)
    assert numbers(held) == numbers(added)
    assert held == spans.union(added)
    for lo, hi in removed:
        spans.remove(held, lo, hi)
    assert numbers(held) == numbers(added) - numbers(removed)
    assert held == spans.union(held)


@settings(max_examples=100, deadline=None)
@given(st.lists(st.lists(KEYS, min_size=1, max_size=25), max_size=12), st.lists(KEYS, max_size=5))
def test_marks_are_a_set_of_keys(batches, forgotten):
    marks, held, shards = Marks(), set(), {}
    for i, keys in enumerate(batches):
        new = marks.admit(Runs.of(events(keys)))
        expected = []
        for key in keys:
            expected.append(key not in held)
            held.add(key)
        assert (new is None and all(expected)) or new.tolist() == expected
        if i % 3 == 1:
            marks.forget(KeyRange(s, e, q, q + 1) for s, e, q in forgotten)
            held -= set(forgotten)
        shards.update(marks.dirty())
        assert {(r.stream, r.epoch, q) for r in marks.ranges() for q in range(r.lo, r.hi)} == held
        again = Marks.load(sorted(shards.items()))
        assert sorted(again.ranges()) == sorted(marks.ranges())
    for stream in marks.streams():
        for mark in marks.stream(stream):
            here = {q for s, e, q in held if (s, e) == (stream, mark.epoch)}
            assert mark.next == next(q for q in range(99) if q not in here)
            assert numbers(mark.holes) == {q for q in range(max(here) + 1) if q not in here}


def test_many_streams_fill_several_shards():
    marks = Marks()
    streams = list(range(10, 10 + 2 * SHARD + 5))
    random.Random(1).shuffle(streams)
    assert marks.admit(Runs.of(events((s, 1, q) for s in streams for q in (0, 1)))) is None
    shards = dict(marks.dirty())
    assert sorted(shards) == [0, 1, 2]
    assert marks.admit(Runs.of(run(10, 2, 5))) is None
    assert [shard for shard, _ in marks.dirty()] == [0]
    assert Marks.load(sorted(shards.items())).stream(streams[-1]) == [EpochMark(1, 2)]
