"""The fold as a thing to hold: begin, advance as often as events arrive, read the rows at any moment."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dengta.core.batch import EventBatch
from dengta.core.event import FIELD
from dengta.core.reason import refuse_if
from dengta.core.time import Micros
from dengta.engines.kpi import check, kernels
from dengta.engines.kpi import kernels_layout as layout
from dengta.engines.kpi import kernels_table as table
from dengta.engines.kpi.columns import GRADE_OF, SKIPPED, counter_table, meaning
from dengta.engines.kpi.kernels_layout import Ground, Held, Meaning, Told
from dengta.engines.kpi.model import Counter, Ints, Rows, Setting

_FEWEST = 64
COLUMNS = _TAKEN = (
    *("ts", "type", "clock", "flags", "subject", "code", "reason", "order", "operation", "value", "scale", "unit"),
)
_KEY = ("stream", "epoch", "seq")
_NO_KEYS = [np.zeros(0, FIELD[name].dtype) for name in _KEY]
_fold: Any = kernels.fold  # compiled: the types of its tuples are numba's to judge


class Fold:
    """A fold under way. What it knows is `held`, a few plain arrays, and `codes`, the texts it has met."""

    def __init__(self, setting: Setting, codes: dict[str, int] | None = None, room: int = _FEWEST) -> None:
        """A fold that has heard nothing. `codes`: text -> number, to be shared with other folds; `room`: for how many
        rows at first."""
        self.setting = setting
        self.codes = {"": 0} if codes is None else codes
        self.ground = _ground(setting)
        self._counter_codes, _ = counter_table(setting.machines, setting.counters)
        self._meter_codes, _ = counter_table(setting.machines, setting.meters)
        self.held = Held(
            layout.empty_memory(self.ground.first, setting.window.start),
            np.zeros((len(setting.counters), layout.COUNTER_MEMORY), np.int64),
            np.zeros((max(_FEWEST, room // 8), layout.PIECE), np.int64),
            np.full(1 << (2 * room).bit_length(), -1, np.int32),
            np.empty((room, table.WIDTH), np.int64),
            np.array([0, 1], np.int64),  # piece 0 belongs to nobody
        )
        self._read: tuple[Sequence[str], Meaning] | None = None

    def advance(self, batch: EventBatch, *, keyed: bool = True) -> NDArray[np.bool_]:
        """Fold `batch`, in which each machine's events are in the order of (ts, stream, epoch, seq) and corrections are
        done. Returns shape (n,): True where an event does not come after those already folded of its machine; it is
        left out, and its machine must be folded again from the log. `keyed` False: of several at one instant, any
        order is taken as right, and of the batch only `COLUMNS` are looked at.
        """
        late = np.zeros(len(batch), np.bool_)
        keys = [_writable(batch[name]) for name in _KEY] if keyed else _NO_KEYS
        told = Told(*(_writable(batch[name]) for name in _TAKEN), *keys)
        means, at = self._meaning(batch.texts), 0
        while True:
            at = _fold(at, told, means, self.ground, self.held, keyed, SKIPPED, late)
            if at == len(batch):
                return late
            self.grow()

    def _meaning(self, texts: Sequence[str]) -> Meaning:
        if self._read is None or self._read[0] is not texts:
            self._read = texts, meaning(texts, self.setting, self.codes, self._counter_codes, self._meter_codes)
        return self._read[1]

    def grow(self) -> None:
        """Room for more: where at least half is in use; in both if it was one event that wanted much."""
        rows, pieces = self.held.counts.tolist()
        full = [2 * rows >= len(self.held.rows), 2 * pieces >= len(self.held.pieces)]
        if full[0] or not full[1]:
            fresh = _longer(self.held.rows, 4 * len(self.held.rows))
            slots = np.full(1 << (2 * len(fresh)).bit_length(), -1, np.int32)
            table.index(slots, fresh, rows)
            self.held = self.held._replace(rows=fresh, slots=slots)
        if full[1] or not full[0]:
            self.held = self.held._replace(pieces=_longer(self.held.pieces, 4 * len(self.held.pieces)))

    def read_at(self, machine: str, carrier: str) -> Micros | None:
        """When the meter `carrier` of `machine` was last read; None where it never was."""
        memory = self.held.memory[self.setting.machines.index(machine)]
        slots = memory[layout.METER :].reshape(layout.MOST_METERS, layout.METER_MEMORY)[: memory[layout.METERS]]
        found = slots[slots[:, layout.M_CODE] == self.codes.get(carrier, -1), layout.M_AT]
        return int(found[0]) if len(found) else None

    def rows(self, until: Micros, *, finish: bool = False, judged: bool = True) -> Rows:
        """The answer if nothing more happened up to `until`; the fold itself stays where it is.

        An `until` before the last event already folded becomes that event's instant, one after the window its end.
        `finish`: nothing more will be folded, so that nothing need be copied. `judged` False: these are but a
        part of all rows, and no law holds for them alone.
        """
        held, ground = self.held, self.ground
        until = min(max(until, int(held.memory[:, layout.LAST].max(initial=until))), self.setting.window.end)
        ahead = int((ground.last - held.memory[:, layout.CELL]).sum()) + 1
        n = int(held.counts[layout.ROWS])
        if not finish:
            held = held._replace(memory=held.memory.copy(), rows=_longer(held.rows[:n], n + ahead))
        elif n + ahead > len(held.rows):
            held = held._replace(rows=_longer(held.rows, n + ahead))
        # What goes on now gets rows of its own: the table need not be indexed anew for them.
        tail = held._replace(
            slots=np.full(1 << (2 * ahead).bit_length(), -1, np.int32), rows=held.rows[n:], counts=np.zeros(2, np.int64)
        )
        tail.memory[:, layout.ROW_COLUMNS] = -1
        kernels.close(tail, ground, until)
        rows = held.rows[: n + int(tail.counts[layout.ROWS])]
        answer = Rows(
            self.setting,
            until,
            tuple(self.codes),
            rows[:, : table.KEYS],
            rows[:, table.KEYS :],
            held.memory[:, layout.FIRST],
            held.memory[:, layout.LAST],
            int(held.memory[:, layout.UNREAD].sum()),
        )
        if judged:
            refuse_if(check.laws(answer))
        return answer


def _writable(column: NDArray) -> NDArray:
    """A compiled function takes arrays that may be written and those that may not for two types: one is enough."""
    return column if column.flags.writeable else column.copy()


def _longer(array: NDArray, length: int) -> NDArray:
    fresh = np.empty((length, *array.shape[1:]), array.dtype)
    fresh[: len(array)] = array
    return fresh


def _ground(setting: Setting) -> Ground:
    offset = np.concatenate([[0], np.cumsum([len(c) for c in setting.cells])])
    return Ground(
        *_limits(setting, setting.counters),
        *_limits(setting, setting.meters),
        np.array([offset[c] for c in setting.cells_of], np.int64),
        np.array([offset[c + 1] for c in setting.cells_of], np.int64),
        np.concatenate([c.start for c in setting.cells]),
        np.concatenate([c.end for c in setting.cells]),
        GRADE_OF,
    )


def _limits(setting: Setting, counters: Sequence[Counter]) -> tuple[Ints, Ints, Ints]:
    at = counter_table(setting.machines, counters)[1]
    modulus, most = (np.array([getattr(c, n) for c in counters], np.int64) for n in ("modulus", "max_per_h"))
    return at, modulus, most


def fold(setting: Setting, batch: EventBatch, until: Micros | None = None) -> Rows:
    """All of `batch` at once (sorted, or each machine's events sorted; corrections done), read at `until`."""
    running = Fold(setting, room=max(_FEWEST, len(batch) // 8))
    if running.advance(batch, keyed=False).any():
        running = Fold(setting)
        running.advance(batch.sorted(), keyed=False)
    return running.rows(setting.window.end if until is None else until, finish=True)
