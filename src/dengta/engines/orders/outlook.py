"""The board: what to expect of each order, and which line holds the rest up.

An order is at risk where the planned work at one of its operations, its own and what goes before it there, does not
fit into the planned time of that operation's machines until the order is due, less what its pieces need afterwards.
Before it go open orders that are due earlier, or at the same time and were released earlier. This says nothing of
stops to come and assumes that all machines of an operation share its work evenly; an operation that gathers works on
one order with one machine.

Exactly, for each operation o of which pieces of order s are missing, with m machines:

    work(s, o)  planned cycle times of the pieces that still have o before them, less what is done: the planned time of
                each machine that has a job of s at o under way, since the job began or its last report, as long as one
                piece of those that wait for o is left
    queue(s, o) the sum of work(r, o) of the orders r that go before s
    after(s, o) the longest way of a piece after o: its cycles, and all work(s, p) of later operations p that gather
    left(s, o)  planned time of the machines of o from now until s is due

s is at risk where ``ceil((queue + work) / m) + after > floor(left / m)``; where o gathers, ``ceil(queue / m) + work``
stands in place of the first term. An order that is past its due instant, or has none, and of which nothing was told for
`SILENCE` is silent: it seems given up, and nothing waits for it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from dengta.core.reason import Reason, refuse_if
from dengta.core.time import DAY, MINUTE, Micros
from dengta.engines.orders.check import is_silent, laws
from dengta.engines.orders.ledger import Ledger
from dengta.engines.orders.model import Board, Entry, Load, Outlook, Standing, State, Waiting
from dengta.engines.orders.plan import Plan, business_day, business_day_at, working_day
from dengta.engines.orders.standing import standing
from dengta.engines.plantbook import PlantBook

_DONE = (State.COMPLETE, State.SHIPPED)


@dataclass(slots=True)
class _Work:
    """What is left of an order: planned time at each operation, and the longest way of a piece after it."""

    at: dict[str, Micros] = field(default_factory=dict)
    after: dict[str, Micros] = field(default_factory=dict)
    unknown: Reason | None = None


def board(ledger: Ledger, book: PlantBook, at: Micros) -> Board:
    """The board at `at`. Refusal when the answer breaks a law (`check.laws`), which is our fault."""
    return board_of((standing(o, f, book) for o in ledger.orders if (f := ledger.facts(o, at))), book, at)


def board_of(standings: Iterable[Standing], book: PlantBook, at: Micros) -> Board:
    """The board of orders whose standing at `at` is known."""
    today = business_day_at(book, at)
    tomorrow = business_day(book, working_day(book, today.date, 1))
    plan = Plan(book, at)
    wanted = [s for s in standings if s.state not in _DONE or (s.due is not None and s.due > today.start)]
    silent = [s for s in wanted if is_silent(s, at)]
    entries = _entries([s for s in wanted if not is_silent(s, at)], plan)
    due = sorted((e for e in entries if e.standing.due is not None), key=_rank)
    on_board = [e for e in due if e.standing.due is not None and e.standing.due <= tomorrow.end]
    found = Board(
        at=at,
        today=today,
        tomorrow=tomorrow,
        due_today=tuple(e for e in on_board if e.standing.due is not None and e.standing.due <= today.end),
        due_tomorrow=tuple(e for e in on_board if e.standing.due is not None and e.standing.due > today.end),
        undated=tuple(sorted((e for e in entries if e.standing.due is None), key=_freshness)),
        silent=tuple(_given_up(s, at) for s in sorted(silent, key=lambda s: (-s.heard, s.order))),
        loads=_loads(on_board, plan),
    )
    refuse_if(laws(found))
    return found


def _given_up(s: Standing, at: Micros) -> Entry:
    return Entry(s, Outlook.SILENT, Reason("orders.silent", (s.order,), {"days": (at - s.heard) // DAY}))


def _rank(entry: Entry) -> tuple[Micros, Micros, str]:
    """Which order goes first: due earlier, then released earlier."""
    s = entry.standing
    return (s.due or 0, s.released or 0, s.order)


def _freshness(entry: Entry) -> tuple[Micros, str]:
    """The order of which pieces were reported last comes first."""
    last = entry.standing.last
    return (-last.ts if last else 0, entry.standing.order)


def _entries(standings: Sequence[Standing], plan: Plan) -> list[Entry]:
    """Each order with its outlook; what queues before it grows as we go down the ranks."""
    ahead: dict[str, Micros] = {}
    found: list[Entry] = []
    for s in sorted(standings, key=lambda s: (s.due is None, s.due or 0, s.released or 0, s.order)):
        if s.state in _DONE:
            found.append(Entry(s, Outlook.COMPLETE))
            continue
        work = _work(s, plan)
        found.append(_entry(s, work, ahead, plan))
        for operation, time in work.at.items():
            ahead[operation] = ahead.get(operation, 0) + time
    return found


def _entry(s: Standing, work: _Work, ahead: dict[str, Micros], plan: Plan) -> Entry:
    usual = Outlook(s.state.value)
    reason = next(iter(s.unknown), None) or work.unknown
    if s.due is not None and s.due < plan.at:
        return Entry(s, Outlook.OVERDUE, reason)
    if reason is not None or s.due is None:
        return Entry(s, usual, reason)
    late = [(_lacking(operation, s.due, work, ahead, plan), operation) for operation in work.at]
    most, operation = max(late, default=(0, ""))
    if most <= 0:
        return Entry(s, usual)
    minutes = -(-most // MINUTE)
    return Entry(s, Outlook.AT_RISK, Reason("orders.at_risk", (s.order,), {"operation": operation, "minutes": minutes}))


def _lacking(operation: str, due: Micros, work: _Work, ahead: dict[str, Micros], plan: Plan) -> Micros:
    """By how much the planned time of the operation's machines until `due` is too short; negative where it is not."""
    machines = len(plan.machines(operation))
    own, queue = work.at[operation], ahead.get(operation, 0)
    if not plan.book.operations[operation].gathers:
        own, queue = 0, queue + own
    return -(-queue // machines) + own + work.after[operation] - plan.left(operation, due) // machines


def _work(s: Standing, plan: Plan) -> _Work:
    """Planned time of the missing pieces at each operation still before them."""
    work = _Work()
    for line in s.lines:
        for waiting in line.waiting:
            _add(work, waiting, line.route or (), plan)
    for operation in work.at:
        work.at[operation] -= _done(s, operation, plan)
    for operation in work.after:
        later = {o for line in s.lines for o in _later(line.route or (), operation)}
        work.after[operation] += sum(work.at.get(o, 0) for o in later if plan.book.operations[o].gathers)
    return work


def _done(s: Standing, operation: str, plan: Plan) -> Micros:
    """What jobs under way have done of the work at `operation` and not reported: one piece of it at least is left."""
    worked = sum(plan.worked(operation, job.machine, job.since) for job in s.under_way if job.operation == operation)
    if not worked:
        return 0
    waiting = [w for line in s.lines for w in line.waiting if w.operation == operation]
    planned = [(w.pieces, plan.cycle(w.item, operation)) for w in waiting]
    known = [(pieces, cycle) for pieces, cycle in planned if not isinstance(cycle, Reason)]
    most = sum(pieces * cycle for pieces, cycle in known) - max((cycle for _, cycle in known), default=0)
    return max(0, min(worked, most))


def _later(route: tuple[str, ...], operation: str) -> tuple[str, ...]:
    return route[route.index(operation) + 1 :] if operation in route else ()


def _add(work: _Work, waiting: Waiting, route: tuple[str, ...], plan: Plan) -> None:
    after = 0
    for operation in reversed(route[waiting.step :]):
        cycle = plan.cycle(waiting.item, operation)
        if isinstance(cycle, Reason):
            work.unknown = work.unknown or cycle
            continue
        work.at[operation] = work.at.get(operation, 0) + waiting.pieces * cycle
        work.after[operation] = max(work.after.get(operation, 0), after)
        if not plan.book.operations[operation].gathers:
            after += cycle


def _loads(entries: Sequence[Entry], plan: Plan) -> tuple[Load, ...]:
    """What waits now at each line, of orders that are due: parts that only wait for others are held up elsewhere."""
    found: dict[str, list[int]] = {}
    for entry in entries:
        lines = entry.standing.lines
        whole = all(line.missing is not None and (line.arrived or 0) >= (line.ordered or 0) for line in lines)
        for w in (w for line in lines for w in line.waiting if whole or not w.gathered):
            cycle = plan.cycle(w.item, w.operation)
            load = found.setdefault(plan.line(w.operation), [0, 0, 0])
            load[0] += w.pieces
            if isinstance(cycle, Reason):
                load[2] += w.pieces
            else:
                load[1] += w.pieces * cycle
    ranked = sorted(found.items(), key=lambda one: (-one[1][1], -one[1][0], one[0]))
    return tuple(Load(line, *load) for line, load in ranked)
