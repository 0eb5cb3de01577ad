"""What a plan is to be good at: levels in order of importance, each a sum of priced terms. Lower is better.

Before all levels stands the number of operations that could not be planned.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np

from dengta.core.reason import Reason, Refusal
from dengta.engines.scheduling.kernels_layout import Columns, Sheet
from dengta.engines.scheduling.kernels_measure import TERMS, measure

KINDS = ("unplanned", "tardiness", "late", "makespan", "flow", "setups", "inventory")
"""In the order of `kernels_measure`: weighted ticks late, weighted late orders, last end, ticks from release to end,
ticks of changeover, weighted ticks that orders are done before they are due."""


def _unknown(term: str) -> Reason:
    return Reason("scheduling.term", (), {"term": term, "known": ", ".join(KINDS[1:])})


@dataclass(frozen=True, slots=True)
class Term:
    """One kind of cost, `price` for each unit of it."""

    kind: str
    price: int = 1

    def __post_init__(self) -> None:
        if self.kind not in KINDS[1:] or self.price < 1:
            raise Refusal(
                Reason("scheduling.term", (), {"term": f"{self.price}*{self.kind}", "known": ", ".join(KINDS[1:])})
            )


@dataclass(frozen=True, slots=True)
class Goal:
    """Levels, the most important first."""

    levels: tuple[tuple[Term, ...], ...] = ((Term("tardiness"),), (Term("makespan"),))

    @classmethod
    def of(cls, text: str) -> Goal:
        """Read ``tardiness, makespan + 3*setups``: levels part at commas. Refusal where a term is unknown."""
        levels = []
        for level in text.split(","):
            terms = []
            for part in level.split("+"):
                found = re.fullmatch(r"\s*(?:(\d{1,9})\s*\*\s*)?([a-z]+)\s*", part)
                if found is None:
                    raise Refusal(_unknown(part.strip()))
                terms.append(Term(found[2], int(found[1] or 1)))
            levels.append(tuple(terms))
        return cls(tuple(levels))

    def __str__(self) -> str:
        def level(terms: tuple[Term, ...]) -> str:
            return " + ".join(t.kind if t.price == 1 else f"{t.price}*{t.kind}" for t in terms)

        return ", ".join(level(terms) for terms in self.levels)

    @property
    def kinds(self) -> set[str]:
        """Every kind that counts."""
        return {term.kind for level in self.levels for term in level}

    def value(self, terms: dict[str, int]) -> tuple[int, ...]:
        """The value of each level, what could not be planned first. Tuples compare as plans do."""
        return (terms["unplanned"], *(sum(t.price * terms[t.kind] for t in level) for level in self.levels))


MAKESPAN = Goal(((Term("makespan"),),))


def measured(columns: Columns, sheet: Sheet) -> dict[str, int]:
    """Every term of a plan by kind."""
    out = np.empty(TERMS, np.int64)
    measure(columns, sheet, np.empty(len(columns.release), np.int64), out)
    return dict(zip(KINDS, out.tolist(), strict=True))
