"""What `dengta run` does once it knows what to run: start everything, say the address, tend it until the end."""

from __future__ import annotations

import os
import socket
import sqlite3
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from dengta.core.reason import Reason, Refusal
from dengta.log import LogReader
from dengta.processes.front import Readiness
from dengta.processes.heartbeat import Heartbeat
from dengta.processes.sites import Plant
from dengta.processes.supervisor import Child, Supervisor, verb
from dengta.site.home import Home, SiteFolder

LONGEST_WAIT_S = 90.0
"""Seconds to wait for the first events before the address is said anyway."""


def live(
    home: Home,
    plants: Sequence[Plant],
    front: socket.socket,
    *,
    stop: threading.Event,
    say: Callable[[Reason], None],
    ready: Callable[[], None],
    echo: Callable[[str, str], None] | None = None,
) -> None:
    """Run `plants` and the pages on the listening socket `front` until `stop` is set; `ready` is called once, when the
    pages answer and simulated plants move.

    Ingest and model plants start at once, beside the web process, which prepares the database before it answers; the
    worker follows, since it needs that database.
    """
    heart = Heartbeat(plant.folder for plant in plants)
    supervisor = Supervisor(home.path / "logs", say, echo)
    begun = {plant.folder: _segment(plant.folder) for plant in plants if plant.model is not None}
    for plant in plants:
        site = plant.folder.site
        supervisor.start(Child(f"ingest-{site}", verb("ingest", site), rank=0))
        if plant.model is not None:
            model = ("--model", str(plant.model.absolute()))
            supervisor.start(Child(f"model-plant-{site}", verb("model-plant", site, *model)))
    descriptor = front.fileno()
    supervisor.start(Child("web", verb("web", "--fd", str(descriptor)), fds=(descriptor,)))
    pages = Readiness(front)
    waiting = ["worker", "ready"]
    until = time.monotonic() + LONGEST_WAIT_S

    def moment() -> None:
        heart.beat()
        if waiting and pages.done.is_set():
            if "worker" in waiting:
                waiting.remove("worker")
                supervisor.start(Child("worker", verb("worker")))
            if time.monotonic() > until or all(_segment(folder) > at for folder, at in begun.items()):
                waiting.clear()
                ready()

    try:
        supervisor.run(stop, moment)
    finally:
        heart.stop()


def environment(home: Home, host: str, *, demo: bool) -> None:
    """What every child inherits: the home, whether it is a demonstration, and by which names pages may be asked for."""
    os.environ["DENGTA_HOME"] = str(home.path)
    os.environ["DENGTA_DEMO"] = "1" if demo else ""
    if "DENGTA_HOSTS" not in os.environ:
        name = socket.gethostname()
        os.environ["DENGTA_HOSTS"] = ",".join({host, name, name.split(".")[0]})


def _segment(folder: SiteFolder) -> int:
    """The log's last segment; 0 while there is none to be read."""
    if not Path(folder.log).is_dir():
        return 0
    try:
        return LogReader(folder.log).last_segment()
    except (Refusal, sqlite3.Error):  # just being made
        return 0
