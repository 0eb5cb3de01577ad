"""A sink is the door while it is up, else the log."""

from __future__ import annotations

import threading
import time
from pathlib import Path

import pytest

from dengta.connect.sender import DoorAddress, DoorSender, write_door_file
from dengta.connect.sink import LogSink, open_sink
from dengta.core.reason import Refusal
from dengta.log import Log
from dengta.site.home import Home
from tests.connect.served import counters, now, serving


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home.at(tmp_path)


def test_the_log_when_nobody_is_there(home: Home) -> None:
    with open_sink(home, "demo", now) as sink:
        assert isinstance(sink, LogSink)
        assert sink.append(counters(7, 0, 3)).accepted == 3
        assert [mark.next for mark in sink.marks(7)] == [3]
    with open_sink(home, "demo", now) as sink:
        assert sink.append(counters(7, 0, 4)).accepted == 1


def test_the_door_when_it_is_up(home: Home) -> None:
    folder = home.site("demo")
    with Log.open(folder.log, "demo", now) as log, serving(log) as address:
        write_door_file(folder, address)
        with open_sink(home, "demo", now) as sink:
            assert isinstance(sink, DoorSender)
            assert sink.append(counters(7, 0, 3)).accepted == 3
            assert [mark.next for mark in sink.marks(7)] == [3]


def test_a_door_left_behind_by_a_dead_process_is_passed_by(home: Home) -> None:
    folder = home.site("demo")
    with Log.open(folder.log, "demo", now) as log, serving(log) as address:
        write_door_file(folder, address)
    with open_sink(home, "demo", now) as sink:
        assert isinstance(sink, LogSink)


def test_a_door_of_another_site_on_the_same_port_is_passed_by(home: Home) -> None:
    with Log.open(home.site("other").log, "other", now) as other, serving(other, "other") as address:
        write_door_file(home.site("demo"), DoorAddress(address.port, "the token of a process long dead"))
        with open_sink(home, "demo", now) as sink:
            assert isinstance(sink, LogSink)


def test_a_log_held_by_somebody_without_a_door_is_refused(home: Home) -> None:
    with (
        Log.open(home.site("demo").log, "demo", now),
        pytest.raises(Refusal) as refusal,
        open_sink(home, "demo", now, patience=0.3),
    ):
        raise AssertionError("two writers")
    assert [reason.code for reason in refusal.value.reasons] == ["log.locked"]


def test_a_door_about_to_open_is_waited_for(home: Home) -> None:
    folder = home.site("demo")
    done = threading.Event()

    def open_late() -> None:
        with Log.open(folder.log, "demo", now) as log:
            held.set()
            time.sleep(0.4)
            with serving(log) as address:
                write_door_file(folder, address)
                done.wait(20)

    held = threading.Event()
    process = threading.Thread(target=open_late)
    process.start()
    held.wait(10)
    try:
        with open_sink(home, "demo", now) as sink:
            assert isinstance(sink, DoorSender)
            assert sink.append(counters(7, 0, 3)).accepted == 3
    finally:
        done.set()
        process.join(20)
