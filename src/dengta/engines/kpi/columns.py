"""Events as the compiled fold takes them: raw columns, and small tables that say what each text means."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from dengta.core.vocabulary import UNCOUNTED, ClockSource, EventType
from dengta.engines.kpi.kernels_layout import Meaning
from dengta.engines.kpi.model import ACTIVITIES, Codes, Counter, Ints, Setting

FOLDED = (
    EventType.STATE,
    EventType.COUNTER,
    EventType.OPERATION_START,
    EventType.OPERATION_END,
    EventType.GOOD,
    EventType.SCRAP,
    EventType.REWORK,
    EventType.ENERGY,
    EventType.CORRECTION,
)
"""Types the figures are made of: a reader need not fetch others."""

UNITS = {"mWh": 0, "Wh": 3, "kWh": 6, "MWh": 9, "GWh": 12}
"""Units in which meters are read -> their power of ten of mWh, the unit inside."""

SKIPPED = int(UNCOUNTED)
_WORSE = {ClockSource.RECORD: 2, ClockSource.PERSON: 2, ClockSource.PAPER: 3, ClockSource.STATEMENT: 4}
GRADE_OF = np.array([1, *(_WORSE.get(c, 1) for c in ClockSource)], np.int64)
"""Clock -> grade of provenance (K12)."""


def meaning(
    texts: Sequence[str], setting: Setting, codes: dict[str, int], counters: Sequence[str], meters: Sequence[str]
) -> Meaning:
    """Read `texts`; those not yet in `codes` are added to it, in their order."""

    def table(words: Mapping[str, int]) -> Codes:
        return np.array([words.get(text, -1) for text in texts], np.int32)

    return Meaning(
        table({m: i for i, m in enumerate(setting.machines)}),
        table({a: i for i, a in enumerate(ACTIVITIES)}),
        table({c: i for i, c in enumerate(counters)}),
        table({c: i for i, c in enumerate(meters)}),
        table(UNITS),
        np.array([codes.setdefault(text, len(codes)) for text in texts], np.int32),
    )


def counter_table(machines: Sequence[str], counters: Sequence[Counter]) -> tuple[list[str], Ints]:
    """The codes of all counters, and int64 (machines, codes): number of the machine's counter of that code, or -1."""
    codes = list(dict.fromkeys(c.code for c in counters))
    at = np.full((len(machines), max(len(codes), 1)), -1, np.int64)
    machine = {m: i for i, m in enumerate(machines)}
    for number, counter in enumerate(counters):
        if counter.machine in machine:
            at[machine[counter.machine], codes.index(counter.code)] = number
    return codes, at
