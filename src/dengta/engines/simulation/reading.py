"""From TOML to a `PlantModel`, with every fault named at once: where it is, what the rule is, what would be right."""

from __future__ import annotations

import tomllib
from collections import Counter
from collections.abc import Iterable
from itertools import pairwise
from typing import Any

from dengta.core.reason import Reason, Refusal, refuse_if
from dengta.core.time import HOUR, MILLISECOND, MINUTE, SECOND, Micros
from dengta.core.vocabulary import STATE_ELEMENT
from dengta.engines.simulation.model import (
    DISTRIBUTIONS,
    PURE_NUMBERS,
    RULES,
    STOP_STATES,
    Distribution,
    Family,
    Flaw,
    Item,
    Measure,
    OrderType,
    PlantModel,
    Pool,
    Recording,
    Release,
    Staffing,
    Station,
    Step,
    Stop,
)

_UNITS: dict[str, Micros] = {"us": 1, "ms": MILLISECOND, "s": SECOND, "min": MINUTE, "h": HOUR}
_WAITING = ("starved", "blocked", "waiting", "idle", "break", "off")
_NOTHING = Distribution("constant", (0.0,))
LARGEST = 10**12


class Table:
    """One TOML table being read: hands out checked values and collects faults; `close` names keys nobody asked for."""

    def __init__(self, raw: object, place: tuple[str, ...], faults: list[Reason]) -> None:
        self.place = place
        self.faults = faults
        self._asked: set[str] = set()
        self.raw: dict[str, Any] = raw if isinstance(raw, dict) else {}
        if not isinstance(raw, dict):
            self.fault("simulation.wrong_type", wanted="table")

    def fault(self, code: str, *place: str, **params: str | int | float) -> None:
        """Note a fault at `place` in this table."""
        self.faults.append(Reason(code, (*self.place, *place), params))

    def has(self, key: str) -> bool:
        """Whether `key` is there."""
        return key in self.raw

    def take(self, key: str, kind: type | tuple[type, ...], wanted: str, default: Any) -> Any:
        """The value of `key` if it has the right type, else a fault (when missing and no default) and the default."""
        self._asked.add(key)
        if key not in self.raw:
            if default is None:
                self.fault("simulation.missing", key=key)
            return default
        value = self.raw[key]
        if not isinstance(value, kind) or (isinstance(value, bool) and kind is not bool):
            self.fault("simulation.wrong_type", key, wanted=wanted)
            return default
        return value

    def text(self, key: str, default: str | None = None) -> str:
        """A text; not empty unless it has a default."""
        value = self.take(key, str, "text", default)
        if value == "" and default is None:
            self.fault("simulation.missing", key=key)
        return value or ""

    def number(self, key: str, low: float, high: float = LARGEST, default: float | None = None) -> float:
        """A number in [low, high]."""
        return self._ranged(key, self.take(key, (int, float), "number", default), low, high)

    def whole(self, key: str, low: int, high: int = LARGEST, default: int | None = None) -> int:
        """A whole number in [low, high]."""
        return int(self._ranged(key, self.take(key, int, "whole number", default), low, high))

    def _ranged(self, key: str, value: Any, low: float, high: float) -> float:
        if value is None:
            return low
        if not low <= value <= high:
            self.fault("simulation.out_of_range", key, value=value, low=low, high=high)
            return low
        return float(value)

    def choice(self, key: str, among: Iterable[str], default: str | None = None) -> str:
        """One of the words `among`."""
        known = list(among)
        value = self.text(key, default)
        if value and value not in known:
            self.fault("simulation.unknown_name", key, name=value, known=", ".join(known))
            return known[0] if known else ""
        return value

    def texts(self, key: str, default: list[str] | None = None) -> tuple[str, ...]:
        """A list of texts, not empty when it has no default."""
        value = self.take(key, list, "list of texts", default) or []
        if any(not isinstance(v, str) or not v for v in value):
            self.fault("simulation.wrong_type", key, wanted="list of texts")
            return ()
        if not value and default is None and self.has(key):
            self.fault("simulation.missing", key=key)
        return tuple(value)

    def pair(self, key: str) -> tuple[int, int]:
        """``[low, high]``, whole, 0 <= low <= high."""
        value = self.take(key, list, "[low, high]", None)
        if value is None:
            return (0, 0)
        if len(value) != 2 or any(type(v) is not int for v in value) or not 0 <= value[0] <= value[1] <= LARGEST:
            self.fault("simulation.wrong_type", key, wanted="[low, high]")
            return (0, 0)
        return (value[0], value[1])

    def _united(self, name: str, optional: bool) -> tuple[str, Micros]:
        keys = [(f"{name}_{unit}", micros) for unit, micros in _UNITS.items()]
        self._asked.update(k for k, _ in keys)
        given = [(k, micros) for k, micros in keys if k in self.raw]
        if len(given) > 1:
            self.fault("simulation.two_units", keys=", ".join(k for k, _ in given))
        if not given and not optional:
            self.fault("simulation.missing", key=f"{name}_s, {name}_min, {name}_h")
        return given[0] if given else ("", 1)

    def duration(self, name: str, default: Micros | None = None) -> Micros:
        """A time, under `name` with its unit: ``meter_min = 15``."""
        key, unit = self._united(name, default is not None)
        return round(self.number(key, 0) * unit) if key else default or 0

    def distribution(self, name: str, default: Distribution | None = None) -> Distribution:
        """A distribution, under `name` with its unit: ``run_s = 16`` or ``run_s = { exponential = { mean = 16 } }``."""
        key, unit = self._united(name, default is not None)
        if not key:
            return default or _NOTHING
        raw = self.raw[key]
        if isinstance(raw, int | float) and not isinstance(raw, bool):
            return Distribution("constant", (self.number(key, 0) * unit,))
        if not isinstance(raw, dict) or len(raw) != 1 or next(iter(raw)) not in DISTRIBUTIONS:
            self.fault("simulation.distribution", key, known=", ".join(DISTRIBUTIONS))
            return _NOTHING
        kind = next(iter(raw))
        inner = Table(raw[kind], (*self.place, key, kind), self.faults)
        values = [inner.number(p, 0) * (1 if p in PURE_NUMBERS else unit) for p in DISTRIBUTIONS[kind]]
        inner.close()
        if kind in ("uniform", "triangular") and values != sorted(values):
            self.fault("simulation.distribution_order", key, parameters=" <= ".join(DISTRIBUTIONS[kind]))
        if kind == "erlang" and (values[1] < 1 or values[1] != int(values[1])):
            self.fault("simulation.out_of_range", key, value=values[1], low=1, high=1000)
        if kind in ("lognormal", "weibull") and min(values) <= 0:
            self.fault("simulation.not_positive", key, kind=kind)
        return Distribution(kind, tuple(values))

    def tables(self, key: str, *, required: bool = False) -> list[Table]:
        """The tables of an array of tables, each placed by its id or number."""
        raw = self.take(key, list, "array of tables", None if required else [])
        places = [(r.get("id") if isinstance(r, dict) else None) or f"{i + 1}" for i, r in enumerate(raw or [])]
        return [Table(r, (*self.place, f"{key} {p}"), self.faults) for r, p in zip(raw or [], places, strict=True)]

    def table(self, key: str, *, required: bool = True) -> Table:
        """An inner table; empty when it is missing and need not be there."""
        raw = self.take(key, dict, "table", None if required else {})
        return Table({} if raw is None else raw, (*self.place, key), self.faults)

    def close(self) -> None:
        """Name the keys that mean nothing here."""
        for key in self.raw.keys() - self._asked:
            self.fault("simulation.unknown_key", key, known=", ".join(sorted(self._asked)))


