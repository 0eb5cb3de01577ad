"""A table as it is seen: the same rows for a page, a CSV file and a workbook, numbers as numbers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from typing import NamedTuple

from dengta.core.time import HOUR, MINUTE, SECOND

Value = str | int | Fraction | date | None
"""None: unknown or undefined."""


class Kind(StrEnum):
    """What a column holds, which says how it is written."""

    TEXT = "text"
    COUNT = "count"  # whole number
    MINUTES = "minutes"  # microseconds inside, minutes outside
    TENTHS = "tenths"  # the same, short enough that people want a tenth of a minute
    SECONDS = "seconds"  # microseconds inside, seconds outside
    HOURS = "hours"  # microseconds inside, hours outside
    KWH = "kwh"  # mWh inside, kWh outside
    DECIMAL = "decimal"  # exact number, of which people want a tenth
    SHARE = "share"  # exact fraction of one
    DATE = "date"
    YUAN = "yuan"  # fen inside, yuan outside, exactly


class TableColumn(NamedTuple):
    """A column: its heading and what it holds."""

    heading: str
    kind: Kind = Kind.TEXT


@dataclass(frozen=True, slots=True)
class Table:
    """Rows under headings. name: of the sheet or file. facts: what the rows stand on, as (what, value)."""

    name: str
    columns: Sequence[TableColumn]
    rows: Sequence[Sequence[Value]]
    facts: Sequence[tuple[str, str]] = ()

    def __post_init__(self) -> None:
        if any(len(row) != len(self.columns) for row in self.rows):
            raise ValueError(f"a row of {self.name} is not as long as its headings")


MWH_A_KWH = 1_000_000
_UNIT = {Kind.MINUTES: MINUTE, Kind.TENTHS: MINUTE, Kind.SECONDS: SECOND, Kind.HOURS: HOUR, Kind.KWH: MWH_A_KWH}


def outside(value: Value, kind: Kind) -> str | int | float | Decimal | date | None:
    """A cell as a file holds it: numbers as numbers in the unit of their heading, texts as texts."""
    if value is None or isinstance(value, str | date):
        return value
    if kind is Kind.YUAN:
        return Decimal(int(value)).scaleb(-2)
    number = Fraction(value, _UNIT.get(kind, 1))
    return int(number) if number.denominator == 1 else float(number)
