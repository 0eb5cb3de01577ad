"""Shift calendars: wall-clock hours, dated exceptions, and the one resolver that turns them into instants.

`Calendar` says when a plant works by the clock on its wall; `occurrences` and `resolver` say which half-open intervals
of real time that was. An occurrence belongs whole to the business date on which it starts.
"""

from dengta.engines.calendars.check import judge, overlaps
from dengta.engines.calendars.model import WEEKDAYS, Calendar, DatedException, Hours, Name, Shift, Span
from dengta.engines.calendars.resolver import Resolver, occurrences, resolver

__all__ = [
    "WEEKDAYS",
    "Calendar",
    "DatedException",
    "Hours",
    "Name",
    "Resolver",
    "Shift",
    "Span",
    "judge",
    "occurrences",
    "overlaps",
    "resolver",
]
