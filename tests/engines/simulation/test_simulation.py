"""The run itself: cut anywhere, the same; every law kept; the events are events; the model plant is plausible."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dengta.core.batch import EventBatch
from dengta.core.canonical import lines
from dengta.core.event_check import check
from dengta.core.intervals import Interval
from dengta.core.time import DAY, HOUR, MINUTE, from_iso
from dengta.core.vocabulary import EventType, Flag
from dengta.engines import plantbook
from dengta.engines.simulation import Simulation, judge, parse, summarise, unknown_names
from dengta.engines.simulation.arrays import STATES
from dengta.engines.simulation.check import conserved
from dengta.engines.simulation.kernels_layout import CYCLE, DONE, SCRAP, STATE, TAKE
from dengta.engines.simulation.trace import Trace

EXAMPLES = Path(__file__).parents[3] / "examples" / "plants"
BOOK = plantbook.parse((EXAMPLES / "furniture.toml").read_text("utf-8"), "furniture.toml")
MODEL = parse((EXAMPLES / "furniture.sim.toml").read_text("utf-8"))
ORIGIN = from_iso("2026-06-01T00:00:00+08:00")
MACHINES = MODEL.machines


def shifts(machine, window):
    return BOOK.resolver(machine).occurrences(window)


def furniture(seed: int = 1) -> Simulation:
    return Simulation(MODEL, shifts, ORIGIN, seed)


@pytest.fixture(scope="module")
def fortnight():
    run = furniture()
    return run, run.until(ORIGIN + 14 * DAY)


@settings(max_examples=5, deadline=None)
@given(st.lists(st.integers(0, 3 * DAY), min_size=1, max_size=12), st.integers(0, 5))
def test_cut_anywhere_a_run_is_the_same_bit_for_bit(cuts: list[int], seed: int) -> None:
    run, whole = furniture(seed), furniture(seed).until(ORIGIN + 3 * DAY)
    pieces = [run.until(ORIGIN + at) for at in [*sorted(cuts), 3 * DAY]]
    parts = EventBatch.concat([p.batch("furniture") for p in pieces])
    assert lines(parts).equals(lines(whole.batch("furniture")))
    joined = Trace.concat([p.whole for p in pieces])
    for name in Trace.__dataclass_fields__:
        assert np.array_equal(getattr(joined, name), getattr(whole.whole, name))


@settings(max_examples=5, deadline=None)
@given(st.lists(st.integers(0, 10 * DAY), min_size=1, max_size=4), st.integers(0, 5))
def test_gone_on_from_a_state_it_is_the_same_bit_for_bit(cuts: list[int], seed: int) -> None:
    run, whole = furniture(seed), furniture(seed).until(ORIGIN + 11 * DAY)
    pieces = []
    for at in [*sorted(cuts), 11 * DAY]:
        state = run.state()
        run.until(ORIGIN + at + HOUR)  # a state is a copy: what its run does later is nothing to it
        run = Simulation.resumed(MODEL, shifts, ORIGIN, seed, state)
        pieces.append(run.until(ORIGIN + at))
    parts = EventBatch.concat([p.batch("furniture") for p in pieces])
    assert lines(parts).equals(lines(whole.batch("furniture")))
    assert np.array_equal(np.concatenate([p.index for p in pieces]), whole.index)


def test_a_seed_is_a_plant_of_its_own_and_always_the_same() -> None:
    one, again, other = (furniture(seed).until(ORIGIN + DAY).batch("furniture") for seed in (1, 1, 2))
    assert lines(one).equals(lines(again))
    assert not lines(one).equals(lines(other))


def test_borders_of_the_calendar_blocks_hide_nothing() -> None:
    """The kernel is fed a week at a time; stopping exactly there changes nothing."""
    run, whole = furniture(), furniture().until(ORIGIN + 8 * DAY)
    pieces = [run.until(ORIGIN + at) for at in (7 * DAY - 1, 7 * DAY, 7 * DAY + 1, 8 * DAY)]
    assert sum(map(len, pieces)) == len(whole)
    assert np.array_equal(np.concatenate([p.trace.at for p in pieces]), whole.trace.at)


def test_the_judge_finds_every_law_kept(fortnight) -> None:
    run, events = fortnight
    assert judge(MODEL, shifts, Interval(ORIGIN, run.now), run.orders, run.parts(), events.whole) == []


def spoilt(trace: Trace, **columns) -> Trace:
    return replace(trace, **columns)


def test_the_judge_sees_what_is_wrong(fortnight) -> None:
    """Each law broken by hand in a good trace is named."""
    run, events = fortnight
    t, window = events.whole, Interval(ORIGIN, run.now)
    takes = np.flatnonzero(t.kind == TAKE)
    swapped = t.machine.copy()
    swapped[takes[5]] = (swapped[takes[5]] + 7) % len(MACHINES)
    dropped = np.delete(np.arange(len(t)), takes[len(takes) // 2])
    sleepless = t.code.copy()
    sleepless[(t.kind == STATE) & (t.code == STATES.index("off"))] = STATES.index("running")
    backwards = t.at.copy()
    backwards[100] += DAY
    part = t.who.copy()
    part[takes[7]] += 1
    last = np.flatnonzero(t.kind == DONE)[-1]
    cases = {
        "orders_done_with_their_last_part": t.take(np.delete(np.arange(len(t)), last)),
        "time_runs_forward": spoilt(t, at=backwards),
        "one_part_at_a_time": t.take(dropped),
        "work_in_planned_time": spoilt(t, code=sleepless),
        "parts_follow_their_route": spoilt(t, machine=swapped),
    }
    for law, bad in cases.items():
        laws = [r.params["law"] for r in judge(MODEL, shifts, window, run.orders, run.parts(), bad)]
        assert law in laws, law
    assert judge(MODEL, shifts, window, run.orders, run.parts(), spoilt(t, who=part)) != []
    run._plant.clock[9] += 1
    assert [r.code for r in conserved(run._plant)] == ["simulation.not_conserved"]
    run._plant.clock[9] -= 1


def test_the_events_are_events(fortnight) -> None:
    _, events = fortnight
    batch = events.batch("furniture", {"saw-1": 65536})
    assert check(batch) == []
    assert set(batch["flags"]) == {int(Flag.SYNTHETIC)}
    for stream in np.unique(batch["stream"]):
        assert np.array_equal(batch["seq"][batch["stream"] == stream], np.arange((batch["stream"] == stream).sum()))
    kinds = {EventType(k) for k in np.unique(batch["type"])}
    assert kinds == set(EventType) - {EventType.GAP, EventType.CORRECTION}
    reasons = {r for r in set(batch.text("reason")) if r}
    assert reasons <= set(BOOK.reasons)
    assert {p for p in set(batch.text("person")) if p} == set(BOOK.persons), "everybody logs in"
    starts, ends = (np.count_nonzero(batch["type"] == t) for t in (EventType.OPERATION_START, EventType.OPERATION_END))
    assert 0 <= starts - ends <= len(MACHINES)


def test_pieces_agree_however_they_are_counted(fortnight) -> None:
    """Counter = good + scrap + rework on every machine, once its day is closed; a counter runs over at its modulus."""
    run, events = fortnight
    batch = events.batch("furniture", dict.fromkeys(MACHINES, 1000))
    subject, kind, value = batch.text("subject"), batch["type"], batch["value"]
    cycles = summarise(events.whole, run.orders, len(MACHINES), run.now).pieces
    for i, machine in enumerate(MACHINES):
        mine = subject == machine
        pieces = sum(int(value[mine & (kind == t)].sum()) for t in (EventType.GOOD, EventType.SCRAP, EventType.REWORK))
        assert pieces == cycles[i]
        told = value[mine & (kind == EventType.COUNTER)]
        assert told[-1] == cycles[i] % 1000
        assert told.max() < 1000


def test_an_order_that_left_was_made_line_by_line(fortnight) -> None:
    """Good less what was scrapped later is what was ordered, for each item at each operation of its route."""
    run, events = fortnight
    batch = events.batch("furniture")
    kind, value = batch["type"], batch["value"]
    order, code, operation = (batch.text(name) for name in ("order", "code", "operation"))

    def tally(wanted: EventType) -> dict[tuple[str, str, str], int]:
        rows = np.flatnonzero(kind == wanted)
        found: dict[tuple[str, str, str], int] = {}
        for key, n in zip(zip(order[rows], code[rows], operation[rows], strict=True), value[rows], strict=True):
            found[key] = found.get(key, 0) + int(n)
        return found

    good, scrap, lines = (tally(t) for t in (EventType.GOOD, EventType.SCRAP, EventType.ORDER_LINE))
    left, due = ({o: n for (o, _, _), n in tally(t).items()} for t in (EventType.SHIPMENT, EventType.ORDER))
    assert due == {o.id: o.due for o in run.orders if o.released <= run.now}
    assert len(left) > 1000
    assert {
        o: sum(n for (other, _, _), n in lines.items() if other == o) for o in list(left)[:50]
    }.items() <= left.items()
    for (name, item, _), n in lines.items():
        route = BOOK.routes[item]
        for at, step in enumerate(route):
            lost = sum(scrap.get((name, item, later), 0) for later in route[at + 1 :])
            made = good.get((name, item, step), 0) - lost
            assert made == n if name in left else made <= n, (name, item, step)


def test_running_time_of_jobs_is_the_running_time_of_states() -> None:
    """Without patience a machine says it runs exactly while it works on a job."""
    model = replace(MODEL, recording=replace(MODEL.recording, patience=0))
    run = Simulation(model, shifts, ORIGIN, 3)
    events = run.until(ORIGIN + 2 * DAY + 2 * HOUR)  # the late shift is over
    batch, end = events.batch("furniture"), run.now
    summary = summarise(events.whole, run.orders, len(MACHINES), end)
    for i, machine in enumerate(MACHINES):
        ends = (batch.text("subject") == machine) & (batch["type"] == EventType.OPERATION_END)
        assert batch["value"][ends].sum() == summary.in_state[i, STATES.index("running")]


def test_the_model_plant_is_plausible(fortnight) -> None:
    """Saws run most of their planned time, losses of every kind show, orders get done, a few of them late."""
    run, events = fortnight
    summary = summarise(events.whole, run.orders, len(MACHINES), run.now)
    share = summary.in_state / summary.planned[:, None]
    running = share[:, STATES.index("running")]
    assert all(0.55 < running[i] < 0.8 for i in range(3)), "saws"
    assert (running > 0.4).all()
    for state in ("idle", "starved", "waiting", "setup", "down", "minor_stop", "maintenance"):
        assert share[:, STATES.index(state)].max() > 0.005, state
    assert len(summary.flow) > 0.95 * summary.released
    assert 0 < summary.late < 0.1 * summary.released
    assert HOUR < summary.flow.mean() < 10 * HOUR
    assert 10_000 < len(events) / 12 < 30_000, "events a working day"
    scrap = np.count_nonzero((events.whole.kind == CYCLE) & (events.whole.code == SCRAP))
    assert 0.001 < scrap / summary.pieces.sum() < 0.01
    sizes = [len(list(group)) for group in _orders(run)]
    assert min(sizes) + 2 >= 20
    assert max(sizes) <= 140


def _orders(run: Simulation):
    for order in run._plant.order:
        yield range(int(order["first"]), int(order["end"]))


def test_the_example_names_only_what_the_book_knows() -> None:
    assert unknown_names(MODEL, BOOK) == []
    found = unknown_names(MODEL, replace(BOOK, machines={}))
    assert {r.params["name"] for r in found} == set(MACHINES)
    found = unknown_names(MODEL, replace(BOOK, routes={**BOOK.routes, "door": ("saw", "pack")}))
    assert [(r.code, r.place, r.params["stated"]) for r in found] == [
        ("simulation.other_route", ("item door",), "saw > pack")
    ]


def test_planned_cycles_of_the_book_are_near_the_simulated_ones() -> None:
    for item in MODEL.items:
        for step in item.route:
            station = MODEL.stations[step.station]
            planned = BOOK.planned_cycle(item.id, station.id, station.machines[0])
            assert planned is not None
            assert 0.8 < planned / step.run.parameters[0] < 1.2, (item.id, station.id)


def test_meters_only_rise_and_states_draw_their_power(fortnight) -> None:
    _, events = fortnight
    trace = events.trace
    batch = events.batch("furniture")
    for i in range(len(MACHINES)):
        rows = (trace.machine == i) & (batch["type"] == EventType.ENERGY)
        assert (np.diff(batch["value"][rows]) >= 0).all()
        assert (np.diff(batch["ts"][rows]) == 15 * MINUTE).all()
