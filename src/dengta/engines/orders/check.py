"""The judges of the board: laws that every answer must keep, and each order's standing again in plain slow Python.

`laws` runs on every answer. `again` shares no code with the fold: it reads events one by one, corrections among them,
and finds what passed an operation by trying numbers, where the fold computes them. It serves tests and whoever doubts.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from dengta.core.event import Event, Key
from dengta.core.reason import Reason
from dengta.core.time import Micros
from dengta.core.vocabulary import UNCOUNTED, EventType
from dengta.engines.orders.model import SILENCE, Board, Entry, Outlook, Standing, State
from dengta.engines.plantbook import PlantBook


def laws(board: Board) -> list[Reason]:
    """Every law `board` breaks; [] when none. A broken one is our fault, never the data's."""
    entries = (*board.due_today, *board.due_tomorrow, *board.undated, *board.silent)
    names = [entry.standing.order for entry in entries]
    found = [Reason("orders.law_broken", (name,), {"law": "once"}) for name in names if names.count(name) > 1]
    for entry in entries:
        found += [Reason("orders.law_broken", (entry.standing.order,), {"law": law}) for law in _broken(entry, board)]
    for law, of in (("today", board.due_today), ("tomorrow", board.due_tomorrow)):
        low, high = (0, board.today.end) if law == "today" else (board.today.end + 1, board.tomorrow.end)
        wrong = [e.standing.order for e in of if not low <= (e.standing.due or -1) <= high]
        found += [Reason("orders.law_broken", (name,), {"law": f"due_{law}"}) for name in wrong]
    return found


def is_silent(s: Standing, at: Micros) -> bool:
    """Whether an order seems given up: open, not to be expected at an instant ahead, and long unheard of."""
    is_open = s.state not in (State.COMPLETE, State.SHIPPED)
    return is_open and (s.due is None or s.due < at) and s.heard < at - SILENCE


def _broken(entry: Entry, board: Board) -> Iterator[str]:
    s = entry.standing
    if (entry.outlook is Outlook.COMPLETE) != (s.state in (State.COMPLETE, State.SHIPPED)):
        yield "complete_is_complete"
    if (entry.outlook is Outlook.SILENT) != is_silent(s, board.at) or (entry in board.silent) != is_silent(s, board.at):
        yield "silent_is_long_unheard"
    open_and_past = s.due is not None and s.due < board.at and entry.outlook is not Outlook.COMPLETE
    if (entry.outlook is Outlook.OVERDUE) != (open_and_past and not is_silent(s, board.at)):
        yield "overdue_is_past_due"
    if entry.outlook in (Outlook.AT_RISK, Outlook.SILENT) and entry.reason is None:
        yield "risk_has_its_reason"
    for line in s.lines:
        if line.missing is not None and sum(w.pieces for w in line.waiting) != line.missing:
            yield "missing_pieces_wait_somewhere"
        if list(line.passed) != sorted(line.passed, reverse=True):
            yield "passed_never_rises"


class Again(NamedTuple):
    """One order as the judge sees it; the mappings are by item, and by (item, operation waited for)."""

    state: State
    done: dict[str, int]
    waiting: dict[tuple[str, str], int]
    last: dict[tuple[str, str], tuple[str, Micros] | None]
    completed: Micros | None
    under_way: set[tuple[str, str, Micros]]


def again(events: Iterable[Event], book: PlantBook, at: Micros) -> dict[str, Again]:
    """Every order with a route for each of its lines, by what was told until `at`; `events` in any order."""
    unique = {event.key: event for event in events}
    counted = _counted([e for e in unique.values() if e.ts <= at])
    by_order: dict[str, list[Event]] = {}
    for event in sorted(counted, key=lambda e: (e.ts, *e.key)):
        if event.order:
            by_order.setdefault(event.order, []).append(event)
    return {order: one for order, told in by_order.items() if (one := _order(told, book)) is not None}


def _counted(events: list[Event]) -> list[Event]:
    """Events less what was taken out, with values put right; a correction of a correction holds too."""
    corrections = sorted((e for e in events if e.type is EventType.CORRECTION), key=lambda e: (e.ts, *e.key))
    void: set[Key] = set()
    fixed: dict[Key, Event] = {}
    for one in reversed(corrections):
        if one.key in void or one.ref is None or one.ref in fixed:
            continue
        fixed[one.ref] = one
        if one.code == "retract":
            void.add(one.ref)
    found = []
    for event in events:
        if event.type is EventType.CORRECTION or event.flags & UNCOUNTED or event.key in void:
            continue
        put_right = fixed.get(event.key)
        fields = {name: getattr(event, name) for name in Event.__slots__}
        value, scale = (put_right.value, put_right.scale) if put_right else (event.value, event.scale)
        found.append(Event(**{**fields, "value": value * 10**scale, "scale": 0}))
    return found


