"""From the TOML text to the plant book, or to every fault in it."""

from __future__ import annotations

from collections.abc import Collection
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from dengta.core.reason import Reason, refuse_if
from dengta.core.time import SECOND, Micros
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
    Person,
    PlantBook,
    StopReason,
    Term,
)
from dengta.engines.plantbook.reading import Register, Table, load

STALE_AFTER: Micros = 300 * SECOND
_UTC = ZoneInfo("UTC")


def parse(text: str, source: str = "plant.toml") -> PlantBook:
    """The plant book that the TOML `text` states. Refusal with every fault at once; places begin with `source`."""
    data = load(text, source)
    faults: list[Reason] = []
    book = _book(Table(data, (source,), faults), canonical(data))
    refuse_if(faults)
    refuse_if(reason.at(source) for reason in judge(book))
    return book


def _book(top: Table, content: str) -> PlantBook:
    head = top.table("book")
    zone = _zone(head)
    subjects = Register()
    site, name = head.id(subjects, "site"), head.name()
    valid_from = head.instant("valid_from", zone) or 0
    calendars = read_calendars(top.tables("calendar"))
    usual = head.ref("calendar", "calendar", calendars)
    stale_after = head.seconds("stale_after_s", needed=False) or STALE_AFTER
    fictional, registered = head.yes("fictional"), head.whole("registered_equipment", least=0)
    head.finish()
    areas = {a.id: a for t in top.tables("area") if (a := _area(t, subjects)).id}
    lines = {x.id: x for t in top.tables("line") if (x := _line(t, subjects, areas)).id}
    kinds = _terms(top.tables("kind"))
    stated = top.tables("machine")
    if not stated:
        top.fault("plant.nothing", "machine", kind="machine")
    machines = {m.id: m for t in stated if (m := _machine(t, subjects, lines, kinds, calendars, usual, stale_after)).id}
    operations = _terms(top.tables("operation"))
    cycles = _cycles(top.tables("cycle"), zone, valid_from, operations, machines, lines)
    reasons = _reasons(top.tables("reason"))
    persons = {p.id: p for t in top.tables("person") if (p := _person(t, subjects, kinds)).id}
    top.finish()
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
        reasons=reasons,
        persons=persons,
        calendars=calendars,
        canonical=content,
    )


def _zone(head: Table) -> ZoneInfo:
    key = head.text("zone")
    if not key:
        return _UTC
    try:
        return ZoneInfo(key)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        head.fault("plant.no_zone", "zone", value=key)
        return _UTC


def _area(table: Table, subjects: Register) -> Area:
    area = Area(table.id(subjects), table.name())
    table.finish()
    return area


def _line(table: Table, subjects: Register, areas: Collection[str]) -> Line:
    line = Line(table.id(subjects), table.ref("area", "area", areas), table.name())
    table.finish()
    return line


def _terms(tables: list[Table]) -> dict[str, Term]:
    register = Register()
    found: dict[str, Term] = {}
    for table in tables:
        term = Term(table.id(register), table.name())
        table.finish()
        if term.id:
            found[term.id] = term
    return found


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
    machine = Machine(
        id=id_,
        line=line,
        area=lines[line].area if line else "",
        kind=table.ref("kind", "kind", kinds),
        name=table.name(),
        calendar=table.ref("calendar", "calendar", calendars, needed=False) or usual,
        producers=table.texts("producers", needed=False) or (id_,),
        counters=_counters(table.tables("counters")),
        stale_after=table.seconds("stale_after_s", needed=False) or stale_after,
    )
    table.finish()
    return machine


def _counters(tables: list[Table]) -> tuple[Counter, ...]:
    register = Register()
    found = []
    for table in tables:
        found.append(
            Counter(table.id(register, "code"), table.whole("modulus", least=2), table.whole("max_per_h", least=1))
        )
        table.finish()
    return tuple(found)


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
        if "machine" in table and "line" in table:
            table.fault("plant.machine_and_line")
        table.finish()
        key = (operation, item, machine, line, valid_from if start is None else start)
        if key in found:
            table.fault("plant.twice", value=operation, other=" > ".join(places[key].place))
        places[key] = table
        found[key] = Cycle(operation, item, machine, line, valid_from if start is None else start, duration or 0)
    return tuple(found.values())


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
        table.finish()
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
    person = Person(table.id(subjects), table.name(), table.refs("skills", "kind", kinds, needed=False))
    table.finish()
    return person
