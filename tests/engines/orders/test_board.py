"""Every order's standing by two ways, in any order of arrival; the board's laws; risk and load by hand."""

from __future__ import annotations

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dengta.core.batch import EventBatch
from dengta.core.event import Event
from dengta.core.intervals import Interval
from dengta.core.time import DAY, HOUR, MINUTE, SECOND, from_iso
from dengta.core.vocabulary import EventType
from dengta.engines import kpi, orders
from dengta.engines.orders import Board, Ledger, Outlook, Standing, State, standing
from dengta.engines.orders.check import again, differences, laws
from tests.engines.orders.plant import BOOK, RUSH, START, histories, rushes, told

CYCLES = {"saw": 10 * SECOND, "edge": 20 * SECOND, "pack": 30 * SECOND}
ORDER, LINE, GOOD, SCRAP = EventType.ORDER, EventType.ORDER_LINE, EventType.GOOD, EventType.SCRAP


def ledger_of(events: list[Event]) -> Ledger:
    ledger = Ledger()
    ledger.add(kpi.apply(EventBatch.of(events).sorted()))
    return ledger


def board_of(events: list[Event], at: int) -> Board:
    return orders.board(ledger_of(events), BOOK, at)


def one(events: list[Event], at: int = 30 * HOUR) -> Standing:
    ledger = ledger_of(events)
    return standing("A", ledger.facts("A", START + at), BOOK)


@settings(max_examples=400, deadline=None)
@given(histories(), st.integers(0, 30 * HOUR))
def test_the_fold_and_the_judge_agree(events: list[Event], at: int) -> None:
    """Corrections count from when they were told, so the fold is given what was told until then."""
    ledger = ledger_of([e for e in events if e.ts <= START + at])
    judged = again(events, BOOK, START + at)
    for order, theirs in judged.items():
        ours = standing(order, ledger.facts(order, START + at), BOOK)
        assert differences(ours, theirs) == [], (order, ours, theirs)


