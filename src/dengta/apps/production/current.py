"""What the floor does now: a pure fold of events, the same for the screens, the replay of a recorded plant and tests.

`CurrentFloor.apply` takes events in any order and batches of any size; what it answers is a function of the set of
events and of the instant asked about. An event ahead of that instant waits until its time has come.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import numpy as np

from dengta.apps.production.tracks import (
    Counter,
    OperationRecord,
    Operations,
    Pieces,
    Span,
    StateRecord,
    States,
)
from dengta.core.batch import EventBatch
from dengta.core.event import Key
from dengta.core.time import HOUR, Micros
from dengta.core.vocabulary import STATE_ELEMENT, EventType, Flag, TimeElement

HORIZON = 26 * HOUR
"""How far back events are remembered: the longest shift, the strip of the last hours and a late sample's margin."""
PIECES = "pieces"
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
    "ref_stream",
    "ref_epoch",
    "ref_seq",
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
    def abnormal(self) -> bool:
        """Whether somebody should look here: delayed, stopped, or nobody knows."""
        return self.element in (TimeElement.ADET, TimeElement.UNKNOWN)


@dataclass(slots=True)
class _Machine:
    states: States = field(default_factory=States)
    operations: Operations = field(default_factory=Operations)
    people: dict[str, tuple[tuple[int, int, int, int], bool]] = field(default_factory=dict)
    counter: Counter = field(default_factory=Counter)
    energy: Counter = field(default_factory=Counter)
    pieces: dict[EventType, Pieces] = field(default_factory=lambda: {t: Pieces() for t in _COUNTED})
    last: tuple[int, int, int, int] | None = None
    last_recv: Micros | None = None
    flags: Flag = Flag.NONE
    ahead: int = 0


class CurrentFloor:
    """The machines of a site as its events show them.

    machines: ids of the plant book; events of other subjects are counted in `strangers` and otherwise ignored.
    modulus:  by machine, the number at which its piece counter starts again from zero (absent: never).
    """

    def __init__(self, machines: Iterable[str], *, modulus: Mapping[str, int] | None = None) -> None:
        self._machines = {machine: _Machine() for machine in machines}
        self._modulus = dict(modulus or {})
        self._ahead = EventBatch.empty()
        self._corrections: dict[Key, tuple[int, int] | None] = {}
        self._forgot: Micros = 0
        self.strangers: dict[str, int] = {}
        self.corrected = False
        """A correction came for events already folded: fold again from the log, which knows what they are now."""

    def apply(self, batch: EventBatch, now: Micros) -> set[str]:
        """Fold `batch` and what waited for `now`; the ids of the machines something became known of."""
        if len(self._ahead):
            batch = EventBatch.concat([self._ahead, batch])
            for machine in self._machines.values():
                machine.ahead = 0
        early = batch["ts"] > now
        self._ahead = batch.take(early) if early.any() else EventBatch.empty()
        changed = self._note_ahead()
        changed |= self._fold(batch.take(~early) if early.any() else batch)
        if now - self._forgot > HORIZON // 8:
            self._forget(now - HORIZON)
            self._forgot = now
        return changed

    def _note_ahead(self) -> set[str]:
        if not len(self._ahead):
            return set()
        names, counts = np.unique(self._ahead["subject"], return_counts=True)
        noted = set()
        for code, n in zip(names.tolist(), counts.tolist(), strict=True):
            machine = self._machines.get(self._ahead.texts[code])
            if machine is not None:
                machine.ahead = n
                noted.add(self._ahead.texts[code])
        return noted

    def _fold(self, batch: EventBatch) -> set[str]:
        fresh = _corrections(batch)
        self._corrections |= fresh
        columns = [batch[name].tolist() for name in _FIELDS]
        words = [batch.text(name).tolist() for name in _TEXTS]
        changed: set[str] = set()
        folded: set[Key] = set()
        for row, text in zip(zip(*columns, strict=True), zip(*words, strict=True), strict=True):
            ts, recv, stream, epoch, seq, kind, value, scale, flags, *_ = row
            key = Key(stream, epoch, seq)
            if kind == EventType.CORRECTION:
                continue
            if key in self._corrections:
                folded.add(key)
                kept = self._corrections[key]
                if kept is None:
                    continue
                value, scale = kept
            subject = text[0]
            machine = self._machines.get(subject)
            if machine is None:
                self.strangers[subject] = self.strangers.get(subject, 0) + 1
                continue
            changed.add(subject)
            place = (ts, stream, epoch, seq)
            if machine.last is None or place > machine.last:
                machine.last, machine.last_recv, machine.flags = place, recv, Flag(flags)
            if not flags & Flag.BAD:
                _remember(machine, EventType(kind), place, text, value, scale)
        self.corrected |= bool(fresh.keys() - folded)
        return changed

    def _forget(self, before: Micros) -> None:
        for machine in self._machines.values():
            machine.states.forget(before)
            machine.operations.forget(before)
            machine.counter.forget(before)
            machine.energy.forget(before)
            for pieces in machine.pieces.values():
                pieces.forget(before)

    def __iter__(self) -> Iterable[str]:
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
            element=STATE_ELEMENT[state],
            since=since,
            reason=reason,
            order=order,
            operation=operation,
            people=tuple(people),
            last_ts=m.last[0] if m.last else None,
            last_recv=m.last_recv,
            flags=m.flags | (Flag.CLOCK_AHEAD if m.ahead else Flag.NONE),
            unknown=unknown,
            **_numbers(m, at + 1, shift_start, self._modulus.get(machine, 0), unknown),
        )


def _corrections(batch: EventBatch) -> dict[Key, tuple[int, int] | None]:
    """Target -> its value and scale now, None where it is retracted; of several corrections the latest counts."""
    rows = np.flatnonzero(batch["type"] == EventType.CORRECTION)
    if not len(rows):
        return {}
    return {
        event.ref: None if event.code == "retract" else (event.value, event.scale)
        for event in batch.take(rows).sorted()
        if event.ref is not None
    }


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
    m: _Machine, end: Micros, shift_start: Micros | None, modulus: int, unknown: dict[str, str]
) -> dict[str, int | None]:
    """The counted fields of `MachineNow`: a counter's rise where there is one, else the reported pieces."""
    counted = bool(m.counter.values)
    reported = any(m.pieces[t].places for t in _COUNTED)

    def pieces(start: Micros) -> int | None:
        if counted:
            return m.counter.risen(start, end, modulus)
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
