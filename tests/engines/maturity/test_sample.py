"""Drawn answers reach the wanted level and not the next, whatever the seed, and can be written and read."""

from __future__ import annotations

import numpy as np
import pytest

from dengta import programmes
from dengta.engines.maturity import again, from_json, from_toml, sample_answers, score, to_json

EDITIONS = {name: from_toml(programmes.edition(name), name) for name in programmes.editions()}


@pytest.mark.parametrize("name", EDITIONS)
@pytest.mark.parametrize("level", range(5))
def test_the_level_is_the_wanted_one(name: str, level: int) -> None:
    edition = EDITIONS[name]
    seen = set()
    for seed in range(40):
        items, scenes = sample_answers(edition, level, np.random.default_rng(seed))
        answers = from_json(to_json(edition.id, items, scenes, {}), "a", edition)
        assert again(edition, answers)[1] == level
        assert score(edition, answers).complete
        seen.add(score(edition, answers).least)
    assert len(seen) > 3, "not one firm forty times"


def test_the_same_seed_is_the_same_firm_and_what_is_given_stands() -> None:
    edition = EDITIONS["miit-2024"]
    given = {"equipment-networked": {"networked": 24, "all": 26}, "scene-equipment": 3}
    first, second = (sample_answers(edition, 2, np.random.default_rng(9), given) for _ in range(2))
    assert first == second
    assert first[0]["equipment-networked"] == {"networked": 24, "all": 26}
    assert first[1]["scene-equipment"] == 3
    assert again(edition, from_json(to_json(edition.id, *first, {}), "a", edition))[1] == 2


def test_what_cannot_be_is_refused() -> None:
    with pytest.raises(ValueError, match="no level 5"):
        sample_answers(EDITIONS["miit-2024"], 5, np.random.default_rng(1))
    best = {item.id: [o.id for o in item.options] for item in EDITIONS["miit-2024"].items if item.kind == "multi"}
    with pytest.raises(ValueError, match="points"):
        sample_answers(EDITIONS["miit-2024"], 0, np.random.default_rng(1), best)
