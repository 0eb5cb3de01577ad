"""What a plan is to be good at: levels in order of importance, each a sum of priced terms. Lower is better.

Before all levels stands the number of operations that could not be planned and of wishes that are broken.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from dengta.core.reason import Reason, Refusal
from dengta.engines.scheduling.kernels_layout import Columns, Sheet
from dengta.engines.scheduling.kernels_measure import TERMS, measure

KINDS = ("unplanned", "tardiness", "late", "makespan", "flow", "setups", "inventory")
MEASURED = (*KINDS, "broken")
"""In the order of `kernels_measure`: weighted ticks late, weighted late orders, last end, ticks from release to end,
ticks of changeover, weighted ticks that orders are done before they are due; broken wishes: deadlines, longest lags,
pinned starts."""


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
        """The value of each level, behind what could not be planned or kept. Tuples compare as plans do."""
        return (
            terms["unplanned"] + terms["broken"],
            *(sum(t.price * terms[t.kind] for t in level) for level in self.levels),
        )


MAKESPAN = Goal(((Term("makespan"),),))


def measured(columns: Columns, sheet: Sheet) -> dict[str, int]:
    """Every term of a plan by kind."""
    out = np.empty(TERMS, np.int64)
    measure(columns, sheet, np.empty(len(columns.release), np.int64), out)
    terms = dict(zip(MEASURED, out.tolist(), strict=True))
    terms["broken"] += sum(len(found) for _, found in overfull(columns, sheet))
    return terms


def overfull(columns: Columns, sheet: Sheet) -> Iterator[tuple[int, list[int]]]:
    """Machines with limited places before them, and the operations that came when all were taken.

    An operation takes its place when all before it have ended and leaves it when it starts.
    """
    c = columns
    if not (c.buffer >= 0).any():
        return
    comes = np.full(len(c.order), -1, np.int64)
    target = np.repeat(np.arange(len(c.order)), np.diff(c.pred_ptr))
    np.maximum.at(comes, target, sheet.end[c.pred])
    waits = (sheet.machine >= 0) & (comes >= 0) & (comes < sheet.start) & (c.begun < 0)
    for m in np.flatnonzero(c.buffer >= 0).tolist():
        here = np.flatnonzero(waits & (sheet.machine == m))
        here = here[np.lexsort((here, comes[here]))]
        leaves = np.sort(sheet.start[here])
        there = np.arange(1, len(here) + 1) - np.searchsorted(leaves, comes[here], side="right")
        yield m, here[there > c.buffer[m]].tolist()
