"""Instants are integers; wall clocks are read with their zone and both clock changes."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dengta.core.reason import Refusal
from dengta.core.time import (
    DAY,
    EARLIEST,
    HOUR,
    LATEST,
    MINUTE,
    SECOND,
    from_datetime,
    from_iso,
    instant,
    local_day,
    to_datetime,
    to_iso,
)

ZONES = sorted(available_timezones())


@given(at=st.integers(EARLIEST, LATEST - DAY), zone=st.sampled_from(ZONES))
def test_an_instant_survives_its_text_in_every_zone(at: int, zone: str) -> None:
    # offsets with seconds (local mean time before 1900s reforms) also survive: isoformat writes them
    assert from_iso(to_iso(at, ZoneInfo(zone))) == at


def test_utc_is_written_with_z() -> None:
    assert to_iso(1_767_225_600_000_000) == "2026-01-01T00:00:00Z"
    assert from_iso("2026-11-23T08:00:00+08:00") == from_iso("2026-11-23T00:00:00Z")


@pytest.mark.parametrize("text", ["2026-11-23T08:00:00", "2026-11-23", "eight o'clock", ""])
def test_a_time_without_its_zone_is_refused(text: str) -> None:
    with pytest.raises(Refusal) as refused:
        from_iso(text)
    assert refused.value.reasons[0].code in {"time.naive", "time.unreadable"}


def test_a_naive_datetime_is_refused() -> None:
    with pytest.raises(Refusal):
        from_datetime(datetime(2026, 1, 1, tzinfo=UTC).replace(tzinfo=None))


def test_wall_minutes_past_midnight_belong_to_the_next_day() -> None:
    shanghai = ZoneInfo("Asia/Shanghai")
    assert instant(date(2026, 1, 1), 25 * 60, shanghai) == instant(date(2026, 1, 2), 60, shanghai)


def test_the_spring_gap_is_the_moment_of_the_change_and_a_repeated_hour_its_first_passage() -> None:
    new_york = ZoneInfo("America/New_York")
    spring, autumn = date(2012, 3, 11), date(2012, 11, 4)
    assert instant(spring, 3 * 60, new_york) - instant(spring, 60, new_york) == HOUR
    assert instant(spring, 150, new_york) == instant(spring, 180, new_york)  # 02:30 does not exist
    assert instant(autumn, 60, new_york) - instant(autumn, 0, new_york) == HOUR
    assert instant(autumn, 180, new_york) - instant(autumn, 60, new_york) == 3 * HOUR
    apia = ZoneInfo("Pacific/Apia")  # had no 30 December 2011
    assert instant(date(2011, 12, 30), 720, apia) == instant(date(2011, 12, 31), 0, apia)


@given(
    day=st.dates(date(1972, 1, 1), date(2100, 1, 1)),
    minutes=st.lists(st.integers(0, 3 * 1440), min_size=2, max_size=4),
    zone=st.sampled_from(ZONES),
)
def test_the_order_of_the_clock_face_is_the_order_of_time(day: date, minutes: list[int], zone: str) -> None:
    there = ZoneInfo(zone)
    moments = [instant(day, minute, there) for minute in sorted(minutes)]
    assert moments == sorted(moments)
    for minute, at in zip(sorted(minutes), moments, strict=True):
        wished = datetime(day.year, day.month, day.day, tzinfo=UTC) + timedelta(minutes=minute)
        shown, before = (to_datetime(t, there).replace(tzinfo=UTC) for t in (at, at - SECOND))
        assert shown >= wished > before - timedelta(days=1)
        if shown == wished:
            assert local_day(at, there) == wished.date()


def test_constants() -> None:
    assert DAY == 24 * HOUR == 1440 * MINUTE == 86_400_000_000