@settings(max_examples=200, deadline=None)
@given(histories(), st.integers(0, 30 * HOUR), st.randoms(use_true_random=False))
def test_shuffled_doubled_and_late_events_make_the_same_board(
    events: list[Event], at: int, chance: random.Random
) -> None:
    whole = board_of(events, START + at)
    corrected = list(kpi.apply(EventBatch.of(events).sorted()))
    pieces = corrected + chance.sample(corrected, len(corrected) // 2)
    chance.shuffle(pieces)
    ledger = Ledger()
    cut = chance.randint(0, len(pieces))
    for part in (pieces[:cut], pieces[cut:]):
        ledger.add(EventBatch.of(part))
    assert orders.board(ledger, BOOK, START + at) == whole


@settings(max_examples=200, deadline=None)
@given(histories(), st.integers(0, 4 * DAY))
def test_the_board_keeps_its_laws_and_its_counts_sum(events: list[Event], at: int) -> None:
    board = board_of(events, START + at)
    assert laws(board) == []
    for entries in (board.due_today, board.due_tomorrow, board.undated, board.silent):
        assert sum(board.counts(entries).values()) == len(entries)


@settings(max_examples=300, deadline=None)
@given(rushes())
def test_risk_is_the_rule_as_it_is_written(events: list[Event]) -> None:
    """The rule of `outlook`, worked out again from the standings of the board."""
    at = RUSH
    board = board_of(events, START + at)
    entries = [*board.due_today, *board.due_tomorrow]
    queue = dict.fromkeys(CYCLES, 0)
    for entry in sorted(entries, key=lambda e: (e.standing.due, e.standing.released or 0, e.standing.order)):
        if entry.outlook is Outlook.COMPLETE:
            continue
        late, work = late_by(entry.standing, queue, START + at)
        if entry.reason is None or entry.outlook is Outlook.AT_RISK:
            past = entry.standing.due is not None and entry.standing.due < START + at
            assert (entry.outlook is Outlook.AT_RISK) == (late > 0 and not past), (entry, late)
        for operation, time in work.items():
            queue[operation] += time


def late_by(s: Standing, queue: dict[str, int], at: int) -> tuple[int, dict[str, int]]:
    """By how much an order does not fit at the worst of its operations, and its work at each."""
    routes = [(w.pieces, (line.route or ())[w.step :]) for line in s.lines for w in line.waiting]
    work = {o: sum(n * CYCLES[o] for n, route in routes if o in route) for o in CYCLES}
    work = {o: time for o, time in work.items() if any(o in route for _, route in routes)}
    for operation in work:
        here = sum(n * CYCLES[operation] for n, route in routes if route[0] == operation)
        since = [job.since for job in s.under_way if job.operation == operation]
        done = sum(planned(f"{operation}-1", one, at) for one in since)
        work[operation] -= max(0, min(done, here - CYCLES[operation]))
    worst = 0
    for operation, own in work.items():
        mine = [route[route.index(operation) + 1 :] for _, route in routes if operation in route]
        after = max(sum(CYCLES[o] for o in rest if o != "pack") for rest in mine)
        after += work.get("pack", 0) if operation != "pack" else 0
        shared, alone = (queue[operation], own) if operation == "pack" else (queue[operation] + own, 0)
        left = planned(f"{operation}-1", at, s.due or 0) + planned(f"{operation}-2", at, s.due or 0)
        worst = max(worst, -(-shared // 2) + alone + after - left // 2)
    return worst, work


def planned(machine: str, start: int, end: int) -> int:
    """Planned time of a machine between two instants."""
    return sum(part.length for part in BOOK.resolver(machine).planned(Interval(start, end))) if start < end else 0


def released(due: int = 10 * HOUR, door: int = 4, back: int = 0) -> list[Event]:
    lines = [
        told(i, 0, LINE, item, n, order="A") for i, (item, n) in enumerate((("door", door), ("back", back)), 1) if n
    ]
    return [told(0, 0, ORDER, value=START + due, order="A", lot="W1"), *lines]


def made(
    seq: int, at: int, machine: str, n: int, item: str = "door", kind: EventType = GOOD, order: str = "A"
) -> Event:
    return told(seq, at, kind, item, n, order=order, operation=machine.partition("-")[0], subject=machine)


def test_missing_parts_say_where_they_were_seen_last_and_what_they_wait_for() -> None:
    """Two backs are at packing; of four doors one is edged, one cut, one scrapped, one not begun."""
    s = one(
        [
            *released(back=2),
            made(10, 1 * MINUTE, "saw-1", 2, "back"),
            made(11, 2 * MINUTE, "saw-1", 2),
            made(12, 3 * MINUTE, "saw-2", 1),
            made(13, 9 * MINUTE, "edge-1", 1),
            made(14, 9 * MINUTE, "edge-2", 1, kind=SCRAP),
        ]
    )
    assert s.state is State.SHORT
    seen = [(w.item, w.pieces, w.operation, w.last and (w.last.machine, w.last.ts - START), w.gathered)
            for line in s.lines for w in line.waiting]  # fmt: skip
    assert seen == [
        ("door", 1, "pack", ("edge-1", 9 * MINUTE), True),
        ("door", 1, "edge", ("saw-2", 3 * MINUTE), False),
        ("door", 2, "saw", None, False),
        ("back", 2, "pack", ("saw-1", 1 * MINUTE), True),
    ]
    begun = one([*released(door=1), made(10, 1, "saw-1", 1), made(11, 2, "edge-2", 1, kind=SCRAP)])
    (waiting,) = begun.away
    assert waiting.last == orders.Sighting("edge-2", "edge", START + 2, scrapped=True)


def test_a_later_report_tells_of_the_earlier_operations() -> None:
    """The saw has not closed its job, but edging has: nobody edges what was not cut."""
    s = one([*released(), made(10, MINUTE, "edge-1", 3)])
    assert [(w.pieces, w.operation) for w in s.away] == [(1, "saw")]


@pytest.mark.parametrize(
    ("more", "state"),
    [
        ([], State.NOT_STARTED),
        ([("saw-1", 4)], State.IN_WORK),
        ([("edge-1", 4)], State.IN_WORK),
        ([("edge-1", 3)], State.SHORT),
        ([("edge-1", 4), ("pack-1", 2)], State.IN_WORK),
        ([("pack-1", 4)], State.COMPLETE),
        ([("pack-1", 5)], State.COMPLETE),
    ],
)
def test_states(more: list[tuple[str, int]], state: State) -> None:
    events = [*released(), *(made(10 + i, MINUTE, machine, n) for i, (machine, n) in enumerate(more))]
    assert one(events).state is state
    shipped = one([*events, told(50, 2 * HOUR, EventType.SHIPMENT, value=4, order="A")])
    assert shipped.state is State.SHIPPED
    assert one([*events, told(50, 2 * HOUR, EventType.SHIPMENT, value=3, order="A")]).state is state


def test_what_is_not_known_is_said_and_not_taken_for_zero() -> None:
    pieces_only = one([made(1, 0, "saw-1", 3)])
    assert (pieces_only.state, pieces_only.due) == (State.UNKNOWN, None)
    assert [r.code for r in pieces_only.unknown] == ["orders.not_told", "orders.no_lines"]
    no_route = one(
        [told(0, 0, ORDER, order="A"), told(1, 0, LINE, "shelf", 2, order="A"), made(2, 1, "saw-1", 2, "shelf")]
    )
    assert no_route.state is State.UNKNOWN
    assert [r.code for r in no_route.unknown] == ["orders.no_due", "orders.no_route"]
    assert no_route.lines[0].missing is None


def test_nameless_pieces_belong_to_the_only_line_and_to_none_of_several() -> None:
    assert one([*released(), made(10, 1, "pack-1", 4, "")]).state is State.COMPLETE
    several = one([*released(back=1), made(10, 1, "pack-1", 5, "")])
    assert (several.off_route, several.state) == (5, State.IN_WORK)


def test_the_last_word_about_an_order_holds_whatever_came_when() -> None:
    s = one(
        [
            *released(),
            told(8, HOUR, ORDER, value=START + DAY, order="A", lot="W2"),
            told(9, HOUR, LINE, "door", 6, order="A"),
        ]
    )
    assert (s.due, s.wave, s.released, s.ordered) == (START + DAY, "W2", START, 6)


def test_risk_is_work_that_does_not_fit_into_planned_time() -> None:
    """Edging 100 doors takes two machines 1000 s; then one machine packs them all, 3000 s. 4000 s are enough, and not a
    microsecond less."""
    need = 100 * 20 // 2 * SECOND + 100 * 30 * SECOND
    for spare, outlook in ((0, Outlook.NOT_STARTED), (-1, Outlook.AT_RISK)):
        (entry,) = board_of(released(due=need + spare, door=100), START).due_today
        assert entry.outlook is outlook
    assert entry.reason is not None
    assert (entry.reason.code, entry.reason.params["operation"]) == ("orders.at_risk", "edge")
    assert entry.reason.params["minutes"] == 1, "a part of a minute is one"


def test_what_a_job_under_way_has_done_need_not_be_done_again() -> None:
    """One machine packs four doors, 120 s, and reports them when it is done: due at 120 s it is in time all the while,
    until the last piece would have to be done in no time."""
    ready = [*released(due=HOUR), *(made(10 + i, 1, f"{op}-1", 4) for i, op in enumerate(("saw", "edge")))]
    begun = told(20, HOUR - 120 * SECOND, EventType.OPERATION_START, "run", order="A", operation="pack",
                 subject="pack-1")  # fmt: skip
    for seconds in (119, 60, 30):
        at = START + HOUR - seconds * SECOND
        assert board_of(ready, at).due_today[0].outlook is Outlook.AT_RISK, "nobody works on it, as far as is known"
        assert board_of([*ready, begun], at).due_today[0].outlook is Outlook.IN_WORK
    last = START + HOUR - 29 * SECOND
    assert board_of([*ready, begun], last).due_today[0].outlook is Outlook.AT_RISK, "one piece at least is left"
    ended = told(21, HOUR - 90 * SECOND, EventType.OPERATION_END, "run", 30 * SECOND, order="A", operation="pack",
                 subject="pack-1")  # fmt: skip
    assert board_of([*ready, begun, ended], START + HOUR - 60 * SECOND).due_today[0].outlook is Outlook.AT_RISK


def test_an_order_of_which_nothing_is_told_for_two_weeks_seems_given_up() -> None:
    """It stands apart with its reason, and nothing queues behind it; a word of it brings it back."""
    events = [*released(due=HOUR, door=100_000), made(10, MINUTE, "saw-1", 3)]
    late = START + 15 * DAY
    mine = [told(20, 15 * DAY - 1, ORDER, value=late + 4 * HOUR, order="B"),
            told(21, 15 * DAY - 1, LINE, "door", 10, order="B")]  # fmt: skip
    board = board_of([*events, *mine], late)
    (given_up,) = board.silent
    assert given_up.outlook is Outlook.SILENT
    assert given_up.reason is not None
    assert (given_up.reason.code, given_up.reason.params["days"]) == ("orders.silent", 14)
    assert [e.standing.order for e in board.due_today] == ["B"]
    assert board.due_today[0].outlook is Outlook.NOT_STARTED, "what is given up is not in the way"
    assert [x.pieces for x in board.loads] == [10]
    early = board_of([*events, *mine], START + MINUTE + 14 * DAY)
    assert (early.silent, early.due_today[0].outlook) == ((), Outlook.OVERDUE)
    again_told = board_of([*events, *mine, made(11, 15 * DAY - 1, "saw-1", 1)], late)
    assert [e.outlook for e in again_told.due_today] == [Outlook.OVERDUE, Outlook.AT_RISK]
    assert again_told.silent == ()


def test_the_break_and_the_night_are_no_time_to_work_in() -> None:
    """Ten minutes of work, due at 12:30: at 11:55 five minutes are left before the break."""
    at = from_iso("2026-06-03T11:55:00+08:00")
    events = released(due=from_iso("2026-06-03T12:30:00+08:00") - START, door=20)
    assert board_of(events, at - HOUR).due_today[0].outlook is Outlook.NOT_STARTED
    assert board_of(events, at).due_today[0].outlook is Outlook.AT_RISK


def test_what_is_due_earlier_goes_first() -> None:
    """B alone would be in time; A, due before it, keeps the edging busy."""
    mine = [told(20, 0, ORDER, value=START + 4900 * SECOND, order="B"), told(21, 0, LINE, "door", 100, order="B")]
    assert board_of(mine, START).due_today[0].outlook is Outlook.NOT_STARTED
    both = [*released(due=4500 * SECOND, door=100), *mine]
    assert [e.outlook for e in board_of(both, START).due_today] == [Outlook.NOT_STARTED, Outlook.AT_RISK]


def test_overdue_is_what_is_not_complete_past_its_due_instant() -> None:
    events = [*released(due=HOUR), made(10, MINUTE, "edge-1", 3)]
    assert board_of(events, START + HOUR).due_today[0].outlook is Outlook.AT_RISK
    assert board_of(events, START + HOUR + 1).due_today[0].outlook is Outlook.OVERDUE
    done = [*events, made(11, 2 * HOUR, "pack-1", 4)]
    assert board_of(done, START + 3 * HOUR).due_today[0].outlook is Outlook.COMPLETE
    assert board_of(events, START + DAY).due_today[0].standing.order == "A", "overdue orders stay on the board"
    assert board_of(done, START + DAY).due_today == ()


def test_the_station_that_holds_the_rest_up() -> None:
    """Three doors wait for edging (60 s), two backs for the other parts of their order: they wait for nobody here."""
    events = [*released(back=2), made(10, 1, "saw-1", 3), made(11, 1, "saw-1", 2, "back")]
    loads = board_of(events, START + HOUR).loads
    assert [(x.line, x.pieces, x.planned) for x in loads] == [
        ("edge-line", 3, 60 * SECOND),
        ("saw-line", 1, 10 * SECOND),
    ]
    packing = board_of([*events, made(12, 1, "edge-1", 4)], START + HOUR).loads
    assert [(x.line, x.pieces, x.planned) for x in packing] == [("pack-line", 6, 180 * SECOND)]
