"""Reading the plant book."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

from dengta.core.time import Micros
from dengta.engines.calendars import Calendar
from dengta.engines.plantbook import Area, Change, Line, Machine, Meter, PlantBook, StopReason, diff
from dengta.site.bookshelf import Bookshelf, Revision


class AreaView(NamedTuple):
    """An area with its lines, each with its machines, in the order of the book."""

    area: Area
    lines: list[tuple[Line, list[Machine]]]
    rows: int


@dataclass(frozen=True, slots=True)
class Branch:
    """A reason and those below it."""

    reason: StopReason
    below: tuple[Branch, ...]


def last(shelf: Bookshelf) -> Revision | None:
    """The revision recorded last, whenever it holds: what an editor starts from and publishes upon."""
    return next(reversed(shelf.revisions()), None)


def named(shelf: Bookshelf, file: str) -> Revision | None:
    """The revision in `file`."""
    return next((r for r in shelf.revisions() if r.file == file), None)


def before(shelf: Bookshelf, revision: Revision) -> Revision | None:
    """The one recorded just before `revision`."""
    return next((r for r in reversed(shelf.revisions()) if r.recorded_at < revision.recorded_at), None)


def changes(old: Revision | None, new: PlantBook) -> list[Change]:
    """What `new` states otherwise than `old`; nothing to compare with is no change."""
    return [] if old is None else diff(old.book, new)


def hierarchy(book: PlantBook) -> Iterator[AreaView]:
    """Area > line > machines; what has no machine is shown too."""
    for area in book.areas.values():
        lines = [(line, book.machines_of(line.id)) for line in book.lines.values() if line.area == area.id]
        yield AreaView(area, lines, sum(max(len(machines), 1) for _, machines in lines))


def meters(book: PlantBook) -> list[tuple[Machine, Meter]]:
    """Every meter that the book states, with its machine."""
    return [(machine, meter) for machine in book.machines.values() for meter in machine.meters]


def calendars_used(book: PlantBook) -> list[tuple[Calendar, int]]:
    """The calendars some machine works by, and how many machines do."""
    counts: dict[str, int] = {}
    for machine in book.machines.values():
        counts[machine.calendar] = counts.get(machine.calendar, 0) + 1
    return [(book.calendars[id_], n) for id_, n in counts.items()]


def reason_tree(book: PlantBook) -> tuple[Branch, ...]:
    """The reasons as a tree, in the order of the book."""
    return _below(book, ())


def _below(book: PlantBook, path: tuple[str, ...]) -> tuple[Branch, ...]:
    own = [r for r in book.reasons.values() if r.path[:-1] == path]
    return tuple(Branch(r, _below(book, r.path)) for r in own)


def machines(book: PlantBook, at: Micros) -> list[dict[str, object]]:
    """Every machine as plain data, with its shift at `at`: the same for the API and for tables."""
    found: list[dict[str, object]] = []
    for m in book.machines.values():
        shift = book.resolver(m.id).occurrence_at(at)
        found.append(
            {
                "id": m.id,
                "name": {"en": m.name.en, "zh": m.name.zh},
                "kind": m.kind,
                "line": m.line,
                "area": m.area,
                "calendar": m.calendar,
                "producers": list(m.producers),
                "shift": None if shift is None else shift.shift,
                "business_date": None if shift is None else shift.business_date.isoformat(),
            }
        )
    return found
