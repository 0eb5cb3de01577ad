"""Part of a problem is a problem: every column is taken along, whatever a shop has."""

from __future__ import annotations

import random

import numpy as np

from dengta.engines.scheduling.kernels_layout import Columns
from dengta.engines.scheduling.part import part
from tests.engines.scheduling.shops import FEATURES, random_shop


def test_all_of_a_problem_is_the_problem() -> None:
    chance = random.Random(1)
    for seed in range(30):
        features = set(chance.sample(sorted(FEATURES), chance.randint(0, len(FEATURES))))
        c = random_shop(seed, features).problem.columns
        again = part(c, np.arange(len(c.order)))
        for name in Columns._fields:
            assert np.array_equal(getattr(c, name), getattr(again, name)), name


def test_there_and_back_is_the_same() -> None:
    chance = random.Random(2)
    for seed in range(30):
        c = random_shop(seed, set(FEATURES)).problem.columns
        turned = np.array(chance.sample(range(len(c.order)), len(c.order)))
        back = part(part(c, turned), np.argsort(turned))
        for name in set(Columns._fields) - {"pred", "lag", "lag_most", "succ", "succ_arc"}:
            assert np.array_equal(getattr(c, name), getattr(back, name)), name
        half = np.arange(len(c.order)) % 2 == 0
        kept = part(c, np.flatnonzero(half))
        inside = [p for i in np.flatnonzero(half) for p in c.pred[c.pred_ptr[i] : c.pred_ptr[i + 1]] if half[p]]
        assert len(kept.pred) == len(kept.succ) == len(inside)