def parse(text: str) -> PlantModel:
    """The model that `text` (TOML, see docs/guides/simulation.md) describes. Refusal with all faults at once."""
    try:
        raw = tomllib.loads(text)
    except tomllib.TOMLDecodeError as fault:
        raise Refusal(Reason("simulation.not_toml", params={"fault": str(fault)})) from None
    top = Table(raw, (), [])
    pools = tuple(_pool(t) for t in top.tables("pool"))
    names = [pool.id for pool in pools]
    station_tables = top.tables("station", required=True)
    stations = tuple(_station(t, names) for t in station_tables)
    runs = [t.distribution("run", _NOTHING) for t in station_tables]
    families = tuple(_family(t) for t in top.tables("family"))
    items = tuple(_item(t, stations, runs, {f.group for f in families}) for t in top.tables("item", required=True))
    orders = tuple(_order(t, [i.id for i in items]) for t in top.tables("order", required=True))
    reasons = top.table("reasons", required=False)
    recording = top.table("recording", required=False)
    rhythm = Recording(*(recording.duration(*d) for d in (("meter", 15 * MINUTE), ("counter", 0), ("patience", 0))))
    if rhythm.meter < SECOND:
        recording.fault("simulation.meter")
    model = PlantModel(
        stations,
        items,
        families,
        orders,
        _release(top.table("release")),
        pools,
        rhythm,
        {state: reasons.text(state, "") for state in _WAITING},
    )
    for table in (recording, reasons, top, *station_tables):
        table.close()
    _unique(top, "machine", model.machines)
    for kind, ids in (("station", stations), ("item", items), ("family", families), ("order", orders), ("pool", pools)):
        _unique(top, kind, [one.id for one in ids])
    _flow(top, model)
    once = {(r.place, r.code, str(r.params)): r for r in top.faults}
    refuse_if(once[key] for key in sorted(once))
    return model


