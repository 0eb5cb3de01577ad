"""The supervisor with real processes: restarts the dead, keeps their words, takes all along when it is killed."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

from dengta.core.reason import Reason
from dengta.processes.logbook import Logbook
from dengta.processes.supervisor import Child, Supervisor

SLEEPER = "import os, time; print('here', os.getpid(), flush=True); time.sleep(60)"
STUBBORN = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('no', flush=True); time.sleep(60)"
FOLLOWER = f"from dengta.processes import lifeline; lifeline.follow(); {SLEEPER}"
PARENT = """
import sys, threading
from pathlib import Path
from dengta.processes.supervisor import Child, Supervisor
supervisor = Supervisor(Path(sys.argv[1]), print)
supervisor.start(Child("one", (sys.executable, "-c", sys.argv[2])))
print(supervisor.pid("one"), flush=True)
supervisor.run(threading.Event())
"""


def python(program: str) -> tuple[str, ...]:
    return (sys.executable, "-c", program)


def until(true: Callable[[], object], seconds: float = 10.0) -> None:
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline, "it did not come to that"
        time.sleep(0.02)


def is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"


def test_a_killed_child_comes_back_and_the_others_go_on(tmp_path: Path) -> None:
    said: list[Reason] = []
    stop = threading.Event()
    supervisor = Supervisor(tmp_path, said.append)
    for name in ("one", "two"):
        supervisor.start(Child(name, python(SLEEPER)))
    one, two = supervisor.pid("one"), supervisor.pid("two")
    assert one is not None
    running = threading.Thread(target=supervisor.run, args=(stop,))
    running.start()
    try:
        until(lambda: f"here {one}" in (tmp_path / "one.log").read_text())
        os.kill(one, signal.SIGKILL)
        until(lambda: supervisor.pid("one") not in (None, one))
        assert supervisor.pid("two") == two
        assert (said[0].code, said[0].params["name"], said[0].params["how"]) == ("process.died", "one", "SIGKILL")
        until(lambda: f"here {supervisor.pid('one')}" in (tmp_path / "one.log").read_text())
        assert f"here {one}" in (tmp_path / "one.log").read_text()
        again = supervisor.pid("one")
    finally:
        stop.set()
        running.join()
    assert again is not None
    assert two is not None
    assert not is_alive(again)
    assert not is_alive(two)


def test_what_dies_again_and_again_is_said_with_its_last_words(tmp_path: Path) -> None:
    said: list[Reason] = []
    stop = threading.Event()
    supervisor = Supervisor(tmp_path, said.append)
    supervisor.start(Child("one", python("import sys; print('no such thing'); sys.exit(3)")))
    running = threading.Thread(target=supervisor.run, args=(stop,))
    running.start()
    try:
        until(lambda: any(reason.code == "process.keeps_dying" for reason in said))
    finally:
        stop.set()
        running.join()
    assert [reason.code for reason in said][:3] == ["process.died", "process.died", "process.keeps_dying"]
    assert (said[2].params["words"], said[2].params["how"]) == ("no such thing", "exit 3")


def test_a_killed_supervisor_takes_its_children_along(tmp_path: Path) -> None:
    command = [sys.executable, "-c", PARENT, str(tmp_path), FOLLOWER]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout is not None
        child = int(parent.stdout.readline())
        log = tmp_path / "one.log"
        until(lambda: log.exists() and "here" in log.read_text())
        parent.kill()
    until(lambda: not is_alive(child))


def test_logs_do_not_grow_for_ever(tmp_path: Path) -> None:
    book = Logbook(tmp_path / "logs" / "one.log", limit=1_000)
    for i in range(100):
        book.write(b"line %d of a talkative process\n" % i)
    book.close()
    sizes = [file.stat().st_size for file in (tmp_path / "logs").iterdir()]
    assert len(sizes) == 2
    assert max(sizes) <= 1_000
    assert book.last_words == "line 99 of a talkative process"


def test_a_child_that_will_not_stop_is_killed(tmp_path: Path) -> None:
    supervisor = Supervisor(tmp_path, lambda _: None, grace_s=0.3)
    supervisor.start(Child("one", python(STUBBORN)))
    until(lambda: (tmp_path / "one.log").read_text() == "no\n")
    pid = supervisor.pid("one")
    supervisor.stop()
    assert pid is not None
    assert not is_alive(pid)
