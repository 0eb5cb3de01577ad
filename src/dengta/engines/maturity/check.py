"""An independent judge of levels: counts points and scenes by the plainest way, from the answers alone."""

from __future__ import annotations

from fractions import Fraction

from dengta.engines.maturity.model import Answers, Edition


def again(edition: Edition, answers: Answers) -> tuple[Fraction, int]:
    """(points, level) of the answers: what is not answered gives nothing."""
    points = Fraction(0)
    for item in edition.items:
        answer = answers.items.get(item.id)
        if answer is None:
            continue
        if isinstance(answer, Fraction):
            best = Fraction(0)
            for most, worth in reversed(item.bins):
                if answer <= most:
                    best = worth
            points += best
        else:
            for option in item.options:
                if option.id == answer or (not isinstance(answer, str) and option.id in answer):
                    points += option.points
    reached = 0
    for level in edition.levels:
        at = [scene for scene in edition.scenes if answers.scenes.get(scene.id, 0) >= level.number]
        binding = [scene for scene in at if scene.binding]
        if points >= level.score and len(at) >= level.scenes and len(binding) >= level.binding:
            reached = level.number
    return points, reached
