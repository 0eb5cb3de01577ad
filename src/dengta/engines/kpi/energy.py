"""What lies behind energy: the readings of a meter, what each says was used, and how much of it in a window (K16,
K17)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from dengta.core.batch import EventBatch
from dengta.core.event import Event
from dengta.core.event import Key as EventKey
from dengta.core.intervals import Interval
from dengta.core.time import Micros
from dengta.core.vocabulary import EventType
from dengta.engines.kpi.columns import SKIPPED, UNITS
from dengta.engines.kpi.corrections import apply
from dengta.engines.kpi.kernels_counting import FORWARD, RESET, TOO_LATE, in_mwh, step, worth
from dengta.engines.kpi.kernels_energy import share
from dengta.engines.kpi.model import LONGEST_REPORT, Counter, Setting

FIRST, APART = "first", "apart"
"""A reading before which there is none, or none that it could be bridged to."""
_WORDS = {FORWARD: "", RESET: "reset", TOO_LATE: "late"}


@dataclass(frozen=True, slots=True)
class MeterStep:
    """A reading of `stands` mWh at `at`, and what was used since the last good one at `since` (equal where there is
    none): `used` mWh, of which `inside` the window asked for. verdict: "" or late, reset, first, apart."""

    since: Micros
    at: Micros
    carrier: str
    stands: int
    used: int
    inside: int
    verdict: str
    event: EventKey


def meter_steps(batch: EventBatch, setting: Setting, machine: str, window: Interval) -> list[MeterStep]:
    """The readings of `machine`'s meters that speak of `window`, by carrier, in order. `batch` as for `compute`, from
    the last good reading before the window to the first one after it."""
    wanted = (batch["type"] == EventType.ENERGY) | (batch["type"] == EventType.CORRECTION)
    told = [e for e in apply(batch.take(wanted)) if e.subject == machine and not e.flags & SKIPPED]
    limits = {meter.code: meter for meter in setting.meters if meter.machine == machine}
    steps = (
        one
        for carrier in dict.fromkeys(e.code for e in told)
        for one in _steps([e for e in told if e.code == carrier], limits.get(carrier), window)
    )
    return [s for s in steps if s.since < window.end and s.at > window.start]


def _steps(told: Sequence[Event], limits: Counter | None, window: Interval) -> Iterator[MeterStep]:
    modulus, most = (limits.modulus, limits.max_per_h) if limits else (0, 0)
    since, stood = None, 0
    for event in told:
        power = UNITS.get(event.unit, -1)
        stands, fits = in_mwh(event.value, event.scale, power)
        if not fits:
            continue
        used, inside, verdict = 0, 0, FIRST
        if since is not None:
            used, judged = step(stood, since, stands, event.ts, modulus, most, worth(event.scale + power))
            verdict = _WORDS[judged]
            if event.ts - since > LONGEST_REPORT:
                used, verdict = 0, APART
            inside = _inside(used, since, event.ts, window)
        before = event.ts if since is None else since
        yield MeterStep(before, event.ts, event.code, stands, used, inside, verdict, event.key)
        if verdict != _WORDS[TOO_LATE]:
            since, stood = event.ts, stands


def _inside(used: int, since: Micros, at: Micros, window: Interval) -> int:
    if at == since:
        return used if window.start < at <= window.end else 0
    start, end = max(since, window.start), min(at, window.end)
    return share(used, end - since, at - since) - share(used, start - since, at - since) if start < end else 0
