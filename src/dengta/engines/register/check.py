"""An independent judge of rates: firm by firm, with sets and loops, from the same facts."""

from __future__ import annotations

from datetime import date

from dengta.engines.register.model import FOREVER, Definition, Facts, Register


def counted(register: Register, day: date, definition: Definition) -> tuple[int, int]:
    """(transformed, listed) on a day, as everything is known today."""
    at = day.toordinal()
    members = _rows(register.members)
    on = {firm for firm, start, end, _ in members if start <= at < end}
    if definition is Definition.FILED:
        found = set()
        for firm, start, end, _ in _rows(register.filed):
            if start <= at < end and any(f == firm and s <= start < e for f, s, e, _ in _of(members, firm)):
                found.add(firm)
        return len(found), len(on)
    found = {firm for firm, start, end, level in _rows(register.accepted) if start <= at < end and level >= 2} & on
    if definition is Definition.VERIFIED:
        found &= {firm for firm, start, end, level in _rows(register.verified) if start <= at < end and level >= 2}
    return len(found), len(on)


def _rows(facts: Facts) -> list[tuple[int, int, int, int]]:
    rows = zip(*(column.tolist() for column in facts), strict=True)
    return [(firm, start, end, value) for firm, start, end, value, _, gone in rows if gone == FOREVER]


def _of(rows: list[tuple[int, int, int, int]], firm: int) -> list[tuple[int, int, int, int]]:
    return [row for row in rows if row[0] == firm]
