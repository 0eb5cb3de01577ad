"""From the TOML text to the plant book, or to every fault in it."""

from __future__ import annotations

from collections.abc import Collection
from zoneinfo import ZoneInfo

from dengta.core.reason import refuse_if
from dengta.core.time import SECOND, Micros
from dengta.core.toml_reading import Register
from dengta.core.vocabulary import TimeElement
from dengta.engines.plantbook.calendar_tables import read_calendars
from dengta.engines.plantbook.check import judge
from dengta.engines.plantbook.content import canonical
from dengta.engines.plantbook.model import (
    Area,
    Counter,
    Cycle,
    Line,
    Loss,
    Machine,
    Meter,
    Operation,
    Person,
    PlantBook,
    StopReason,
    Term,
)
from dengta.engines.plantbook.reading import Table

STALE_AFTER: Micros = 300 * SECOND


def parse(text: str, source: str = "plant.toml") -> PlantBook:
    """The plant book that the TOML `text` states. Refusal with every fault at once; places begin with `source`."""
    top = Table.of(text, source)
    book = _book(top)
    top.finish()
    refuse_if(reason.at(source) for reason in judge(book))
    return book


def _book(top: Table) -> PlantBook:
    head = top.table("book")
    zone = head.zone("zone")
    subjects = Register()
    site, name = head.id(subjects, "site"), head.name()
    valid_from = head.instant("valid_from", zone) or 0
    calendars = read_calendars(top.tables("calendar"))
    usual = head.ref("calendar", "calendar", calendars)
    stale_after = head.seconds("stale_after_s", needed=False) or STALE_AFTER
    fictional, registered = head.yes("fictional"), _whole(head, "registered_equipment", 0)
    areas = {a.id: a for t in top.tables("area") if (a := _area(t, subjects)).id}
    lines = {x.id: x for t in top.tables("line") if (x := _line(t, subjects, areas)).id}
    kinds = _terms(top.tables("kind"))
    stated = top.tables("machine", needed=True)
    machines = {m.id: m for t in stated if (m := _machine(t, subjects, lines, kinds, calendars, usual, stale_after)).id}
    operation_ids = Register()
    operations = {o.id: o for t in top.tables("operation") if (o := _operation(t, operation_ids)).id}
    cycles = _cycles(top.tables("cycle"), zone, valid_from, operations, machines, lines)
    routes = _routes(top.tables("route"), operations)
    reasons = _reasons(top.tables("reason"))
    persons = {p.id: p for t in top.tables("person") if (p := _person(t, subjects, kinds)).id}
    return PlantBook(
        site=site,
        name=name,
        zone=zone,
        valid_from=valid_from,
        fictional=fictional,
        registered_equipment=registered,
        areas=areas,
        lines=lines,
        kinds=kinds,
        machines=machines,
        operations=operations,
        cycles=cycles,
        routes=routes,
        reasons=reasons,
        persons=persons,
        calendars=calendars,
        canonical=canonical(top.data),
    )


def _area(table: Table, subjects: Register) -> Area:
    return Area(table.id(subjects), table.name())


def _line(table: Table, subjects: Register, areas: Collection[str]) -> Line:
    return Line(table.id(subjects), table.ref("area", "area", areas), table.name())


def _terms(tables: list[Table]) -> dict[str, Term]:
    register = Register()
    terms = [Term(table.id(register), table.name()) for table in tables]
    return {term.id: term for term in terms if term.id}


def _operation(table: Table, register: Register) -> Operation:
    return Operation(table.id(register), table.name(), table.yes("gathers"))


def _machine(
    table: Table,
    subjects: Register,
    lines: dict[str, Line],
    kinds: Collection[str],
    calendars: Collection[str],
    usual: str,
    stale_after: Micros,
) -> Machine:
    id_, line = table.id(subjects), table.ref("line", "line", lines)
    return Machine(
        id=id_,
        line=line,
        area=lines[line].area if line else "",
        kind=table.ref("kind", "kind", kinds),
        name=table.name(),
        calendar=table.ref("calendar", "calendar", calendars, needed=False) or usual,
        producers=table.texts("producers", needed=False) or (id_,),
        counters=_counters(table.tables("counters")),
        stale_after=table.seconds("stale_after_s", needed=False) or stale_after,
        meters=_meters(table.tables("meters")),
    )


