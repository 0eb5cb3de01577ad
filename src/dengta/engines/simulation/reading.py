"""From TOML to a `PlantModel`, with every fault named at once: where it is, what the rule is, what would be right."""

from __future__ import annotations

from collections.abc import Collection
from itertools import pairwise
from typing import Any

from dengta.core import toml_reading
from dengta.core.time import HOUR, MILLISECOND, MINUTE, SECOND, Micros
from dengta.core.toml_reading import Register, is_number, shown
from dengta.core.vocabulary import STATE_ELEMENT
from dengta.engines.simulation.model import (
    DISTRIBUTIONS,
    ORDERS,
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
_ABSENT = Distribution("", ())
LARGEST = 10**12


class Table(toml_reading.Table):
    """A table of a model: besides texts and numbers it states ranges, times with their units, and distributions."""

    def pair(self, key: str) -> tuple[int, int]:
        """``[low, high]``, whole, 0 <= low <= high."""
        value = self.stated(key)
        if isinstance(value, list) and [type(v) for v in value] == [int, int] and 0 <= value[0] <= value[1] <= LARGEST:
            return (value[0], value[1])
        if value is not None:
            self.fault("simulation.not_pair", key, value=shown(value))
        return (0, 0)

    def minutes(self, key: str) -> tuple[Micros, ...]:
        """A list of lengths in minutes; just 0 where absent."""
        value: Any = self.stated(key, needed=False)
        value = [0] if value is None else value
        if not isinstance(value, list) or not value or not all(is_number(v) and 0 <= v <= LARGEST for v in value):
            self.fault("simulation.not_minutes", key, value=shown(value))
            return (0,)
        return tuple(round(float(v) * MINUTE) for v in value)

    def _united(self, name: str, needed: bool) -> tuple[str, Micros]:
        given = [(key, micros) for unit, micros in _UNITS.items() if self.has(key := f"{name}_{unit}")]
        if len(given) > 1:
            self.fault("simulation.two_units", keys=", ".join(k for k, _ in given))
        if not given and needed:
            self.fault("toml.missing", key=f"{name}_s, {name}_min, {name}_h")
        return given[0] if given else ("", 1)

    def duration(self, name: str, default: Micros | None = None) -> Micros:
        """A time, under `name` with its unit: ``meter_min = 15``."""
        key, unit = self._united(name, default is None)
        return round(self.number(key, 0, LARGEST) * unit) if key else default or 0

    def distribution(self, name: str, default: Distribution | None = None) -> Distribution:
        """A distribution, under `name` with its unit: ``run_s = 16`` or ``run_s = { exponential = { mean = 16 } }``."""
        key, unit = self._united(name, default is None)
        if not key:
            return default or _NOTHING
        raw = self.data[key]
        if is_number(raw):
            return Distribution("constant", (self.number(key, 0, LARGEST) * unit,))
        if not isinstance(raw, dict) or len(raw) != 1 or next(iter(raw)) not in DISTRIBUTIONS:
            self.fault("simulation.distribution", key, known=", ".join(DISTRIBUTIONS))
            return _NOTHING
        kind, before = next(iter(raw)), len(self.faults)
        inner = self.table(key).table(kind)
        values = [inner.parameter(p) * (1 if p in PURE_NUMBERS else unit) for p in DISTRIBUTIONS[kind]]
        if len(self.faults) > before:
            return _NOTHING
        if kind in ("uniform", "triangular") and values != sorted(values):
            self.fault("simulation.distribution_order", key, parameters=" <= ".join(DISTRIBUTIONS[kind]))
        if kind in ("lognormal", "weibull") and min(values) <= 0:
            self.fault("simulation.not_positive", key, kind=kind)
        return Distribution(kind, tuple(values))

    def parameter(self, key: str) -> float:
        """A parameter of a distribution: none is negative, stages are counted."""
        return float(self.whole(key, 1, 1000)) if key == "stages" else self.number(key, 0, LARGEST)


def parse(text: str, source: str = "plant.sim.toml") -> PlantModel:
    """The model that `text` (TOML, see docs/guides/simulation.md) states. Refusal with every fault at once.

    Places begin with `source`.
    """
    top = Table.of(text, source)
    pool_ids, family_ids, item_ids, order_ids = Register(), Register(), Register(), Register()
    pools = tuple(_pool(t, pool_ids) for t in top.tables("pool"))
    station_tables = top.tables("station", needed=True)
    stations = _stations(station_tables, [pool.id for pool in pools])
    runs = [t.distribution("run", _ABSENT) for t in station_tables]
    families = tuple(_family(t, family_ids) for t in top.tables("family"))
    groups = {family.group for family in families}
    items = tuple(_item(t, item_ids, stations, runs, groups) for t in top.tables("item", needed=True))
    orders = tuple(_order(t, order_ids, [i.id for i in items]) for t in top.tables("order", needed=True))
    reasons = top.table("reasons", needed=False)
    model = PlantModel(
        stations,
        items,
        families,
        orders,
        _release(top.table("release")),
        pools,
        _recording(top.table("recording", needed=False)),
        {state: reasons.text(state, needed=False) for state in _WAITING},
    )
    _flow(top, model)
    top.finish()
    return model


def _recording(t: Table) -> Recording:
    rhythm = Recording(t.duration("meter", 15 * MINUTE), t.duration("counter", 0), t.duration("patience", 0))
    if rhythm.meter < SECOND:
        t.fault("simulation.meter")
    return rhythm


def _pool(t: Table, names: Register) -> Pool:
    crews = t.table("crews", needed=False)
    return Pool(_id(t, names), t.whole("people", 1, 10_000), {shift: crews.texts(shift, least=1) for shift in crews})


def _id(t: Table, names: Register) -> str:
    return names.new(t, "id", t.text("id"))


def _staff(t: Table, pools: list[str], pool: str, people_key: str) -> Staffing:
    people = t.whole(people_key, 0, 1000, 1 if pool else 0)
    if people and not t.has("pool"):
        t.fault("toml.missing", people_key, key="pool")
    return Staffing(pools.index(pool), people) if pool and people else Staffing()


def _stations(tables: list[Table], pools: list[str]) -> tuple[Station, ...]:
    names, machines = Register(), Register()
    machines.places[ORDERS] = ("the ordering system",)  # a stream of its own
    return tuple(_station(t, names, machines, pools) for t in tables)


def _station(t: Table, names: Register, machines: Register, pools: list[str]) -> Station:
    flaws = tuple(_flaw(kind, s) for kind in ("scrap", "rework") for s in t.tables(kind))
    if (share := sum(f.share for f in flaws)) >= 1:
        t.fault("simulation.shares", share=share)
    power = t.table("power_w", needed=False)
    setup = t.distribution("setup", _ABSENT)
    pool = t.ref("pool", "pool", pools, needed=False)
    stated = enumerate(t.texts("machines", least=1), 1)
    return Station(
        id=_id(t, names),
        machines=tuple(machines.new(t, f"machines[{i}]", machine) for i, machine in stated),
        buffer=t.whole("buffer", 0, LARGEST) if t.has("buffer") else None,
        rule=t.one_of("rule", RULES, needed=False) or "fifo",
        gathers=t.yes("gathers"),
        crew=pools.index(pool) if pool else -1,
        run_staff=_staff(t, pools, pool, "run_people"),
        setup=setup if setup.kind else None,
        setup_reason=t.text("setup_reason", needed=False),
        setup_staff=_staff(t, pools, pool, "setup_people"),
        stops=tuple(_stop(s, pools) for s in t.tables("stop")),
        flaws=flaws,
        measures=tuple(_measure(m) for m in t.tables("measure")),
        power_w={state: power.whole(state, 0, 10**7) for state in STATE_ELEMENT if power.has(state)},
    )


def _stop(t: Table, pools: list[str]) -> Stop:
    return Stop(
        t.one_of("state", STOP_STATES, needed=False) or "down",
        t.text("reason", needed=False),
        t.one_of("clock", ("running", "open"), needed=False) or "running",
        t.distribution("every"),
        t.distribution("lasts"),
        _staff(t, pools, t.ref("pool", "pool", pools, needed=False), "people"),
    )


def _flaw(kind: str, t: Table) -> Flaw:
    return Flaw(kind, t.number("share", 0, 1), t.text("reason", needed=False))


def _measure(t: Table) -> Measure:
    return Measure(
        t.text("characteristic"),
        t.text("unit"),
        t.text("gauge", needed=False),
        t.duration("every"),
        t.whole("size", 1, 1000),
        t.number("mean", -LARGEST, LARGEST),
        t.number("sd", 0, LARGEST),
        t.whole("decimals", 0, 9),
    )


def _family(t: Table, names: Register) -> Family:
    return Family(_id(t, names), t.text("group"), t.number("share", 0, LARGEST))


def _item(
    t: Table, names: Register, stations: tuple[Station, ...], runs: list[Distribution], groups: Collection[str]
) -> Item:
    ids = [s.id for s in stations]
    steps: list[Step] = []
    for i, entry in enumerate(t.entries("route", least=1), 1):
        step = t.inner({"station": entry} if isinstance(entry, str) else entry, f"route[{i}]")
        name = step.ref("station", "station", ids)
        own = runs[ids.index(name)] if name else _NOTHING
        run = step.distribution("run", own if own.kind else None)
        if name:
            steps.append(Step(ids.index(name), run))
    return Item(_id(t, names), t.ref("group", "group", sorted(groups), needed=False), tuple(steps))


def _order(t: Table, names: Register, items: list[str]) -> OrderType:
    parts = t.table("parts")
    known = {item: i for i, item in enumerate(items) if parts.has(item)}
    wanted = tuple((known[item], *parts.pair(item)) for item in parts if item in known)
    if wanted and sum(low for _, low, _ in wanted) < 1:
        t.fault("simulation.empty_order")
    prefix = t.text("prefix", needed=False) or "O"
    return OrderType(_id(t, names), prefix, t.number("share", 0, LARGEST, default=1), wanted)


def _release(t: Table) -> Release:
    cutoff = t.whole("cutoff_min", 0) * MINUTE if t.has("cutoff_min") else None
    return Release(t.minutes("after_min"), t.pair("orders"), t.whole("due_days", 1, 365, 3), cutoff)


def _flow(top: Table, model: PlantModel) -> None:
    """What only the whole shows: orders that can never be gathered, buffers that can lock each other."""
    if model.orders and not sum(o.share for o in model.orders) > 0:
        top.fault("simulation.no_share", "order")
    for group in {f.group for f in model.families}:
        if not sum(f.share for f in model.families if f.group == group) > 0:
            top.fault("simulation.no_share", f"family of {group}")
    for i, station in enumerate(model.stations):
        ways = [[step.station for step in item.route] for item in model.items if item.route]
        if station.gathers:
            if station.flaws or station.buffer is not None:
                top.fault("simulation.gathers_plain", f"station {station.id}")
            last = {i == way[-1] for way in ways}
            if len(last) > 1 or any(i in way[:-1] for way in ways):
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