def _pool(t: Table) -> Pool:
    crews = t.table("crews", required=False)
    pool = Pool(t.text("id"), t.whole("people", 1, 10_000), {shift: crews.texts(shift) for shift in crews.raw})
    crews.close()
    t.close()
    return pool


def _staff(t: Table, pools: list[str], pool_key: str, people_key: str, fallback: str = "") -> Staffing:
    pool = t.choice(pool_key, pools, fallback)
    people = t.whole(people_key, 0, 1000, 1 if pool else 0)
    if people and not pool:
        t.fault("simulation.missing", key=pool_key)
    return Staffing(pools.index(pool), people) if pool in pools and people else Staffing()


def _station(t: Table, pools: list[str]) -> Station:
    stops = tuple(_stop(s, pools) for s in t.tables("stop"))
    flaws = tuple(_flaw(kind, s) for kind in ("scrap", "rework") for s in t.tables(kind))
    if sum(f.share for f in flaws) >= 1:
        t.fault("simulation.shares", share=sum(f.share for f in flaws))
    power = t.table("power_w", required=False)
    setup = t.distribution("setup", Distribution("", ()))
    pool = t.text("pool", "")
    return Station(
        id=t.text("id"),
        machines=t.texts("machines"),
        buffer=t.whole("buffer", 0) if t.has("buffer") else None,
        rule=t.choice("rule", RULES, "fifo"),
        gathers=t.take("gathers", bool, "true or false", False),
        run_staff=_staff(t, pools, "pool", "run_people", pool),
        setup=setup if setup.kind else None,
        setup_reason=t.text("setup_reason", ""),
        setup_staff=_staff(t, pools, "pool", "setup_people", pool),
        stops=stops,
        flaws=flaws,
        measures=tuple(_measure(m) for m in t.tables("measure")),
        power_w={state: power.whole(state, 0, 10**7, 0) for state in STATE_ELEMENT if power.has(state)},
    )


def _stop(t: Table, pools: list[str]) -> Stop:
    stop = Stop(
        t.choice("state", STOP_STATES, "down"),
        t.text("reason", ""),
        t.choice("clock", ("running", "open"), "running"),
        t.distribution("every"),
        t.distribution("lasts"),
        _staff(t, pools, "pool", "people", ""),
    )
    t.close()
    return stop


def _flaw(kind: str, t: Table) -> Flaw:
    flaw = Flaw(kind, t.number("share", 0, 1), t.text("reason", ""))
    t.close()
    return flaw


