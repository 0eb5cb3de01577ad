"""A register of enterprises: who was on the list when, who had transformed by when, under which definition.

``rate`` for any day and town, ``by_town``, ``series``, ``reconciled`` from filed to verified, ``forecast`` for the end
of a year; ``faults`` of a credit code. ``counted`` is the independent judge.
"""

from dengta.engines.register.check import counted
from dengta.engines.register.city_reading import CityData, city_of
from dengta.engines.register.credit_code import code_of, faults
from dengta.engines.register.model import FOREVER, Definition, Facts, Rate, Reconciliation, Register
from dengta.engines.register.rate import by_town, forecast, rate, reconciled, series
from dengta.engines.register.sample import FIRMS, City, Point, Town, sample

__all__ = [
    "FIRMS",
    "FOREVER",
    "City",
    "CityData",
    "Definition",
    "Facts",
    "Point",
    "Rate",
    "Reconciliation",
    "Register",
    "Town",
    "by_town",
    "city_of",
    "code_of",
    "counted",
    "faults",
    "forecast",
    "rate",
    "reconciled",
    "sample",
    "series",
]
