"""Whose clock? Not to be known from one file; from a second record of the same work the difference can be measured.

Reports of both records are paired by order, worker and length. How far the clocks stand apart, and whether one of them
changed on the way (summer time), tells which zones the second file can have been written in, if the first was read in
its own. The truth may lie the same distance off for both together: no duration depends on it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from zoneinfo import ZoneInfo, available_timezones

import numpy as np

from dengta.connect.spreadsheet_events import Array
from dengta.connect.spreadsheet_layout import Guess
from dengta.connect.spreadsheet_twins import NOT_SAID, Side
from dengta.core.reason import Param, Reason
from dengta.core.time import DAY, HOUR, MINUTE, Micros, to_datetime

FARTHEST: Micros = 15 * HOUR
"""No wall clock stands further from UTC."""
FEWEST = 20
"""Pairs without which nothing is said."""
WELL_KNOWN = (
    "Asia/Shanghai", "UTC", "Europe/Berlin", "Europe/London", "Europe/Athens", "America/New_York", "America/Chicago",
    "America/Los_Angeles", "Asia/Tokyo", "Asia/Kolkata",
)  # fmt: skip
_SHOWN = 4


@dataclass(frozen=True, slots=True)
class _Fit:
    """Zones whose clocks agree over the whole time, and how many rows have a pair that they explain."""

    zones: tuple[str, ...]
    rows: int
    shifts: tuple[Micros, ...]


def measure(facts: Side, walls: Side) -> Guess | None:
    """The zone of `walls`, whose times are wall clock read as if UTC; None where too few reports pair up."""
    left, right = _pairs(facts, walls)
    if len(np.unique(right)) < FEWEST:
        return None
    apart, at = walls.end[right] - facts.end[left], facts.end[left]
    fits = sorted((_fit(zones, right, apart, at) for zones in _groups(at)), key=lambda one: -one.rows)
    best = fits[0]
    rivals = [fit for fit in fits[1:] if fit.rows >= 0.995 * best.rows]
    rows, share = len(np.unique(right)), best.rows / len(np.unique(right))
    told: dict[str, Param] = {
        "rows": rows,
        "share": round(100 * share, 1),
        "hours": ", ".join(f"{shift / HOUR:+g}" for shift in best.shifts),
        "zones": len(best.zones),
    }
    code = "import.seen_zone_summer" if len(best.shifts) > 1 else "import.seen_zone"
    others = (*best.zones[1:_SHOWN], *(fit.zones[0] for fit in rivals[:2]))
    return Guess(best.zones[0], "likely" if share > 0.8 else "guess", Reason(code, params=told), others)


def _pairs(facts: Side, walls: Side) -> tuple[Array, Array]:
    """Reports of the same order, worker and length (to a minute) whose ends no two clocks could set further apart."""
    by_order: dict[int, list[int]] = defaultdict(list)
    for i, order in enumerate(facts.order.tolist()):
        by_order[order].append(i)
    members = {order: np.array(rows) for order, rows in by_order.items()}
    lefts, rights = [np.empty(0, np.int64)], [np.empty(0, np.int64)]
    for j, order in enumerate(walls.order.tolist()):
        rows = members.get(order)
        if order == NOT_SAID or rows is None:
            continue
        near = np.abs(walls.end[j] - facts.end[rows]) <= FARTHEST
        long = np.abs((walls.end[j] - walls.start[j]) - (facts.end[rows] - facts.start[rows])) <= MINUTE
        who = (facts.person[rows] == walls.person[j]) | (facts.person[rows] == NOT_SAID) | (walls.person[j] == NOT_SAID)
        kept = rows[near & long & who]
        lefts.append(kept)
        rights.append(np.full(len(kept), j))
    return np.concatenate(lefts), np.concatenate(rights)


def _groups(at: Array) -> Iterable[tuple[str, ...]]:
    """All zones, those together whose clocks agree on every day of the time; a well-known name goes first."""
    days = [to_datetime(day * DAY) for day in np.unique(at // DAY).tolist()]
    groups: dict[tuple[timedelta | None, ...], list[str]] = defaultdict(list)
    for name in sorted(
        available_timezones(), key=lambda n: (n not in WELL_KNOWN, "/" not in n, n.startswith("Etc"), n)
    ):
        zone = ZoneInfo(name)
        groups[tuple(day.astimezone(zone).utcoffset() for day in days)].append(name)
    return [
        tuple(sorted(names, key=lambda n: WELL_KNOWN.index(n) if n in WELL_KNOWN else 99)) for names in groups.values()
    ]


def _fit(zones: tuple[str, ...], right: Array, apart: Array, at: Array) -> _Fit:
    zone = ZoneInfo(zones[0])
    hours, back = np.unique(at // HOUR, return_inverse=True)
    offset = np.array([_offset(zone, hour * HOUR) for hour in hours.tolist()], np.int64)[back]
    agrees = np.abs(apart - offset) <= MINUTE
    return _Fit(zones, len(np.unique(right[agrees])), tuple(np.unique(offset[agrees]).tolist()))


def _offset(zone: ZoneInfo, at: Micros) -> Micros:
    offset = to_datetime(at).astimezone(zone).utcoffset() or timedelta()
    return offset // timedelta(microseconds=1)
