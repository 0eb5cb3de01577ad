"""The words of Today in the reader's language: outlooks and shapes, where parts were seen last, times, figures."""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction
from typing import Any, NamedTuple

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from dengta.core.reason import Reason
from dengta.core.time import HOUR, Micros, to_datetime
from dengta.engines import orders
from dengta.engines.orders import Measure, Outlook, Standing, State, Waiting
from dengta.engines.plantbook import PlantBook
from dengta.web.floor.words import called, language
from dengta.words import say


class Manner(NamedTuple):
    """How an outlook is shown: its word and its shape; `look`: it needs somebody's look."""

    word: Promise
    shape: str
    look: bool


OUTLOOKS: dict[Outlook, Manner] = {
    Outlook.OVERDUE: Manner(pgettext_lazy("order", "overdue"), "overdue", True),
    Outlook.AT_RISK: Manner(pgettext_lazy("order", "at risk"), "at-risk", True),
    Outlook.SHORT: Manner(pgettext_lazy("order", "short"), "short", False),
    Outlook.IN_WORK: Manner(pgettext_lazy("order", "in work"), "in-work", False),
    Outlook.NOT_STARTED: Manner(pgettext_lazy("order", "not started"), "not-started", False),
    Outlook.UNKNOWN: Manner(pgettext_lazy("order", "unknown"), "unknown-order", False),
    Outlook.SILENT: Manner(pgettext_lazy("order", "silent"), "unknown-order", False),
    Outlook.COMPLETE: Manner(pgettext_lazy("order", "complete"), "complete", False),
}
"""In the order in which a director wants to see them."""
STATES: dict[State, Promise] = {
    State.SHIPPED: pgettext_lazy("order", "shipped"),
    State.COMPLETE: pgettext_lazy("order", "complete"),
    State.SHORT: pgettext_lazy("order", "short"),
    State.IN_WORK: pgettext_lazy("order", "in work"),
    State.NOT_STARTED: pgettext_lazy("order", "not started"),
    State.UNKNOWN: pgettext_lazy("order", "unknown"),
}
MEANINGS: dict[Outlook, Promise] = {
    Outlook.OVERDUE: gettext_lazy("past its due time and not complete"),
    Outlook.AT_RISK: gettext_lazy("its planned work, and what goes before it, does not fit into the planned time left"),
    Outlook.SHORT: gettext_lazy("some of its parts have come to where they gather, others are missing"),
    Outlook.IN_WORK: gettext_lazy("begun; no part waits for another, or all have come"),
    Outlook.NOT_STARTED: gettext_lazy("no part of it was reported yet"),
    Outlook.UNKNOWN: gettext_lazy("what was ordered or how it is made is not known"),
    Outlook.SILENT: gettext_lazy(
        "open, no due time is ahead, and nothing was told of it for two weeks: it seems given up"
    ),
    Outlook.COMPLETE: gettext_lazy("every part is through its last operation, or has left"),
}
MEASURES: dict[str, Promise] = {
    orders.EFFICIENCY: gettext_lazy("Production efficiency"),
    orders.CYCLE: gettext_lazy("Production cycle"),
    orders.CYCLE_P90: gettext_lazy("Production cycle, 90th percentile"),
    orders.ACCURACY: gettext_lazy("Order accuracy"),
}
DEFINITIONS: dict[str, Promise] = {
    orders.EFFICIENCY: gettext_lazy(
        "Pieces good at the last operation of their route on the day, per direct labour hour. Labour is attendance "
        "from login to logout less the breaks of the calendar, each person once; where nobody logged in, it is the "
        "time of the reports that name a person."
    ),
    orders.CYCLE: gettext_lazy(
        "Time from release to complete of the orders that were completed on the day: the median, and the 90th "
        "percentile by nearest rank. Nights and Sundays count."
    ),
    orders.ACCURACY: gettext_lazy(
        "Of the orders due on the day, how many were complete at their due time with exactly the pieces ordered, no "
        "more and no others."
    ),
}


