"""Three measures of a business day. The definitions are ours, not a standard's.

O1 production efficiency: pieces good at the last operation of their route on the day, per direct labour hour. Labour is
   attendance, from login to logout less the breaks of the machine's calendar, each person once; a login without logout
   ends with its shift. Where nobody logged in, it is the time of the reports that name a person, summed.
O2 production cycle: from release to complete, of the orders that were completed on the day; the median, and the 90th
   percentile by nearest rank.
O3 order accuracy: of the orders due on the day, how many were complete at their due instant with exactly the pieces
   ordered, no more and no others. What cannot be told is left out and counted.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction

from dengta.core.intervals import Interval, clip, subtract, total, union
from dengta.core.reason import Reason
from dengta.core.time import DAY, HOUR, Micros
from dengta.core.vocabulary import EventType
from dengta.engines.orders.ledger import Ledger, Presence
from dengta.engines.orders.model import (
    AccuracyRow,
    BusinessDay,
    CycleRow,
    DayMeasures,
    LabourRow,
    Measure,
    OutputRow,
    Standing,
    State,
)
from dengta.engines.orders.standing import standing
from dengta.engines.plantbook import PlantBook

EFFICIENCY, CYCLE, CYCLE_P90, ACCURACY = (
    "production_efficiency",
    "production_cycle",
    "production_cycle_p90",
    "order_accuracy",
)
LOOKBACK: Micros = DAY
"""Logins so long before a day may still be open on it."""


def day_measures(
    ledger: Ledger, book: PlantBook, day: BusinessDay, at: Micros, standings: Mapping[str, Standing] | None = None
) -> DayMeasures:
    """The measures of `day` by what was told until `at`; `standings`: those at `at`, where somebody has them."""
    if standings is None:
        standings = {o: standing(o, f, book) for o in ledger.orders if (f := ledger.facts(o, at))}
    output, routeless = _output(ledger, book, day, at)
    labour, source = _labour(ledger.presences.values(), book, day, at)
    cycles = _cycles(standings.values(), day)
    accuracy = tuple(_accuracy(s, ledger, book, at) for s in standings.values() if _is_due(s, day))
    made, worked = sum(row.pieces for row in output), sum(row.time for row in labour)
    known = [row for row in accuracy if row.exact is not None]
    return DayMeasures(
        day=day,
        measures={
            m.definition: m
            for m in (
                _ratio(EFFICIENCY, made, worked, "orders.no_labour", HOUR, left_out=routeless),
                *_cycle_measures([row.cycle for row in cycles]),
                _ratio(
                    ACCURACY,
                    sum(row.exact is True for row in known),
                    len(known),
                    "orders.accuracy_unknown" if accuracy else "orders.none_due",
                    left_out=len(accuracy) - len(known),
                ),
            )
        },
        output=output,
        labour=labour,
        labour_from=source,
        cycles=cycles,
        accuracy=tuple(sorted(accuracy, key=lambda row: (row.due, row.order))),
    )


def _ratio(definition: str, above: int, below: int, why: str, unit: int = 1, *, left_out: int = 0) -> Measure:
    if below == 0:
        return Measure(definition, above, below, None, Reason(why, (definition,)), left_out)
    if above == 0 and left_out:
        return Measure(definition, above, below, None, Reason("orders.no_routes", (definition,)), left_out)
    return Measure(definition, above, below, Fraction(above * unit, below), None, left_out)


def _output(ledger: Ledger, book: PlantBook, day: BusinessDay, at: Micros) -> tuple[tuple[OutputRow, ...], int]:
    """Good pieces at the last operation by machine and item; and good pieces of items that have no route."""
    found: Counter[tuple[str, str]] = Counter()
    routeless = 0
    for fact in ledger.pieces(day.start, min(day.end, at)):
        route = book.routes.get(fact.code)
        if fact.type is not EventType.GOOD:
            continue
        if route is None:
            routeless += fact.value
        elif fact.operation == route[-1]:
            found[fact.subject, fact.code] += fact.value
    return tuple(OutputRow(*key, n) for key, n in sorted(found.items())), routeless


def _labour(
    presences: Iterable[Presence], book: PlantBook, day: BusinessDay, at: Micros
) -> tuple[tuple[LabourRow, ...], str]:
    told = sorted(p for p in presences if day.start - LOOKBACK <= p.place[0] <= min(at, day.end + LOOKBACK))
    if day.start >= at:
        return (), "attendance"
    window = Interval(day.start, min(day.end, at))
    present: dict[str, list[Interval]] = {}
    still_open: set[str] = set()
    for person, machine, whole, is_open in _sessions(told, book, at):
        breaks = _breaks(book, machine, whole)
        inside = list(clip(subtract([whole], breaks), window))
        if inside:
            present.setdefault(person, []).extend(inside)
            still_open |= {person} if is_open else set()
    if present:
        return tuple(
            LabourRow(p, total(union(all_)), p in still_open) for p, all_ in sorted(present.items())
        ), "attendance"
    reports: Counter[str] = Counter()
    for one in told:
        if one.type is EventType.OPERATION_END and window.start < one.place[0] <= window.end and one.value > 0:
            reports[one.person] += one.value
    return tuple(LabourRow(p, time, False) for p, time in sorted(reports.items())), "reports"


def _sessions(told: Sequence[Presence], book: PlantBook, at: Micros) -> Iterable[tuple[str, str, Interval, bool]]:
    """(person, machine, from login to logout, whether no logout was told)."""
    logged: dict[tuple[str, str], Micros] = {}

    def open_until(machine: str, since: Micros, limit: Micros) -> Micros:
        shift = book.resolver(machine).occurrence_at(since) if machine in book.machines else None
        return min(limit, shift.interval.end if shift else since + DAY)

    for one in told:
        key, ts = (one.person, one.machine), one.place[0]
        if one.type is EventType.LOGIN:
            if key in logged and (end := open_until(one.machine, logged[key], ts)) > logged[key]:
                yield *key, Interval(logged[key], end), True
            logged[key] = ts
        elif one.type is EventType.LOGOUT and (since := logged.pop(key, ts)) < ts:
            yield *key, Interval(since, ts), False
    for key, since in logged.items():
        if (end := open_until(key[1], since, at)) > since:
            yield *key, Interval(since, end), True


def _breaks(book: PlantBook, machine: str, whole: Interval) -> list[Interval]:
    if machine not in book.machines:
        return []
    shifts = book.resolver(machine).occurrences(whole)
    return [gap for one in shifts for gap in subtract([one.interval], one.planned)]


def _cycles(standings: Iterable[Standing], day: BusinessDay) -> tuple[CycleRow, ...]:
    rows = [
        CycleRow(s.order, s.released, s.completed)
        for s in standings
        if s.released is not None and s.completed is not None and day.start < s.completed <= day.end
    ]
    return tuple(sorted(rows, key=lambda row: (row.cycle, row.order)))


def _cycle_measures(cycles: Sequence[Micros]) -> tuple[Measure, Measure]:
    """Median (the mean of the two in the middle where their number is even) and 90th percentile; `cycles` is sorted."""
    n = len(cycles)
    if not n:
        nothing = Reason("orders.none_completed", (CYCLE,))
        return Measure(CYCLE, 0, 0, None, nothing), Measure(CYCLE_P90, 0, 0, None, nothing)
    middle = cycles[(n - 1) // 2] + cycles[n // 2]
    ninth = cycles[-(-9 * n // 10) - 1]
    return Measure(CYCLE, middle, 2, Fraction(middle, 2)), Measure(CYCLE_P90, ninth, 1, Fraction(ninth))


def _is_due(s: Standing, day: BusinessDay) -> bool:
    return s.due is not None and day.start < s.due <= day.end


def _accuracy(s: Standing, ledger: Ledger, book: PlantBook, at: Micros) -> AccuracyRow:
    assert s.due is not None, "only orders with a due date are due"
    then = standing(s.order, ledger.facts(s.order, min(s.due, at)), book)
    ordered = [line for line in then.lines if line.ordered]
    missing = sum(line.missing or 0 for line in ordered)
    surplus = sum(line.surplus for line in then.lines)
    unclear = then.state is not State.NOT_STARTED and (not ordered or any(line.missing is None for line in ordered))
    if at < s.due and not then.exact:
        reason: Reason | None = Reason("orders.not_due_yet", (s.order,))
        return AccuracyRow(s.order, s.due, None, then.state, missing, surplus, reason)
    if unclear:
        return AccuracyRow(s.order, s.due, None, then.state, missing, surplus, next(iter(then.unknown), None))
    return AccuracyRow(s.order, s.due, then.exact, then.state, missing, surplus, None)
