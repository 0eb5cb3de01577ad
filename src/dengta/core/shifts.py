"""A shift occurrence: one shift on one business date."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from dengta.core.intervals import Interval, total
from dengta.core.time import Micros


@dataclass(frozen=True, slots=True)
class ShiftOccurrence:
    """The half-open interval in which one shift really took place.

    It belongs whole to `business_date`, the local date on which it *starts*: the hours after midnight of a night shift
    are the evening's. `planned` is the interval less its breaks, sorted and disjoint: ISO 22400's planned busy time
    (PBT) is made of it.
    """

    shift: str
    business_date: date
    interval: Interval
    planned: tuple[Interval, ...]

    @property
    def planned_time(self) -> Micros:
        """Microseconds of the shift less its breaks."""
        return total(self.planned)
