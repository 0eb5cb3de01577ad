"""Reports as events, and the fingerprints by which they are known again."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from dengta.connect.spreadsheet_events import (
    Fingerprints,
    Repeats,
    as_keys,
    batch_of,
    event_prints,
    events_of,
    fingerprints,
)
from dengta.connect.spreadsheet_mapping import QUANTITIES, STATES, USUAL_STYLE
from dengta.connect.spreadsheet_rows import Report
from dengta.core.event_check import check
from dengta.core.vocabulary import ACTIVITY_ELEMENT, STATE_ELEMENT

COUNT = st.one_of(st.none(), st.integers(0, 3))
WORD = st.sampled_from(["", "A1", "A2", "调机"])


@st.composite
def reports(draw: st.DrawFn, style: str) -> list[Report]:
    """Some reports of a style, many of them alike."""
    made = []
    for row in range(draw(st.integers(1, 12))):
        end, length = draw(st.integers(1, 3)) * 10**15, 0 if style in (QUANTITIES, STATES) else draw(st.integers(0, 2))
        counts = {} if style == STATES else {role: draw(COUNT) for role in ("good", "scrap", "withheld", "rework")}
        if style == QUANTITIES:
            counts["good"] = draw(st.integers(0, 3))
        words = STATE_ELEMENT if style == STATES else ACTIVITY_ELEMENT
        activity = "" if style == QUANTITIES else draw(st.sampled_from(sorted(words)[:2]))
        texts = {role: draw(WORD) for role in ("order", "operation", "person", "reason", "item")}
        machine = draw(st.sampled_from(["saw-1", "saw-2"]))
        made.append(Report(row, machine, activity, end - length, end, length, counts, texts, [], []))
    return made


def told(report: Report, style: str) -> object:
    """All that a report's events say, with nothing but the rules of the guide."""
    words = tuple(report.texts[role] for role in ("order", "operation", "person", "reason"))
    if style == STATES:
        return (report.machine, report.activity, report.end, words)
    roles = ("good", "scrap", "withheld", "rework")
    counted = tuple(
        (role, report.counts[role]) for role in roles if report.counts[role] or (style, role) == (QUANTITIES, "good")
    )
    item = report.texts["item"] if counted else ""
    return (report.machine, report.activity, report.start, report.end, report.length, words, counted, item)


@settings(deadline=None, max_examples=150)
@given(st.sampled_from([USUAL_STYLE, QUANTITIES, STATES]).flatmap(lambda s: st.tuples(st.just(s), reports(s))))
def test_a_fingerprint_stands_for_what_the_events_say(given_: tuple[str, list[Report]]) -> None:
    """Equal where they say the same, different where they do not; every batch is legal, with as many events as said."""
    style, made = given_
    batch = batch_of(made, style, 7, 0)
    assert check(batch.replace(recv=1)) == []
    assert len(batch) == sum(events_of(report, style) for report in made)
    prints = fingerprints(batch, style, machine=True, activity=True).tolist()
    assert len(prints) == len(made)
    for i, one in enumerate(made):
        for j, other in enumerate(made):
            same = told(one, style) == told(other, style)
            assert (prints[i] == prints[j]) is same, (one, other)


@given(reports(USUAL_STYLE), st.randoms(use_true_random=False))
def test_the_order_of_a_reports_events_does_not_matter(made: list[Report], chance: object) -> None:
    """So it is known again from sealed files, where a report lies in pieces."""
    batch = batch_of(made[:1], USUAL_STYLE, 7, 0)
    order = list(range(len(batch)))
    chance.shuffle(order)  # type: ignore[attr-defined]
    whole = fingerprints(batch, USUAL_STYLE, machine=True, activity=True)
    parts = [event_prints(batch.take(np.array([at])), machine=True, activity=True) for at in order]
    with np.errstate(over="ignore"):
        assert as_keys(np.concatenate(parts).sum(axis=0, keepdims=True)).tolist() == whole.tolist()


@given(st.lists(st.lists(st.integers(0, 40), unique=True, max_size=12), max_size=12))
def test_the_set_of_fingerprints_is_a_dictionary(batches: list[list[int]]) -> None:
    """Whatever is added in whatever runs."""
    kept, expected = Fingerprints(), {}

    def keys(numbers: list[int]) -> np.ndarray:
        return np.array([f"{n:016d}".encode() for n in numbers], "S16")

    for at, batch in enumerate(batches):
        fresh = [n for n in batch if n not in expected]
        assert kept.find(keys(batch)).tolist() == [expected.get(n, -1) for n in batch]
        kept.add(keys(fresh), np.arange(len(fresh)) + 100 * at)
        expected |= {n: 100 * at + i for i, n in enumerate(fresh)}
    assert kept.find(keys(list(range(41)))).tolist() == [expected.get(n, -1) for n in range(41)]


@given(st.lists(st.lists(st.integers(0, 40), max_size=9, unique=True), max_size=12), st.sets(st.integers(0, 40)))
def test_repeats_are_told_alike_whatever_the_log_holds(batches: list[list[int]], held: set[int]) -> None:
    def keys(numbers: list[int]) -> np.ndarray:
        return np.array([f"{n:016d}".encode() for n in numbers], "S16")

    known, first = Fingerprints(), dict[int, int]()
    known.add(keys(sorted(held)), np.arange(len(held)))
    told = Repeats(known, len(held))
    for row, batch in enumerate(batches, 1):
        assert told.find(keys(batch)).tolist() == [first.get(n, -1) for n in batch]
        fresh = [n for n in batch if n not in first]
        told.add(keys(fresh), np.full(len(fresh), row))
        first |= dict.fromkeys(fresh, row)
    assert told.find(keys(list(range(41)))).tolist() == [first.get(n, -1) for n in range(41)]
