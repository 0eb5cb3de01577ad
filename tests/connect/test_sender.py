"""A sender gives up loudly or not at all."""

from __future__ import annotations

import stat
import threading
import time
from pathlib import Path

import numpy as np
import pytest

from dengta.connect import sender as room
from dengta.connect.sender import DoorAddress, DoorSender, read_door_file, write_door_file
from dengta.core.batch import EventBatch
from dengta.core.reason import Refusal
from dengta.log import EpochMark, Log, LogReader, Mark
from dengta.site.home import Home, SiteFolder
from tests.connect.served import TOKEN, counters, now, serving


@pytest.fixture
def folder(tmp_path: Path) -> SiteFolder:
    return Home.at(tmp_path).site("demo")


def codes(refusal: pytest.ExceptionInfo[Refusal]) -> list[str]:
    return [reason.code for reason in refusal.value.reasons]


def test_sent_is_durable_and_counted_once(folder: SiteFolder) -> None:
    with Log.open(folder.log, "demo", now) as log, serving(log) as address, DoorSender(address) as sender:
        assert sender.is_up()
        assert sender.send(counters(7, 0, 10)) == Mark(10, 0, 1)
        assert sender.send(counters(7, 5, 10)) == Mark(5, 5, 2)
        assert sender.send(counters(7, 20, 1)) == Mark(1, 0, 3)
        assert sender.marks(7) == [EpochMark(1, 15, ((20, 21),))]
        assert sender.send(EventBatch.empty()) == Mark(0, 0, 0)


def test_a_long_batch_goes_in_several_posts(folder: SiteFolder, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(room, "LARGEST_POST", 64)
    with Log.open(folder.log, "demo", now) as log, serving(log) as address, DoorSender(address) as sender:
        mark = sender.send(counters(7, 0, 1_000))
        assert (mark.accepted, mark.duplicates) == (1_000, 0)
        assert LogReader(folder.log).read()["seq"].tolist() == list(range(1_000))


def test_a_batch_of_long_texts_fits_through_the_door(folder: SiteFolder, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(room, "LARGEST_BODY", 4_000)
    batch = counters(7, 0, 100)
    texts = ["", *(f"{i:0>190}" for i in range(100)), "pieces"]
    wide = EventBatch({**batch.columns, "subject": np.arange(1, 101, dtype="<i4")}, tuple(texts)).replace(code=101)
    with Log.open(folder.log, "demo", now) as log, serving(log) as address, DoorSender(address) as sender:
        assert sender.send(wide).accepted == 100


def test_a_refused_batch_is_not_tried_again(folder: SiteFolder) -> None:
    with Log.open(folder.log, "demo", now) as log, serving(log) as address, DoorSender(address) as sender:
        began = time.monotonic()
        with pytest.raises(Refusal) as refusal:
            sender.send(counters(7, 0, 3).replace(epoch=0))
        assert codes(refusal) == ["event.epoch_below_one"]
        assert dict(refusal.value.reasons[0].params) == {"events": 3}
        assert time.monotonic() - began < 5


@pytest.mark.parametrize("last", ["door.closed", "door.no_answer", "door.token"])
def test_what_is_not_acknowledged_is_said(folder: SiteFolder, last: str) -> None:
    with Log.open(folder.log, "demo", now) as log:
        with serving(log) as address:
            if last == "door.token":
                write_door_file(folder, DoorAddress(address.port, "wrong"))
                with pytest.raises(Refusal) as refusal:
                    DoorSender(folder).send(counters(7, 0, 1), deadline=0.1)
        if last != "door.token":
            if last == "door.no_answer":
                write_door_file(folder, address)
            with pytest.raises(Refusal) as refusal:
                DoorSender(folder).send(counters(7, 0, 1), deadline=0.1)
        assert codes(refusal) == ["door.not_acknowledged", last]
        assert log.marks(7) == []


def test_a_sender_outlives_the_door(folder: SiteFolder) -> None:
    with Log.open(folder.log, "demo", now) as log, DoorSender(folder, seed=1) as sender:
        with serving(log) as address:
            write_door_file(folder, address)
            sender.send(counters(7, 0, 10))
        marks: list[Mark] = []
        waiting = threading.Thread(target=lambda: marks.append(sender.send(counters(7, 10, 10))))
        waiting.start()
        waiting.join(0.3)
        assert waiting.is_alive()
        assert not marks
        with serving(log) as address:
            write_door_file(folder, address)
            waiting.join(20)
        assert marks == [Mark(10, 0, 2)]


def test_the_door_file_is_its_owners_alone(folder: SiteFolder) -> None:
    assert read_door_file(folder) is None
    address = DoorAddress(4711, TOKEN, pid=1)
    write_door_file(folder, address)
    write_door_file(folder, address)
    assert read_door_file(folder) == address
    assert stat.S_IMODE(folder.door.stat().st_mode) == 0o600
    assert [file.name for file in folder.path.iterdir()] == ["door.json"]
    assert TOKEN not in repr(address)
    folder.door.write_text('{"port": 1')
    assert read_door_file(folder) is None
