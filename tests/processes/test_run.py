"""`dengta run` whole: every child is killed in turn while the plant runs; the log is what the simulation alone says.

Then the same home is asked to run twice, and a job outlives everything.
"""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

from dengta.core import canonical
from dengta.core.batch import EventBatch
from dengta.engines.simulation import Simulation, parse
from dengta.log import LogReader
from dengta.processes import examples
from dengta.site.bookshelf import Bookshelf
from dengta.site.home import Home

ROOT = Path(__file__).parents[2]
JOB = """
import sys, time, django
django.setup()
from dengta.apps.accounts.models import User
from dengta.apps.jobs import commands, queries
from dengta.site.clock import real_now
who = User.objects.get(login="wu-yue")
job = commands.enqueue(kind="log.verify", params={}, key="one", actor=who, now=real_now(), site="furniture")
while not (job := queries.job(job.pk)).is_final:
    time.sleep(0.1)
print(job.state, len(job.result["damage"]), flush=True)
"""

pytestmark = pytest.mark.skipif(not Path("/proc/self/task").is_dir(), reason="finds the children by /proc")


@dataclass
class Running:
    """A `dengta run` and the address it printed."""

    process: subprocess.Popen[str]
    home: Home
    address: str

    def events(self) -> int:
        """As the pages say."""
        with urllib.request.urlopen(f"{self.address}/healthz", timeout=30) as answer:
            return int(json.load(answer)["events"])

    def child(self, name: str) -> int | None:
        """The process id of ``dengta process <name> ...``."""
        children = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text().split()
        for pid in map(int, children):
            if name.encode() in Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0"):
                return pid
        return None


def environment(home: Home) -> dict[str, str]:
    kept = {k: v for k, v in os.environ.items() if k not in ("DENGTA_DATABASE_URL", "DENGTA_DEMO")}
    return kept | {"DENGTA_HOME": str(home.path), "DENGTA_LANG": "en", "DJANGO_SETTINGS_MODULE": "dengta.web.settings"}


def run(*arguments: str) -> list[str]:
    return [sys.executable, "-m", "dengta.cli.main", "run", "--port", "0", "--days", "1", *arguments]


@pytest.fixture
def running(tmp_path: Path) -> Iterator[Running]:
    home = Home.at(tmp_path / "home")
    with subprocess.Popen(
        run(), cwd=ROOT, env=environment(home), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ) as process:
        try:
            assert process.stdout is not None
            said = []
            for line in process.stdout:
                said.append(line)
                if found := re.search(r"http://[\w.:-]+", line):
                    yield Running(process, home, found.group(0))
                    break
            else:
                pytest.fail("it ended without an address:\n" + "".join(said))
        finally:
            if process.poll() is None:
                process.send_signal(signal.SIGINT)
                process.communicate(timeout=40)


def until(true: Callable[[], object], seconds: float = 40.0) -> None:
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline, "it did not come to that"
        time.sleep(0.05)


def test_every_child_may_be_killed_while_the_plant_runs(running: Running) -> None:
    until(lambda: running.child("worker"))
    for name in ("ingest", "model-plant", "web", "worker"):
        before, victim = running.events(), running.child(name)
        assert victim is not None, name
        os.kill(victim, signal.SIGKILL)
        until(lambda name=name, victim=victim: running.child(name) not in (None, victim))  # type: ignore[misc]
        until(lambda before=before: running.events() > before)  # type: ignore[misc]
    second = subprocess.run(run(), cwd=ROOT, env=environment(running.home), capture_output=True, text=True, timeout=60)
    assert second.returncode == 1
    assert f"process {running.process.pid}, {running.address}" in second.stderr
    job = [sys.executable, "-c", JOB]
    verified = subprocess.run(job, env=environment(running.home), capture_output=True, text=True, timeout=60)
    assert verified.stdout.split() == ["done", "0"], verified.stderr
    running.process.send_signal(signal.SIGINT)
    said, _ = running.process.communicate(timeout=40)
    assert running.process.returncode == 0, said
    assert said.count("SIGKILL") == 4, said
    site = running.home.site("furniture")
    assert LogReader(site.log).holes() == []
    told = numbered(LogReader(site.log).read())
    assert canonical.lines(told).equals(canonical.lines(simulated(running.home, told)))


def numbered(batch: EventBatch) -> EventBatch:
    """The events of each stream in their order over all epochs, numbered anew: what a single boot would have sent."""
    ordered = batch.take(np.lexsort((batch["seq"], batch["epoch"], batch["stream"])))
    _, first, count = np.unique(ordered["stream"], return_index=True, return_counts=True)
    seq = np.arange(len(ordered)) - np.repeat(first, count)
    return ordered.replace(seq=seq, epoch=1, recv=0)


def simulated(home: Home, told: EventBatch) -> EventBatch:
    """What the simulation alone says, as far as the log goes."""
    site = home.site("furniture")
    (revision,) = Bookshelf(site.books).revisions()
    origin = json.loads((site.path / "model-plant" / "origin.json").read_text())
    model = examples.model(examples.plant("furniture"))
    assert model is not None
    book = revision.book
    plant = Simulation(
        parse(model.read_text("utf-8")),
        lambda machine, window: book.resolver(machine).occurrences(window),
        origin["at"],
        origin["seed"],
    )
    events = plant.until(int(told["ts"].max()) + 1)
    whole = numbered(events.batch("furniture", {}).replace(seq=events.index))
    known = dict(zip(*np.unique(told["stream"], return_counts=True), strict=True))
    return whole.take(whole["seq"] < np.array([known.get(stream, 0) for stream in whole["stream"]]))
