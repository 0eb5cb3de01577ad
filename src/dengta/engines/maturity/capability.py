"""Capability maturity of smart manufacturing (GB/T 39116, 39117): clauses satisfied in part, weights, levels passed.

    sub-domain = mean of its clauses at a level        domain, element, level = sums by weight
    a level is passed from `pass` on and counts 1; the first that is not adds its own score: S; S gives the level

What does not apply is taken out with its reason, and the weights beside it share its place. All numbers are data.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import NamedTuple

from dengta.core.reason import Reason, refuse_if
from dengta.engines.maturity.edition_reading import MARKS, Table
from dengta.engines.maturity.model import Text


class Branch(NamedTuple):
    """An element, a domain or a sub-domain: its weight among its kind, and what is in it."""

    id: str
    name: Text
    weight: Fraction
    parts: tuple[Branch, ...] = ()


@dataclass(frozen=True, slots=True)
class Model:
    """The tree of elements, how far a clause can be satisfied, and from which S each level is reached."""

    id: str
    name: Text
    document: str
    source: str
    certainty: str
    passed: Fraction
    satisfaction: Mapping[str, Fraction]
    elements: tuple[Branch, ...]
    levels: tuple[tuple[Text, Fraction], ...]

    @property
    def subdomains(self) -> tuple[str, ...]:
        """Every sub-domain, in order."""
        return tuple(s.id for e in self.elements for d in e.parts for s in d.parts)


@dataclass(frozen=True, slots=True)
class Assessment:
    """Clauses by level and sub-domain, each a word of `Model.satisfaction`; what does not apply, with why."""

    clauses: Mapping[int, Mapping[str, Sequence[str]]]
    not_applicable: Mapping[str, str]


class Capability(NamedTuple):
    """Scores of the levels as far as they count, S, and the level; `open`: sub-domains no level says anything of."""

    scores: tuple[Fraction, ...]
    total: Fraction
    level: int
    open: tuple[str, ...]


def model_of(text: str, source: str) -> Model:
    """A model as TOML. Refusal with every fault, among them weights that do not make a whole."""
    top = Table.of(text, source)
    head = top.table("model")
    words = head.table("satisfaction")
    satisfaction = {word: words.exact(word) for word in words}
    elements = tuple(_branch(one, ("domain", "subdomain")) for one in top.tables("element", needed=True))
    if sum(e.weight for e in elements) != 100:
        top.fault("maturity.weights", sum=str(sum(e.weight for e in elements)))
    levels = tuple((one.both("name"), one.exact("from")) for one in top.tables("level", needed=True))
    document, from_, mark = head.text("document"), head.text("source"), head.one_of("certainty", MARKS)
    made = Model(
        head.text("id"), head.both("name"), document, from_, mark, head.exact("pass"), satisfaction, elements, levels
    )
    top.finish()
    return made


def _branch(table: Table, kinds: tuple[str, ...]) -> Branch:
    parts = tuple(_branch(one, kinds[1:]) for one in table.tables(kinds[0], needed=True)) if kinds else ()
    total = sum((part.weight for part in parts), Fraction(0))
    if parts and total != 100:
        table.fault("maturity.weights", sum=str(total))
    return Branch(table.text("id"), table.both("name"), table.exact("weight"), parts)


def assess(model: Model, given: Assessment) -> Capability:
    """S and the level. Refusal where a sub-domain or a word is none of the model's."""
    refuse_if(_faults(model, given))
    kept = [s for s in model.subdomains if s not in given.not_applicable]
    open_ = tuple(s for s in kept if not any(given.clauses.get(k, {}).get(s) for k in given.clauses))
    scores: list[Fraction] = []
    total = Fraction(0)
    for number in range(1, len(model.levels) + 1):
        level = _weighted(model.elements, model, given, given.clauses.get(number, {}))
        scores.append(level)
        if level < model.passed:
            total += level
            break
        total += 1
    reached = sum(total >= least for _, least in model.levels)
    return Capability(tuple(scores), total, reached, open_)


def _weighted(
    branches: Sequence[Branch], model: Model, given: Assessment, clauses: Mapping[str, Sequence[str]]
) -> Fraction:
    """The sum by weight of what applies, the weights made a whole again."""
    rows = [(b, _score(b, model, given, clauses)) for b in branches if _applies(b, given)]
    whole = sum((b.weight for b, _ in rows), Fraction(0))
    return sum((b.weight / whole * score for b, score in rows), Fraction(0)) if whole else Fraction(0)


def _score(branch: Branch, model: Model, given: Assessment, clauses: Mapping[str, Sequence[str]]) -> Fraction:
    if branch.parts:
        return _weighted(branch.parts, model, given, clauses)
    words = clauses.get(branch.id, ())
    return sum((model.satisfaction[word] for word in words), Fraction(0)) / len(words) if words else Fraction(0)


def _applies(branch: Branch, given: Assessment) -> bool:
    if branch.parts:
        return any(_applies(part, given) for part in branch.parts)
    return branch.id not in given.not_applicable


def _faults(model: Model, given: Assessment) -> list[Reason]:
    known = set(model.subdomains)
    found = [
        Reason("maturity.no_question", (f"level {k}", sub), {"edition": model.id})
        for k, clauses in given.clauses.items()
        for sub in clauses
        if sub not in known or not 1 <= k <= len(model.levels)
    ]
    found += [
        Reason("maturity.no_question", (s,), {"edition": model.id}) for s in given.not_applicable if s not in known
    ]
    found += [Reason("maturity.no_reason", (s,)) for s, why in given.not_applicable.items() if not why.strip()]
    allowed = ", ".join(model.satisfaction)
    return found + [
        Reason("toml.not_one_of", (f"level {k}", sub), {"value": word, "allowed": allowed})
        for k, clauses in given.clauses.items()
        for sub, words in clauses.items()
        for word in words
        if word not in model.satisfaction
    ]
