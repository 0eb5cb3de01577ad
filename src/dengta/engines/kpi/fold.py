"""The fold as a thing to hold: begin, advance as often as events arrive, read the rows at any moment."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dengta.core.batch import EventBatch
from dengta.core.reason import refuse_if
from dengta.core.time import Micros
from dengta.engines.kpi import check, kernels, table
from dengta.engines.kpi.columns import GRADE_OF, SKIPPED, Meaning, counter_table, meaning
from dengta.engines.kpi.model import Codes, Ints, Rows, Setting

fold_events: Any = kernels.fold

_FEWEST = 64
_TAKEN = ("ts", "type", "clock", "flags", "subject", "code", "reason", "order", "operation", "value", "scale")
_KEY = ("stream", "epoch", "seq")


class Fold:
    """A fold under way. What it knows is a few plain arrays and the list of texts it has met."""

    def __init__(self, setting: Setting) -> None:
        """A fold that has heard nothing."""
        self.setting = setting
        sizes = [len(c) for c in setting.cells]
        offset = np.concatenate([[0], np.cumsum(sizes)])
        self._first: Ints = np.array([offset[c] for c in setting.cells_of], np.int64)
        self._last: Ints = np.array([offset[c + 1] for c in setting.cells_of], np.int64)
        self._start: Ints = np.concatenate([c.start for c in setting.cells])
        self._end: Ints = np.concatenate([c.end for c in setting.cells])
        self._counter_codes, self._counter_at = counter_table(setting)
        self._modulus: Ints = np.array([c.modulus for c in setting.counters], np.int64)
        self._max_per_h: Ints = np.array([c.max_per_h for c in setting.counters], np.int64)
        self.memory: Ints = kernels.empty_memory(self._first, setting.window.start)
        self.counters: Ints = np.zeros((len(setting.counters), kernels.COUNTER_MEMORY), np.int64)
        self.pieces: Ints = np.zeros((_FEWEST, kernels.PIECE), np.int64)
        self.count: Ints = np.zeros(1, np.int64)
        self.used: Ints = np.zeros(1, np.int64)
        self.keys: Codes = np.zeros((_FEWEST, table.KEYS), np.int32)
        self.values: Ints = np.zeros((_FEWEST, kernels.COLUMNS), np.int64)
        self._slots: Codes = np.full(4 * _FEWEST, -1, np.int32)
        self._codes: dict[str, int] = {"": 0}
        self._read: tuple[Sequence[str], Meaning] | None = None

    def advance(self, batch: EventBatch, *, keyed: bool = True) -> NDArray[np.bool_]:
        """Fold `batch`, in which each machine's events are in the order of (ts, stream, epoch, seq) and corrections are
        done. Returns shape (n,): True where an event comes before one already folded of its machine; it is left out,
        and its machine must be folded again from the log. `keyed` False: at one instant, any order is taken as right.
        """
        late = np.zeros(len(batch), np.bool_)
        raw: Any = (
            [batch[name] for name in (*_TAKEN, *_KEY)] if keyed else [batch[name] for name in _TAKEN] + [late] * 3
        )
        means = self._meaning(batch.texts)
        at = 0
        while True:
            at = fold_events(
                at, *raw, keyed, SKIPPED, means.machine, means.state, means.element, means.activity, means.counter,
                means.text, GRADE_OF, self._counter_at, self._modulus, self._max_per_h, self._first, self._last,
                self._start, self._end, self.memory, self.counters, self.pieces, self.count, self._slots, self.keys,
                self.values, self.used, late,
            )  # fmt: skip
            if at == len(batch):
                return late
            self._grow()

    def _meaning(self, texts: Sequence[str]) -> Meaning:
        if self._read is None or self._read[0] is not texts:
            self._read = texts, meaning(texts, self.setting, self._codes, self._counter_codes)
        return self._read[1]

    def _grow(self) -> None:
        self.keys, self.values, self.pieces = (_doubled(a) for a in (self.keys, self.values, self.pieces))
        self._slots = np.full(2 * len(self._slots), -1, np.int32)
        table.index(self._slots, self.keys, int(self.used[0]))

    def rows(self, until: Micros) -> Rows:
        """The answer if nothing more happened up to `until`; the fold itself stays where it is.

        An `until` before the last event already folded becomes that event's instant, one after the window its end.
        """
        seen = int(self.memory[:, kernels.LAST].max(initial=until))
        until = min(max(until, seen), self.setting.window.end)
        memory, used = self.memory.copy(), self.used.copy()
        ahead = int((self._last - memory[:, kernels.CELL]).sum()) + 1
        room = np.concatenate([self.keys[: used[0]], np.zeros((ahead, table.KEYS), np.int32)])
        values = np.zeros((len(room), kernels.COLUMNS), np.int64)
        values[: used[0]] = self.values[: used[0]]
        slots = np.full(1 << (2 * len(room)).bit_length(), -1, np.int32)
        table.index(slots, room, int(used[0]))
        who = np.zeros(5, np.int64)
        for m in range(len(memory)):
            kernels.flush(memory[m], m, until, self._start, self._end, self._last[m], slots, room, values, used, who)
        n = int(used[0])
        told = values[:n].any(axis=1)
        answer = Rows(
            self.setting,
            until,
            tuple(self._codes),
            room[:n][told],
            values[:n][told],
            memory[:, kernels.FIRST],
            memory[:, kernels.LAST],
            int(memory[:, kernels.UNREAD].sum()),
        )
        refuse_if(check.laws(answer))
        return answer


def _doubled(array: NDArray) -> NDArray:
    return np.concatenate([array, np.zeros_like(array)])


def fold(setting: Setting, batch: EventBatch, until: Micros | None = None) -> Rows:
    """All of `batch` at once (sorted, or each machine's events sorted; corrections done), read at `until`."""
    running = Fold(setting)
    if running.advance(batch, keyed=False).any():
        running = Fold(setting)
        running.advance(batch.sorted(), keyed=False)
    return running.rows(setting.window.end if until is None else until)
