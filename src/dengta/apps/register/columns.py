"""A programme's register as the engine's columns, loaded once for every mark."""

from __future__ import annotations

import threading
from datetime import date
from typing import NamedTuple

import numpy as np

from dengta import programmes
from dengta.apps.register.models import Enterprise, Fact, Kind, Mark
from dengta.core.time import Micros, to_datetime
from dengta.engines.register import CityData, Facts, Register, city_of

_EVENTS = (Kind.LISTED, Kind.FILED, Kind.ACCEPTED, Kind.VERIFIED)
_KINDS = (Kind.TOWN, *_EVENTS)


class Loaded(NamedTuple):
    """Columns and the keys of their firms in the database, by place."""

    mark: str
    register: Register
    keys: np.ndarray


_loaded: dict[str, Loaded] = {}
_cities: dict[str, CityData] = {}
_lock = threading.Lock()


def city(programme: str) -> CityData:
    """Towns and published series of a programme. KeyError: it has none."""
    if programme not in _cities:
        if programme not in programmes.cities():
            raise KeyError(programme)
        _cities[programme] = city_of(*programmes.city(programme), programme)
    return _cities[programme]


def day_of(programme: str, at: Micros) -> date:
    """Which day it is in the city."""
    return to_datetime(at, city(programme).zone).date()


def mark_of(programme: str) -> str:
    """What changes with every change of the register; "" of one that nobody has written yet."""
    return Mark.objects.filter(pk=programme).values_list("value", flat=True).first() or ""


def loaded(programme: str) -> Loaded:
    """The register as the database says it now."""
    mark = mark_of(programme)
    with _lock:
        found = _loaded.get(programme)
        if found is None or found.mark != mark:
            found = _loaded[programme] = _load(programme, mark)
    return found


def _load(programme: str, mark: str) -> Loaded:
    firms = list(Enterprise.objects.filter(programme=programme).order_by("pk").values_list("pk", "code"))
    keys = np.array([pk for pk, _ in firms], np.int64)
    towns = tuple(city(programme).names)
    place = {code: at for at, code in enumerate(towns)}
    rows: dict[str, list[tuple[int, int, int, int, int, int]]] = {kind: [] for kind in _KINDS}
    told = Fact.objects.filter(programme=programme, kind__in=_KINDS).values_list(
        "kind", "enterprise_id", "start", "end", "text", "level", "known", "superseded"
    )
    for kind, firm, start, end, text, level, known, superseded in told.iterator(chunk_size=20_000):
        value = place[text] if kind == Kind.TOWN else level
        rows[kind].append((firm, start, end, value, known, superseded))
    columns = {kind: _placed(Facts.of(found), keys) for kind, found in rows.items()}
    codes = tuple(code for _, code in firms)
    return Loaded(mark, Register(codes, towns, *(columns[kind] for kind in _KINDS)), keys)


def _placed(facts: Facts, keys: np.ndarray) -> Facts:
    """The same facts with a firm's place instead of its key."""
    return facts._replace(firm=np.searchsorted(keys, facts.firm).astype(np.int64))
