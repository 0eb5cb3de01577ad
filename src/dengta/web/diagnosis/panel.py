"""The score beside a form: level, points, scenes, what is missing for the next level, and what to do first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from dengta.apps.diagnosis.filled import Filled
from dengta.engines.maturity import Gap, Score, Step, Way, advice, gap_to
from dengta.figures.share_bar import share_bar_svg
from dengta.web.diagnosis.questions import section_of
from dengta.web.diagnosis.words import CERTAINTY, said, shown


class Dimension(NamedTuple):
    """Points of a dimension, drawn and told."""

    name: str
    points: str
    most: str
    bar: SafeString


class Rule(NamedTuple):
    """A level and its rule, what it asks and what is there. held: all of it."""

    number: int
    name: str
    points: str
    scenes: int
    binding: int
    have_scenes: int
    have_binding: int
    held: bool
    certainty: str


class Told(NamedTuple):
    """A step in words."""

    section: str
    question: str
    clause: str
    name: str
    way: str
    does: str
    gives: str
    binding: bool
    closes: bool


@dataclass(frozen=True, slots=True)
class Panel:
    """What a score says. level_name "": below the first level; possible: the level if all that is open were best."""

    points: str
    most_points: str
    level: int
    level_name: str
    possible: int
    sufficient: bool
    complete: bool
    open: int
    dimensions: Sequence[Dimension]
    rules: Sequence[Rule]
    gap: Gap | None
    missing: str
    next_name: str
    steps: Sequence[Told]
    draft: bool


def panel(now: Filled) -> Panel:
    """The panel of a diagnosis."""
    score = now.score
    names = {one.number: said(one.name) for one in now.edition.levels}
    gap = score.gap
    open_ = sum(one.points is None for one in score.items) + sum(s.level is None for s in score.scenes)
    return Panel(
        points=shown(score.least),
        most_points=shown(score.most),
        level=score.level,
        level_name=names.get(score.level, ""),
        possible=score.possible,
        sufficient=score.sufficient,
        complete=score.complete,
        open=open_,
        dimensions=[
            Dimension(
                said(one.name),
                shown(score.dimensions[one.id]),
                shown(one.points),
                mark_safe(share_bar_svg(float(score.dimensions[one.id] / one.points))),  # noqa: S308 (numbers only)
            )
            for one in now.edition.dimensions
        ],
        rules=[_rule(score, k) for k in range(len(now.edition.levels))],
        gap=gap,
        missing=_missing(gap) if gap else "",
        next_name=names.get(gap.level.number, "") if gap else "",
        steps=[_told(now, step) for step in advice(score)],
        draft=any(one.certainty in "SM" for one in now.edition.levels),
    )


def _missing(gap: Gap) -> str:
    """What is missing, without what is not."""
    told = []
    if gap.score:
        told.append(_("{points} points").format(points=shown(gap.score)))
    if gap.scenes:
        told.append(ngettext("{n} scene", "{n} scenes", gap.scenes).format(n=gap.scenes))
    if gap.binding:
        told.append(ngettext("{n} binding scene", "{n} binding scenes", gap.binding).format(n=gap.binding))
    return _(", ").join(told)


def _rule(score: Score, at: int) -> Rule:
    level = score.edition.levels[at]
    there = [one for one in score.scenes if one.level is not None and one.level >= level.number]
    return Rule(
        level.number,
        said(level.name),
        shown(level.score),
        level.scenes,
        level.binding,
        len(there),
        sum(one.scene.binding for one in there),
        gap_to(level, score.least, score.scenes).closed,
        str(CERTAINTY[level.certainty]),
    )


def _told(now: Filled, step: Step) -> Told:
    place = section_of(now.edition, step.question)
    does, gives = _words(step)
    return Told(
        place, step.question, step.clause, said(step.name), step.way.value, does, gives, step.binding, step.closes
    )


def _words(step: Step) -> tuple[str, str]:
    """What to do, and what it gives."""
    points = shown(step.gain)
    if step.way is Way.ANSWER:
        gives = _("up to {points} points").format(points=points) if step.gain else _("may count as a scene")
        return _("answer it"), gives
    if step.way is Way.RAISE:
        climb = ngettext("{n} level up", "{n} levels up", step.steps).format(n=step.steps)
        return _("from level {now} to {wanted}").format(now=step.now, wanted=step.wanted), climb
    does = ngettext("one answer better", "{n} answers better", step.steps).format(n=step.steps)
    return does, _("{points} points").format(points=points)
