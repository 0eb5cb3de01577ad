"""The start of every search: the fixed rules, then a climb over their weights with a noise for each order."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import astuple, dataclass

import numpy as np

from dengta.engines.scheduling.decoder import RULES, Decoder, Weights
from dengta.engines.scheduling.incumbent import Incumbent
from dengta.engines.scheduling.kernels_layout import Reals, Sheet

_STEP = np.array([0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 2.0, 0.3, 2.0, 0.3, 0.0])
_PATIENCE = 40  # tries without gain before the climb begins again


@dataclass(slots=True)
class Climb:
    """A hill climb over rules that can be left and taken up again."""

    decoder: Decoder
    best: Incumbent
    chance: np.random.Generator
    here: Weights = RULES[0]
    noise: Reals | None = None
    value: tuple[int, ...] = ()
    idle: int = 0

    def begin(self, rules: Sequence[Weights] = RULES) -> list[Sheet]:
        """Every fixed rule once -> their plans, the best first. Always makes one, even when there is no budget."""
        found: list[tuple[tuple[int, ...], int, Sheet]] = []
        for k, rule in enumerate(rules):
            if k and not self.best.go_on():
                break
            sheet = self._decode(rule, None)
            found.append((self.best.offer(sheet), k, sheet))
        found.sort(key=lambda one: one[:2])
        self.value, self.here = found[0][0], rules[found[0][1]]
        return [sheet for _, _, sheet in found]

    def run(self, plans: int) -> None:
        """Try so many more plans."""
        orders = len(self.decoder.problem.columns.release)
        for _ in range(plans):
            if not self.best.go_on():
                return
            weights, noise = self.here, self.noise
            if self.idle > _PATIENCE:
                weights, noise, self.value, self.idle = RULES[self.chance.integers(len(RULES))], None, (), 0
            turn = self.chance.random()
            if turn < 0.6:
                mask = self.chance.random(len(_STEP)) < 0.4
                moved = np.array(astuple(weights)) + mask * _STEP * self.chance.standard_normal(len(_STEP))
                moved[7:10] = np.maximum(moved[7:10], 0.0)
                moved[9] = min(moved[9], 1.0)
                moved[10] = float(weights.free_choice if self.chance.random() < 0.9 else 1 - weights.free_choice)
                weights = Weights(*moved.tolist())
            if turn > 0.5:
                base = np.zeros(orders) if noise is None else noise
                touched = self.chance.random(orders) < max(0.1, 2.0 / orders)
                noise = base + touched * self.chance.standard_normal(orders) * 0.2
            value = self.best.offer(self._decode(weights, noise))
            self.idle += 1
            if not self.value or value <= self.value:
                self.idle = self.idle if value == self.value else 0
                self.here, self.noise, self.value = weights, noise, value

    def _decode(self, weights: Weights, noise: Reals | None) -> Sheet:
        self.best.spend(len(self.decoder.problem.columns.order))
        return self.decoder.by_rule(weights, noise)
