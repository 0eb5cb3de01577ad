"""The sample city as facts: fictional firms that reproduce the published series, with everything a register knows.

Pure: from seeds and a programme's data to plain rows. `sample_load` puts them into the database.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import NamedTuple

import numpy as np

from dengta import programmes
from dengta.apps.register.models import Kind
from dengta.apps.register.recording import Told
from dengta.engines import register as engine
from dengta.engines.register import FOREVER, City, CityData, Definition, Profile, StatedTarget

SEED = 1
_RENAMED, _MISREPORTED = 40, 60
_PROJECTS = 36
_WAN = 10_000 * 100  # fen
_ASKED = (80, 116)  # percent of what the sample's firms do: some towns reach their target, some do not


class Promise(NamedTuple):
    """A key project of the sample; money in fen, days as ordinals."""

    code: str
    number: str
    filed: int
    due: int
    investment: int
    units: int
    output: int
    tax: int
    deliveries: tuple[tuple[int, int, int, int, int], ...]  # day, investment, units, output, tax


@dataclass(frozen=True)
class SampleCity:
    """A programme's sample."""

    programme: str
    data: CityData

    @classmethod
    def of(cls, programme: str) -> SampleCity:
        """KeyError: the programme is no city's."""
        if programme not in programmes.cities():
            raise KeyError(programme)
        return cls(programme, engine.city_of(*programmes.city(programme), programme))

    @cached_property
    def city(self) -> City:
        """Firms and their register, as the command line samples them."""
        points = [*(one.point for one in self.data.published), *self.data.assumed]
        return engine.sample(points, self.data.towns, engine.FIRMS, SEED)

    @cached_property
    def profiles(self) -> tuple[Profile, ...]:
        """What each firm is called, and so on."""
        words = engine.words_of(programmes.sample_words(), "names.toml")
        return engine.profiles(self.city, {code: names[1] for code, names in self.data.names.items()}, words, SEED)

    @cached_property
    def last(self) -> int:
        """The day up to which the series goes."""
        return max(one.point.day for one in self.data.published).toordinal()

    def model_firm(self, industry: str) -> int:
        """The number of the firm that a model plant of `industry` belongs to: the first that was accepted at level
        2 or above and is on the list; of any industry where there is none."""
        register, by = self.city.register, FOREVER - 1
        done = np.flatnonzero(_flags(register, Definition.ACCEPTED, self.last, by)).tolist()
        fitting = [k for k in done if self.city.firms[k].industry == industry]
        return int((fitting or done)[0])

    def firms(self) -> list[tuple[str, str, str, str]]:
        """Code, name, town, industry."""
        return [(f.code, p.name, f.town, f.industry) for f, p in zip(self.city.firms, self.profiles, strict=True)]

    def facts(self) -> Iterator[tuple[Told, int]]:
        """Every fact, and since which day it is known."""
        for firm, one in zip(self.city.firms, self.profiles, strict=True):
            texts = {
                Kind.TOWN: firm.town,
                Kind.OFFICE: firm.town,
                Kind.INDUSTRY: firm.industry,
                Kind.CONTROLLER: one.controller,
                Kind.ADDRESS: one.address,
                Kind.PHONE: one.phone,
                Kind.ACCOUNT: one.account,
            }
            for kind, text in texts.items():
                yield Told(firm.code, kind, one.founded, text), one.founded
        yield from self._names()
        codes, register = self.city.register.codes, self.city.register
        pairs = (
            (Kind.LISTED, register.members),
            (Kind.FILED, register.filed),
            (Kind.ACCEPTED, register.accepted),
            (Kind.VERIFIED, register.verified),
        )
        for kind, columns in pairs:
            for firm, start, end, level, known, _ in zip(*(column.tolist() for column in columns), strict=True):
                yield Told(codes[firm], kind, start, level=level, end=end), known

    def _names(self) -> Iterator[tuple[Told, int]]:
        """Names; some firms had another one for their first years."""
        chance = np.random.default_rng((SEED, 3))
        renamed = set(chance.choice(len(self.profiles), _RENAMED, replace=False).tolist())
        for k, (firm, one) in enumerate(zip(self.city.firms, self.profiles, strict=True)):
            since = one.founded
            if k in renamed:
                since += 300
                before = one.name.replace("有限公司", "厂", 1)
                yield Told(firm.code, Kind.NAME, one.founded, before, end=since), one.founded
            yield Told(firm.code, Kind.NAME, since, one.name), since

    def misreported(self) -> list[tuple[Told, int, int]]:
        """Filings that were first known with a wrong day: the fact, known from and until."""
        chance = np.random.default_rng((SEED, 4))
        filed, codes = self.city.register.filed, self.city.register.codes
        found = []
        for at in chance.choice(len(filed.firm), _MISREPORTED, replace=False).tolist():
            firm, start = int(filed.firm[at]), int(filed.start[at])
            found.append((Told(codes[firm], Kind.FILED, start - 20), start - 10, start))
        return found

    def targets(self) -> list[tuple[StatedTarget, int]]:
        """Of every town and year of the series, the sample's own: near what its firms do; with the day they are
        known. They sum to the city's."""
        chance = np.random.default_rng((SEED, 6))
        first = min(self.data.published[0].point.day, *(one.day for one in self.data.assumed)).year + 1
        found = []
        for year in range(first, date.fromordinal(self.last).year + 1):
            end = min(date(year, 12, 31), date.fromordinal(self.last))
            after, before = (engine.by_town(self.city.register, day) for day in (end, date(year - 1, 12, 31)))
            grown = {town: max(0, after[town].transformed - before[town].transformed) for town in after}
            firms = {town: n * int(chance.integers(*_ASKED)) // 100 for town, n in grown.items()}
            document = f"示例 Sample {year}-1"
            rows = [StatedTarget(town, year, "new", n, document, "") for town, n in firms.items()]
            rows.append(StatedTarget("", year, "new", sum(firms.values()), document, ""))
            found += [(row, date(year, 1, 15).toordinal()) for row in rows]
        return found

    def projects(self) -> list[Promise]:
        """Key projects of firms on the list, each with half-yearly reports of what is there."""
        chance = np.random.default_rng((SEED, 5))
        firms = np.flatnonzero(_flags(self.city.register, Definition.FILED, self.last, FOREVER - 1))
        found = []
        for n, firm in enumerate(chance.choice(firms, _PROJECTS, replace=False).tolist()):
            filed = self.last - int(chance.integers(200, 1200))
            due = filed + int(chance.integers(360, 1100))
            investment = int(chance.integers(2000, 60_000)) * _WAN
            units, output = int(chance.integers(20, 900)) * 1000, investment * int(chance.integers(10, 30)) // 10
            found.append(
                Promise(
                    self.city.register.codes[firm],
                    f"示例-{date.fromordinal(filed).year}-{n + 1:03d}",
                    filed,
                    due,
                    investment,
                    units,
                    output,
                    output * 4 // 100,
                    tuple(self._reports(chance, filed, due, (investment, units, output, output * 4 // 100))),
                )
            )
        return found

    def _reports(
        self, chance: np.random.Generator, filed: int, due: int, promised: tuple[int, int, int, int]
    ) -> Iterator[tuple[int, int, int, int, int]]:
        """Each half year: investment first, production later; some do better than promised, some worse."""
        ability = int(chance.integers(55, 115))
        for day in range(filed + 180, min(due + 400, self.last), 180):
            spent = min(100, 100 * (day - filed) // (due - filed)) * ability // 100
            running = max(0, min(100, 100 * (day - due + 200) // 400)) * ability // 100
            investment, units, output, tax = promised
            made = (full * running // 100 for full in (units, output, tax))
            yield day, investment * spent // 100, next(made), next(made), next(made)


def _flags(register: engine.Register, definition: Definition, day: int, known: int) -> np.ndarray:
    from dengta.engines.register.rate import listed, transformed

    return transformed(register, definition, day, known) & listed(register, day, known)
