"""Firms that share a controller, an address, a telephone, an account or a name: groups, with what they share."""

from __future__ import annotations

import unicodedata
from collections import defaultdict
from collections.abc import Iterable
from typing import NamedTuple

KINDS = ("controller", "address", "phone", "account", "name")
MOST = 20
"""Firms that may share a value before it says nothing of them, as the address of an industrial park."""


class Shared(NamedTuple):
    """One value that several firms have. firms: in order."""

    kind: str
    key: str
    firms: tuple[str, ...]


class Group(NamedTuple):
    """Firms that hang together, directly or through others, and everything that any two of them share."""

    firms: tuple[str, ...]
    evidence: tuple[Shared, ...]


class Related(NamedTuple):
    """groups: the largest first. common: values too many share to say anything."""

    groups: tuple[Group, ...]
    common: tuple[Shared, ...]


def comparable(kind: str, text: str) -> str:
    """A value in the one way in which all ways to write it agree; "" where nothing is left to compare."""
    plain = unicodedata.normalize("NFKC", text).casefold()
    if kind == "phone":
        digits = "".join(sign for sign in plain if sign.isdigit())
        for country in ("0086", "86"):
            if digits.startswith(country) and len(digits) > 11:
                return digits[len(country) :]
        return digits
    if kind == "account":
        return "".join(sign for sign in plain if sign.isdigit())
    return "".join(sign for sign in plain if sign.isalnum())


def related(told: Iterable[tuple[str, str, str]], most: int = MOST) -> Related:
    """Groups out of (firm, kind, key), each key as `comparable` makes it; an empty one joins nobody."""
    holders: dict[tuple[str, str], set[str]] = defaultdict(set)
    for firm, kind, key in told:
        if key:
            holders[kind, key].add(firm)
    shared = [Shared(kind, key, tuple(sorted(firms))) for (kind, key), firms in holders.items() if len(firms) > 1]
    joining = [one for one in shared if len(one.firms) <= most]
    head: dict[str, str] = {}
    for one in joining:
        for firm in one.firms[1:]:
            head[_head(head, firm)] = _head(head, one.firms[0])
    members: dict[str, list[Shared]] = defaultdict(list)
    for one in joining:
        members[_head(head, one.firms[0])].append(one)
    groups = [
        Group(tuple(sorted({firm for one in evidence for firm in one.firms})), tuple(sorted(evidence)))
        for evidence in members.values()
    ]
    common = sorted(one for one in shared if len(one.firms) > most)
    return Related(tuple(sorted(groups, key=lambda group: (-len(group.firms), group.firms))), tuple(common))


def _head(head: dict[str, str], firm: str) -> str:
    """Who stands for the group of `firm`; the way there gets shorter each time."""
    while head.get(firm, firm) != firm:
        head[firm] = head.get(head[firm], head[firm])
        firm = head[firm]
    return firm