def _order(told: list[Event], book: PlantBook) -> Again | None:
    lines = {e.code: e.value for e in told if e.type is EventType.ORDER_LINE}
    wanted = {item: n for item, n in lines.items() if n}
    if not wanted or any(item not in book.routes for item in wanted):
        return None
    pieces = [e for e in told if e.type in (EventType.GOOD, EventType.SCRAP)]
    if len(lines) > 1:
        pieces = [e for e in pieces if e.code]
    only = next(iter(lines))
    done, waiting, arrived, ends = {}, {}, {}, []
    last: dict[tuple[str, str], tuple[str, Micros] | None] = {}
    for item, ordered in wanted.items():
        route = book.routes[item]
        mine = [e for e in pieces if (e.code or only) == item]
        through = [_through(mine, route, k) for k in range(len(route))]
        done[item] = through[-1]
        short = max(0, ordered - through[-1])
        for k in range(len(route) - 1, -1, -1):
            here = max(0, min(short, (through[k - 1] if k else ordered) - through[k]))
            short -= here
            if here:
                waiting[item, route[k]] = here
                seen = [e for e in mine if e.value and _left_at(e, route, k)]
                if k == 0 and sum(e.value for e in mine if e.operation == route[0]) < ordered:
                    seen = []
                last[item, route[k]] = (seen[-1].subject, seen[-1].ts) if seen else None
        gathering = [k for k, o in enumerate(route) if book.operations[o].gathers] or [len(route)]
        arrived[item] = through[gathering[0] - 1] if gathering[0] else ordered
        finished = [e for e in mine if e.type is EventType.GOOD and e.operation == route[-1]]
        ends.append(
            next((e.ts for i, e in enumerate(finished) if sum(f.value for f in finished[: i + 1]) >= ordered), None)
        )
    shipped = [e.value for e in told if e.type is EventType.SHIPMENT]
    counted = any(e.value for e in told if e.type in (EventType.GOOD, EventType.SCRAP, EventType.REWORK))
    if shipped and sum(shipped) >= sum(wanted.values()):
        state = State.SHIPPED
    elif not counted:
        state = State.NOT_STARTED
    elif not waiting:
        state = State.COMPLETE
    elif any(arrived.values()) and any(arrived[item] < n for item, n in wanted.items()):
        state = State.SHORT
    else:
        state = State.IN_WORK
    completed = None if None in ends else max(e for e in ends if e is not None)
    return Again(state, done, waiting, last, completed, _under_way(told))


def _under_way(told: list[Event]) -> set[tuple[str, str, Micros]]:
    """Operation and machine of each job of which neither the end nor a new beginning was told, and since when."""
    found = set()
    for i, begun in enumerate(told):
        if begun.type is EventType.OPERATION_START:
            later = [e for e in told[i + 1 :] if (e.subject, e.operation) == (begun.subject, begun.operation)]
            if not any(e.type in (EventType.OPERATION_START, EventType.OPERATION_END) for e in later):
                pieces = [e.ts for e in later if e.type in (EventType.GOOD, EventType.SCRAP, EventType.REWORK)]
                found.add((begun.operation, begun.subject, max([begun.ts, *pieces])))
    return found


def _left_at(event: Event, route: tuple[str, ...], k: int) -> bool:
    """Whether a piece that waits for step k may have been reported by `event` last."""
    if k:
        return event.type is EventType.GOOD and event.operation == route[k - 1]
    return event.type is EventType.SCRAP and event.operation in route


def _through(pieces: list[Event], route: tuple[str, ...], k: int) -> int:
    """The least number that no report contradicts: at each step from k on so many were good and not lost later."""
    n = 0
    for step in range(k, len(route)):
        good = sum(e.value for e in pieces if e.type is EventType.GOOD and e.operation == route[step])
        lost = sum(e.value for e in pieces if e.type is EventType.SCRAP and e.operation in route[step + 1 :])
        while n < good - lost:
            n += 1
    return n


def differences(standing: Standing, judged: Again) -> list[str]:
    """The parts in which the fold and the judge disagree; [] when they agree."""
    waits = {(w.item, w.operation): w for line in standing.lines for w in line.waiting}
    pairs = {
        "state": (standing.state, judged.state),
        "done": ({line.item: line.done for line in standing.lines if line.ordered}, judged.done),
        "waiting": ({key: w.pieces for key, w in waits.items()}, judged.waiting),
        "last": ({key: (w.last.machine, w.last.ts) if w.last else None for key, w in waits.items()}, judged.last),
        "completed": (standing.completed, judged.completed),
        "under_way": (set(standing.under_way), judged.under_way),
    }
    return [part for part, (ours, theirs) in pairs.items() if ours != theirs]
