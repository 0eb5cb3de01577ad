"""The sample city's loans: what the register's sample says of filings, and the engine's fictional loans for them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from functools import lru_cache

from dengta import programmes
from dengta.core.reason import Reason, Refusal
from dengta.engines import register
from dengta.engines.register import City, CityData
from dengta.engines.subsidy.sample import Borrower, Filed, sample_loans

SEED = 1


@lru_cache(maxsize=8)
def city_data(programme: str) -> CityData:
    """A programme's towns and series. Refusal where it keeps no register of its own."""
    try:
        return register.city_of(*programmes.city(programme), programme)
    except FileNotFoundError:
        raise Refusal(Reason("register.no_city", (programme,))) from None


def sample_of(data: CityData, sure: frozenset[str] = frozenset()) -> tuple[Borrower, ...]:
    """The borrowers of the sample city, with statements up to the last day of its series; `sure`: codes among them."""
    points = [*(one.point for one in data.published), *data.assumed]
    city = register.sample(points, data.towns, register.FIRMS, SEED)
    return sample_loans(_filed(city), max(point.day for point in points), SEED, sure)


def _filed(city: City) -> Sequence[Filed]:
    facts = city.register.filed
    days = dict(zip(facts.firm.tolist(), facts.start.tolist(), strict=True))
    return [Filed(firm.code, firm.town, date.fromordinal(days[k])) for k, firm in enumerate(city.firms) if k in days]
