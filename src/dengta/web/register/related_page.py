"""What the list of related enterprises shows: groups and their evidence."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from dengta.apps.register import history
from dengta.apps.register.models import Kind
from dengta.apps.register.policies import Sight
from dengta.engines.register import Group, Shared
from dengta.web.register.words import KINDS, PRIVATE


@dataclass(frozen=True, slots=True)
class SharedRow:
    """A value that several enterprises have."""

    kind: str
    value: str
    firms: int


@dataclass(frozen=True, slots=True)
class GroupRow:
    """A group; of members a person may not see only how many."""

    firms: Sequence[tuple[str, str]]
    unseen: int
    evidence: Sequence[SharedRow]


def build(sight: Sight, *, whole: bool) -> tuple[list[GroupRow], list[SharedRow]]:
    """Groups with a member the person sees, and values that too many share. `whole`: private values in full."""
    found = history.all_related(sight.programme)
    codes = {code for group in found.groups for code in group.firms}
    names = history.names_of(sight, codes)
    groups = [_group(one, names, whole) for one in found.groups]
    return [one for one in groups if one.firms], [_shared(one, whole) for one in found.common]


def _group(group: Group, names: dict[str, str], whole: bool) -> GroupRow:
    known = [(code, names[code]) for code in group.firms if code in names]
    return GroupRow(known, len(group.firms) - len(known), [_shared(one, whole) for one in group.evidence])


def _shared(one: Shared, whole: bool) -> SharedRow:
    private = Kind(one.kind) in PRIVATE and not whole
    return SharedRow(str(KINDS[Kind(one.kind)]), f"•••{one.key[-3:]}" if private else one.key, len(one.firms))