def clock(at: Micros | None, book: PlantBook, near: Micros) -> str:
    """The wall clock's time of `at`; with its date when that is not the date of `near`. Unknown is a dash."""
    if at is None:
        return "–"
    there = to_datetime(at, book.zone)
    return f"{there:%H:%M}" if there.date() == to_datetime(near, book.zone).date() else f"{there:%m-%d %H:%M}"


def lacking(standing: Standing, book: PlantBook, at: Micros) -> list[str]:
    """What a begun order lacks: the parts that have not come to where they gather, or that all have come."""
    if not standing.begun:
        return []
    if standing.state is State.UNKNOWN and standing.last is not None:
        last = standing.last
        words = {"machine": called(book.machines, last.machine), "at": clock(last.ts, book, at)}
        return [_("Last report {machine}, {at}").format(**words)]
    away = standing.away
    if away:
        return [missing(one, book, at) for one in away]
    gathered = standing.gathered
    if not gathered:
        return []
    operation = called(book.operations, gathered[0].operation)
    pieces = sum(one.pieces for one in gathered)
    return [_("All parts have come; {n} wait for {operation}").format(n=pieces, operation=operation)]


def missing(one: Waiting, book: PlantBook, at: Micros) -> str:
    """Pieces that are missing, where they were seen last and what they wait for."""
    words: dict[str, Any] = {"n": one.pieces, "item": one.item, "operation": called(book.operations, one.operation)}
    if one.last is None:
        return _("{n} × {item}, not begun, waits for {operation}").format(**words)
    words |= {"machine": called(book.machines, one.last.machine), "at": clock(one.last.ts, book, at)}
    if one.last.scrapped:
        return _("{n} × {item}, scrapped at {machine}, {at}, waits for {operation} again").format(**words)
    return _("{n} × {item}, last seen {machine}, {at}, waits for {operation}").format(**words)


def because(reason: Reason | None, book: PlantBook) -> str:
    """The sentence of a reason, operations by name."""
    if reason is None:
        return ""
    params = dict(reason.params)
    if isinstance(params.get("operation"), str):
        params["operation"] = called(book.operations, str(params["operation"]))
    return _sentence(say(Reason(reason.code, (), params), language()))


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:]


def why_undefined(reason: Reason) -> str:
    """Why a measure has no value, without the word that says so."""
    said = say(Reason(reason.code, (), reason.params), language())
    head, colon, rest = said.partition("：" if "：" in said else ": ")
    return _sentence(rest if colon else head)


def value(measure: Measure) -> str:
    """A measure as people read it."""
    if measure.value is None:
        return "–"
    if measure.definition == orders.EFFICIENCY:
        return _("{value} pieces/h").format(value=decimal(measure.value))
    if measure.definition == orders.ACCURACY:
        return f"{decimal(measure.value * 100)} %"
    return _("{value} h").format(value=decimal(measure.value / HOUR))


def change(now: Measure, before: Measure) -> str:
    """How far a measure moved since the day before, with its sign; "" where one of them is unknown."""
    if now.value is None or before.value is None:
        return ""
    moved = now.value - before.value
    if now.definition == orders.ACCURACY:
        return _("{value} points").format(value=signed(moved * 100))
    return signed(moved if now.definition == orders.EFFICIENCY else moved / HOUR)


def hours(length: Micros) -> str:
    """A length of time in hours."""
    return decimal(Fraction(length, HOUR))


def decimal(number: Fraction) -> str:
    """Two decimals, thousands apart."""
    return f"{float(number):,.2f}"


def signed(number: Fraction) -> str:
    """Two decimals with a sign that reads well."""
    return f"{'+' if number >= 0 else '−'}{float(abs(number)):,.2f}"


def listed(words: Iterable[str]) -> str:
    """Words one after the other."""
    return ("、" if language() == "zh_Hans" else ", ").join(words)
