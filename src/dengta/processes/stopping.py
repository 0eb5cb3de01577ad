"""A wish to stop, as signals bring it.

The handler of a signal runs in the main thread, between any two of its steps: were it to set an event that the main
thread is just waiting on, both would want the event's lock and neither get it. So another thread sets it.
"""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable, Iterable


def asked_by(signals: Iterable[signal.Signals], then: Callable[[], None] | None = None) -> threading.Event:
    """An event that the first of `signals` sets; `then` is called once, after it is set."""
    stop, first = threading.Event(), threading.Lock()

    def answer() -> None:
        stop.set()
        if then is not None:
            then()

    def asked(*_: object) -> None:
        if first.acquire(blocking=False):
            threading.Thread(target=answer, name="stopping").start()

    for name in signals:
        signal.signal(name, asked)
    return stop
