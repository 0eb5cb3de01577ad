"""Reading a TOML document strictly: every key typed, every fault kept with its place, none stops the reading.

A getter that meets a fault notes it and returns a harmless value, so that one reading finds all faults at once. A key
that nobody asked for is a fault too: a typing error in an optional key would otherwise change the plant in silence.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Collection
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from dengta.core.reason import Param, Reason, Refusal
from dengta.core.time import SECOND, Micros, from_datetime, instant
from dengta.engines.calendars import Name

MOST = 2**53
_ID = re.compile(r"[a-z0-9][a-z0-9-]{0,39}")
_CLOCK = re.compile(r"([01]\d|2[0-3]):([0-5]\d)")


def load(text: str, source: str) -> dict[str, Any]:
    """The TOML document `text`, decimals kept exact. Refusal where it is not TOML or not Unicode."""
    try:
        text.encode()
        return tomllib.loads(text, parse_float=_exact)
    except (ValueError, ArithmeticError, RecursionError) as error:  # also numbers and nesting beyond all measure
        raise Refusal(Reason("plant.broken", (source,), {"why": str(error)})) from None


def _exact(number: str) -> Decimal:
    value = Decimal(number)
    if not value.is_finite() or abs(value.adjusted()) > 15 or len(value.as_tuple().digits) > 15:
        raise ValueError(f"{number[:40]} is not a number of at most 15 digits")
    return value


class Register:
    """The ids of one namespace and where each was stated first."""

    def __init__(self) -> None:
        self.places: dict[str, tuple[str, ...]] = {}

    def __contains__(self, id_: str) -> bool:
        return id_ in self.places


class Table:
    """One table being read. `place` is where it stands, `faults` the list all tables of the document share."""

    def __init__(self, data: object, place: tuple[str, ...], faults: list[Reason]) -> None:
        self.place = place
        self.faults = faults
        self._asked: set[str] = set()
        self._data: dict[str, Any] = data if isinstance(data, dict) else {}
        if not isinstance(data, dict):
            self.fault("plant.not_table", value=_shown(data))

    def __contains__(self, key: str) -> bool:
        return key in self._data

    def fault(self, code: str, key: str = "", /, **params: Param) -> None:
        """Note a fault of this table, or of one of its keys."""
        self.faults.append(Reason(code, (*self.place, key) if key else self.place, params))

    def finish(self) -> None:
        """Note every key nobody asked for."""
        for key in self._data.keys() - self._asked:
            self.fault("plant.unknown_key", key=key, known=", ".join(sorted(self._asked)))

    def _get(self, key: str, needed: bool = True) -> Any:
        self._asked.add(key)
        if key not in self._data and needed:
            self.fault("plant.missing", key=key)
        return self._data.get(key)

    # -- texts

    def text(self, key: str, *, needed: bool = True) -> str:
        """A text that is not empty; "" where it is absent or faulty."""
        value = self._get(key, needed)
        if value is None:
            return ""
        return self._text(key, value)

    def _text(self, place: str, value: object) -> str:
        if not isinstance(value, str):
            self.fault("plant.not_text", place, value=_shown(value))
            return ""
        if not value.strip():
            self.fault("plant.empty", place)
        return value

    def texts(self, key: str, *, needed: bool = True) -> tuple[str, ...]:
        """A list of texts, none of them twice."""
        value = self._get(key, needed)
        if value is None:
            return ()
        if not isinstance(value, list):
            self.fault("plant.not_list", key, value=_shown(value))
            return ()
        found = tuple(self._text(f"{key}[{i}]", v) for i, v in enumerate(value, 1))
        for i, one in enumerate(found, 1):
            if one in found[: i - 1]:
                self.fault("plant.twice", f"{key}[{i}]", value=one, other=f"{key}[{found.index(one) + 1}]")
        return found

    def id(self, register: Register, key: str = "id") -> str:
        """This table's own id, new in `register`; "" where it is faulty."""
        value = self.text(key)
        if value and not _ID.fullmatch(value):
            self.fault("plant.not_id", key, value=value)
            return ""
        if value and value in register:
            self.fault("plant.twice", key, value=value, other=" > ".join(register.places[value]))
            return ""
        if value:
            register.places[value] = self.place
        return value

    def name(self) -> Name:
        """The key `name` in both languages: ``{ en = "...", zh = "..." }``."""
        table = self.table("name")
        found = Name(table.text("en"), table.text("zh"))
        table.finish()
        return found

    def ref(self, key: str, kind: str, known: Collection[str], *, needed: bool = True) -> str:
        """An id that must be among `known`; "" where it is absent or faulty."""
        value = self.text(key, needed=needed)
        return self._known(key, value, kind, known) if value else ""

    def refs(self, key: str, kind: str, known: Collection[str], *, needed: bool = True) -> tuple[str, ...]:
        """A list of ids that must all be among `known`."""
        values = self.texts(key, needed=needed)
        return tuple(v for i, v in enumerate(values, 1) if v and self._known(f"{key}[{i}]", v, kind, known))

    def _known(self, place: str, value: str, kind: str, known: Collection[str]) -> str:
        if value in known:
            return value
        self.fault("plant.nowhere", place, kind=kind, value=value, known=", ".join(known) or "-")
        return ""

    def one_of(self, key: str, allowed: Collection[str], *, needed: bool = True) -> str:
        """A word out of a fixed vocabulary; "" where it is absent or faulty."""
        value = self.text(key, needed=needed)
        if value and value not in allowed:
            self.fault("plant.not_one_of", key, value=value, allowed=", ".join(allowed))
            return ""
        return value

    # -- numbers and times

    def yes(self, key: str) -> bool:
        """True or false; false where absent."""
        value = self._get(key, needed=False)
        if value is not None and not isinstance(value, bool):
            self.fault("plant.not_yes_no", key, value=_shown(value))
        return value is True

    def whole(self, key: str, *, least: int) -> int | None:
        """A whole number from `least` to 2**53; None where absent or faulty."""
        value = self._get(key, needed=False)
        if value is None:
            return None
        if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= MOST:
            self.fault("plant.not_whole", key, least=least, value=_shown(value))
            return None
        return value

    def seconds(self, key: str, *, needed: bool = True) -> Micros | None:
        """Seconds, more than 0 and exact to the microsecond, as microseconds."""
        value = self._get(key, needed)
        if value is None:
            return None
        number = isinstance(value, int | Decimal) and not isinstance(value, bool)
        exact = Decimal(value) * SECOND if number else Decimal(0)
        if not (0 < exact <= MOST and exact == exact.to_integral_value()):
            self.fault("plant.not_seconds", key, value=_shown(value))
            return None
        return int(exact)

    def day(self, key: str, *, needed: bool = True) -> date | None:
        """A TOML date."""
        value = self._get(key, needed)
        if value is None or (isinstance(value, date) and not isinstance(value, datetime)):
            return value
        self.fault("plant.not_date", key, value=_shown(value))
        return None

    def instant(self, key: str, zone: ZoneInfo, *, needed: bool = True) -> Micros | None:
        """A TOML date (its first moment in `zone`) or a TOML time with its offset."""
        value = self._get(key, needed)
        if value is None:
            return None
        if isinstance(value, datetime) and value.tzinfo is not None:
            return from_datetime(value)
        if isinstance(value, date) and not isinstance(value, datetime):
            return instant(value, 0, zone)
        self.fault("plant.not_instant", key, value=_shown(value))
        return None

    def clock(self, key: str) -> int | None:
        """A time of day as minutes after midnight."""
        value = self._get(key)
        if value is None:
            return None
        match = _CLOCK.fullmatch(value) if isinstance(value, str) else None
        if match is None:
            self.fault("plant.not_time", key, value=_shown(value))
            return None
        return int(match[1]) * 60 + int(match[2])

    # -- tables in it

    def table(self, key: str) -> Table:
        """The table at `key`. Where it is absent that is the one fault: what it would have held is not missed too."""
        value = self._get(key)
        return Table({}, self.place, []) if value is None else Table(value, (*self.place, key), self.faults)

    def tables(self, key: str) -> list[Table]:
        """The list of tables at `key`, numbered from 1; none where absent."""
        value = self._get(key, needed=False)
        if value is None:
            return []
        if not isinstance(value, list):
            self.fault("plant.not_tables", key, key=key)
            return []
        return [Table(v, (*self.place, f"{key}[{i}]"), self.faults) for i, v in enumerate(value, 1)]


def _shown(value: object) -> str:
    text = {True: "true", False: "false"}[value] if isinstance(value, bool) else str(value)
    return text if len(text) <= 40 else text[:39] + "…"
