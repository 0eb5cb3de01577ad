"""The supervisor: starts the processes of a home, starts a dead one again, ends them all when it ends.

Children run in sessions of their own, so that Ctrl-C reaches the supervisor alone, which asks them to stop in order; a
supervisor that is killed takes them along (`lifeline`).
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path

from dengta.core.reason import Param, Reason
from dengta.processes import lifeline
from dengta.processes.logbook import Logbook

PAUSES_S = (0.1, 0.5, 1.0, 2.0, 5.0, 10.0)
"""Waits before the first, second, ... start of a child that keeps dying."""
STEADY_S = 30.0
"""A child that lived so long starts again with the first wait."""
GRACE_S = 10.0
"""A child that was asked to stop has so long before it is killed."""
TICK_S = 0.1


@dataclass(frozen=True, slots=True)
class Child:
    """A process to keep alive. `rank`: when all stop, those of a higher rank stop first."""

    name: str
    command: tuple[str, ...]
    fds: tuple[int, ...] = ()
    rank: int = 1


def verb(*arguments: str) -> tuple[str, ...]:
    """The command line of ``dengta process ...`` under this very interpreter."""
    return (sys.executable, "-m", "dengta.cli.main", "process", *arguments)


@dataclass(slots=True)
class _Life:
    """One child now: its process, its log, and when it is due again after a death."""

    child: Child
    log: Logbook
    process: subprocess.Popen[bytes] | None = None
    reader: threading.Thread | None = None
    born: float = 0.0
    deaths: int = 0
    due: float = field(default_factory=time.monotonic)


class Supervisor:
    """Keeps children alive between `start` and `stop`; `tend` must be called every moment, from one thread."""

    def __init__(
        self,
        logs: Path,
        say: Callable[[Reason], None],
        echo: Callable[[str, str], None] | None = None,
        grace_s: float = GRACE_S,
    ) -> None:
        """`say` gets what a person should know; `echo(name, line)` every line of every child."""
        self._logs = logs
        self._say = say
        self._echo = echo
        self._grace_s = grace_s
        self._lives: dict[str, _Life] = {}
        self._pipe, self._held = os.pipe()  # the children read, we hold: see lifeline

    def start(self, child: Child) -> None:
        """Start a child now and keep it alive."""
        life = self._lives[child.name] = _Life(child, Logbook(self._logs / f"{child.name}.log"))
        self._begin(life)

    def pid(self, name: str) -> int | None:
        """The process id of a child, None while it is down."""
        process = self._lives[name].process
        return process.pid if process is not None and process.poll() is None else None

    def tend(self) -> None:
        """Notice the dead, start again those that are due."""
        for life in self._lives.values():
            if life.process is not None and life.process.poll() is not None:
                self._mourn(life)
            if life.process is None and time.monotonic() >= life.due:
                self._begin(life)

    def run(self, stop: threading.Event, moment: Callable[[], None] = lambda: None) -> None:
        """Tend until `stop` is set, calling `moment` each time round; then stop every child."""
        try:
            while not stop.wait(TICK_S):
                self.tend()
                moment()
        finally:
            self.stop()

    def stop(self) -> None:
        """Ask every child to stop, the highest rank first; kill what does not; close their logs."""
        for rank in sorted({life.child.rank for life in self._lives.values()}, reverse=True):
            ours = [life.process for life in self._lives.values() if life.child.rank == rank]
            end([process for process in ours if process is not None], self._grace_s)
        for life in self._lives.values():
            if life.reader is not None:
                life.reader.join(timeout=2)
            life.log.close()
        self._lives.clear()
        for pipe in (self._held, self._pipe):
            os.close(pipe)

    def _begin(self, life: _Life) -> None:
        child = life.child
        environment = {**os.environ, lifeline.VARIABLE: str(self._pipe), "PYTHONUNBUFFERED": "1"}
        life.process = subprocess.Popen(  # noqa: S603 (our own command line)
            child.command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            env=environment,
            pass_fds=(self._pipe, *child.fds),
            start_new_session=True,
        )
        life.born = time.monotonic()
        life.reader = threading.Thread(target=self._listen, args=(life, life.process), name=child.name, daemon=True)
        life.reader.start()

    def _listen(self, life: _Life, process: subprocess.Popen[bytes]) -> None:
        assert process.stdout is not None
        with process.stdout as lines:
            for line in lines:
                life.log.write(line)
                if self._echo is not None:
                    self._echo(life.child.name, line.decode(errors="replace").rstrip())

    def _mourn(self, life: _Life) -> None:
        """Plan the next start and say what happened; what comes again and again is said with its last words."""
        assert life.process is not None
        assert life.reader is not None
        life.reader.join(timeout=1)  # its last words
        now = time.monotonic()
        life.deaths = 1 if now - life.born > STEADY_S else life.deaths + 1
        pause = PAUSES_S[min(life.deaths, len(PAUSES_S)) - 1]
        life.due = now + pause
        about: dict[str, Param] = {"name": life.child.name, "how": _how(life.process.returncode), "pause": pause}
        if life.deaths < 3:
            self._say(Reason("process.died", params=about))
        else:
            about |= {"deaths": life.deaths, "words": life.log.last_words, "log": str(life.log.path)}
            self._say(Reason("process.keeps_dying", params=about))
        life.process = None


def end(processes: Iterable[subprocess.Popen[bytes]], grace_s: float) -> None:
    """Ask these processes to stop; those that have not within `grace_s` are killed."""
    asked = list(processes)
    for process in asked:
        if process.poll() is None:
            process.send_signal(signal.SIGTERM)
    deadline = time.monotonic() + grace_s
    for process in asked:
        try:
            process.wait(max(0.0, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _how(code: int) -> str:
    """An exit status as people know it."""
    return signal.Signals(-code).name if code < 0 else f"exit {code}"
