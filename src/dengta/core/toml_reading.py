"""Reading a TOML document strictly: every key typed, every fault kept with its place, none stops the reading.

A getter that meets a fault notes it and returns a harmless value, so that one reading finds all faults at once. A key
that nobody asked for is a fault too: a typing error in an optional key would otherwise change the meaning in silence.

    top = Table.of(text, "shop.toml")
    made = Shop(top.text("name"), [Saw(t.text("id"), t.whole("teeth", 1)) for t in top.tables("saw")])
    top.finish()  # Refusal with every fault of the document

What only one kind of document states (times of day, distributions) its room adds in a subclass.
"""

from __future__ import annotations

import tomllib
from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from decimal import Decimal
from types import MappingProxyType
from typing import Any, Self
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from dengta.core.reason import Param, Reason, Refusal, refuse_if

MOST = 2**53
_DIGITS, _MAGNITUDE = 17, 15  # no number that a program printed has more digits
_SHOWN = 40


def decode(data: bytes, source: str) -> str:
    """The text of a file, with or without a byte order mark. Refusal where it is not UTF-8."""
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise Refusal(Reason("toml.not_utf8", (source,))) from None


class Register:
    """The ids of one namespace and where each was stated first."""

    def __init__(self) -> None:
        self.places: dict[str, tuple[str, ...]] = {}

    def new(self, table: Table, key: str, value: str) -> str:
        """Enter the `value` of a key; "" and a fault where it was stated before."""
        if value in self.places:
            table.fault("toml.twice", key, value=shown(value), other=" > ".join(self.places[value]))
            return ""
        if value:
            self.places[value] = table.place
        return value


class Placed(dict[str, Any]):
    """A table that was not read from text and knows its own place: sheet and row of a workbook."""

    def __init__(self, place: tuple[str, ...], data: Mapping[str, Any] = MappingProxyType({})) -> None:
        super().__init__(data)
        self.place = place


