"""Answers that make exactly a wanted level, drawn: for sample data that agrees with what is recorded of a firm.

Items are a walk up and down the ladder of each one's answers until the points lie between the rule of the level and
that of the next; scenes are drawn about the level and raised, nearest first, until the rule holds. Seeded.
"""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from itertools import accumulate, pairwise

import numpy as np

from dengta.engines.maturity.answers_writing import Stated
from dengta.engines.maturity.model import Edition, Item, Kind
from dengta.engines.maturity.scoring import points_of

_NEAR = 0.45  # of the way from a level's points to the next one's: most firms are not just below it
_WHOLE = 40  # machines, or thousands, of the whole that a drawn share is of


def sample_answers(
    edition: Edition, level: int, chance: np.random.Generator, given: Mapping[str, Stated] | None = None
) -> tuple[dict[str, Stated], dict[str, int]]:
    """Answers to every question, items and scenes, that reach `level` and not the next. given: answers that stand.

    ValueError: there is no such level, or what is given leaves no way to it.
    """
    if not 0 <= level <= len(edition.levels):
        raise ValueError(f"{edition.id} has no level {level}")
    given = given or {}
    least = edition.levels[level - 1].score if level else Fraction(0)
    most = edition.levels[level].score if level < len(edition.levels) else Fraction(101)
    ladders = {i.id: _ladder(i, chance) for i in edition.items if i.id not in given}
    fixed = sum((_points(i, given[i.id]) for i in edition.items if i.id in given), Fraction(0))
    at = _walk(edition, ladders, fixed, (least, most), chance)
    items: dict[str, Stated] = {name: ladders[name][k][1] for name, k in at.items()}
    items |= {i.id: given[i.id] for i in edition.items if i.id in given}
    return items, _scenes(edition, level, chance, {q: v for q, v in given.items() if isinstance(v, int)})


Ladder = list[tuple[Fraction, Stated]]


def _walk(
    edition: Edition,
    ladders: Mapping[str, Ladder],
    fixed: Fraction,
    between: tuple[Fraction, Fraction],
    chance: np.random.Generator,
) -> dict[str, int]:
    """A rung of every ladder, so that the points reach a drawn goal and stay below the most."""
    least, most = between
    goal = least + (min(most, Fraction(100)) - least) * Fraction(str(round(chance.random() * _NEAR, 3)))
    at = dict.fromkeys(ladders, 0)
    points = fixed + sum((ladder[0][0] for ladder in ladders.values()), Fraction(0))
    steps = {name: [after[0] - before[0] for before, after in pairwise(rungs)] for name, rungs in ladders.items()}
    open_ = [name for name in ladders if steps[name]]
    while open_ and points < goal:
        name = open_[int(chance.integers(len(open_)))]
        step = steps[name][at[name]]
        if points + step < most:
            points += step
            at[name] += 1
        if points + step >= most or at[name] == len(steps[name]):
            open_.remove(name)  # at its best, or such a step is too much from now on
    if not least <= points < most:
        raise ValueError(f"{edition.id}: {points} points, wanted from {least} to below {most}")
    return at


def _ladder(item: Item, chance: np.random.Generator) -> Ladder:
    """Answers of an item, each with more points than the one before."""
    if item.kind is Kind.MULTI:
        order = [item.options[k] for k in chance.permutation(len(item.options)).tolist()]
        sums = accumulate((option.points for option in order), initial=Fraction(0))
        return [(points, sorted(option.id for option in order[:n])) for n, points in enumerate(sums)]
    if item.kind is Kind.SINGLE:
        return sorted(((option.points, option.id) for option in item.options), key=lambda rung: rung[0])
    rungs: Ladder = []
    low = Fraction(0)
    for one in item.bins:
        percent = int(low) + 1 + int(chance.integers(max(1, int(one.most - low)))) if one.most else 0
        rungs.append((one.points, _share(item, min(percent, int(one.most)))))
        low = one.most
    return rungs


def _share(item: Item, percent: int) -> Stated:
    """A share of about so many percent, in its bin: its parts where it has two."""
    if not item.parts:
        return percent
    part = percent * _WHOLE // 100
    if points_of(item, Fraction(100 * part, _WHOLE)) == points_of(item, Fraction(percent)):
        return {item.parts[0]: part, item.parts[1]: _WHOLE}
    return {item.parts[0]: percent, item.parts[1]: 100}


def _points(item: Item, stated: Stated) -> Fraction:
    """Points of an answer as it is stated."""
    if item.kind is Kind.SHARE:
        if isinstance(stated, Mapping):
            part, whole = (Fraction(str(stated[name])) for name in item.parts)
            return points_of(item, 100 * part / whole)
        return points_of(item, Fraction(str(stated)))
    return points_of(item, stated if isinstance(stated, str) else frozenset(stated))  # type: ignore[arg-type]


def _scenes(edition: Edition, level: int, chance: np.random.Generator, given: Mapping[str, int]) -> dict[str, int]:
    """Scenes about the level; the rule of the level holds. That the next does not is the points' part."""
    found = {
        scene.id: int(np.clip(level + chance.choice((-1, 0, 0, 1)), 0, len(scene.levels))) for scene in edition.scenes
    }
    found |= {scene.id: given[scene.id] for scene in edition.scenes if scene.id in given}
    if level == 0 or not edition.scenes:
        return found
    rule = edition.levels[level - 1]
    order = [edition.scenes[k] for k in chance.permutation(len(edition.scenes)).tolist()]
    order = [scene for scene in order if scene.id not in given]
    for binding, wanted in ((True, rule.binding), (False, rule.scenes)):
        for scene in order:
            there = [one for one in edition.scenes if found[one.id] >= level and (one.binding or not binding)]
            if len(there) >= wanted:
                break
            if scene.binding or not binding:
                found[scene.id] = max(found[scene.id], level)
    return found
