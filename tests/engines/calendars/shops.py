"""Calendars for tests: round-the-clock ones in any number of shifts, and windows around clock changes."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import pairwise
from zoneinfo import available_timezones

from hypothesis import strategies as st

from dengta.engines.calendars import Calendar, Hours, Name, Shift, Span

NAME = Name("a", "甲")
EVERY_DAY = tuple(range(7))
ODD_ZONES = (
    "Asia/Shanghai",
    "Europe/Berlin",
    "America/New_York",
    "Australia/Lord_Howe",  # moves by half an hour
    "Antarctica/Troll",  # by two hours
    "America/Nuuk",  # skips the hour before midnight
    "Africa/Cairo",  # skips the hour after midnight
    "Pacific/Apia",  # skipped 30 December 2011
    "Pacific/Kiritimati",  # skipped 1 January 1995
    "Asia/Kathmandu",
    "Africa/Casablanca",  # four changes a year
    "Etc/GMT+12",
)
ZONES = st.one_of(st.sampled_from(ODD_ZONES), st.sampled_from(sorted(available_timezones() - {"localtime"})))
DAYS = st.one_of(
    st.dates(date(1971, 1, 1), date(2036, 12, 1)),
    # where clocks change most, and the two skipped days
    st.builds(
        lambda y, m, d: date(y, m, 20) + timedelta(days=d),
        st.integers(1990, 2034),
        st.sampled_from([3, 9, 10]),
        st.integers(0, 15),
    ),
    st.sampled_from([date(2011, 12, 27), date(1994, 12, 29), date(1993, 8, 19)]),
)


@st.composite
def hours(draw: st.DrawFn, start: int, end: int) -> Hours:
    """Hours from `start` to `end` with up to three breaks."""
    marks = sorted(draw(st.sets(st.integers(start, end), max_size=6)))
    breaks = tuple(Span(a, b) for a, b in list(pairwise(marks))[::2])
    return Hours(Span(start, end), breaks)


@st.composite
def round_the_clock(draw: st.DrawFn) -> Calendar:
    """Shifts that tile every day of the week without a gap."""
    cuts = sorted(draw(st.sets(st.integers(0, 1439), min_size=1, max_size=4)))
    shifts = [
        Shift(f"s{i}", NAME, draw(hours(a, b)), EVERY_DAY) for i, (a, b) in enumerate(pairwise([*cuts, cuts[0] + 1440]))
    ]
    return Calendar("tiles", NAME, tuple(shifts))


@st.composite
def some_work(draw: st.DrawFn) -> Calendar:
    """As `round_the_clock`, each shift on some weekdays only."""
    whole = draw(round_the_clock())
    days = st.sets(st.sampled_from(EVERY_DAY)).map(lambda d: tuple(sorted(d)))
    return Calendar("some", NAME, tuple(Shift(s.id, s.name, s.hours, draw(days)) for s in whole.shifts))


def eight_hours(start: str, *, id_: str = "night", weekdays: tuple[int, ...] = EVERY_DAY) -> Shift:
    """An eight-hour shift from `start` without breaks."""
    hour, minute = map(int, start.split(":"))
    return Shift(id_, NAME, Hours(Span(hour * 60 + minute, hour * 60 + minute + 480)), weekdays)
