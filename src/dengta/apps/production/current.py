"""What the floor does now: a pure fold of events, the same for the screens, the replay of a recorded plant and tests.

`CurrentFloor.apply` takes events in any order and batches of any size; what it answers is a function of the set of
events and of the instant asked about. An event ahead of that instant waits until its time has come.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

import numpy as np

from dengta.apps.production.tracks import (
    OperationRecord,
    Operations,
    Pieces,
    Readings,
    Span,
    StateRecord,
    States,
)
from dengta.core.batch import EventBatch
from dengta.core.time import HOUR, Micros
from dengta.core.vocabulary import STATE_ELEMENT, UNCOUNTED, EventType, Flag, TimeElement
from dengta.engines.plantbook.model import Counter

HORIZON = 26 * HOUR
"""How far back events are remembered: the longest shift, the strip of the last hours and a late sample's margin."""
PIECES = "pieces"
_PLAIN = Counter(PIECES)
_MADE = (EventType.GOOD, EventType.SCRAP)
_COUNTED = (*_MADE, EventType.REWORK)
_FIELDS = (
    "ts",
    "recv",
    "stream",
    "epoch",
    "seq",
    "type",
    "value",
    "scale",
    "flags",
)
_TEXTS = ("subject", "code", "reason", "order", "operation", "person")


@dataclass(frozen=True, slots=True)
class MachineNow:
    """One machine at one instant. What is not known is None, and `unknown` says why by a reason's code."""

    machine: str
    state: str
    element: TimeElement
    since: Micros | None
    reason: str
    order: str
    operation: str
    people: tuple[str, ...]
    total: int | None
    pieces_shift: int | None
    pieces_hour: int | None
    good_shift: int | None
    scrap_shift: int | None
    energy_wh_shift: int | None
    last_ts: Micros | None
    last_recv: Micros | None
    flags: Flag
    unknown: Mapping[str, str]

    @property
    def level(self) -> str:
        """How loudly a screen says it: ``stop``, ``look`` (delayed), ``unknown``, else ``quiet``."""
        if self.state == "down":
            return "stop"
        return {TimeElement.ADET: "look", TimeElement.UNKNOWN: "unknown"}.get(self.element, "quiet")


@dataclass(slots=True)
class _Machine:
    states: States = field(default_factory=States)
    operations: Operations = field(default_factory=Operations)
    people: dict[str, tuple[tuple[int, int, int, int], bool]] = field(default_factory=dict)
    counter: Readings = field(default_factory=Readings)
    energy: Readings = field(default_factory=Readings)
    pieces: dict[EventType, Pieces] = field(default_factory=lambda: {t: Pieces() for t in _COUNTED})
    last: tuple[int, int, int, int] | None = None
    last_recv: Micros | None = None
    flags: Flag = Flag.NONE
    ahead: bool = False


class CurrentFloor:
    """The machines of a site as its events show them.

    machines: ids of the plant book; events of other subjects are counted in `strangers` and otherwise ignored.
    counters: by machine, what the plant book says of its piece counter.
    reasons:  reason -> time element, where the plant book says otherwise than the state.
    """

    def __init__(
        self,
        machines: Iterable[str],
        *,
        counters: Mapping[str, Counter] | None = None,
        reasons: Mapping[str, TimeElement] | None = None,
    ) -> None:
        self._machines = {machine: _Machine() for machine in machines}
        self._counters = dict(counters or {})
        self._reasons = dict(reasons or {})
        self._ahead = EventBatch.empty()
        self._forgot: Micros = 0
        self.strangers: dict[str, int] = {}
        self.corrected = False
        """A correction came: fold anew from the log, with its corrections done (`engines.kpi.apply`)."""

    def apply(self, batch: EventBatch, now: Micros) -> set[str]:
        """Fold `batch` and what waited for `now`; the ids of the machines something became known of."""
        if len(self._ahead):
            batch = EventBatch.concat([self._ahead, batch])
            for machine in self._machines.values():
                machine.ahead = False
        early = batch["ts"] > now
        self._ahead = batch.take(early) if early.any() else EventBatch.empty()
        changed = self._note_ahead()
        changed |= self._fold(batch.take(~early) if early.any() else batch)
        if now - self._forgot > HORIZON // 8:
            self._forget(now - HORIZON)
            self._forgot = now
        return changed

    def _note_ahead(self) -> set[str]:
        """The machines whose clock the log found ahead of its own, among the events that wait."""
        wrong = self._ahead["subject"][self._ahead["flags"] & Flag.CLOCK_AHEAD != 0]
        noted = {self._ahead.texts[code] for code in np.unique(wrong).tolist()} & self._machines.keys()
        for name in noted:
            self._machines[name].ahead = True
        return noted

    def _fold(self, batch: EventBatch) -> set[str]:
        columns = [batch[name].tolist() for name in _FIELDS]
        words = [batch.text(name).tolist() for name in _TEXTS]
        changed: set[str] = set()
        for row, text in zip(zip(*columns, strict=True), zip(*words, strict=True), strict=True):
            ts, recv, stream, epoch, seq, kind, value, scale, flags = row
            if kind == EventType.CORRECTION:
                self.corrected = True
                continue
            subject = text[0]
            machine = self._machines.get(subject)
            if machine is None:
                self.strangers[subject] = self.strangers.get(subject, 0) + 1
                continue
            changed.add(subject)
            place = (ts, stream, epoch, seq)
            if machine.last is None or place > machine.last:
                machine.last, machine.last_recv, machine.flags = place, recv, Flag(flags)
            if not flags & UNCOUNTED:
                _remember(machine, EventType(kind), place, text, value, scale)
        return changed

    def _forget(self, before: Micros) -> None:
        for machine in self._machines.values():
            machine.states.forget(before)
            machine.operations.forget(before)
            machine.counter.forget(before)
            machine.energy.forget(before)
            for pieces in machine.pieces.values():
                pieces.forget(before)

    def __iter__(self) -> Iterator[str]:
        return iter(self._machines)

    def silent(self) -> list[str]:
        """Machines of which no state and no operation is known."""
        return [name for name, m in self._machines.items() if not m.states.records and not m.operations.records]

    def spans(self, machine: str, start: Micros, end: Micros) -> list[Span]:
        """What `machine` did in ``[start, end)``, as far as it is remembered; instants nobody spoke of are left out."""
        track = self._machines[machine]
        return track.states.spans(start, end) if track.states.records else track.operations.spans(start, end)

    def now(self, machine: str, at: Micros, shift_start: Micros | None) -> MachineNow:
        """`machine` at `at`; the shift's numbers count from `shift_start` (None: no shift now)."""
        m = self._machines[machine]
        unknown: dict[str, str] = {}
        state, since, reason = _state(m, at, unknown)
        order, operation, worker = _work(m)
        people = sorted(name for name, (_, present) in m.people.items() if present) or ([worker] if worker else [])
        return MachineNow(
            machine=machine,
            state=state,
            element=self._reasons.get(reason, STATE_ELEMENT[state]),
            since=since,
            reason=reason,
            order=order,
            operation=operation,
            people=tuple(people),
            last_ts=m.last[0] if m.last else None,
            last_recv=m.last_recv,
            flags=m.flags | (Flag.CLOCK_AHEAD if m.ahead else Flag.NONE),
            unknown=unknown,
            **_numbers(m, at + 1, shift_start, self._counters.get(machine, _PLAIN), unknown),
        )


