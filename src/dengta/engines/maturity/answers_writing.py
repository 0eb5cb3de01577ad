"""Answers as canonical JSON: the same answers are the same bytes, so that their SHA-256 can be told by ``sha256sum``.

Keys stand sorted, without blanks, numbers exact and without needless digits. `answers_reading` reads what is written.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from decimal import Decimal

Stated = int | Decimal | str | Sequence[str] | Mapping[str, int | Decimal]
"""An answer as a person states it: a number, an option, options that apply, the two parts of a share."""
SCHEMA = "dengta.answers/1"


def canonical(value: object) -> str:
    """Canonical JSON of tables, lists, texts and exact numbers. TypeError for anything else: a float is not exact."""
    if isinstance(value, Mapping):
        return "{" + ",".join(f"{_text(str(key))}:{canonical(value[key])}" for key in sorted(value)) + "}"
    if isinstance(value, str):
        return _text(value)
    if isinstance(value, Sequence):
        return "[" + ",".join(map(canonical, value)) + "]"
    if isinstance(value, Decimal):
        plain = format(value, "f")
        return (plain.rstrip("0").rstrip(".") or "0") if "." in plain else plain
    if isinstance(value, bool) or not isinstance(value, int):
        raise TypeError(f"{value!r} has no canonical form")
    return str(value)


def to_json(
    edition: str,
    items: Mapping[str, Stated],
    scenes: Mapping[str, int],
    evidence: Mapping[str, Sequence[str]],
    enterprise: str = "",
) -> str:
    """Answers as a file of answers; options that apply stand in the order of their ids."""
    table: dict[str, object] = {"schema": SCHEMA, "edition": edition, "items": items, "scenes": scenes}
    if evidence:
        table["evidence"] = {question: sorted(papers) for question, papers in evidence.items()}
    if enterprise:
        table["enterprise"] = enterprise
    return canonical(table)


def _text(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)
