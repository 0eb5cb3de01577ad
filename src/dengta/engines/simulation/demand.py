"""Waves of orders, drawn per business day: the same day has the same orders however the run is cut into pieces."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray

from dengta.core.intervals import Interval
from dengta.core.shifts import ShiftOccurrence
from dengta.core.time import DAY, Micros
from dengta.engines.simulation.arrays import stream
from dengta.engines.simulation.model import PlantModel

Shifts = Callable[[str, Interval], Sequence[ShiftOccurrence]]
"""The shift occurrences of a machine that meet a window, whole and in order (`engines.calendars` answers this)."""


@dataclass(frozen=True, slots=True)
class Order:
    """One released order; `lines`: (item, pieces), items as in the model's list."""

    id: str
    wave: str
    released: Micros
    due: Micros
    lines: tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True, eq=False)
class Demand:
    """Orders of a window in order of release. `items[i]`, `families[i]`: int32, the parts of order i."""

    orders: list[Order]
    items: list[NDArray[np.int32]]
    families: list[NDArray[np.int32]]


def days(model: PlantModel, shifts: Shifts, window: Interval) -> list[tuple[date, Micros, Micros]]:
    """(business date, first shift start, last shift end) over all machines of each date that begins in `window`."""
    wide = Interval(max(0, window.start - 2 * DAY), window.end + 2 * DAY)
    found: dict[date, tuple[Micros, Micros]] = {}
    for machine in model.machines:
        for one in shifts(machine, wide):
            low, high = found.get(one.business_date, (one.interval.start, one.interval.end))
            found[one.business_date] = (min(low, one.interval.start), max(high, one.interval.end))
    return [(day, *found[day]) for day in sorted(found) if found[day][0] in window]


def draw(model: PlantModel, shifts: Shifts, window: Interval, seed: int) -> Demand:
    """The orders of the business days that begin in `window`."""
    ahead = Interval(window.start, window.end + (3 * model.release.due_days + 14) * DAY)
    calendar = days(model, shifts, ahead)
    demand = Demand([], [], [])
    for number, (day, start, _) in enumerate(calendar):
        if start in window:
            ends = [end for _, _, end in calendar[number + model.release.due_days - 1 :]] or [calendar[-1][2]]
            _day(model, demand, day, start, (ends[0], ends[min(1, len(ends) - 1)]), seed)
    by_release = sorted(range(len(demand.orders)), key=lambda i: demand.orders[i].released)
    return Demand(
        [demand.orders[i] for i in by_release],
        [demand.items[i] for i in by_release],
        [demand.families[i] for i in by_release],
    )


def _day(model: PlantModel, into: Demand, day: date, start: Micros, due: tuple[Micros, Micros], seed: int) -> None:
    chance = np.random.Generator(np.random.Philox(stream(seed, f"orders/{day.isoformat()}")))
    share = np.array([o.share for o in model.orders])
    groups = {
        g: [i for i, f in enumerate(model.families) if f.group == g] for g in sorted({f.group for f in model.families})
    }
    group_share = {g: np.array([model.families[i].share for i in among]) for g, among in groups.items()}
    number = 0
    low, high = model.release.orders
    for wave, after in enumerate(model.release.after, 1):
        its_due = due[model.release.cutoff is not None and after >= model.release.cutoff]
        for _ in range(int(chance.integers(low, high, endpoint=True))):
            number += 1
            kind = model.orders[int(chance.choice(len(share), p=share / share.sum()))]
            chosen = {
                g: int(chance.choice(among, p=group_share[g] / group_share[g].sum())) for g, among in groups.items()
            }
            counts = [int(chance.integers(low, high, endpoint=True)) for _, low, high in kind.parts]
            lines = tuple((item, n) for (item, _, _), n in zip(kind.parts, counts, strict=True) if n)
            if not lines:
                continue
            items = np.repeat(np.array([item for item, _ in lines], np.int32), [n for _, n in lines])
            family = [chosen.get(item.group, 0) for item in model.items]
            name = f"{day:%y%m%d}"
            into.orders.append(
                Order(f"{kind.prefix}{name}-{number:03d}", f"W{name}-{wave}", start + after, its_due, lines)
            )
            into.items.append(items)
            into.families.append(np.array(family, np.int32)[items])
