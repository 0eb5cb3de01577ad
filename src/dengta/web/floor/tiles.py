"""What a tile says, in the reader's language. The page renders it; `live.js` keeps it true afterwards."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext

from dengta.apps.production.queries import FloorView, Seen
from dengta.core.time import Micros, to_datetime
from dengta.engines.plantbook import PlantBook
from dengta.web.floor.words import BRIEFLY, GROUPS, MANNERS, SPANS, called, language, span, state_words, why


@dataclass(frozen=True, slots=True)
class Tile:
    """One machine. `live` is what the stream says of it, as JSON."""

    id: str
    name: str
    line: str
    state: str
    word: str
    shape: str
    level: str
    group: str
    since: str
    note: str
    work: str
    pieces: str
    hour: str
    of: str
    of_shift: str
    why: str
    as_of: str
    age: str
    stale: bool
    live: str
    strip: str


@dataclass(frozen=True, slots=True)
class LineGroup:
    """The tiles of a line, under its name and its area's."""

    id: str
    name: str
    area: str
    tiles: Sequence[Tile]


def tile(view: FloorView, seen: Seen, data: dict[str, Any], strip: str) -> Tile:
    """The tile of one machine. The book must name it."""
    assert view.book is not None
    now, book, speech = seen.now, view.book, language()
    machine, manner = book.machines[now.machine], MANNERS[now.state]
    return Tile(
        id=machine.id,
        name=machine.name[speech],
        line=machine.line,
        state=now.state,
        word=state_words()[now.state],
        shape=manner.shape,
        level=now.level,
        group=manner.group,
        since=span(view.at - now.since) if now.since is not None else "",
        note=called(book.reasons, now.reason) or briefly(now.unknown.get("state", "")),
        work=" · ".join(
            part
            for part in (
                now.order,
                called(book.operations, now.operation),
                *(called(book.persons, person) for person in now.people),
            )
            if part
        ),
        pieces=_number(now.pieces_shift),
        hour="" if now.pieces_hour is None else _number(now.pieces_hour),
        of="day" if seen.by_day else "shift",
        of_shift=briefly(now.unknown.get("pieces_shift", "")) or _pieces_of()["day" if seen.by_day else "shift"],
        why=why(now.unknown["pieces_shift"]) if "pieces_shift" in now.unknown else "",
        as_of=_clock(now.last_ts, view.at, book) if now.last_ts is not None else "",
        age=span(view.at - now.last_ts) if now.last_ts is not None else "",
        stale=seen.stale_at is not None and view.at >= seen.stale_at,
        live=json.dumps(data, ensure_ascii=False, separators=(",", ":")),
        strip=strip,
    )


def lines(book: PlantBook, tiles: Sequence[Tile]) -> list[LineGroup]:
    """The tiles by line, areas and lines in the order of the plant book; empty lines are left out."""
    speech = language()
    areas = list(book.areas)
    ordered = sorted(book.lines.values(), key=lambda line: areas.index(line.area))
    found = (
        LineGroup(
            line.id, line.name[speech], book.areas[line.area].name[speech], [t for t in tiles if t.line == line.id]
        )
        for line in ordered
    )
    return [group for group in found if group.tiles]


def summary(tiles: Sequence[Tile]) -> list[tuple[str, Any, int]]:
    """How many machines are in each group, in the order of `GROUPS`; a stale machine counts as stale."""
    counts = Counter("stale" if t.stale else t.group for t in tiles)
    return [(group, label, counts[group]) for group, label in GROUPS.items()]


def page_words(book: PlantBook) -> dict[str, Any]:
    """All the words `live.js` needs to keep tiles true in the reader's language."""
    speech, said = language(), state_words()
    return {
        "states": {s: {"word": said[s], "shape": m.shape, "group": m.group} for s, m in MANNERS.items()},
        "reasons": {r.id: r.name[speech] for r in book.reasons.values()},
        "operations": {o.id: o.name[speech] for o in book.operations.values()},
        "people": {p.id: p.name[speech] for p in book.persons.values()},
        "spans": {unit: str(pattern) for unit, pattern in SPANS.items()},
        "why": {code: why(code) for code in BRIEFLY},
        "briefly": {code: briefly(code) for code in BRIEFLY},
        "pieces": _pieces_of(),
        "zone": book.zone.key,
        "book": book.short,
    }


def _pieces_of() -> dict[str, str]:
    return {"shift": gettext("pieces this shift"), "day": gettext("pieces today")}


def briefly(code: str) -> str:
    """Why something is not known, in three words; the whole sentence is in its title."""
    return str(BRIEFLY.get(code, ""))


def _number(value: int | None) -> str:
    return "—" if value is None else f"{value:,}"


def _clock(at: Micros, now: Micros, book: PlantBook) -> str:
    """The wall clock's time of `at`; with its date when that is not today."""
    there, today = to_datetime(at, book.zone), to_datetime(now, book.zone).date()
    return f"{there:%H:%M:%S}" if there.date() == today else f"{there:%m-%d %H:%M}"
