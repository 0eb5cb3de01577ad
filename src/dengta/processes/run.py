"""What `dengta run` does once it knows what to run: start everything, say the address, tend it until the end."""

from __future__ import annotations

import os
import socket
import threading
from collections.abc import Callable, Sequence

from dengta.core.reason import Reason
from dengta.processes.front import SignsOfLife
from dengta.processes.heartbeat import Heartbeat
from dengta.processes.sites import Plant
from dengta.processes.supervisor import Child, Supervisor, verb
from dengta.site.home import Home


def live(
    home: Home,
    plants: Sequence[Plant],
    front: socket.socket,
    *,
    stop: threading.Event,
    say: Callable[[Reason], None],
    ready: Callable[[], None],
    echo: Callable[[str, str], None] | None = None,
    days: int = 30,
) -> None:
    """Run `plants` and the pages on the listening socket `front` until `stop` is set; `ready` is called once, when the
    pages answer and simulated plants move. `days`: of history a simulated plant makes at its first start.

    All start at once but the worker: it needs the database, which the web process prepares before it answers, and it
    should not take the processor from those one waits for.
    """
    heart = Heartbeat({plant.folder: plant.goes_on for plant in plants})
    supervisor = Supervisor(home.path / "logs", say, echo)
    for plant in plants:
        site = plant.folder.site
        supervisor.start(Child(f"ingest-{site}", verb("ingest", site), rank=0))
        if plant.model is not None:
            model = ("--model", str(plant.model.absolute()), "--days", str(days))
            supervisor.start(Child(f"model-plant-{site}", verb("model-plant", site, *model)))
    descriptor = front.fileno()
    supervisor.start(Child("web", verb("web", "--fd", str(descriptor)), fds=(descriptor,)))
    signs = SignsOfLife(front, wait_for_events=any(plant.model is not None for plant in plants))
    said = False

    def moment() -> None:
        nonlocal said
        heart.beat()
        if not said and signs.seen.is_set():
            said = True
            ready()
            supervisor.start(Child("worker", verb("worker")))

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
