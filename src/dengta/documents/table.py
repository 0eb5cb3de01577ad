"""A table as it is seen: the same rows for a page, a CSV file and a workbook, numbers as numbers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from fractions import Fraction
from typing import NamedTuple

Value = str | int | Fraction | date | None
"""None: unknown or undefined."""


class Kind(StrEnum):
    """What a column holds, which says how it is written."""

    TEXT = "text"
    COUNT = "count"  # whole number
    MINUTES = "minutes"  # microseconds inside, minutes outside
    SHARE = "share"  # exact fraction of one
    DATE = "date"


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
