"""Occurrences: nothing lost, nothing twice, on the right date, through every clock change of every zone."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dengta.core.intervals import Interval, total
from dengta.core.reason import Refusal
from dengta.core.time import DAY, HOUR, MINUTE, from_iso, instant, to_iso
from dengta.engines.calendars import (
    Calendar,
    DatedException,
    Hours,
    Shift,
    Span,
    judge,
    occurrences,
    resolver,
)

from .shops import DAYS, EVERY_DAY, NAME, ZONES, eight_hours, round_the_clock, some_work


def window(day: date, days: int, zone: ZoneInfo) -> Interval:
    return Interval(instant(day, 0, zone), instant(day + timedelta(days=days), 0, zone))


@settings(max_examples=150, deadline=None)
@given(round_the_clock(), ZONES, DAYS)
def test_shifts_that_tile_the_day_tile_the_year(calendar: Calendar, key: str, day: date) -> None:
    """Each shift ends where the next begins, skipped hours and skipped days included; the parts make the whole."""
    zone = ZoneInfo(key)
    wanted = window(day, 4, zone)
    found = occurrences(calendar, zone, wanted)
    assert all(a.interval.end == b.interval.start for a, b in pairwise(found))
    assert found[0].interval.start <= wanted.start
    assert wanted.end <= found[-1].interval.end
    cut = [part for one in found if (part := one.interval.meet(wanted))]
    assert total(cut) == wanted.length


@settings(max_examples=150, deadline=None)
@given(some_work(), ZONES, DAYS, st.lists(st.integers(0, 5 * DAY), min_size=1, max_size=8))
def test_an_instant_is_in_one_occurrence_or_none(calendar: Calendar, key: str, day: date, moments: list[int]) -> None:
    zone = ZoneInfo(key)
    wanted = window(day, 5, zone)
    found = occurrences(calendar, zone, wanted)
    assert all(a.interval.end <= b.interval.start for a, b in pairwise(found))
    for at in (wanted.start + m % wanted.length for m in moments):
        here = [one for one in found if at in one.interval]
        assert len(here) <= 1
        assert resolver(calendar, zone).occurrence_at(at) == (here[0] if here else None)


@settings(max_examples=100, deadline=None)
@given(some_work(), ZONES, DAYS, st.integers(1, 4 * DAY))
def test_a_window_may_be_cut_anywhere(calendar: Calendar, key: str, day: date, cut: int) -> None:
    zone = ZoneInfo(key)
    wanted = window(day, 5, zone)
    middle = wanted.start + cut % (wanted.length - 1) + 1
    ask = resolver(calendar, zone)
    halves = [Interval(wanted.start, middle), Interval(middle, wanted.end)]
    both = {o.interval.start: o for half in halves for o in ask.occurrences(half)}
    assert list(both.values()) == ask.occurrences(wanted)
    assert total(ask.planned(wanted)) == sum(total(ask.planned(half)) for half in halves)


@settings(max_examples=150, deadline=None)
@given(ZONES, DAYS, st.integers(0, 2880), st.integers(0, 2880))
def test_the_clock_face_never_runs_backwards(key: str, day: date, one: int, other: int) -> None:
    zone = ZoneInfo(key)
    early, late = sorted((one, other))
    assert instant(day, early, zone) <= instant(day, late, zone)


@pytest.mark.parametrize(
    ("zone", "day", "hours"),
    [
        ("Europe/Berlin", date(2026, 3, 28), 7),
        ("Europe/Berlin", date(2026, 10, 24), 9),
        ("Europe/Berlin", date(2026, 7, 1), 8),
        ("Australia/Lord_Howe", date(2026, 10, 3), 7.5),
        ("Australia/Lord_Howe", date(2026, 4, 4), 8.5),
        ("Antarctica/Troll", date(2026, 3, 28), 6),
        ("Antarctica/Troll", date(2026, 10, 24), 10),
        ("Asia/Shanghai", date(2026, 3, 28), 8),
    ],
)
def test_a_night_shift_is_as_long_as_the_night_really_was(zone: str, day: date, hours: float) -> None:
    one = resolver(Calendar("c", NAME, (eight_hours("22:00"),)), ZoneInfo(zone)).on(day)[0]
    assert one.interval.length == hours * HOUR
    assert one.business_date == day


def test_a_skipped_day_leaves_what_the_clock_showed() -> None:
    """Samoa had no 30 December 2011: the nights around it share eight hours, the day shift of the 30th never was."""
    zone = ZoneInfo("Pacific/Apia")
    calendar = Calendar("c", NAME, (eight_hours("22:00"), eight_hours("08:00", id_="day")))
    ask = resolver(calendar, zone)
    night = [ask.on(date(2011, 12, d))[-1] for d in (29, 30)]
    assert [o.shift for o in ask.on(date(2011, 12, 30))] == ["night"]
    assert [o.interval.length // HOUR for o in night] == [2, 6]
    assert night[0].interval.end == night[1].interval.start


def test_a_shift_keeps_its_date_when_its_first_hour_is_skipped_over_midnight() -> None:
    """Nuuk's clock jumps from 23:00 to 24:00: the shift of 23:30 begins at 00:00 and is still the evening's."""
    zone = ZoneInfo("America/Nuuk")
    one = resolver(Calendar("c", NAME, (eight_hours("23:30"),)), zone).on(date(2024, 3, 30))[0]
    assert to_iso(one.interval.start, zone) == "2024-03-31T00:00:00-01:00"
    assert one.interval.length == 7 * HOUR + 30 * MINUTE


def test_a_break_lasts_as_long_as_stated_even_where_the_clock_jumps() -> None:
    """30 minutes of rest at 02:15: in spring they begin at the change (03:00), in autumn at the first 02:15."""
    shift = Shift("night", NAME, Hours(Span(1320, 1800), (Span(1440 + 135, 1440 + 165),)), EVERY_DAY)
    ask = resolver(Calendar("c", NAME, (shift,)), ZoneInfo("Europe/Berlin"))
    spring, autumn = ask.on(date(2026, 3, 28))[0], ask.on(date(2026, 10, 24))[0]
    assert spring.planned_time == 6.5 * HOUR
    assert spring.planned[1].start == from_iso("2026-03-29T03:30:00+02:00")
    assert autumn.planned_time == 8.5 * HOUR
    assert autumn.planned[1].start == from_iso("2026-10-25T02:45:00+02:00")


def test_exceptions_compose_over_the_base() -> None:
    """Closed days and make-up days come from the base, hours and shifts from the plant; the plant's own word wins."""
    holidays = Calendar(
        "base",
        NAME,
        exceptions=(
            DatedException(date(2026, 2, 15), date(2026, 2, 23), NAME, shifts=()),
            DatedException(date(2026, 2, 28), date(2026, 2, 28), NAME, works_as=0),
        ),
    )
    short = Hours(Span(480, 720))
    plant = Calendar(
        "plant",
        NAME,
        (eight_hours("08:00", id_="day", weekdays=(0, 1, 2, 3, 4)), eight_hours("16:00", id_="extra", weekdays=())),
        (
            DatedException(date(2026, 2, 9), date(2026, 2, 27), NAME, hours=(("day", short),)),
            DatedException(date(2026, 2, 22), date(2026, 2, 22), NAME, shifts=("extra",)),
        ),
        holidays,
    )

    def worked(day: int) -> list[tuple[str, int]]:
        return [(o.shift, o.interval.length // HOUR) for o in resolver(plant, ZoneInfo("UTC")).on(date(2026, 2, day))]

    assert worked(6) == [("day", 8)]
    assert worked(13) == [("day", 4)]  # other hours
    assert worked(16) == []  # closed, although other hours are stated
    assert worked(22) == [("extra", 8)]  # the plant's own word over the base's
    assert worked(28) == [("day", 8)]  # a Saturday worked as a Monday
    assert holidays.unplanned
    assert not plant.unplanned


def test_shifts_that_overlap_are_refused() -> None:
    calendar = Calendar("c", NAME, (eight_hours("22:00"), eight_hours("05:00", id_="early", weekdays=(0,))))
    with pytest.raises(Refusal) as refused:
        resolver(calendar, ZoneInfo("UTC"))
    assert [r.code for r in refused.value.reasons] == ["calendar.overlap"]
    assert refused.value.reasons[0].params == {"first": "night", "second": "early", "day": "mon"}


def test_an_exception_that_makes_shifts_overlap_is_refused() -> None:
    long = DatedException(date(2026, 5, 4), date(2026, 5, 4), NAME, hours=(("night", Hours(Span(1320, 1980))),))
    calendar = Calendar("c", NAME, (eight_hours("22:00"), eight_hours("08:00", id_="day")), (long,))
    with pytest.raises(Refusal) as refused:
        resolver(calendar, ZoneInfo("UTC"))
    assert refused.value.reasons[0].params["day"] == "2026-05-05"


@settings(max_examples=60, deadline=None)
@given(round_the_clock(), ZONES, DAYS, st.data())
def test_the_judge_finds_what_is_wrong(calendar: Calendar, key: str, day: date, data: st.DataObject) -> None:
    """A lost, moved, stretched, misdated or doubled occurrence does not pass."""
    zone = ZoneInfo(key)
    good = [o for n in range(3) for o in resolver(calendar, zone).on(day + timedelta(days=n))]
    last = day + timedelta(days=2)
    assert judge(calendar, zone, day, last, good) == []
    i = data.draw(st.integers(0, len(good) - 1))
    one = good[i]
    later = Interval(one.interval.start + MINUTE, one.interval.end + MINUTE)
    longer = Interval(one.interval.start, one.interval.end + MINUTE)
    shop = type(one)
    wrong = data.draw(
        st.sampled_from(
            [
                [],
                [shop(one.shift, one.business_date, later, one.planned)],
                [shop(one.shift, one.business_date, longer, one.planned)],
                [shop(one.shift, one.business_date - timedelta(days=9), one.interval, one.planned)],
                [shop("nobody", one.business_date, one.interval, one.planned)],
                [one, shop(one.shift, one.business_date + timedelta(days=9), one.interval, one.planned)],
            ]
        )
    )
    assert judge(calendar, zone, day, last, [*good[:i], *wrong, *good[i + 1 :]])


@settings(max_examples=100, deadline=None)
@given(some_work(), ZONES, DAYS)
def test_business_days_follow_each_other_and_own_their_shifts(calendar: Calendar, key: str, day: date) -> None:
    """Every instant has one business date, and a shift lies whole in that of its start."""
    ask = resolver(calendar, ZoneInfo(key))
    start, end = ask.day_start(day), ask.day_start(day + timedelta(days=1))
    assert start <= end
    assert start >= instant(day, 0, ask.zone)
    for one in ask.on(day):
        assert one.interval.end <= end