class Table:
    """One table being read. `place` is where it stands, `faults` the list all tables of the document share.

    Texts and lists that are absent or faulty are empty; a number that is not as it must be is its default or least.
    """

    def __init__(self, data: dict[str, Any], place: tuple[str, ...], within: Table | None = None) -> None:
        self.data = data
        self.place = place
        self.faults: list[Reason] = [] if within is None else within.faults
        self._opened: list[Table] = [] if within is None else within._opened
        self._opened.append(self)
        self._asked: set[str] = set()

    @classmethod
    def of(cls, text: str, source: str) -> Self:
        """The whole document `text`, decimals kept exact; places begin with `source`. Refusal where it is not TOML."""
        try:
            text.encode()
            return cls(tomllib.loads(text, parse_float=_exact), (source,))
        except (ValueError, ArithmeticError, RecursionError) as error:  # also numbers and nesting beyond all measure
            raise Refusal(Reason("toml.broken", (source,), {"why": str(error)})) from None

    def finish(self) -> None:
        """The document is read. Refusal with every fault of it, among them every key nobody asked for."""
        for table in self._opened:
            for key in table:
                if key not in table._asked:
                    table.fault("toml.unknown_key", key=shown(key), known=", ".join(sorted(table._asked)) or "-")
        refuse_if(self.faults)

    def fault(self, code: str, key: str = "", /, **params: Param) -> None:
        """Note a fault of this table, or of one of its keys."""
        self.faults.append(Reason(code, (*self.place, key) if key else self.place, params))

    def __iter__(self) -> Iterator[str]:
        """The keys that are stated, known or not."""
        return iter(self.data)

    def has(self, key: str) -> bool:
        """Whether `key` is stated. Who asks knows the key."""
        self._asked.add(key)
        return key in self.data

    def stated(self, key: str, *, needed: bool = True) -> Any:
        """The value of `key` as it stands; None where it is absent, which is a fault where it is `needed`."""
        if not self.has(key) and needed:
            self.fault("toml.missing", key=key)
        return self.data.get(key)

    # -- texts

    def text(self, key: str, *, needed: bool = True, empty: bool = False) -> str:
        """A text, `empty` only where that means something."""
        value = self.stated(key, needed=needed)
        return "" if value is None else self._text(key, value, empty)

    def _text(self, place: str, value: object, empty: bool = False) -> str:
        if not isinstance(value, str):
            self.fault("toml.not_text", place, value=shown(value))
            return ""
        if not empty and not value.strip():
            self.fault("toml.empty", place)
        return value

    def entries(self, key: str, *, needed: bool = True, least: int = 0) -> list[Any]:
        """A list as it stands; `least` 1 where it must not be empty."""
        value = self.stated(key, needed=needed)
        if value is not None and not isinstance(value, list):
            self.fault("toml.not_list", key, value=shown(value))
        elif value is not None and len(value) < least:
            self.fault("toml.empty", key)
        return value if isinstance(value, list) else []

    def texts(self, key: str, *, needed: bool = True, least: int = 0) -> tuple[str, ...]:
        """A list of texts, none of them twice."""
        values = self.entries(key, needed=needed, least=least)
        found = tuple(self._text(f"{key}[{i}]", value) for i, value in enumerate(values, 1))
        first: dict[str, int] = {}
        for i, one in enumerate(found, 1):
            if one and first.setdefault(one, i) != i:
                self.fault("toml.twice", f"{key}[{i}]", value=shown(one), other=f"{key}[{first[one]}]")
        return found

    def one_of(self, key: str, allowed: Collection[str], *, needed: bool = True) -> str:
        """A word out of a fixed vocabulary."""
        value = self.text(key, needed=needed)
        if value and value not in allowed:
            self.fault("toml.not_one_of", key, value=shown(value), allowed=", ".join(allowed))
            return ""
        return value

    def ref(self, key: str, kind: str, known: Collection[str], *, needed: bool = True) -> str:
        """The id of a `kind` that must be among `known`."""
        value = self.text(key, needed=needed)
        return self._known(key, value, kind, known) if value else ""

    def refs(
        self, key: str, kind: str, known: Collection[str], *, needed: bool = True, least: int = 0
    ) -> tuple[str, ...]:
        """A list of ids that must all be among `known`, none of them twice."""
        values = self.texts(key, needed=needed, least=least)
        return tuple(v for i, v in enumerate(values, 1) if v and self._known(f"{key}[{i}]", v, kind, known))

    def _known(self, place: str, value: str, kind: str, known: Collection[str]) -> str:
        if value in known:
            return value
        self.fault("toml.nowhere", place, kind=kind, value=shown(value), known=", ".join(filter(None, known)) or "-")
        return ""

    def zone(self, key: str) -> ZoneInfo:
        """An IANA time zone; UTC where it is faulty."""
        value = self.text(key)
        try:
            return ZoneInfo(value or "UTC")
        except (ZoneInfoNotFoundError, ValueError, OSError):
            self.fault("toml.not_zone", key, value=shown(value))
            return ZoneInfo("UTC")

    # -- numbers

    def yes(self, key: str) -> bool:
        """True or false; false where absent."""
        value = self.stated(key, needed=False)
        if value is not None and not isinstance(value, bool):
            self.fault("toml.not_yes_no", key, value=shown(value))
        return value is True

    def whole(self, key: str, low: int, high: int = MOST, default: int | None = None) -> int:
        """A whole number in [low, high]; needed unless it has a default."""
        value = self.stated(key, needed=default is None)
        if isinstance(value, int) and not isinstance(value, bool) and low <= value <= high:
            return value
        if value is not None:
            self.fault("toml.not_whole", key, low=low, high=high, value=shown(value))
        return low if default is None else default

    def number(self, key: str, low: float, high: float = MOST, default: float | None = None) -> float:
        """A number in [low, high]; needed unless it has a default."""
        value = self.stated(key, needed=default is None)
        if is_number(value) and low <= value <= high:
            return float(value)
        if value is not None:
            self.fault("toml.not_number", key, low=low, high=high, value=shown(value))
        return low if default is None else default

    # -- tables in it

    def inner(self, data: object, place: str) -> Self:
        """A table that stands at `place` in this one. What it would hold is not missed where it is none."""
        where = (self.place[0], *data.place) if isinstance(data, Placed) else (*self.place, place)
        if isinstance(data, dict):
            return type(self)(data, where, self)
        self.fault("toml.not_table", place, value=shown(data))
        return type(self)({}, where)

    def table(self, key: str, *, needed: bool = True) -> Self:
        """The table at `key`. Where it is absent, what it would have held is not missed too."""
        value = self.stated(key, needed=needed)
        return type(self)({}, self.place) if value is None else self.inner(value, key)

    def tables(self, key: str, *, needed: bool = False) -> list[Self]:
        """The list of tables at `key`, each placed by its id (``saw s1``) if that is its own, else by number."""
        value = self.stated(key, needed=False)
        if value is not None and not isinstance(value, list):
            self.fault("toml.not_tables", key, key=key)
            return []
        if needed and not value:
            self.fault("toml.no_tables", key, key=key)
        ids = [_id(v) for v in value or ()]
        times = Counter(ids)
        places = [f"{key} {id_}" if id_ and times[id_] == 1 else f"{key}[{i}]" for i, id_ in enumerate(ids, 1)]
        return [self.inner(v, place) for v, place in zip(value or (), places, strict=True)]


def shown(value: object) -> str:
    """A value as a sentence shows it: as TOML writes it, cut where it is long."""
    if isinstance(value, list):
        text = f"[{', '.join(map(shown, value))}]"
    elif isinstance(value, dict):
        text = f"{{ {', '.join(f'{key} = {shown(v)}' for key, v in value.items())} }}"
    else:
        text = str(value).lower() if isinstance(value, bool) else str(value)
    return text if len(text) <= _SHOWN else text[: _SHOWN - 1] + "…"


def is_number(value: object) -> bool:
    """Whether a stated value is a number; true and false are none."""
    return isinstance(value, int | Decimal) and not isinstance(value, bool)


def _id(table: object) -> str:
    value = table.get("id") if isinstance(table, dict) else None
    return value if isinstance(value, str) and value.strip() and len(value) <= _SHOWN else ""


def _exact(number: str) -> Decimal:
    value = Decimal(number)
    if not value.is_finite() or abs(value.adjusted()) > _MAGNITUDE or len(value.as_tuple().digits) > _DIGITS:
        raise ValueError(f"{shown(number)} is not a number of at most {_DIGITS} digits from 1e-15 to 1e15")
    return value
