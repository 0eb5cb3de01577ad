"""A signal stops a process wherever it finds it, also in the middle of waiting."""

from __future__ import annotations

import signal
import subprocess
import sys

WAITS_ALL_THE_TIME = """
import signal
from dengta.processes.stopping import asked_by
stop = asked_by([signal.SIGTERM], lambda: print("asked", flush=True))
print("ready", flush=True)
while not stop.wait(1e-6):
    continue
"""


def test_a_signal_in_the_middle_of_waiting_stops() -> None:
    """The main thread is nearly always inside the event's lock here; a handler that set it there would never return."""
    waiting = [subprocess.Popen([sys.executable, "-c", WAITS_ALL_THE_TIME], stdout=subprocess.PIPE) for _ in range(6)]
    for process in waiting:
        assert process.stdout is not None
        assert process.stdout.readline() == b"ready\n"
        process.send_signal(signal.SIGTERM)
        process.send_signal(signal.SIGTERM)
    try:
        assert [process.communicate(timeout=20)[0] for process in waiting] == [b"asked\n"] * 6
        assert [process.returncode for process in waiting] == [0] * 6
    finally:
        for process in waiting:
            process.kill()
