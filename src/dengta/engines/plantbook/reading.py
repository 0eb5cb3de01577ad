"""What only a plant book states: its ids, names in two languages, dates, times of day, lengths of time."""

from __future__ import annotations

import re
from datetime import date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from dengta.core import toml_reading
from dengta.core.time import SECOND, Micros, from_datetime, instant
from dengta.core.toml_reading import MOST, Register, is_number, shown
from dengta.engines.calendars import Name

_ID = re.compile(r"[a-z0-9][a-z0-9-]{0,39}")
_CLOCK = re.compile(r"([01]\d|2[0-3]):([0-5]\d)")


class Table(toml_reading.Table):
    """A table of a plant book."""

    def id(self, register: Register, key: str = "id") -> str:
        """This table's own id, new in `register`; "" where it is faulty."""
        value = self.text(key)
        if value and not _ID.fullmatch(value):
            self.fault("plant.not_id", key, value=shown(value))
            return ""
        return register.new(self, key, value)

    def name(self) -> Name:
        """The key `name` in both languages: ``{ en = "...", zh = "..." }``."""
        table = self.table("name")
        return Name(table.text("en"), table.text("zh"))

    def seconds(self, key: str, *, needed: bool = True) -> Micros | None:
        """Seconds, more than 0 and exact to the microsecond, as microseconds."""
        value = self.stated(key, needed=needed)
        if value is None:
            return None
        exact = Decimal(value) * SECOND if is_number(value) else Decimal(0)
        if not (0 < exact <= MOST and exact == exact.to_integral_value()):
            self.fault("plant.not_seconds", key, value=shown(value))
            return None
        return int(exact)

    def day(self, key: str, *, needed: bool = True) -> date | None:
        """A TOML date."""
        value = self.stated(key, needed=needed)
        if isinstance(value, date) and not isinstance(value, datetime):
            return value
        if value is not None:
            self.fault("plant.not_date", key, value=shown(value))
        return None

    def instant(self, key: str, zone: ZoneInfo, *, needed: bool = True) -> Micros | None:
        """A TOML date (its first moment in `zone`) or a TOML time with its offset."""
        value = self.stated(key, needed=needed)
        if isinstance(value, datetime) and value.tzinfo is not None:
            return from_datetime(value)
        if isinstance(value, date) and not isinstance(value, datetime):
            return instant(value, 0, zone)
        if value is not None:
            self.fault("plant.not_instant", key, value=shown(value))
        return None

    def clock(self, key: str) -> int | None:
        """A time of day as minutes after midnight."""
        value = self.stated(key)
        if match := _CLOCK.fullmatch(value) if isinstance(value, str) else None:
            return int(match[1]) * 60 + int(match[2])
        if value is not None:
            self.fault("plant.not_time", key, value=shown(value))
        return None
