"""Who judges a parsed plant book: nothing stated was lost, nothing was added, everything named exists."""

from __future__ import annotations

from collections.abc import Iterator

from dengta.core.reason import Reason
from dengta.engines.plantbook.model import PlantBook


def judge(book: PlantBook) -> list[Reason]:
    """What is wrong with `book` as the reading of its own content; empty when nothing is."""
    return [Reason("plant.misread", (kind,), {"kind": kind, "id": id_}) for kind, id_ in _differing(book)]


def _differing(book: PlantBook) -> Iterator[tuple[str, str]]:
    content = book.content
    mappings = {
        "area": book.areas,
        "line": book.lines,
        "kind": book.kinds,
        "machine": book.machines,
        "operation": book.operations,
        "reason": book.reasons,
        "person": book.persons,
        "calendar": book.calendars,
    }
    for kind, read in mappings.items():
        stated = [table["id"] for table in content.get(kind, [])]
        yield from ((kind, id_) for id_ in {*stated} ^ {*read})
    if len(book.cycles) != len(content.get("cycle", [])):
        yield "cycle", str(len(book.cycles))
    routes = {table["item"]: tuple(table["operations"]) for table in content.get("route", [])}
    yield from (("route", item) for item in {*routes} | {*book.routes} if routes.get(item) != book.routes.get(item))
    gathering = {table["id"] for table in content.get("operation", []) if table.get("gathers")}
    yield from (("operation", o.id) for o in book.operations.values() if o.gathers != (o.id in gathering))
    for machine in book.machines.values():
        line = book.lines.get(machine.line)
        if line is None or line.area != machine.area or machine.kind not in book.kinds:
            yield "machine", machine.id
        if machine.calendar not in book.calendars or not machine.producers:
            yield "machine", machine.id
    yield from (("line", line.id) for line in book.lines.values() if line.area not in book.areas)
    yield from (("cycle", c.operation) for c in book.cycles if c.operation not in book.operations or c.duration <= 0)
    for reason in book.reasons.values():
        if reason.path[-1] != reason.id or not {*reason.path} <= {*book.reasons}:
            yield "reason", reason.id
