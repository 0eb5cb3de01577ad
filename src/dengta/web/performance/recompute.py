"""The command that computes a figure again, and the digits it will print."""

from __future__ import annotations

import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from dengta.apps.performance.queries import Choice
from dengta.core.time import to_iso
from dengta.engines.kpi import Change, Figure, Ratio


@dataclass(frozen=True, slots=True)
class Digits:
    """A ratio as the command prints it: `exact` fraction and `value` (both "" where undefined)."""

    definition: str
    exact: str
    value: str


@dataclass(frozen=True, slots=True)
class Recompute:
    """A command, which of its rows is meant (dimension -> value), and the digits in that row."""

    command: str
    row: Mapping[str, str]
    digits: Sequence[Digits]


@dataclass(frozen=True, slots=True)
class Again:
    """How the figures of one choice are computed again."""

    site: str
    zone: ZoneInfo
    choice: Choice

    def command(self, *by: str) -> str:
        """The command for figures by `by` of what is chosen."""
        start, end = (to_iso(at, self.zone) for at in (self.choice.window.start, self.choice.window.end))
        only = "".join(f" --{name} {shlex.quote(value)}" for name, value in self.choice.chosen.items())
        dimensions = shlex.quote(",".join(by))
        return f"dengta kpi --site {self.site} --from {start} --to {end}{only} --by {dimensions} --json"

    def before(self, change: Change) -> str:
        """The command for what was known of a machine's shift before `change`."""
        start, end, heard = (to_iso(at, self.zone) for at in (change.span.start, change.span.end, change.known_by))
        only = f"--machine {shlex.quote(change.machine)} --heard-by {heard}"
        return f"dengta kpi --site {self.site} --from {start} --to {end} {only} --by '' --json"

    def of(self, figure: Figure, definitions: Sequence[str]) -> Recompute:
        """How `figure` is computed again."""
        return Recompute(self.command(*figure.key), figure.key, [digits(figure.clauses[name]) for name in definitions])


def digits(ratio: Ratio) -> Digits:
    """`ratio` as in the command's JSON."""
    if ratio.value is None:
        return Digits(ratio.definition, "", "")
    exact = f"{ratio.value.numerator}/{ratio.value.denominator}"
    return Digits(ratio.definition, exact, repr(float(ratio.value)))
