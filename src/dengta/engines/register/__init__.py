"""A register of enterprises: who was on the list when, who had transformed by when, under which definition.

``rate`` for any day and town, ``by_town``, ``series``, ``reconciled`` from filed to verified, ``forecast`` for the end
of a year; ``faults`` of a credit code. ``counted`` is the independent judge.
"""

from dengta.engines.register.check import counted
from dengta.engines.register.city_reading import MEASURES, CityData, StatedTarget, city_of, targets_of
from dengta.engines.register.credit_code import code_of, faults
from dengta.engines.register.model import FOREVER, Definition, Facts, Rate, Reconciliation, Register
from dengta.engines.register.profiles import Profile, Words, profiles, words_of
from dengta.engines.register.rate import by_town, forecast, rate, reconciled, series
from dengta.engines.register.related import KINDS, Group, Related, Shared, comparable, related
from dengta.engines.register.sample import FIRMS, City, Firm, Point, Town, sample

__all__ = [
    "FIRMS",
    "FOREVER",
    "KINDS",
    "MEASURES",
    "City",
    "CityData",
    "Definition",
    "Facts",
    "Firm",
    "Group",
    "Point",
    "Profile",
    "Rate",
    "Reconciliation",
    "Register",
    "Related",
    "Shared",
    "StatedTarget",
    "Town",
    "Words",
    "by_town",
    "city_of",
    "code_of",
    "comparable",
    "counted",
    "faults",
    "forecast",
    "profiles",
    "rate",
    "reconciled",
    "related",
    "sample",
    "series",
    "targets_of",
    "words_of",
]
