"""What a plant's log proves of a questionnaire: claims beside what was recomputed. Pure; the caller brings the counts.

A claim is what the firm answered; a finding is what anybody finds in the events. Where the log has no say (no register
of machines, an empty window) the finding is absent: that is no contradiction.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import NamedTuple

from dengta.core.reason import Param
from dengta.engines.maturity.model import Answers, Edition

NETWORKING, OEE = "networking-rate", "oee-recomputable"
LEAST_EVENTS = 100
"""Events a machine must have sent in the window to count as networked."""
OEE_LEVEL = 3
"""The level of the equipment scene that asks for OEE statistics."""


@dataclass(frozen=True, slots=True)
class Finding:
    """A predicate answered from a log. `value`: in percent; `rows`: what is behind it, machine by machine."""

    predicate: str
    value: Fraction | None
    params: Mapping[str, Param]
    rows: Mapping[str, int]

    @property
    def supported(self) -> tuple[str, ...]:
        """The machines that meet it."""
        least = self.params["least"]
        return tuple(m for m, count in self.rows.items() if isinstance(least, int) and count >= least)


def networking(
    machines: Sequence[str], events: Mapping[str, int], least: int = LEAST_EVENTS, registered: int | None = None
) -> Finding:
    """The share of all production equipment that sent at least so many events in the window.

    registered: machines in the asset ledger, which also holds those that never report; where it is not stated, or
    smaller than what the plant book knows, the machines of the book are all there are.
    """
    rows = {machine: events.get(machine, 0) for machine in machines}
    return _share(NETWORKING, rows, least, max(registered or 0, len(rows)))


def oee_recomputable(machines: Sequence[str], days: Mapping[str, int], least: int) -> Finding:
    """The share of machines whose OEE is defined, from events, on at least so many days of the window."""
    rows = {machine: days.get(machine, 0) for machine in machines}
    return _share(OEE, rows, least, len(rows))


def _share(predicate: str, rows: Mapping[str, int], least: int, of: int) -> Finding:
    met = sum(count >= least for count in rows.values())
    value = Fraction(100 * met, of) if of else None
    return Finding(predicate, value, {"met": met, "machines": of, "least": least}, rows)


class Comparison(NamedTuple):
    """A claim beside what was found. claim: in percent of an item, the level of a scene; None: nothing is claimed.

    difference: found less claimed, in points of percent, where both are shares.
    """

    finding: Finding
    question: str
    claim: Fraction | int | None
    difference: Fraction | None


def compared(edition: Edition, given: Answers, finding: Finding) -> Comparison:
    """The claim that a finding is about. An edition that asks no such thing has none: question ""."""
    item = next((one for one in edition.items if one.predicate == finding.predicate), None)
    if item is not None:
        answer = given.items.get(item.id)
        claim = answer if isinstance(answer, Fraction) else None
        both = claim is not None and finding.value is not None
        return Comparison(finding, item.id, claim, finding.value - claim if both else None)  # type: ignore[operator]
    scene = next((one for one in edition.scenes if one.predicate == finding.predicate), None)
    if scene is None:
        return Comparison(finding, "", None, None)
    return Comparison(finding, scene.id, given.scenes.get(scene.id), None)
