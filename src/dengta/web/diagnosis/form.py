"""What a posted form says to questions: as the engine's file of answers would state it, or None for no answer.

Fields of question q: ``q`` (option, options, level or percent), ``q.part`` for the parts of a share, ``q.version``.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from decimal import Decimal, InvalidOperation

from django.http import QueryDict

from dengta.core.reason import Reason, refuse_if
from dengta.engines.maturity import Kind, Stated
from dengta.engines.maturity.model import Item, Scene

NONE = "-none"
"""The box that says: none of these."""
_GROUPED = re.compile(r"\d{1,3}(,\d{3})+(\.\d+)?")


def stated(post: QueryDict, asked: Iterable[Item | Scene]) -> dict[str, Stated | None]:
    """The answers of a form to `asked`. Refusal with every fault: half a share, none and some at once."""
    found: dict[str, Stated | None] = {}
    faults: list[Reason] = []
    for one in asked:
        if isinstance(one, Scene):
            found[one.id] = _number(post.get(one.id, ""))
        elif one.kind is Kind.SHARE:
            found[one.id] = _share(post, one, faults)
        elif one.kind is Kind.SINGLE:
            found[one.id] = post.get(one.id) or None
        else:
            found[one.id] = _options(post, one, faults)
    refuse_if(faults)
    return found


def seen(post: QueryDict, asked: Iterable[Item | Scene]) -> dict[str, int]:
    """The version of each answer on the page that was posted."""
    told = {one.id: post.get(f"{one.id}.version", "") for one in asked}
    return {q: int(text) for q, text in told.items() if text.isascii() and text.isdecimal() and len(text) < 10}


def _share(post: QueryDict, item: Item, faults: list[Reason]) -> Stated | None:
    parts = [post.get(f"{item.id}.{part}", "").strip() for part in item.parts]
    if not any(parts):
        return _number(post.get(item.id, ""))
    if not all(parts):
        faults.append(Reason("diagnosis.half", (item.clause,)))
        return None
    return {name: _number(text) for name, text in zip(item.parts, parts, strict=True)}  # type: ignore[misc]


def _options(post: QueryDict, item: Item, faults: list[Reason]) -> Stated | None:
    chosen = post.getlist(item.id)
    some = [option for option in chosen if option != NONE]
    if some and NONE in chosen:
        faults.append(Reason("diagnosis.none_and_some", (item.clause,)))
        return None
    return some if chosen else None


def _number(text: str) -> Stated | None:
    """A number as it was typed, with a percent sign or thousands apart by habit; what is none stays a text, which is
    refused where it is judged."""
    plain = text.strip().removesuffix("%").strip()
    if _GROUPED.fullmatch(plain):
        plain = plain.replace(",", "")
    if not plain:
        return None
    try:
        value = Decimal(plain)
    except InvalidOperation:
        return text.strip()
    if not value.is_finite() or abs(value.adjusted()) > 15:
        return text.strip()
    return int(value) if value == value.to_integral_value() else value
