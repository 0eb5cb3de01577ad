"""Reasons: what is wrong, where, by which rule, as data. Words are made at the doors (`dengta.words`)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

Param = str | int | float | bool | None
_NONE: Mapping[str, Param] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Reason:
    """One finding.

    code:   dotted and stable, e.g. ``event.seq_negative``; the key of its sentence in every language.
    place:  where, outermost first: ``("reports.csv", "row 12", "Qty_Completed")``.
    params: the values its sentence names.
    """

    code: str
    place: tuple[str, ...] = ()
    params: Mapping[str, Param] = field(default_factory=lambda: _NONE)

    def at(self, *outer: str) -> Reason:
        """The same finding seen from further out: `outer` goes before its place."""
        return Reason(self.code, (*outer, *self.place), self.params)

    def as_dict(self) -> dict[str, object]:
        """For JSON output."""
        return {"code": self.code, "place": list(self.place), "params": dict(self.params)}


class Refusal(Exception):
    """Something was refused, with every reason found at once. Nothing of it was kept."""

    def __init__(self, reasons: Reason | Iterable[Reason]) -> None:
        self.reasons: tuple[Reason, ...] = (reasons,) if isinstance(reasons, Reason) else tuple(reasons)
        if not self.reasons:
            raise ValueError("a refusal needs at least one reason")
        super().__init__("; ".join(f"{' > '.join(r.place)}: {r.code} {dict(r.params)}" for r in self.reasons))


def refuse_if(reasons: Iterable[Reason]) -> None:
    """Raise one Refusal that carries all `reasons`, if there are any."""
    found = tuple(reasons)
    if found:
        raise Refusal(found)
