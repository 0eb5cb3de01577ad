"""What the rows of a diagnosis say to the engine: its answers, its score, and the bytes anybody can score again."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property, lru_cache
from typing import Any

from dengta import programmes
from dengta.apps.diagnosis.models import Answer, Diagnosis, Evidence
from dengta.core.reason import Reason, Refusal
from dengta.engines import maturity
from dengta.engines.maturity import Answers, Edition, Score


@lru_cache(maxsize=16)
def edition(name: str) -> Edition:
    """A questionnaire by its id. Refusal: there is none."""
    if name not in programmes.editions():
        known = ", ".join(programmes.editions())
        raise Refusal(Reason("maturity.edition_unknown", (name,), {"edition": name, "known": known}))
    return maturity.from_toml(programmes.edition(name), name)


@lru_cache(maxsize=16)
def questions(name: str) -> Mapping[str, str]:
    """The clause of every question of an edition, by id, in order."""
    return {one.id: one.clause for one in edition(name).questions}


def told(evidence: Evidence) -> str:
    """A piece of evidence as an exported answer names it: grade, kind, SHA-256 of its bytes, and a file's name."""
    name = f" {evidence.name}" if evidence.name else ""
    return f"{evidence.grade} {evidence.kind} sha256:{digest(evidence)}{name}"


def digest(evidence: Evidence) -> str:
    """SHA-256 of a file, else of `content`."""
    return evidence.sha256 or hashlib.sha256(content(evidence)).hexdigest()


def content(evidence: Evidence) -> bytes:
    """The bytes of evidence that is no file: the canonical finding, or the note."""
    return (maturity.canonical(evidence.finding) if evidence.finding else evidence.note).encode()


@dataclass(frozen=True)
class Filled:
    """A diagnosis with its answers and its evidence that was not taken away."""

    diagnosis: Diagnosis
    rows: Mapping[str, Answer]
    evidence: Mapping[str, tuple[Evidence, ...]]

    @classmethod
    def of(cls, diagnosis: Diagnosis, rows: Iterable[Answer], evidence: Iterable[Evidence]) -> Filled:
        """Rows by question."""
        by_question: dict[str, tuple[Evidence, ...]] = {}
        for one in evidence:
            by_question[one.question] = (*by_question.get(one.question, ()), one)
        return cls(diagnosis, {row.question: row for row in rows}, by_question)

    @property
    def edition(self) -> Edition:
        """Its questionnaire."""
        return edition(self.diagnosis.edition)

    @cached_property
    def stated(self) -> Mapping[str, Any]:
        """Every answer that is given, as it was stated."""
        return {q: json.loads(row.value, parse_float=Decimal) for q, row in self.rows.items() if row.value}

    @cached_property
    def text(self) -> str:
        """The canonical file of answers, evidence named by hash: `dengta maturity score` reads it."""
        scenes = {scene.id for scene in self.edition.scenes}
        papers = {q: sorted(told(one) for one in some) for q, some in self.evidence.items()}
        return maturity.to_json(
            self.diagnosis.edition,
            {q: value for q, value in self.stated.items() if q not in scenes},
            {q: value for q, value in self.stated.items() if q in scenes},
            papers,
            self.diagnosis.enterprise,
        )

    @property
    def sha256(self) -> str:
        """Of `text`."""
        return hashlib.sha256(self.text.encode()).hexdigest()

    @cached_property
    def answers(self) -> Answers:
        """For the engine, by the way any file of answers goes."""
        return maturity.from_json(self.text, "answers.json", self.edition)

    @cached_property
    def score(self) -> Score:
        """Points and level."""
        return maturity.score(self.edition, self.answers)
