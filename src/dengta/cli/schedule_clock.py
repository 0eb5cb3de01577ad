"""When a search stops: after its seconds, or at Ctrl-C, with the best plan so far either way."""

from __future__ import annotations

import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

from dengta.cli.printing import tr

_LONG = 3.0  # seconds after which whoever waits is told for what


@contextmanager
def preparing() -> Iterator[None]:
    """Kernels are loaded meanwhile, before any clock runs; said on standard error when that takes long."""
    teller = threading.Timer(_LONG, lambda: sys.stderr.write(tr("scheduling.preparing") + "\n"))
    teller.daemon = True
    teller.start()
    try:
        yield
    finally:
        teller.cancel()


@contextmanager
def clock(limit: float | None) -> Iterator[Callable[[], bool]]:
    """Whether to stop; at a terminal a bar shows how far it is, once it takes longer than a second."""
    start = time.monotonic()
    console = Console(stderr=True)
    columns = (TextColumn("{task.description}"), BarColumn(), TimeRemainingColumn())
    hidden = not console.is_terminal
    with (
        _interrupt() as interrupted,
        Progress(*columns, console=console, transient=True, disable=hidden) as progress,
    ):
        task = progress.add_task(tr("scheduling.searching"), total=limit, visible=False)

        def stop() -> bool:
            spent = time.monotonic() - start
            if spent > 1:
                progress.update(task, completed=spent, visible=True)
            return interrupted() or (limit is not None and spent >= limit)

        yield stop


@contextmanager
def _interrupt() -> Iterator[Callable[[], bool]]:
    """Whether Ctrl-C was pressed; a second one ends the command at once."""
    asked = threading.Event()
    before = signal.getsignal(signal.SIGINT)

    def ask(_number: int, _frame: FrameType | None) -> None:
        signal.signal(signal.SIGINT, before)
        asked.set()

    signal.signal(signal.SIGINT, ask)
    try:
        yield asked.is_set
    finally:
        signal.signal(signal.SIGINT, before)
