"""Rates of transformation for any day and town, under three definitions, and the way from one to the other."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import numpy as np

from dengta.engines.register.model import Definition, Facts, Flags, Ints, Rate, Reconciliation, Register

LEAST_LEVEL = 2
_PACE_DAYS = 365


def listed(register: Register, day: int, known: int) -> Flags:
    """(firms,) who is on the list on a day."""
    return _flags(register, register.members.holding(day, known))


def transformed(register: Register, definition: Definition, day: int, known: int) -> Flags:
    """(firms,) who counts as transformed on a day."""
    if definition is Definition.FILED:
        return _filed(register, day, known)
    on = listed(register, day, known) & _at_level(register, register.accepted, day, known)
    if definition is Definition.ACCEPTED:
        return on
    return on & _at_level(register, register.verified, day, known)


def rate(
    register: Register, day: date, definition: Definition = Definition.FILED, town: str = "", known: date | None = None
) -> Rate:
    """The rate of a day, of the city or of one town, as it is known today or was `known` at the end of another day.

    KeyError: there is no such town.
    """
    at, by = day.toordinal(), _by(known)
    inside = _in_town(register, town, at, by)
    counted = transformed(register, definition, at, by) & inside
    return Rate(definition, day, int(counted.sum()), int((listed(register, at, by) & inside).sum()))


def by_town(
    register: Register, day: date, definition: Definition = Definition.FILED, known: date | None = None
) -> dict[str, Rate]:
    """The rate of every town on a day; they sum to the city's."""
    at, by = day.toordinal(), _by(known)
    towns = _towns(register, at, by)
    places = len(register.town_codes)
    mine, all_ = transformed(register, definition, at, by), listed(register, at, by)
    counted = np.bincount(towns[mine & (towns >= 0)], minlength=places).tolist()
    listed_ = np.bincount(towns[all_ & (towns >= 0)], minlength=places).tolist()
    rows = zip(register.town_codes, counted, listed_, strict=True)
    return {code: Rate(definition, day, n, of) for code, n, of in rows}


def series(
    register: Register, days: Sequence[date], definition: Definition = Definition.FILED
) -> dict[str, list[Rate]]:
    """For every town, its rate on each of `days`."""
    found: dict[str, list[Rate]] = {code: [] for code in register.town_codes}
    for day in days:
        for code, one in by_town(register, day, definition).items():
            found[code].append(one)
    return found


def reconciled(register: Register, day: date, town: str = "", known: date | None = None) -> Reconciliation:
    """The three definitions on one day, of the city or of one town, and who makes the difference.

    KeyError: there is no such town.
    """
    at, by = day.toordinal(), _by(known)
    on, inside = listed(register, at, by), _in_town(register, town, at, by)
    filed = transformed(register, Definition.FILED, at, by) & inside
    accepted = transformed(register, Definition.ACCEPTED, at, by) & inside
    verified = transformed(register, Definition.VERIFIED, at, by) & inside
    return Reconciliation(
        int(filed.sum()),
        int((filed & ~on).sum()),
        int((filed & on & ~accepted).sum()),
        int((accepted & ~filed).sum()),
        int(accepted.sum()),
        int((accepted & ~verified).sum()),
        int(verified.sum()),
    )


def forecast(register: Register, day: date, definition: Definition = Definition.FILED, town: str = "") -> Rate:
    """The rate on 31 December of the year of `day`, if the pace of the last 365 days goes on and the list stays.

    No more firms than are on the list and not transformed yet come in.
    """
    end, now = date(day.year, 12, 31), rate(register, day, definition, town)
    before = rate(register, date.fromordinal(day.toordinal() - _PACE_DAYS), definition, town)
    pace = max(0, now.transformed - before.transformed)
    at, by = day.toordinal(), date.max.toordinal() - 1
    open_ = listed(register, at, by) & ~transformed(register, definition, at, by) & _in_town(register, town, at, by)
    more = min(int(open_.sum()), pace * (end - day).days // _PACE_DAYS)
    return Rate(definition, end, now.transformed + more, now.listed)


def _by(known: date | None) -> int:
    """The day by whose end something was known; without one, all that is known today."""
    return (date.max if known is None else known).toordinal() - (known is None)


def _flags(register: Register, facts: Facts) -> Flags:
    found = np.zeros(len(register.codes), np.bool_)
    found[facts.firm] = True
    return found


def _filed(register: Register, day: int, known: int) -> Flags:
    """Who filed by a day and was on the list on the day of filing."""
    filings = register.filed.holding(day, known)
    members = Facts(*(column[register.members.known_by(known)] for column in register.members))
    found = np.zeros(len(register.codes), np.bool_)
    if not len(members.firm):
        return found
    order = np.lexsort((members.start, members.firm))
    key = members.firm[order] * (1 << 24) + members.start[order]
    place = np.searchsorted(key, filings.firm * (1 << 24) + filings.start, side="right") - 1
    there = place >= 0
    row = order[np.maximum(place, 0)]
    there &= (members.firm[row] == filings.firm) & (filings.start < members.end[row])
    found[filings.firm[there]] = True
    return found


def _at_level(register: Register, facts: Facts, day: int, known: int) -> Flags:
    holding = facts.holding(day, known)
    found = np.zeros(len(register.codes), np.bool_)
    found[holding.firm[holding.value >= LEAST_LEVEL]] = True
    return found


def _towns(register: Register, day: int, known: int) -> Ints:
    """(firms,) the place of each firm's statistical town on a day; -1: it is nowhere yet."""
    holding = register.towns.holding(day, known)
    found = np.full(len(register.codes), -1, np.int64)
    found[holding.firm] = holding.value
    return found


def _in_town(register: Register, town: str, day: int, known: int) -> Flags:
    if not town:
        return np.ones(len(register.codes), np.bool_)
    if town not in register.town_codes:
        raise KeyError(town)
    found: Flags = _towns(register, day, known) == register.town_codes.index(town)
    return found
