"""What a plant's log proves of a questionnaire: claims beside what was recomputed. Pure; the caller brings the counts.

A claim is what the firm answered; a finding is what anybody finds in the events. Where the log has no say (no register
of machines, an empty window) the finding is absent: that is no contradiction.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from dengta.core.reason import Param

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


def networking(machines: Sequence[str], events: Mapping[str, int], least: int = LEAST_EVENTS) -> Finding:
    """The share of all production machines of the register that sent at least so many events in the window."""
    rows = {machine: events.get(machine, 0) for machine in machines}
    return _share(NETWORKING, rows, least)


def oee_recomputable(machines: Sequence[str], days: Mapping[str, int], least: int) -> Finding:
    """The share of machines whose OEE is defined, from events, on at least so many days of the window."""
    rows = {machine: days.get(machine, 0) for machine in machines}
    return _share(OEE, rows, least)


def _share(predicate: str, rows: Mapping[str, int], least: int) -> Finding:
    met = sum(count >= least for count in rows.values())
    value = Fraction(100 * met, len(rows)) if rows else None
    return Finding(predicate, value, {"met": met, "machines": len(rows), "least": least}, rows)
