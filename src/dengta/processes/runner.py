"""`Runner.map`: one function over the rows of a table, on every core, in order.

What crosses to another process is a function's name and plain rows, never code, so that a cluster can stand behind the
same face later: its machines have the same package and the same table of names.
"""

from __future__ import annotations

import os
import threading
import traceback
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from multiprocessing import get_context, parent_process
from multiprocessing.connection import Connection, wait
from multiprocessing.context import SpawnProcess
from typing import Any

from dengta.core.reason import Reason, Refusal
from dengta.processes.worker import resolve

ATTEMPTS = 3
"""Processes that may die over one row before the row is named and the map given up."""

_SPAWN = get_context("spawn")  # a fork would copy locks that other threads hold


class RowBroke(RuntimeError):
    """A function raised over a row; carries the name, the row's place and the traceback."""


@dataclass(slots=True)
class _Hand:
    """One process of the pool and the row it is at (None: idle)."""

    process: SpawnProcess
    pipe: Connection
    row: int | None = None


class Runner:
    """A pool of `workers` processes for the functions in `functions` (name -> ``module:function``).

    Processes start with the first `map` and stay until `close`, so that compiled kernels stay warm.
    """

    def __init__(self, functions: Mapping[str, str], workers: int | None = None) -> None:
        self._functions = dict(functions)
        self._size = workers or os.cpu_count() or 1
        self._hands: list[_Hand] = []

    def __enter__(self) -> Runner:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def map(
        self, name: str, table: Sequence[Any], progress: Callable[[int, int], None] = lambda done, rows: None
    ) -> list[Any]:
        """``[function(row) for row in table]``, computed anywhere; rows and results are plain data.

        `progress(done, rows)` is called as results come in. A row whose process dies is tried again.
        Refusal: the function's own, at (name, row number), or `process.row_died` after `ATTEMPTS`. RowBroke: a fault.
        """
        if name not in self._functions:
            raise KeyError(f"no function {name!r}; known: {sorted(self._functions)}")
        results: list[Any] = [None] * len(table)
        waiting = deque(range(len(table)))
        deaths = [0] * len(table)
        done = 0
        try:
            while done < len(table):
                self._hand_out(name, table, waiting)
                for hand, answer in self._answers():
                    row, hand.row = hand.row, None
                    assert row is not None
                    if answer is None:
                        deaths[row] += 1
                        self._bury(hand, name, row, deaths[row])
                        waiting.appendleft(row)
                        continue
                    results[row] = _opened(answer, name, row)
                    done += 1
                    progress(done, len(table))
        except BaseException:
            self.close()  # rows in hand would answer into the next map
            raise
        return results

    def close(self) -> None:
        """End the processes at once."""
        for hand in self._hands:
            hand.pipe.close()
            hand.process.kill()
            hand.process.join()
        self._hands.clear()

    def _hand_out(self, name: str, table: Sequence[Any], waiting: deque[int]) -> None:
        for hand in [*self._hands, *[None] * (self._size - len(self._hands))]:
            if not waiting:
                return
            if hand is None:
                hand = self._start()
            if hand.row is not None:
                continue
            hand.row = waiting.popleft()
            try:
                hand.pipe.send((self._functions[name], table[hand.row]))
            except OSError:  # it died idle; the wait below sees that
                continue

    def _start(self) -> _Hand:
        ours, theirs = _SPAWN.Pipe()
        process = _SPAWN.Process(target=_serve, args=(theirs,), daemon=True)
        process.start()
        theirs.close()
        self._hands.append(_Hand(process, ours))
        return self._hands[-1]

    def _answers(self) -> list[tuple[_Hand, tuple[str, Any] | None]]:
        """What came in: (hand, answer), with None for a process that died."""
        busy = {hand.pipe: hand for hand in self._hands if hand.row is not None}
        came: list[tuple[_Hand, tuple[str, Any] | None]] = []
        for pipe in wait(list(busy)):
            hand = busy[pipe]  # type: ignore[index]
            try:
                came.append((hand, hand.pipe.recv()))
            except (EOFError, OSError):
                came.append((hand, None))
        return came

    def _bury(self, hand: _Hand, name: str, row: int, deaths: int) -> None:
        self._hands.remove(hand)
        hand.pipe.close()
        hand.process.join()
        if deaths == ATTEMPTS:
            how = {"code": hand.process.exitcode, "attempts": ATTEMPTS}
            raise Refusal(Reason("process.row_died", (name, f"row {row + 1}"), how))


def _opened(answer: tuple[str, Any], name: str, row: int) -> Any:
    kind, content = answer
    if kind == "refused":
        raise Refusal(Reason(*reason).at(name, f"row {row + 1}") for reason in content)
    if kind == "broke":
        raise RowBroke(f"{name}, row {row + 1}:\n{content}")
    return content


def _serve(pipe: Connection) -> None:
    """A pool process: rows in, answers out, until the pipe or the parent ends."""
    threading.Thread(target=_follow_parent, daemon=True).start()
    while True:
        try:
            function, row = pipe.recv()
        except EOFError:
            return
        try:
            answer: tuple[str, Any] = ("result", resolve(function)(row))
        except Refusal as refusal:
            answer = ("refused", [(r.code, r.place, dict(r.params)) for r in refusal.reasons])
        except Exception:  # noqa: BLE001 (told to the caller, who raises it)
            answer = ("broke", traceback.format_exc())
        pipe.send(answer)


def _follow_parent() -> None:
    parent = parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)
