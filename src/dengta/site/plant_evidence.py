"""What a plant's own log says to the claims of its questionnaire: networking rate, machines whose OEE recomputes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

from dengta.core.intervals import Interval
from dengta.core.reason import Reason, Refusal
from dengta.core.time import instant
from dengta.engines import kpi, maturity
from dengta.engines.maturity import Finding
from dengta.log import LogReader
from dengta.site.bookshelf import Bookshelf
from dengta.site.home import SiteFolder

_OEE = "oee"
_LONGEST = 366


@dataclass(frozen=True, slots=True)
class Evidence:
    """Findings over a window of days, with the plant book whose machines are the register."""

    site: str
    first: date
    last: date
    days: int
    book: str
    findings: tuple[Finding, ...]

    @property
    def command(self) -> str:
        """What anybody with the log types to find the same."""
        window = f"--from {self.first} --to {self.last} --days {self.days}"
        return f"dengta maturity verify answers.json --site {self.site} {window}"


def evidence(folder: SiteFolder, first: date, last: date, days: int) -> Evidence:
    """Both predicates over the dates from `first` to `last`; a machine's OEE has to recompute on `days` of them.

    Refusal: the window is turned round, longer than a year or has fewer days than are asked for; no plant book then.
    """
    length = (last - first).days + 1
    if not 1 <= length <= _LONGEST:
        raise Refusal(Reason("maturity.window", (), {"first": str(first), "last": str(last), "most": _LONGEST}))
    if not 1 <= days <= length:
        raise Refusal(Reason("maturity.window_short", (), {"days": days, "length": length}))
    shelf = Bookshelf(folder.books)
    revisions = shelf.revisions()
    plant = shelf.book(instant(last, 0, revisions[-1].book.zone)) if revisions else None
    if plant is None:
        raise Refusal(Reason("maturity.no_book", (folder.site,)))
    window = Interval(instant(first, 0, plant.zone), instant(last + timedelta(days=1), 0, plant.zone))
    batch = kpi.apply(LogReader(folder.log).read(types=[int(t) for t in kpi.FOLDED]).sorted())
    machines = list(plant.machines)
    rows = kpi.fold(kpi.setting_of(plant, machines, window, zone=plant.zone), batch)
    defined: dict[str, int] = {}
    for figure in kpi.figures(rows, ["machine", "date"]):
        if figure.clauses[_OEE].value is not None:
            defined[figure.key["machine"]] = defined.get(figure.key["machine"], 0) + 1
    inside = (batch["ts"] >= window.start) & (batch["ts"] < window.end)
    codes, counts = np.unique(batch["subject"][inside], return_counts=True)
    events = {batch.texts[code]: int(n) for code, n in zip(codes.tolist(), counts.tolist(), strict=True)}
    networked = maturity.networking(machines, events, registered=plant.registered_equipment)
    return Evidence(
        folder.site, first, last, days, plant.hash, (networked, maturity.oee_recomputable(machines, defined, days))
    )
