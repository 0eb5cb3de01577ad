"""The table of towns: how many have transformed, what each was to do by which document, how the year will end."""

from __future__ import annotations

from collections import defaultdict
from datetime import date
from fractions import Fraction
from functools import lru_cache
from typing import NamedTuple

from dengta.apps.register.columns import loaded
from dengta.apps.register.models import Target
from dengta.apps.register.policies import Sight
from dengta.engines import register as engine
from dengta.engines.register import FOREVER, Definition, Rate

QUARTERS = 13


class Aim(NamedTuple):
    """A target of a year and how it stands: done by the day, still lacking (0 when reached), and by 31 December."""

    target: Target
    done: int
    gap: int
    ahead: int


class TownRow(NamedTuple):
    """A town, or with an empty `town` the city."""

    town: str
    rates: dict[Definition, Rate]
    aims: tuple[Aim, ...]
    ahead: Rate
    shares: tuple[Fraction | None, ...]


class _Counts(NamedTuple):
    rates: dict[Definition, Rate]
    begun: Rate  # at the end of the year before
    ahead: Rate
    shares: tuple[Fraction | None, ...]


def rows(sight: Sight, day: date) -> list[TownRow]:
    """The city first, then every town; of an officer the own one."""
    counts = _counted(loaded(sight.programme).mark, sight.programme, day)
    aims = defaultdict(list)
    told = Target.objects.filter(programme=sight.programme, year=day.year, superseded=FOREVER).select_related("source")
    for target in told.order_by("source__document"):
        aims[target.town].append(_aim(target, counts[target.town]))
    wanted = [sight.town] if sight.town else list(counts)
    return [
        TownRow(town, counts[town].rates, tuple(aims[town]), counts[town].ahead, counts[town].shares) for town in wanted
    ]


def days(day: date) -> list[date]:
    """The ends of the quarters whose rates the small lines show, and the day itself."""
    found, year, month = [day], day.year, (day.month - 1) // 3 * 3 + 1
    while len(found) < QUARTERS:
        first = date(year, month, 1)
        found.append(date.fromordinal(first.toordinal() - 1))
        year, month = (year, month - 3) if month > 3 else (year - 1, 10)
    return found[::-1]


def _aim(target: Target, told: _Counts) -> Aim:
    before = told.begun.transformed if target.measure == "new" else 0
    done = told.rates[Definition.FILED].transformed - before
    return Aim(target, done, max(0, target.firms - done), told.ahead.transformed - before)


@lru_cache(maxsize=32)
def _counted(mark: str, programme: str, day: date) -> dict[str, _Counts]:
    """Remembered for one mark of the register: the same columns give the same numbers."""
    columns, before = loaded(programme).register, date(day.year - 1, 12, 31)
    by_town = {one: engine.by_town(columns, day, one) for one in Definition}
    begun = engine.by_town(columns, before)
    series = engine.series(columns, days(day))
    whole = {one: engine.rate(columns, day, one) for one in Definition}
    shares = tuple(engine.rate(columns, one).value for one in days(day))
    found = {"": _Counts(whole, engine.rate(columns, before), engine.forecast(columns, day), shares)}
    for town in columns.town_codes:
        rates = {one: by_town[one][town] for one in Definition}
        ahead = engine.forecast(columns, day, town=town)
        found[town] = _Counts(rates, begun[town], ahead, tuple(one.value for one in series[town]))
    return found


def years(programme: str) -> list[int]:
    """The years for which there are targets."""
    found = Target.objects.filter(programme=programme, superseded=FOREVER).values_list("year", flat=True)
    return sorted(set(found))
