"""kill -9 of the writer and of a producer while they work, several times: events keep coming, none lost, none twice."""

from __future__ import annotations

import os
import signal
import sys
import threading
import time
from pathlib import Path

from dengta.core import canonical
from dengta.core.ids import stream_id
from dengta.core.reason import Reason
from dengta.log import LogReader
from dengta.processes.supervisor import Child, Supervisor, verb
from dengta.site.home import Home
from tests.processes.producer import made

KILLS = ("ingest", "producer", "ingest", "producer")


def test_whatever_is_killed_the_log_grows_and_holds_each_event_once(tmp_path: Path) -> None:
    home = Home.at(tmp_path)
    reader = LogReader(home.site("bench").log)
    said: list[Reason] = []
    stop = threading.Event()
    supervisor = Supervisor(tmp_path / "logs", said.append)
    supervisor.start(Child("ingest", verb("ingest", "bench", "--home", str(tmp_path)), rank=0))
    producer = (sys.executable, "-m", "tests.processes.producer", str(tmp_path), "bench")
    supervisor.start(Child("producer", producer))
    running = threading.Thread(target=supervisor.run, args=(stop,))
    running.start()
    try:
        grown = _grows(reader, 0)
        for victim in KILLS:
            pid = supervisor.pid(victim)
            assert pid is not None
            os.kill(pid, signal.SIGKILL)
            grown = _grows(reader, grown + 200)
    finally:
        stop.set()
        running.join()
    assert sorted(str(reason.params["name"]) for reason in said) == sorted(KILLS), "nothing else died"
    (mark,) = reader.marks(stream_id("bench", "test"))
    assert mark.above == ()
    assert mark.next >= grown
    assert not home.site("bench").door.exists()
    assert canonical.lines(reader.read()).equals(canonical.lines(made("bench", 0, mark.next)))


def _grows(reader: LogReader, past: int) -> int:
    """Wait until the stream is known past this seq; how far it is."""
    deadline = time.monotonic() + 20
    while True:
        marks = reader.marks(stream_id("bench", "test"))
        if marks and marks[0].next > past:
            return marks[0].next
        assert time.monotonic() < deadline, "the log stands still"
        time.sleep(0.05)
