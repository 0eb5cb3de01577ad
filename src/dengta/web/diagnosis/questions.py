"""Questions as a page shows them: what was answered, by whom, what it gives, and what each other answer would."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from django.utils.translation import gettext as _

from dengta.apps.diagnosis.filled import Filled
from dengta.apps.diagnosis.models import Answer, Evidence
from dengta.engines.maturity import NETWORKING, OEE, Edition, Kind
from dengta.engines.maturity.model import Item, Scene
from dengta.web.diagnosis.words import CERTAINTY, said, shown

SCENES = "scenes"
ANSWERED = (NETWORKING, OEE)
"""Predicates that a log answers now."""


class Choice(NamedTuple):
    """An answer that may be chosen."""

    id: str
    name: str
    points: str
    chosen: bool


class Bin(NamedTuple):
    """Points of a share above `over` and up to `most` percent. here: the answer lies in it."""

    over: str
    most: str
    points: str
    here: bool


class Field(NamedTuple):
    """A number that is typed."""

    name: str
    label: str
    value: str


@dataclass(frozen=True, slots=True)
class Question:
    """One question. kind: share, single, multi or scene; points None: not answered; none: none of the options apply."""

    id: str
    clause: str
    name: str
    kind: str
    certainty: str
    most: str
    points: str | None
    percent: str
    level: int | None
    binding: bool
    choices: Sequence[Choice]
    bins: Sequence[Bin]
    fields: Sequence[Field]
    none: bool
    predicate: str
    accepted: str
    row: Answer | None
    evidence: Sequence[Evidence]
    reasons: Sequence[str] = field(default_factory=tuple)

    @property
    def version(self) -> int:
        """Of its answer; 0 where there never was one."""
        return self.row.version if self.row else 0

    @property
    def answered(self) -> bool:
        """Whether there is an answer."""
        return self.row is not None and bool(self.row.value)

    @property
    def grade(self) -> str:
        """The best provenance grade of its evidence; "" without any."""
        return min((one.grade for one in self.evidence), default="")


class Section(NamedTuple):
    """A dimension, or the scenes: its questions, how many are answered, its points."""

    id: str
    name: str
    questions: int
    answered: int
    points: str
    most: str


def of_section(edition: Edition, section: str) -> Sequence[Item | Scene]:
    """The questions of a section. KeyError: there is none of this name."""
    if section == SCENES and edition.scenes:
        return edition.scenes
    if section not in {dimension.id for dimension in edition.dimensions}:
        raise KeyError(section)
    return [item for item in edition.items if item.dimension == section]


def section_of(edition: Edition, question: str) -> str:
    """Where a question stands."""
    return next((item.dimension for item in edition.items if item.id == question), SCENES)


def sections(now: Filled) -> list[Section]:
    """Every section of the form."""
    score, given = now.score, set(now.stated)
    made = [
        Section(
            one.id,
            said(one.name),
            len(of_section(now.edition, one.id)),
            sum(item.id in given for item in of_section(now.edition, one.id)),
            shown(score.dimensions[one.id]),
            shown(one.points),
        )
        for one in now.edition.dimensions
    ]
    scenes = now.edition.scenes
    if scenes:
        made.append(Section(SCENES, _("Scenes"), len(scenes), sum(s.id in given for s in scenes), "", ""))
    return made


def questions(now: Filled, asked: Sequence[Item | Scene]) -> list[Question]:
    """`asked` with what the diagnosis says to each."""
    return [question(now, one) for one in asked]


def question(now: Filled, one: Item | Scene, reasons: Sequence[str] = ()) -> Question:
    """One of them."""
    row, papers = now.rows.get(one.id), now.evidence.get(one.id, ())
    stated = now.stated.get(one.id)
    asked = {
        "id": one.id,
        "clause": one.clause,
        "name": said(one.name),
        "predicate": one.predicate if one.predicate in ANSWERED else "",
    }
    common = asked | {
        "certainty": str(CERTAINTY[now.edition.certainty]),
        "row": row,
        "evidence": papers,
        "reasons": reasons,
    }
    return _scene(one, stated, common) if isinstance(one, Scene) else _item(now, one, stated, common)


def _scene(one: Scene, stated: Any, common: Mapping[str, Any]) -> Question:
    levels = [Choice("0", _("none of these yet"), "", stated == 0)]
    levels += [Choice(str(k), said(text), "", stated == k) for k, text in enumerate(one.levels, 1)]
    return Question(
        **common,
        kind="scene",
        most="",
        points=None,
        percent="",
        level=stated,
        binding=one.binding,
        choices=levels,
        bins=(),
        fields=(),
        none=False,
        accepted="",
    )


def _item(now: Filled, one: Item, stated: Any, common: Mapping[str, Any]) -> Question:
    points = next(item.points for item in now.score.items if item.item.id == one.id)
    share = now.answers.items.get(one.id) if one.kind is Kind.SHARE else None
    chosen = {stated} if isinstance(stated, str) else set(stated) if isinstance(stated, list) else set()
    return Question(
        **common,
        kind=one.kind.value,
        most=shown(one.points),
        points=None if points is None else shown(points),
        percent="" if share is None else shown(share),  # type: ignore[arg-type]
        level=None,
        binding=False,
        choices=[Choice(o.id, said(o.name), shown(o.points), o.id in chosen) for o in one.options],
        bins=_bins(one, share) if len(one.bins) <= _MOST_BINS else (),
        fields=_fields(one, stated) if one.kind is Kind.SHARE else (),
        none=stated == [],
        accepted=said(one.evidence),
    )


_MOST_BINS = 12
"""More of them are no table anybody reads: a score taken over as reported."""


def _bins(item: Item, share: Any) -> list[Bin]:
    here = next((k for k, one in enumerate(item.bins) if share is not None and share <= one.most), None)
    lows = ["0", *(shown(one.most) for one in item.bins)]
    return [Bin(lows[k], shown(one.most), shown(one.points), k == here) for k, one in enumerate(item.bins)]


def _fields(item: Item, stated: Any) -> list[Field]:
    """The two parts of a share, or the share itself where it has none or was stated so."""
    if item.parts and (stated is None or isinstance(stated, dict)):
        names = [said(text) for text in item.part_names] or list(item.parts)
        values = [str((stated or {}).get(part, "")) for part in item.parts]
        return [Field(f"{item.id}.{p}", n, v) for p, n, v in zip(item.parts, names, values, strict=True)]
    return [Field(item.id, _("percent"), "" if stated is None else str(stated))]
