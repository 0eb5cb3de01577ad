"""A site's fold as it grows answers what a fresh fold of the whole log answers, digit for digit."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

import pytest

from dengta.apps.performance.business_days import day_of, span
from dengta.apps.performance.site_fold import Folded, SiteFold
from dengta.core.batch import EventBatch
from dengta.core.event import Event
from dengta.core.intervals import Interval
from dengta.core.time import DAY, HOUR, MINUTE, SECOND, Micros, from_iso
from dengta.core.vocabulary import ClockSource, EventType
from dengta.engines import kpi
from dengta.engines.plantbook import PlantBook, parse
from dengta.log import Log

BOOK = (Path(__file__).parents[3] / "examples" / "plants" / "furniture.toml").read_text("utf-8")
START = from_iso("2026-11-16T07:00:00+08:00")
MACHINES = ("saw-1", "saw-3", "edge-2", "stranger")
STATES = [
    ("running", ""),
    ("setup", "setup-tool"),
    ("starved", "waiting-material"),
    ("down", "failure-tool"),
    ("idle", ""),
]
QUESTIONS = ((), ("machine",), ("machine", "shift"), ("date",), ("reason", "code"), ("line", "operation"))


@pytest.fixture
def book() -> PlantBook:
    return parse(BOOK)


@pytest.fixture
def log(tmp_path: Path) -> Iterator[Log]:
    now = START + 30 * DAY
    opened = Log.open(tmp_path / "log", "furniture", lambda: now)
    yield opened
    opened.close()


@dataclass
class Teller:
    """A machine that tells what it did; its clock is moved by the test."""

    stream: int
    machine: str
    at: Micros
    told: list[Event] = field(default_factory=list)

    def tell(self, kind: EventType, code: str = "", value: int = 0, **more: str) -> None:
        """One event, now."""
        key = {"stream": self.stream, "epoch": 1, "seq": len(self.told)}
        said = Event(**key, ts=self.at, type=kind, subject=self.machine, code=code, value=value, **more)  # type: ignore[arg-type]
        self.told.append(said)


def week(seed: int, days: int = 6) -> list[Event]:
    """Some days of four machines: states, counters that fall, reports that overlap, pieces with and without a cycle,
    and meters, the stranger's read about once a day."""
    chance, told = random.Random(seed), []
    for number, machine in enumerate(MACHINES):
        one, count = Teller(number + 1, machine, START + chance.randrange(3600) * SECOND), chance.randrange(65_000)
        while one.at < START + days * DAY:
            state, reason = chance.choice(STATES)
            order = f"WO-{chance.randrange(40)}"
            one.tell(EventType.STATE, state, reason=reason, order=order, operation=machine.partition("-")[0])
            one.at += chance.randrange(5, 200) * MINUTE + chance.randrange(1_000_000)
            count = 0 if chance.random() < 0.05 else count + chance.randrange(30)
            one.tell(EventType.COUNTER, "pieces", count % 65_536)
            one.tell(EventType.GOOD, chance.choice(["door", "carcass", "lamp"]), chance.randrange(1, 20))
            if chance.random() < (0.02 if machine == "stranger" else 0.7):
                stands = (one.at - START) // SECOND * 2 + chance.randrange(90) if chance.random() < 0.95 else 3
                one.tell(EventType.ENERGY, "electricity", stands, unit="Wh")
            if chance.random() < 0.3:
                one.tell(EventType.SCRAP, "door", 1, reason="failure-tool")
            if chance.random() < 0.2:
                one.tell(EventType.OPERATION_END, chance.choice(["run", "setup"]), chance.randrange(1, 300) * MINUTE)
        told += one.told
    return told


def assert_fresh(log: Log, folded: Folded | None, window: Interval) -> None:
    """The figures of `window` are those of a fold that read the whole log for it, as far as it was told by then."""
    assert folded is not None
    batch = kpi.apply(log.reader.read(end=folded.until, types=[int(t) for t in kpi.FOLDED]))
    fresh = kpi.fold(kpi.setting_of(folded.book, folded.machines, window), batch)
    rows = folded.within(window)
    for by in QUESTIONS:
        assert kpi.figures(rows, by) == kpi.figures(fresh, by), by
    assert kpi.pareto(rows) == kpi.pareto(fresh)
    assert kpi.defects(rows) == kpi.defects(fresh)


def windows(folded: Folded | None) -> list[Interval]:
    """The whole, every single business date, and the last hours."""
    assert folded is not None
    first, last = (day_of(folded.book, folded.machines, at) for at in (folded.start, folded.until - 1))
    days = [first + timedelta(days=n) for n in range((last - first).days + 1)]
    found = [span(folded.book, folded.machines, day, day) for day in days]
    found.append(span(folded.book, folded.machines, first, last))
    known = Interval(folded.start, folded.until)
    return [part for part in (one.meet(known) for one in found) if part]


def append(log: Log, events: list[Event]) -> None:
    log.append(EventBatch.of(events)).result()