def _measure(t: Table) -> Measure:
    measure = Measure(
        t.text("characteristic"),
        t.text("unit"),
        t.text("gauge", ""),
        t.duration("every"),
        t.whole("size", 1, 1000),
        t.number("mean", -LARGEST),
        t.number("sd", 0),
        t.whole("decimals", 0, 9),
    )
    t.close()
    return measure


def _family(t: Table) -> Family:
    family = Family(t.text("id"), t.text("group"), t.number("share", 0))
    t.close()
    return family


def _item(t: Table, stations: tuple[Station, ...], runs: list[Distribution], groups: set[str]) -> Item:
    ids = [s.id for s in stations]
    steps: list[Step] = []
    raw = t.take("route", list, "list of stations", None) or []
    for i, entry in enumerate(raw):
        step = Table({"station": entry} if isinstance(entry, str) else entry, (*t.place, f"route {i + 1}"), t.faults)
        name = step.choice("station", ids)
        if name in ids:
            station = ids.index(name)
            own = runs[station] if runs[station] != _NOTHING else None
            steps.append(Step(station, step.distribution("run", own)))
        step.close()
    if not raw:
        t.fault("simulation.missing", key="route")
    item = Item(t.text("id"), t.choice("group", sorted(groups), "") if t.has("group") else "", tuple(steps))
    t.close()
    return item


def _order(t: Table, items: list[str]) -> OrderType:
    parts = t.table("parts")
    wanted = tuple((items.index(i), *parts.pair(i)) for i in parts.raw if i in items)
    parts._asked.update(items)
    parts.close()
    order = OrderType(t.text("id"), t.text("prefix", "O"), t.number("share", 0, default=1), wanted)
    if wanted and sum(low for _, low, _ in wanted) < 1:
        t.fault("simulation.empty_order")
    t.close()
    return order


def _release(t: Table) -> Release:
    after = t.take("after_min", list, "list of minutes", [0])
    if any(not isinstance(a, int | float) or a < 0 for a in after) or not after:
        t.fault("simulation.wrong_type", "after_min", wanted="list of minutes")
        after = [0]
    release = Release(tuple(round(a * MINUTE) for a in after), t.pair("orders"), t.whole("due_days", 1, 365, 3))
    t.close()
    return release


def _unique(top: Table, kind: str, names: Iterable[str]) -> None:
    for name, times in Counter(names).items():
        if times > 1:
            top.fault("simulation.twice", f"{kind} {name}", times=times)


def _flow(top: Table, model: PlantModel) -> None:
    """What only the whole shows: orders that can never be gathered, buffers that can lock each other."""
    if model.orders and not sum(o.share for o in model.orders) > 0:
        top.fault("simulation.no_share", "order")
    for group in {f.group for f in model.families}:
        if not sum(f.share for f in model.families if f.group == group) > 0:
            top.fault("simulation.no_share", f"family of {group}")
    for i, station in enumerate(model.stations):
        ways = [[step.station for step in item.route] for item in model.items]
        if station.gathers:
            if station.flaws or station.buffer is not None:
                top.fault("simulation.gathers_plain", f"station {station.id}")
            if any(i in way[:-1] for way in ways) or any(i == way[-1] for way in ways) != all(
                i == way[-1] for way in ways if way
            ):
                top.fault("simulation.gathers_last", f"station {station.id}")
    for i in _locked(model):
        top.fault("simulation.may_lock", f"station {model.stations[i].id}")


def _locked(model: PlantModel) -> set[int]:
    """Stations on a ring of limited buffers, where every machine can end up waiting for the next one's room."""
    ways = {
        (a.station, b.station)
        for item in model.items
        for a, b in pairwise(item.route)
        if model.stations[b.station].buffer is not None
    }
    left = set(range(len(model.stations)))
    while free := {i for i in left if not any((i, j) in ways for j in left)}:
        left -= free
    return {i for i in left if model.stations[i].buffer is not None}