def _counters(tables: list[Table]) -> tuple[Counter, ...]:
    register = Register()
    return tuple(Counter(t.id(register, "code"), _whole(t, "modulus", 2), _whole(t, "max_per_h", 1)) for t in tables)


def _meters(tables: list[Table]) -> tuple[Meter, ...]:
    register = Register()
    return tuple(Meter(t.id(register, "code"), _whole(t, "modulus_wh", 2), _whole(t, "max_w", 1)) for t in tables)


def _whole(table: Table, key: str, low: int) -> int | None:
    return table.whole(key, low) if table.has(key) else None


def _cycles(
    tables: list[Table],
    zone: ZoneInfo,
    valid_from: Micros,
    operations: Collection[str],
    machines: Collection[str],
    lines: Collection[str],
) -> tuple[Cycle, ...]:
    found: dict[tuple[object, ...], Cycle] = {}
    places: dict[tuple[object, ...], Table] = {}
    for table in tables:
        operation = table.ref("operation", "operation", operations)
        item = table.text("item", needed=False) or None
        machine = table.ref("machine", "machine", machines, needed=False) or None
        line = table.ref("line", "line", lines, needed=False) or None
        start = table.instant("from", zone, needed=False)
        duration = table.seconds("seconds")
        if table.has("machine") and table.has("line"):
            table.fault("plant.machine_and_line")
        key = (operation, item, machine, line, valid_from if start is None else start)
        if key in found:
            table.fault("toml.twice", value=operation, other=" > ".join(places[key].place))
        places[key] = table
        found[key] = Cycle(operation, item, machine, line, valid_from if start is None else start, duration or 0)
    return tuple(found.values())


def _routes(tables: list[Table], operations: Collection[str]) -> dict[str, tuple[str, ...]]:
    items = Register()
    found: dict[str, tuple[str, ...]] = {}
    for table in tables:
        item = items.new(table, "item", table.text("item"))
        steps = table.refs("operations", "operation", operations, least=1)
        if item:
            found[item] = steps
    return found


def _reasons(tables: list[Table]) -> dict[str, StopReason]:
    register = Register()
    stated = [(table, table.id(register)) for table in tables]
    own: dict[str, tuple[Table, str, StopReason]] = {}
    for table, id_ in stated:
        parent = table.ref("parent", "reason", register.places, needed=False)
        element = table.one_of("element", list(TimeElement), needed=False)
        loss = table.one_of("loss", list(Loss), needed=False)
        node = StopReason(
            id_, table.name(), (), TimeElement(element) if element else None, Loss(loss) if loss else None, True
        )
        if id_:
            own[id_] = (table, parent, node)
    parents = {parent for _, parent, _ in own.values()}
    return {id_: _placed(id_, own, parents) for id_ in own}


def _placed(id_: str, own: dict[str, tuple[Table, str, StopReason]], parents: Collection[str]) -> StopReason:
    """The reason with its path from the root, and what it inherits on the way."""
    table, parent, node = own[id_]
    path, element, loss = [id_], node.element, node.loss
    while parent:
        if parent in path:
            if parent == id_:
                table.fault("plant.circle", "parent", value=id_, path=" > ".join((*reversed(path), id_)))
            break
        path.append(parent)
        _, parent, above = own[parent]
        element, loss = element or above.element, loss or above.loss
    return StopReason(id_, node.name, tuple(reversed(path)), element, loss, id_ not in parents)


def _person(table: Table, subjects: Register, kinds: Collection[str]) -> Person:
    return Person(table.id(subjects), table.name(), table.refs("skills", "kind", kinds, needed=False))
