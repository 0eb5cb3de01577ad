"""The ingest process: the door file is its owner's alone, closed hours are sealed, history on its way is not sliced."""

from __future__ import annotations

import http.client
import os
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from dengta.connect.sender import DoorAddress, DoorSender, read_door_file
from dengta.core.reason import Refusal
from dengta.core.time import HOUR, MINUTE, SECOND
from dengta.log import Log, LogReader
from dengta.processes import ingest, log_jobs
from dengta.processes.supervisor import verb
from dengta.processes.worker import Task
from dengta.site.clock import SiteClock, real_now
from dengta.site.home import Home, SiteFolder
from tests.processes.producer import EPOCH, made

EVENTS = 5 * 3600
LATER = EPOCH + EVENTS * SECOND


@pytest.fixture
def site(tmp_path: Path) -> Iterator[SiteFolder]:
    """A site whose clock stands five hours after the first event, its ingest process running."""
    folder = Home.at(tmp_path).site("bench")
    SiteClock(LATER, real_now(), 1, LATER).save(folder.clock)
    process = subprocess.Popen(verb("ingest", "bench", "--home", str(tmp_path)))
    try:
        deadline = time.monotonic() + 20
        while (read_door_file(folder) or DoorAddress(0, "")).pid != process.pid:
            assert time.monotonic() < deadline
            time.sleep(0.02)
        yield folder
    finally:
        process.terminate()
        assert process.wait(20) == 0
        assert not folder.door.exists()


def test_it_takes_seals_and_verifies_while_it_owns_the_log(site: SiteFolder) -> None:
    assert os.stat(site.door).st_mode & 0o777 == 0o600
    with pytest.raises(Refusal) as refused:
        Log.open(site.log, "bench", real_now)
    assert refused.value.reasons[0].code == "log.locked"
    with DoorSender(site) as sender:
        assert sender.send(made("bench", 0, EVENTS)).accepted == EVENTS
    home = Home.at(site.path.parents[1])
    assert log_jobs.seal(Task(home, "bench", {}))["segments"] > 0
    assert LogReader(site.log).status().sealed_events == 3 * 3600  # five hours less two of lateness
    task = Task(home, "bench", {})
    assert log_jobs.verify(task) == {"events": EVENTS, "damage": []}
    assert task.progress == 1000
    with pytest.raises(Refusal) as refused:
        log_jobs.verify(Task(home, "nowhere", {}))
    assert refused.value.reasons[0].code == "process.no_site"


def test_sealing_needs_the_token(site: SiteFolder) -> None:
    address = read_door_file(site)
    assert address is not None
    connection = http.client.HTTPConnection(address.host, address.port, timeout=5)
    connection.request("POST", "/v1/seal", headers={"Authorization": "Bearer guess"})
    assert connection.getresponse().status == 401
    connection.close()


def test_without_the_process_the_job_seals_by_itself(tmp_path: Path) -> None:
    home = Home.at(tmp_path)
    SiteClock(LATER, real_now(), 1, LATER).save(home.site("bench").clock)
    with Log.open(home.site("bench").log, "bench", lambda: LATER) as log:
        log.append(made("bench", 0, 3600)).result()
    assert log_jobs.seal(Task(home, "bench", {})) == {"segments": 1}


def test_sealing_waits_while_old_events_come_but_not_for_ever(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real = [real_now()]
    monkeypatch.setattr(ingest, "real_now", lambda: real[0])
    with Log.open(tmp_path, "bench", lambda: LATER) as log:
        ear = ingest.Ear(log, lambda: LATER)
        assert ear.is_quiet()
        ear.hear(made("bench", EVENTS - 60, EVENTS))
        assert ear.is_quiet(), "fresh events hinder nothing"
        ear.hear(made("bench", 0, 10))
        assert not ear.is_quiet()
        real[0] += ingest.QUIET
        assert ear.is_quiet()
        for _ in range(ingest.PATIENCE // MINUTE):
            ear.hear(made("bench", 0, 10))
            assert not ear.is_quiet()
            real[0] += MINUTE
        ear.hear(made("bench", 0, 10))
        assert ear.is_quiet()
    assert ear.border() == LATER - 2 * HOUR
