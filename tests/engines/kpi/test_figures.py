"""Figures are sums of rows: whatever the dimensions, the parts are the whole; the waterfall ends with good pieces."""

from __future__ import annotations

import random
from collections import defaultdict
from fractions import Fraction
from itertools import combinations

import numpy as np
import pytest

from dengta.core.batch import EventBatch
from dengta.core.event import Event, Key
from dengta.core.intervals import Interval, clip, total
from dengta.core.reason import Refusal
from dengta.core.time import HOUR, MINUTE
from dengta.core.vocabulary import EventType, TimeElement
from dengta.engines import kpi
from dengta.engines.calendars import resolver
from dengta.engines.kpi import Column, Where
from dengta.engines.kpi.figures import DIMENSIONS
from tests.engines.kpi.recorded import MACHINES, START, TWO, WINDOW, ZONE, in_words, record, setting


class Cycles:
    """A door takes two minutes to cut; a shelf one, on saw-1 alone."""

    def planned_cycle(self, item: str, operation: str, machine: str, at: int | None = None) -> int | None:
        known = {"door": 2 * MINUTE, "shelf": MINUTE if machine == "saw-1" else None}
        return known.get(item) if operation == "cut" else None


def rows_of(seed: int, events: int = 120) -> kpi.Rows:
    """The rows of a seeded record, with planned cycles."""
    from dataclasses import replace

    return kpi.fold(replace(setting(), cycles=Cycles()), kpi.apply(EventBatch.of(record(seed, events)).sorted()))


def added(figures: list[kpi.Figure]) -> dict[str, object]:
    """The sum of what can be summed."""
    parts = [part for f in figures for part in (f.inside, f.outside)]
    sums: dict[str, object] = {c.name: sum(p.of[c] for p in parts) for c in Column if c is not Column.GRADE}
    sums |= {name: sum(getattr(p, name) for p in parts) for name in ("run", "run_good", "unplanned", "failures")}
    return sums | {loss: sum(p.delays.get(loss, 0) for p in parts) for loss in kpi.LOSSES}


@pytest.mark.parametrize("seed", range(6))
def test_parts_of_any_window_sum_to_the_whole(seed: int) -> None:
    """By every pair of dimensions, and in any choice of machines and dates."""
    rows = rows_of(seed)
    whole = added(kpi.figures(rows, ()))
    for by in [*((d,) for d in DIMENSIONS), *combinations(DIMENSIONS, 2), DIMENSIONS]:
        assert added(kpi.figures(rows, by)) == whole, by
    dates = kpi.words_of(rows, "date")
    by_date = [f for d in dates for f in kpi.figures(rows, ("machine",), Where(date=[d]))]
    assert added(by_date) == whole
    planned = [f.planned for f in kpi.figures(rows, ("machine", "date", "shift"), Where(machine=MACHINES[:2]))]
    expected = sum(f.planned or 0 for f in kpi.figures(rows, ("machine",), Where(machine=MACHINES[:2])))
    assert sum(p or 0 for p in planned) == expected


@pytest.mark.parametrize("seed", range(6))
def test_planned_time_and_planned_run_agree_with_the_rows_in_words(seed: int) -> None:
    """Planned busy time by the calendar's own resolver; planned run time piece by piece; what is inside planned time by
    cutting each cell's row against the calendar once more."""
    rows = rows_of(seed)
    planned = total(resolver(TWO, ZONE).planned(WINDOW))
    run: dict[str, int] = defaultdict(int)
    without: dict[str, int] = defaultdict(int)
    inside: dict[str, int] = defaultdict(int)
    for key, row in in_words(rows).items():
        pieces = row[Column.GOOD] + row[Column.SCRAP] + row[Column.REWORK]
        cycle = Cycles().planned_cycle(key.code, key.operation, key.machine)
        run[key.machine] += pieces * (cycle or 0)
        without[key.machine] += pieces if cycle is None else 0
        cells = rows.setting.cells_for(MACHINES.index(key.machine))
        cell = Interval(int(cells.start[key.cell]), int(cells.end[key.cell]))
        within = total(clip(resolver(TWO, ZONE).planned(WINDOW), cell)) if key.machine != "press" else 0
        assert within in (0, cell.length), "a cell lies in planned time or outside of it"
        inside[key.machine] += row[Column.APT] if within else 0
    for f in kpi.figures(rows):
        machine = f.key["machine"]
        assert f.planned == (None if machine == "press" else planned)
        assert (f.whole.run, f.whole.unplanned) == (run[machine], without[machine])
        assert f.inside.of[Column.APT] == inside[machine]
        told = f.clauses["effectiveness"]
        if without[machine]:
            assert told.value is None
        elif f.whole.of[Column.APT]:
            assert told.value == Fraction(run[machine], f.whole.of[Column.APT])


