"""What to do next for the next level: every step that leads there, what costs least first.

The order: first answer what is open, which costs nothing but the truth; then raise scenes, as few levels as it takes,
binding ones where those are missing; then better the items, the largest gain of one step first, until the points are
there. `closes` marks the steps that together close the gap; what is not marked would be more than is missing.
"""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from fractions import Fraction
from typing import NamedTuple

from dengta.engines.maturity.model import Gap, Item, ItemScore, Kind, SceneScore, Score, Text


class Way(StrEnum):
    """What kind of step it is."""

    ANSWER = "answer"
    RAISE = "raise"
    IMPROVE = "improve"


class Step(NamedTuple):
    """One question and what to do about it.

    gain: points, at most those of the item while it is open. steps: levels to climb, or better answers to reach one
    after the other. now, wanted: levels of a scene. binding: the rule of levels counts it apart.
    """

    way: Way
    question: str
    name: Text
    clause: str
    gain: Fraction
    steps: int
    binding: bool
    closes: bool
    now: int | None = None
    wanted: int | None = None


def advice(score: Score) -> tuple[Step, ...]:
    """Every step towards the next level in the order above; nothing at the highest."""
    if score.gap is None:
        return ()
    return (*_open(score, score.gap), *_raised(score.scenes, score.gap), *_improved(score.items, score.gap))


def _open(score: Score, gap: Gap) -> list[Step]:
    scenes = [
        Step(Way.ANSWER, s.scene.id, s.scene.name, s.scene.clause, Fraction(0), 1, s.scene.binding, False)
        for s in score.scenes
        if s.level is None and (gap.scenes or gap.binding)
    ]
    items = [
        Step(Way.ANSWER, one.item.id, one.item.name, one.item.clause, one.item.points, 1, False, False)
        for one in score.items
        if one.points is None
    ]
    wanted = [s for s in scenes if s.binding and gap.binding]
    return [*wanted, *sorted(items, key=lambda s: -s.gain), *(s for s in scenes if s not in wanted)]


def _raised(scenes: Sequence[SceneScore], gap: Gap) -> list[Step]:
    """Binding scenes that are missing first, then any; the fewest levels to climb first."""
    goal = gap.level.number
    below = [s for s in scenes if s.level is not None and s.level < goal]
    if not (gap.scenes or gap.binding):
        return []
    near = sorted(below, key=lambda s: goal - (s.level or 0))
    binding = [s for s in near if s.scene.binding][: gap.binding]
    rest = [s for s in near if s not in binding]
    chosen = binding + rest[: max(0, gap.scenes - len(binding))]
    return [
        Step(
            Way.RAISE,
            one.scene.id,
            one.scene.name,
            one.scene.clause,
            Fraction(0),
            goal - (one.level or 0),
            one.scene.binding,
            one in chosen,
            one.level,
            goal,
        )
        for one in [*chosen, *(s for s in rest if s not in chosen)]
    ]


def _improved(items: Sequence[ItemScore], gap: Gap) -> list[Step]:
    """Greedy by the gain of the next step; a step that was taken shows the one behind it."""
    if not gap.score:
        return []
    paths = {one.item.id: gains(one.item, one.points) for one in items if one.points is not None}
    taken = dict.fromkeys(paths, 0)
    missing = gap.score
    while missing > 0:
        left = [name for name in paths if taken[name] < len(paths[name])]
        if not left:
            break
        best = max(left, key=lambda name: paths[name][taken[name]])
        missing -= paths[best][taken[best]]
        taken[best] += 1
    found = [_improvement(one.item, paths[one.item.id], taken[one.item.id]) for one in items if paths.get(one.item.id)]
    return sorted(found, key=lambda step: (not step.closes, -step.gain / step.steps))


def _improvement(item: Item, path: Sequence[Fraction], taken: int) -> Step:
    steps = taken or 1
    gain = sum(path[:steps], Fraction(0))
    return Step(Way.IMPROVE, item.id, item.name, item.clause, gain, steps, False, taken > 0)


def gains(item: Item, points: Fraction | None) -> tuple[Fraction, ...]:
    """What each better answer after the present one gains, one after the other.

    Of options that add up the least step is as large as the smallest option, as far as the points of the item go.
    """
    have = points or Fraction(0)
    if item.kind is Kind.MULTI:
        room, step = item.points - have, min((o.points for o in item.options if o.points), default=Fraction(0))
        whole = int(room // step) if step else 0
        path = [step] * whole
        if path:
            path[-1] += room - whole * step
        return tuple(path)
    values = sorted({p for p in (*(o.points for o in item.options), *(b.points for b in item.bins)) if p > have})
    return tuple(after - before for before, after in zip([have, *values], values, strict=False))
