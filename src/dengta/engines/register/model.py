"""A register of enterprises as facts with two times: when they were true and when they were known. Frozen columns.

Days are ordinals. A fact holds in ``[start, end)`` and was known in ``[known, superseded)``; what is corrected is not
changed: the old row is superseded and a new one stands beside it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from fractions import Fraction
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]
FOREVER = date.max.toordinal()


class Facts(NamedTuple):
    """Rows of one kind. firm: number; value: a town's place, a level, or 0. `start`: of an event its day."""

    firm: Ints
    start: Ints
    end: Ints
    value: Ints
    known: Ints
    superseded: Ints

    @classmethod
    def of(cls, rows: list[tuple[int, int, int, int, int, int]]) -> Facts:
        """Columns of rows in the order of the fields."""
        table = np.array(rows, np.int64).reshape(len(rows), 6)
        return cls(*(np.ascontiguousarray(column) for column in table.T))

    def known_by(self, day: int) -> Flags:
        """Which rows were known, and not yet superseded, at the end of a day."""
        return (self.known <= day) & (day < self.superseded)

    def holding(self, day: int, known: int) -> Facts:
        """The rows that hold on a day, as far as was known."""
        rows = (self.start <= day) & (day < self.end) & self.known_by(known)
        return Facts(*(column[rows] for column in self))


@dataclass(frozen=True, slots=True)
class Register:
    """Every firm ever registered, and what is known of it.

    towns: statistical town by time (value: place in `town_codes`); members: time on the dated list of regulated firms;
    filed, accepted (value: level), verified (value: level): from a day on.
    """

    codes: tuple[str, ...]
    town_codes: tuple[str, ...]
    towns: Facts
    members: Facts
    filed: Facts
    accepted: Facts
    verified: Facts


class Definition(StrEnum):
    """When a firm counts as transformed."""

    FILED = "filed"  # on the list when it filed; stays counted when it leaves: as the city publishes it
    ACCEPTED = "accepted"  # on the list, accepted at level 2 or above
    VERIFIED = "verified"  # of these, recomputed from evidence


class Rate(NamedTuple):
    """Transformed firms over firms on the list. `value` None: nobody is on the list."""

    definition: Definition
    day: date
    transformed: int
    listed: int

    @property
    def value(self) -> Fraction | None:
        """Exactly."""
        return Fraction(self.transformed, self.listed) if self.listed else None


class Reconciliation(NamedTuple):
    """From filed to verified: each step a number of firms. filed - left - not_accepted = accepted, and so on."""

    filed: int
    left: int  # filed, and not on the list today
    not_accepted: int  # on the list, filed, not accepted at level 2
    accepted_unfiled: int  # accepted without having filed while on the list: they come in
    accepted: int
    not_verified: int
    verified: int