@pytest.mark.parametrize("seed", [1, 2])
def test_it_grows_batch_by_batch_through_sealing(log: Log, book: PlantBook, seed: int) -> None:
    fold = SiteFold(log.reader, book)
    events = sorted(week(seed), key=lambda e: (e.ts, e.stream))
    step = len(events) // 7
    for i in range(0, len(events), step):
        append(log, events[i : i + step])
        now = events[min(i + step, len(events)) - 1].ts + MINUTE
        folded = fold.catch_up(now)
        assert folded is not None
        assert folded.until == now // MINUTE * MINUTE
        if i % 2:
            log.seal(now - 3 * HOUR)
    for window in windows(folded):
        assert_fresh(log, folded, window)


def test_what_comes_late_is_folded_where_it_belongs(log: Log, book: PlantBook) -> None:
    """Within the last days, and days before; also a report that reaches back, and corrections of old and new."""
    chance = random.Random(5)
    events = sorted(week(3), key=lambda e: e.ts)
    late = set(chance.sample(range(len(events)), 60))
    append(log, [e for i, e in enumerate(events) if i not in late])
    now = events[-1].ts + MINUTE
    fold = SiteFold(log.reader, book)
    before = fold.catch_up(now)
    held = [events[i] for i in sorted(late)]
    for some in (held[-3:], held[:1], held[1:-3]):
        append(log, some)
        after = fold.catch_up(now + MINUTE)
        assert after is not before
        for window in windows(after):
            assert_fresh(log, after, window)
    for target in (events[-2], events[1]):
        fix = Event(
            stream=99, epoch=1, seq=target.ts % 1000, ts=now, type=EventType.CORRECTION, subject=target.subject,
            code="retract", ref=target.key, clock=ClockSource.PERSON,
        )  # fmt: skip
        append(log, [fix])
        corrected = fold.catch_up(now + 2 * MINUTE)
        for window in windows(corrected):
            assert_fresh(log, corrected, window)


def test_events_ahead_of_the_clock_wait_for_their_minute(log: Log, book: PlantBook) -> None:
    append(log, week(4, days=2))
    fold = SiteFold(log.reader, book)
    noon = START + 30 * HOUR
    folded = fold.catch_up(noon + 59 * SECOND)
    assert folded is not None
    assert folded.until == noon // MINUTE * MINUTE
    assert folded.last <= folded.until
    for at in (noon, noon + 2 * HOUR, noon + 5 * HOUR):
        assert_fresh(log, fold.catch_up(at), windows(fold.catch_up(at))[-1])


def test_answers_live_on_until_an_event_touches_their_window(log: Log, book: PlantBook) -> None:
    events = sorted(week(6), key=lambda e: e.ts)
    append(log, events)
    fold, now = SiteFold(log.reader, book), events[-1].ts + MINUTE
    folded = fold.catch_up(now)
    assert folded is not None
    first, last = windows(folded)[0], windows(folded)[-1]
    folded.answers[first, "question"] = "old"
    folded.answers[last, "question"] = "new"
    append(log, [Event(stream=50, epoch=1, seq=0, ts=now - HOUR, type=EventType.GOOD, subject="saw-1", value=1)])
    grown = fold.catch_up(now + MINUTE)
    assert grown is not None
    assert (first, "question") in grown.answers
    assert (last, "question") not in grown.answers


def test_an_empty_log_and_a_log_without_figures_answer_nothing(log: Log, book: PlantBook) -> None:
    fold = SiteFold(log.reader, book)
    assert fold.catch_up(START) is None
    append(
        log,
        [Event(stream=1, epoch=1, seq=0, ts=START, type=EventType.MEASUREMENT, subject="saw-1", value=1, unit="mm")],
    )
    assert fold.catch_up(START + HOUR) is None
    append(log, [Event(stream=1, epoch=1, seq=1, ts=START, type=EventType.GOOD, subject="saw-1", value=1)])
    assert fold.catch_up(START + HOUR) is not None


def test_without_a_plant_book_machines_go_by_their_own_names(log: Log) -> None:
    append(log, week(7, days=2))
    folded = SiteFold(log.reader, None).catch_up(START + 3 * DAY)
    assert folded is not None
    assert folded.machines == tuple(sorted(MACHINES))
    for window in windows(folded):
        assert_fresh(log, folded, window)


def test_a_record_ends_with_the_day_of_its_last_event(log: Log, book: PlantBook) -> None:
    events = sorted(week(8, days=2), key=lambda e: e.ts)
    append(log, events)
    fold = SiteFold(log.reader, book)
    later = events[-1].ts + 15 * 365 * DAY
    folded = fold.catch_up(later)
    assert folded is not None
    last = day_of(book, MACHINES, events[-1].ts)
    assert folded.until == span(book, MACHINES, last, last).end
    assert fold.catch_up(later + DAY) is folded
    for window in windows(folded):
        assert_fresh(log, folded, window)
    append(
        log, [Event(stream=60, epoch=1, seq=0, ts=events[-1].ts + DAY, type=EventType.GOOD, subject="saw-1", value=1)]
    )
    grown = fold.catch_up(later + DAY)
    assert grown is not None
    assert grown.until > folded.until
