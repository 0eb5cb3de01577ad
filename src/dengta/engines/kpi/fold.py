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
            np.ones(1, np.int64),  # piece 0 belongs to nobody
            table.empty(room),
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
        rows, pieces = len(self.held.table.keys), len(self.held.pieces)
        full = [2 * int(self.held.table.used[0]) >= rows, 2 * int(self.held.linked[0]) >= pieces]
        if full[0] or not full[1]:
            self.held = self.held._replace(table=table.longer(self.held.table, 4 * rows))
        if full[1] or not full[0]:
            self.held = self.held._replace(pieces=_longer(self.held.pieces, 4 * pieces))

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
        whole = held.table
        if not finish:
            held = held._replace(memory=held.memory.copy())
        if not finish or int(whole.used[0]) + ahead > len(whole.keys):
            whole = table.copied(whole, ahead)
        # What goes on now gets rows of its own: the table need not be indexed anew for them.
        tail = held._replace(table=table.empty(ahead))
        tail.memory[:, layout.ROW_COLUMNS] = -1
        kernels.close(tail, ground, until)
        table.add(whole, tail.table)
        keys, facts = table.taken(whole)
        answer = Rows(
            self.setting,
            until,
            tuple(self.codes),
            keys,
            facts,
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
