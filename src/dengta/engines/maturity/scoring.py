"""Score and level: items by option or bin, scenes by level, the highest level all of whose rule holds.

Source: MIIT, levels of digitalisation of small and medium enterprises, 2024 edition (MIIT office, enterprises, 2024 no.
56), as its edition file has it; the rule of levels rests on a secondary source and says so.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from dengta.core.reason import Reason
from dengta.engines.maturity.model import (
    Answer,
    Answers,
    Edition,
    Gap,
    Item,
    ItemScore,
    Kind,
    Level,
    SceneScore,
    Score,
)

_NOTHING = Fraction(0)
_SHOWN = 5  # actions


def points_of(item: Item, answer: Answer) -> Fraction:
    """The points of an answer that was judged to fit the item."""
    if isinstance(answer, Fraction):
        return next((one.points for one in item.bins if answer <= one.most), item.bins[-1].points)
    chosen = {answer} if isinstance(answer, str) else answer
    total = sum((option.points for option in item.options if option.id in chosen), _NOTHING)
    return min(total, item.points)


def score(edition: Edition, answers: Answers) -> Score:
    """Points, level, and what is missing for the next. The answers were judged against the edition."""
    items = tuple(_item(item, answers) for item in edition.items)
    found = [(scene, answers.scenes.get(scene.id)) for scene in edition.scenes]
    scenes = tuple(SceneScore(scene, level, answers.evidence.get(scene.id, ())) for scene, level in found)
    least = sum((one.points or _NOTHING for one in items), _NOTHING)
    most = least + sum((one.item.points for one in items if one.points is None), _NOTHING)
    by_dimension = {
        d.id: sum((one.points or _NOTHING for one in items if one.item.dimension == d.id), _NOTHING)
        for d in edition.dimensions
    }
    level = _level(edition, least, scenes, open_counts=False)
    possible = _level(edition, most, scenes, open_counts=True)
    ahead = next((one for one in edition.levels if one.number == level + 1), None)
    gap = None if ahead is None else gap_to(ahead, least, scenes)
    actions = () if gap is None else _actions(gap, items, scenes)
    return Score(edition, items, scenes, least, most, level, possible, by_dimension, gap, actions)


def _item(item: Item, answers: Answers) -> ItemScore:
    answer = answers.items.get(item.id)
    points = None if answer is None else points_of(item, answer)
    return ItemScore(item, points, _next_gain(item, answer), answers.evidence.get(item.id, ()))


def _next_gain(item: Item, answer: Answer | None) -> Fraction:
    """Points of the smallest step up."""
    have = _NOTHING if answer is None else points_of(item, answer)
    if item.kind is Kind.MULTI:
        chosen = answer if isinstance(answer, frozenset) else frozenset()
        steps = [option.points for option in item.options if option.id not in chosen]
        return min(min(steps, default=_NOTHING), item.points - have)
    above = [p for p in (*(o.points for o in item.options), *(b.points for b in item.bins)) if p > have]
    return min(above) - have if above else _NOTHING


def gap_to(level: Level, points: Fraction, scenes: Sequence[SceneScore], *, open_counts: bool = False) -> Gap:
    """What is missing for a level. `open_counts`: scenes that are not answered count as if they had it."""
    there = [one for one in scenes if (open_counts if one.level is None else one.level >= level.number)]
    binding = sum(one.scene.binding for one in there)
    return Gap(
        level, max(_NOTHING, level.score - points), max(0, level.scenes - len(there)), max(0, level.binding - binding)
    )


def _level(edition: Edition, points: Fraction, scenes: Sequence[SceneScore], *, open_counts: bool) -> int:
    """The highest level whose whole rule holds; 0: none."""
    held = [one.number for one in edition.levels if gap_to(one, points, scenes, open_counts=open_counts).closed]
    return max(held, default=0)


def _actions(gap: Gap, items: Sequence[ItemScore], scenes: Sequence[SceneScore]) -> tuple[Reason, ...]:
    """What to do first for the next level: answer what is open, nearest scenes, items that gain most."""
    open_ = [one.item.id for one in items if one.points is None] + [s.scene.id for s in scenes if s.level is None]
    found = [Reason("maturity.answer", (place,)) for place in open_]
    if gap.scenes or gap.binding:
        near = [one for one in scenes if one.level is not None and one.level < gap.level.number]
        only_binding = gap.binding >= gap.scenes
        near = [one for one in near if one.scene.binding or not only_binding]
        near.sort(key=lambda one: (-(one.level or 0), not one.scene.binding, one.scene.id))
        wanted = gap.level.number
        found += [
            Reason("maturity.raise_scene", (one.scene.id,), {"level": one.level, "wanted": wanted})
            for one in near[: max(gap.scenes, gap.binding)]
        ]
    if gap.score:
        better = sorted((one for one in items if one.next_gain), key=lambda one: -one.next_gain)
        found += [
            Reason("maturity.gain", (one.item.id,), {"points": f"{float(one.next_gain):g}"}) for one in better[:_SHOWN]
        ]
    return tuple(found)