def _remember(
    m: _Machine, kind: EventType, place: tuple[int, int, int, int], text: tuple[str, ...], value: int, scale: int
) -> None:
    _, code, reason, order, operation, person = text
    if kind == EventType.STATE:
        m.states.add(StateRecord(place, code, reason, order, operation))
    elif kind in (EventType.OPERATION_START, EventType.OPERATION_END):
        took = 0 if kind == EventType.OPERATION_START else _whole(value, scale)
        m.operations.add(
            OperationRecord(place, kind == EventType.OPERATION_START, code, order, operation, person, took)
        )
    elif kind == EventType.COUNTER and code == PIECES:
        m.counter.add(place[0], _whole(value, scale))
    elif kind == EventType.ENERGY:
        m.energy.add(place[0], _whole(value, scale + 3))
    elif kind in m.pieces:
        m.pieces[kind].add(place, _whole(value, scale))
    elif kind in (EventType.LOGIN, EventType.LOGOUT):
        known = m.people.get(person)
        if known is None or place > known[0]:
            m.people[person] = (place, kind == EventType.LOGIN)


def _whole(value: int, scale: int) -> int:
    power = 10 ** abs(scale)
    return int(value * power if scale >= 0 else value // power)


def _state(m: _Machine, at: Micros, unknown: dict[str, str]) -> tuple[str, Micros | None, str]:
    """State, since when, why; machines without states of their own speak through their operation reports."""
    if m.states.records:
        last = m.states.records[-1]
        return last.state, m.states.since(), last.reason
    spans = m.operations.spans(0, at + 1)
    if not spans:
        unknown["state"] = "floor.no_state"
        return "unknown", None, ""
    return spans[-1].state, spans[-1].start, spans[-1].reason


def _work(m: _Machine) -> tuple[str, str, str]:
    """Order, operation and person of what is being done: the operation last started, else what the state names."""
    running = m.operations.open()
    if running:
        return running[-1].order, running[-1].operation, running[-1].person
    if m.states.records:
        return m.states.records[-1].order, m.states.records[-1].operation, ""
    return "", "", ""


def _numbers(
    m: _Machine, end: Micros, shift_start: Micros | None, rule: Counter, unknown: dict[str, str]
) -> dict[str, int | None]:
    """The counted fields of `MachineNow`: a counter's rise where there is one, else the reported pieces."""
    counted = bool(m.counter.values)
    reported = any(m.pieces[t].places for t in _COUNTED)

    def pieces(start: Micros) -> int | None:
        if counted:
            return m.counter.risen(start, end, rule.modulus or 0, rule.max_per_h or 0)
        return sum(m.pieces[t].sum(start, end) for t in _MADE) if reported else None

    if not counted:
        unknown["total"] = "floor.no_counter"
    if not counted and not reported:
        unknown |= {"pieces_shift": "floor.no_counter", "pieces_hour": "floor.no_counter"}
    numbers: dict[str, int | None] = dict.fromkeys(("pieces_shift", "good_shift", "scrap_shift", "energy_wh_shift"))
    numbers["total"] = m.counter.values[-1] if counted else None
    numbers["pieces_hour"] = pieces(end - HOUR)
    if shift_start is None:
        unknown["pieces_shift"] = "floor.no_shift"
        return numbers
    numbers["pieces_shift"] = pieces(shift_start)
    if reported:
        numbers["good_shift"] = m.pieces[EventType.GOOD].sum(shift_start, end)
        numbers["scrap_shift"] = m.pieces[EventType.SCRAP].sum(shift_start, end)
    if m.energy.values:
        numbers["energy_wh_shift"] = m.energy.risen(shift_start, end) // 1000
    return numbers
