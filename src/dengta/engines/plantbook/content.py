"""What a plant book states, free of comments, key order and spelling of numbers: canonical JSON, and differences."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

from dengta.engines.plantbook.model import PlantBook


def canonical(data: Mapping[str, Any]) -> str:
    """The canonical JSON of a TOML document: keys sorted, no blanks, 4.50 as 4.5, dates as ISO 8601."""
    return json.dumps(_plain(data), ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False)


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {key: _plain(v) for key, v in value.items()}
    if isinstance(value, list):
        return [_plain(v) for v in value]
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    return value.isoformat() if isinstance(value, date | datetime | time) else value


@dataclass(frozen=True, slots=True)
class Change:
    """One difference between two revisions.

    where:  ids and keys, outermost first: ``("machine", "saw-1", "name", "en")``.
    before: the value as it was, None where it was not there.
    after:  the value as it is, None where it is no longer there.
    """

    where: tuple[str, ...]
    before: Any
    after: Any

    @property
    def what(self) -> str:
        """``added``, ``removed`` or ``changed``."""
        return "added" if self.before is None else "removed" if self.after is None else "changed"


def diff(old: PlantBook, new: PlantBook) -> list[Change]:
    """What `new` states otherwise than `old`. Tables are matched by their id, so that moving one is no change of it."""
    return list(_differences((), old.content, new.content))


def _differences(where: tuple[str, ...], old: Any, new: Any) -> Iterator[Change]:
    if isinstance(old, dict) and isinstance(new, dict):
        for key in [*old, *(k for k in new if k not in old)]:
            yield from _differences((*where, key), old.get(key), new.get(key))
    elif _is_tables(old) and _is_tables(new):
        yield from _differences(where, _keyed(old), _keyed(new))
    elif old != new:
        yield Change(where, old, new)


def _is_tables(value: Any) -> bool:
    return isinstance(value, list) and bool(value) and all(isinstance(v, dict) for v in value)


def _keyed(tables: list[dict[str, Any]]) -> dict[str, Any]:
    """Tables by what identifies them: their id, else the keys that say what they are about."""
    found: dict[str, Any] = {}
    for table in tables:
        about = ("id", "code", "operation", "item", "machine", "line", "from", "shift", "first", "start")
        key = str(table["id"]) if "id" in table else " ".join(str(table[k]) for k in about if k in table)
        while key in found:
            key += "'"
        found[key] = table
    return found
