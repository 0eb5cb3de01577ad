"""A child ends when its supervisor does, however that died.

It holds the reading end of a pipe whose writing end only the supervisor has; the end of the pipe is the end of the
child. Works wherever there are pipes, not only on Linux.
"""

from __future__ import annotations

import os
import signal
import threading
import time

VARIABLE = "DENGTA_LIFELINE"
GRACE_S = 8.0


def follow() -> None:
    """Watch the supervisor's pipe, if one was handed over: at its end first ask this process to stop, then stop it."""
    given = os.environ.pop(VARIABLE, None)
    if given is None:
        return
    pipe = int(given)
    os.set_inheritable(pipe, False)
    threading.Thread(target=_watch, args=(pipe,), name="lifeline", daemon=True).start()


def _watch(pipe: int) -> None:
    while os.read(pipe, 1):
        pass  # nobody writes; a byte would mean nothing
    os.kill(os.getpid(), signal.SIGTERM)
    time.sleep(GRACE_S)
    os._exit(1)
