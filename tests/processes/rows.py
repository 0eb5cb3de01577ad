"""Functions that the runner's tests name."""

from __future__ import annotations

import os
import signal
from pathlib import Path

from dengta.core.reason import Reason, Refusal

FUNCTIONS = {name: f"tests.processes.rows:{name}" for name in ("square", "refuse", "divide", "die_once", "die")}


def square(row: int) -> tuple[int, int]:
    """The square, and who computed it."""
    return row * row, os.getpid()


def refuse(row: int) -> int:
    """Refuses the third row."""
    if row == 2:
        raise Refusal(Reason("event.seq_negative", ("seq",), {"events": row}))
    return row


def divide(row: int) -> float:
    """A fault for row 0."""
    return 1 / row


def die_once(row: str) -> str:
    """Dies the first time it sees a row, and answers the second time."""
    seen = Path(row)
    if not seen.exists():
        seen.touch()
        os.kill(os.getpid(), signal.SIGKILL)
    return seen.name


def die(row: int) -> int:
    """Dies over row 1."""
    if row == 1:
        os._exit(7)
    return row
