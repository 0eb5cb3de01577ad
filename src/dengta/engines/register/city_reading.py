"""A city's towns and its published series as TOML, read strictly."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from fractions import Fraction
from typing import NamedTuple
from zoneinfo import ZoneInfo

from dengta.core import toml_reading
from dengta.core.reason import Reason, Refusal, refuse_if
from dengta.core.toml_reading import Register, shown
from dengta.engines.register.sample import Point, Town


class Published(NamedTuple):
    """A point of the series as it was published."""

    point: Point
    rate: Fraction
    source: str
    certainty: str


@dataclass(frozen=True, slots=True)
class CityData:
    """Towns with both names and the names they had, the series, and the zone whose days count."""

    towns: tuple[Town, ...]
    names: dict[str, tuple[str, str]]
    historic: dict[str, str]  # a name, also one of today -> code
    published: tuple[Published, ...]
    assumed: tuple[Point, ...]
    zone: ZoneInfo

    def town(self, name: str) -> str | None:
        """The code of a town by its code or any name it has or had; None where there is none."""
        return name if name in self.names else self.historic.get(name)


class _Table(toml_reading.Table):
    def day(self, key: str) -> date:
        value = self.stated(key)
        if isinstance(value, date) and not isinstance(value, datetime):
            return value
        if value is not None:
            self.fault("register.not_date", key, value=shown(value))
        return date.min


class StatedTarget(NamedTuple):
    """A target as a document states it. town: its code, "" for the city; measure: ``total`` or ``new``."""

    town: str
    year: int
    measure: str
    firms: int
    document: str
    certainty: str


MEASURES = ("total", "new")


def targets_of(text: str, city: CityData, source: str) -> tuple[StatedTarget, ...]:
    """The targets of a TOML text. Refusal with every fault."""
    top = _Table.of(text, source)
    found = tuple(
        StatedTarget(
            table.ref("town", "town", city.names, needed=False),
            table.whole("year", 2000, 2100),
            table.one_of("measure", MEASURES),
            table.whole("firms", 0),
            table.text("document"),
            table.one_of("certainty", ("F", "S", "M", "C")),
        )
        for table in top.tables("target")
    )
    top.finish()
    return found


def city_of(towns: str, series: str, source: str) -> CityData:
    """The city of two TOML texts. Refusal with every fault of both."""
    first, second = _Table.of(towns, f"{source}/towns.toml"), _Table.of(series, f"{source}/series.toml")
    first.text("source")
    first.text("certainty")
    zone = first.zone("zone")
    codes = Register()
    made, names, historic = [], {}, {}
    for table in first.tables("town", needed=True):
        code = codes.new(table, "code", table.text("code"))
        name = table.table("name")
        names[code] = (name.text("en"), name.text("zh"))
        table.one_of("kind", ("street", "town"))
        made.append(Town(code, table.whole("weight", 0), table.text("speciality")))
        for known in (*names[code], *table.texts("before", needed=False)):
            historic[known] = code
    published = tuple(_published(table) for table in second.tables("published", needed=True))
    assumed = tuple(_point(table) for table in second.tables("assumed"))
    faults: list[Reason] = []
    for table in (first, second):
        try:
            table.finish()
        except Refusal as refusal:
            faults += refusal.reasons
    refuse_if(faults)
    return CityData(tuple(made), names, historic, published, assumed, zone)


def _point(table: _Table) -> Point:
    return Point(table.day("day"), table.whole("transformed", 0), table.whole("listed", 0))


def _published(table: _Table) -> Published:
    rate = table.text("rate")
    mark = table.one_of("certainty", ("F", "S", "M", "C"))
    return Published(_point(table), Fraction(Decimal(rate or "0")), table.text("source"), mark)
