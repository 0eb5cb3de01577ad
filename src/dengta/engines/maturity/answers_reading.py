"""Answers as JSON, held against their edition: a question of another edition, a share above 100, an option that is
none: every fault at once.

    {"edition": "miit-2024", "items": {"equipment-networked": {"networked": 12, "all": 20}, "systems": "two",
     "network": ["control", "5g"], "funding": 3.5}, "scenes": {"scene-quality": 2},
     "evidence": {"systems": ["list.pdf"]}, "enterprise": "9144200010000000XX"}
"""

from __future__ import annotations

import json
from decimal import Decimal
from fractions import Fraction

from dengta.core.reason import Reason, Refusal
from dengta.core.toml_reading import Table, is_number, shown
from dengta.engines.maturity.model import Answer, Answers, Edition, Item, Kind


def from_json(text: str, source: str, edition: Edition) -> Answers:
    """The answers of a JSON text to the questions of `edition`. Refusal with every fault."""
    try:
        data = json.loads(text, parse_float=Decimal)
    except (ValueError, RecursionError) as error:
        raise Refusal(Reason("maturity.not_json", (source,), {"why": str(error)})) from None
    if not isinstance(data, dict):
        raise Refusal(Reason("toml.not_table", (source,), {"value": shown(data)}))
    return of(data, source, edition)


def edition_of(text: str, source: str) -> str:
    """Which edition the answers say they answer. Refusal where they do not."""
    try:
        stated = json.loads(text).get("edition")
    except (ValueError, AttributeError, RecursionError) as error:
        raise Refusal(Reason("maturity.not_json", (source,), {"why": str(error)})) from None
    if not isinstance(stated, str):
        raise Refusal(Reason("maturity.no_edition", (source,)))
    return stated


def of(data: dict[str, object], source: str, edition: Edition) -> Answers:
    """The answers of a table, as JSON or a form has it."""
    top = Table(data, (source,))
    top.has("schema")
    top.text("enterprise", needed=False)
    if top.text("edition") not in ("", edition.id):
        top.fault("maturity.other_edition", "edition", stated=shown(data.get("edition")), edition=edition.id)
    items = top.table("items", needed=False)
    scenes = top.table("scenes", needed=False)
    by_item = {item.id: item for item in edition.items}
    by_scene = {scene.id: scene for scene in edition.scenes}
    found: dict[str, Answer] = {}
    for key in items:
        if key in by_item:
            answer = _answer(items, by_item[key])
            if answer is not None:
                found[key] = answer
        else:
            items.has(key)
            items.fault("maturity.no_question", key, edition=edition.id)
    levels: dict[str, int] = {}
    for key in scenes:
        if key in by_scene:
            levels[key] = scenes.whole(key, 0, len(by_scene[key].levels))
        else:
            scenes.has(key)
            scenes.fault("maturity.no_question", key, edition=edition.id)
    evidence = _evidence(top, {*by_item, *by_scene})
    top.finish()
    return Answers(edition.id, found, levels, evidence)


def _evidence(top: Table, known: set[str]) -> dict[str, tuple[str, ...]]:
    table = top.table("evidence", needed=False)
    found = {}
    for key in table:
        found[key] = table.texts(key)
        if key not in known:
            table.fault("maturity.no_question", key, edition=shown(top.data.get("edition")))
    return found


def _answer(table: Table, item: Item) -> Answer | None:
    if item.kind is Kind.SHARE:
        return _share(table, item)
    options = [option.id for option in item.options]
    if item.kind is Kind.SINGLE:
        return table.one_of(item.id, options) or None
    return frozenset(table.refs(item.id, "option", options))


def _share(table: Table, item: Item) -> Fraction | None:
    """Percent: as stated, or from its two parts."""
    stated = table.stated(item.id)
    if isinstance(stated, dict) and item.parts:
        inner = table.inner(stated, item.id)
        part, whole = (inner.number(name, 0) for name in item.parts)
        exact = [
            Fraction(str(inner.data.get(name, 0))) if is_number(inner.data.get(name)) else None for name in item.parts
        ]
        if None in exact:
            return None
        if not whole:
            inner.fault("maturity.no_whole", item.parts[1])
        elif part > whole:
            inner.fault("maturity.more_than_whole", item.parts[0], part=part, whole=whole)
        else:
            return 100 * Fraction(str(stated[item.parts[0]])) / Fraction(str(stated[item.parts[1]]))
        return None
    if is_number(stated) and 0 <= stated <= 100:
        return Fraction(str(stated))
    table.fault("maturity.not_share", item.id, value=shown(stated))
    return None