@pytest.mark.parametrize("seed", range(6))
def test_the_waterfall_falls_from_planned_time_to_good_time(seed: int) -> None:
    """What the steps took sums to planned busy time, exactly; without a plan there is no waterfall."""
    for f in kpi.figures(rows_of(seed), ("machine", "date", "shift")):
        steps = kpi.waterfall(f)
        if f.key["machine"] == "press":
            assert steps == []
            continue
        assert sum(s.took for s in steps) == f.planned
        assert steps[-1].left == 0
        assert [s.left for s in steps] == [
            (f.planned or 0) - sum(s.took for s in steps[: i + 1]) for i in range(len(steps))
        ]
        if steps[-1].name == "good":
            assert steps[-1].took == f.inside.run_good
        else:
            assert (steps[-1].name, steps[-1].reason is not None) == ("production", True)


def test_pareto_and_defects_by_hand() -> None:
    """Two jams and one nameless stop; scrap with a reason and without."""

    def told(seq: int, minutes: int, kind: EventType, code: str, reason: str = "", value: int = 0) -> Event:
        at = START + 8 * HOUR + minutes * MINUTE
        return Event(
            stream=1, epoch=1, seq=seq, ts=at, type=kind, subject="saw-1", code=code, reason=reason, value=value
        )

    state = EventType.STATE
    batch = EventBatch.of(
        [
            told(0, 0, state, "running"),
            told(1, 10, state, "minor_stop", "jam"),
            told(2, 15, state, "running"),
            told(3, 20, state, "minor_stop", "jam"),
            told(4, 40, state, "down"),
            told(5, 70, state, "running"),
            told(6, 71, EventType.SCRAP, "door", "", 2),
            told(7, 72, EventType.SCRAP, "door", "chipped", 5),
            told(8, 73, EventType.REWORK, "door", "chipped", 1),
            told(9, 74, EventType.GOOD, "door", "", 40),
        ]
    )
    rows = kpi.fold(setting(), batch)
    stops = kpi.pareto(rows)
    assert [(b.reason, b.state, b.time // MINUTE, b.times) for b in stops] == [("", "down", 30, 1), ("jam", "", 25, 2)]
    assert [(b.until_here, b.total) for b in stops] == [(30 * MINUTE, 55 * MINUTE), (55 * MINUTE, 55 * MINUTE)]
    bad = kpi.defects(rows)
    assert [(b.reason, b.pieces) for b in bad] == [("chipped", 6), ("", 2)]
    (figure,) = kpi.figures(rows, ("machine",), Where(machine=["saw-1"]))
    assert {loss: t // MINUTE for loss, t in figure.whole.delays.items() if t} == {"minor_stop": 25, "breakdown": 30}
    assert (figure.whole.failures, figure.clauses["mttr"].value) == (1, Fraction(30 * MINUTE, 2))
    spans = kpi.state_spans(batch, setting(), "saw-1", Interval(START + 8 * HOUR, START + 9 * HOUR))
    assert [(s.state, s.element, s.event) for s in spans[:2]] == [
        ("running", TimeElement.APT, Key(1, 1, 0)),
        ("minor_stop", TimeElement.ADET, Key(1, 1, 1)),
    ]
    assert sum(s.end - s.start for s in spans) == HOUR


@pytest.mark.parametrize("seed", range(4))
def test_the_reports_behind_a_figure_sum_to_its_labour_time(seed: int) -> None:
    """A click on a figure opens what it is made of."""
    batch, rows = EventBatch.of(record(seed, 120)).sorted(), rows_of(seed)
    for f in kpi.figures(rows):
        spans = kpi.work_spans(batch, f.key["machine"], WINDOW)
        for activity, column in (("run", Column.REPORTED_RUN), ("setup", Column.REPORTED_SETUP)):
            assert sum(s.end - s.start for s in spans if s.activity == activity) == f.whole.of[column]
        told = kpi.state_spans(batch, rows.setting, f.key["machine"], WINDOW)
        rest = sum(s.end - s.start for s in told if s.element is TimeElement.REST)
        if told and told[0].start == WINDOW.start:
            assert rest == f.whole.of[Column.REST]


def test_dimensions_that_are_none_are_refused() -> None:
    """All of them at once."""
    with pytest.raises(Refusal) as refused:
        kpi.figures(rows_of(0), ("mood", "weather"))
    assert [r.params["value"] for r in refused.value.reasons] == ["mood", "weather"]


def test_k15_people_are_split_among_the_machines_they_run() -> None:
    """Minute by minute on a ruler: present or at work at k machines, each gets a k-th; breaks are nobody's."""
    for seed in range(30):
        chance, told = random.Random(seed), []
        for seq in range(40):
            kind = chance.choice([EventType.LOGIN, EventType.LOGOUT, EventType.OPERATION_END])
            took = chance.randrange(1, 200) * MINUTE if kind is EventType.OPERATION_END else 0
            told.append(
                Event(
                    stream=1,
                    epoch=1,
                    seq=seq,
                    ts=START + chance.randrange(3 * 24 * 60) * MINUTE,
                    type=kind,
                    subject=chance.choice(MACHINES),
                    person=chance.choice(["ann", "bo"]),
                    value=took,
                    code="run" if took else "",
                )
            )
        found = kpi.attendance(EventBatch.of(told).sorted(), setting(), WINDOW.end).by(("machine", "code", "date"))
        sums: dict[tuple[str, str], list[Fraction]] = defaultdict(lambda: [Fraction(), Fraction()])
        for (machine, person, _), inputs in found.items():
            for i, name in enumerate(("APAT", "APWT")):
                sums[machine, person][i] += inputs[name] or 0
        truth = _on_a_ruler(told)
        assert {k: v for k, v in sums.items() if any(v)} == {k: v for k, v in truth.items() if any(v)}, seed


def _on_a_ruler(told: list[Event]) -> dict[tuple[str, str], list[Fraction]]:
    minutes = np.arange(START, WINDOW.end, MINUTE)
    rest = np.zeros(len(minutes), bool)
    for one in resolver(TWO, ZONE).occurrences(WINDOW):
        rest |= (minutes >= one.interval.start) & (minutes < one.interval.end)
        for part in one.planned:
            rest &= ~((minutes >= part.start) & (minutes < part.end))
    truth = {}
    for person in ("ann", "bo"):
        here: dict[str, np.ndarray] = {}
        work: dict[str, np.ndarray] = {}
        for machine in MACHINES:
            mine = [e for e in sorted(told, key=lambda e: (e.ts, e.seq)) if (e.subject, e.person) == (machine, person)]
            present, at_work, on = np.zeros(len(minutes), bool), np.zeros(len(minutes), bool), False
            for event, until in zip(mine, [*(e.ts for e in mine[1:]), WINDOW.end], strict=True):
                on = {EventType.LOGIN: True, EventType.LOGOUT: False}.get(event.type, on)
                if on:
                    present |= (minutes >= event.ts) & (minutes < until)
                if event.type is EventType.OPERATION_END:
                    at_work |= (minutes >= event.ts - event.value) & (minutes < event.ts)
            here[machine] = present & ~(rest if machine != "press" else np.zeros(len(minutes), bool))
            work[machine] = at_work
        for machine in MACHINES:
            shared = [
                sum(Fraction(MINUTE, int(n)) for n in sum(of.values())[of[machine]].tolist()) for of in (here, work)
            ]
            truth[machine, person] = [Fraction(s) for s in shared]
    return truth
