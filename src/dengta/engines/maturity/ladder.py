"""A ladder of tiers: completeness first, then what a tier requires, then what rules it out, then the expert.

Four outcomes, each with its reasons: passed, rejected, for an expert to say, or not enough data, which is no failure.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

from dengta.core.reason import Reason
from dengta.engines.maturity.edition_reading import MARKS, Table
from dengta.engines.maturity.model import Text

Fact = int | bool


class Outcome(StrEnum):
    """What became of a tier."""

    PASSED = "passed"
    REJECTED = "rejected"
    EXPERT = "expert"  # facts hold; what only a person can judge is left
    INSUFFICIENT = "insufficient"


class Rule(NamedTuple):
    """A fact that must be at least, or at most, or just so. Of a veto: when it is met the tier is ruled out."""

    fact: str
    name: Text
    least: int | None
    most: int | None
    equals: bool | None

    def holds(self, stated: Fact) -> bool:
        """Whether a stated fact meets it."""
        if self.equals is not None:
            return stated is self.equals
        low = self.least is None or stated >= self.least
        return low and (self.most is None or stated <= self.most)


@dataclass(frozen=True, slots=True)
class Tier:
    """One rung."""

    id: str
    name: Text
    requires: tuple[Rule, ...]
    vetoes: tuple[Rule, ...]
    expert: bool
    source: str
    certainty: str


class Verdict(NamedTuple):
    """What the facts say of a tier."""

    tier: Tier
    outcome: Outcome
    reasons: tuple[Reason, ...]


def tiers_of(text: str, source: str) -> tuple[Tier, ...]:
    """The tiers of a ladder as TOML, the lowest first. Refusal with every fault."""
    top = Table.of(text, source)
    made = tuple(_tier(one) for one in top.tables("tier", needed=True))
    top.finish()
    return made


def _tier(table: Table) -> Tier:
    return Tier(
        table.text("id"),
        table.both("name"),
        tuple(_rule(one) for one in table.tables("requires")),
        tuple(_rule(one) for one in table.tables("veto")),
        table.yes("expert"),
        table.text("source"),
        table.one_of("certainty", MARKS),
    )


def _rule(table: Table) -> Rule:
    least = table.whole("least", 0) if table.has("least") else None
    most = table.whole("most", 0) if table.has("most") else None
    equals = table.yes("is") if table.has("is") else None
    if least is None and most is None and equals is None:
        table.fault("maturity.rule_of_nothing")
    return Rule(table.text("fact"), table.both("name"), least, most, equals)


def judged(tiers: tuple[Tier, ...], facts: Mapping[str, Fact]) -> tuple[Verdict, ...]:
    """Every tier held against the facts of a firm. A fact that is not stated is unknown; a veto speaks before it."""
    return tuple(_judged(tier, facts) for tier in tiers)


def _judged(tier: Tier, facts: Mapping[str, Fact]) -> Verdict:
    vetoed = [r for r in tier.vetoes if r.fact in facts and r.holds(facts[r.fact])]
    missed = [r for r in tier.requires if r.fact in facts and not r.holds(facts[r.fact])]
    if vetoed or missed:
        reasons = [Reason("maturity.vetoed", (tier.id, r.fact)) for r in vetoed]
        reasons += [Reason("maturity.missed", (tier.id, r.fact)) for r in missed]
        return Verdict(tier, Outcome.REJECTED, tuple(reasons))
    unknown = [r.fact for r in (*tier.requires, *tier.vetoes) if r.fact not in facts]
    if unknown:
        told = tuple(Reason("maturity.fact_unstated", (tier.id, fact)) for fact in dict.fromkeys(unknown))
        return Verdict(tier, Outcome.INSUFFICIENT, told)
    return Verdict(tier, Outcome.EXPERT if tier.expert else Outcome.PASSED, ())
