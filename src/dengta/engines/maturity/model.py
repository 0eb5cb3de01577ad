"""Questionnaires, answers and what follows from them: frozen. Points are exact fractions.

An `Edition` is data: dimensions with scored items, scenes with levels, the rule of levels. The engine knows no question
by name. What is not answered is neither zero nor failed: it is the distance between the least and the most score.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from fractions import Fraction
from typing import NamedTuple

from dengta.core.reason import Reason


class Text(NamedTuple):
    """A text in both languages."""

    en: str
    zh: str


NO_TEXT = Text("", "")


class Kind(StrEnum):
    """How an item is answered and scored."""

    SHARE = "share"  # a share in percent, or its numerator and denominator; points by bin
    SINGLE = "single"  # one option
    MULTI = "multi"  # options that apply, their points added


class Option(NamedTuple):
    """An answer that may be given."""

    id: str
    name: Text
    points: Fraction


class Bin(NamedTuple):
    """Points of a share above the bin before and up to `most` percent; the first one begins at 0, which is in it."""

    most: Fraction
    points: Fraction


@dataclass(frozen=True, slots=True)
class Item:
    """A scored question. `evidence`: what is accepted for it today; `predicate`: what a plant's log can prove of it."""

    id: str
    dimension: str
    name: Text
    kind: Kind
    points: Fraction
    clause: str
    options: tuple[Option, ...] = ()
    bins: tuple[Bin, ...] = ()
    parts: tuple[str, ...] = ()  # names of numerator and denominator
    evidence: Text = NO_TEXT
    predicate: str = ""
    part_names: tuple[Text, ...] = ()


@dataclass(frozen=True, slots=True)
class Scene:
    """A field of use with levels 1 to n, each described. `binding`: levels count it apart."""

    id: str
    name: Text
    binding: bool
    levels: tuple[Text, ...]
    clause: str
    predicate: str = ""


@dataclass(frozen=True, slots=True)
class Dimension:
    """A group of items and the points it has."""

    id: str
    name: Text
    points: Fraction


@dataclass(frozen=True, slots=True)
class Level:
    """What it takes: a score, so many scenes at this level or above, so many of them binding."""

    number: int
    name: Text
    score: Fraction
    scenes: int
    binding: int
    source: str
    certainty: str


@dataclass(frozen=True, slots=True)
class Edition:
    """A questionnaire as it was published, or as far as it is known."""

    id: str
    name: Text
    document: str
    source: str
    certainty: str
    dimensions: tuple[Dimension, ...]
    items: tuple[Item, ...]
    scenes: tuple[Scene, ...]
    levels: tuple[Level, ...]

    @property
    def questions(self) -> tuple[Item | Scene, ...]:
        """Items and scenes, in order."""
        return (*self.items, *self.scenes)


Answer = Fraction | str | frozenset[str]
"""A share in percent, an option, or the options that apply."""


@dataclass(frozen=True, slots=True)
class Answers:
    """What a firm states: items and scenes by id; `evidence` names documents or packets by item or scene."""

    edition: str
    items: Mapping[str, Answer] = field(default_factory=dict)
    scenes: Mapping[str, int] = field(default_factory=dict)
    evidence: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


# -- what follows


class ItemScore(NamedTuple):
    """Points of an item. None: not answered."""

    item: Item
    points: Fraction | None
    next_gain: Fraction  # points of the next better answer
    evidence: tuple[str, ...]


class SceneScore(NamedTuple):
    """The level of a scene. None: not answered."""

    scene: Scene
    level: int | None
    evidence: tuple[str, ...]


class Gap(NamedTuple):
    """What is missing for a level: points, scenes, binding scenes. Nothing negative."""

    level: Level
    score: Fraction
    scenes: int
    binding: int

    @property
    def closed(self) -> bool:
        """Whether nothing is missing."""
        return not (self.score or self.scenes or self.binding)


@dataclass(frozen=True, slots=True)
class Score:
    """The result. `least`, `most`: points if what is not answered scores nothing, or all; level by the least."""

    edition: Edition
    items: tuple[ItemScore, ...]
    scenes: tuple[SceneScore, ...]
    least: Fraction
    most: Fraction
    level: int
    possible: int
    dimensions: Mapping[str, Fraction]
    gap: Gap | None
    actions: tuple[Reason, ...]

    @property
    def complete(self) -> bool:
        """Whether every item and scene is answered."""
        return all(one.points is not None for one in self.items) and all(s.level is not None for s in self.scenes)

    @property
    def sufficient(self) -> bool:
        """Whether what is not answered cannot change the level."""
        return self.level == self.possible
