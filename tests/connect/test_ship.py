"""What a factory ships is at the hub once, whatever dies on the way."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from bench.stand.doorkeeper import Doorkeeper
from dengta.connect.sender import DoorAddress, DoorSender
from dengta.connect.ship import Shipper, missing
from dengta.core.batch import EventBatch
from dengta.core.canonical import leaves
from dengta.core.reason import Refusal
from dengta.log import EpochMark, KeyRange, Log, LogReader, Mark
from dengta.log.marks import Marks
from dengta.site.home import Home
from tests.connect.served import START, TOKEN, counters, now, serving


def test_a_hub_killed_in_the_middle_ends_with_everything_once(tmp_path: Path) -> None:
    hub = Home.at(tmp_path / "hub")
    with Log.open(tmp_path / "factory", "demo", now) as log, DoorSender(hub.site("demo"), seed=1) as sender:
        shipper = Shipper(log.outbox, "hub", sender)
        for turn in range(40):
            log.append(counters(7 + turn % 3, turn * 10, 10)).result()
        keeper = Doorkeeper(hub, "demo")
        enough = threading.Event()
        shipped = []

        def stop() -> bool:
            shipped.append(1)
            if len(shipped) == 12:
                enough.set()
            return False

        shipping = threading.Thread(target=lambda: shipper.drain(stop))
        shipping.start()
        assert enough.wait(30)
        keeper.kill()
        assert len(LogReader(hub.site("demo").log).read()) >= 110
        shipping.join(0.2)
        assert shipping.is_alive(), "it keeps trying"
        keeper = Doorkeeper(hub, "demo")
        shipping.join(60)
        keeper.stop()
        assert not shipping.is_alive()
        assert log.outbox.pending("hub") is None
        assert leaves(LogReader(hub.site("demo").log).read()) == leaves(log.reader.read())


def test_nothing_is_freed_while_the_hub_is_away(tmp_path: Path) -> None:
    with Log.open(tmp_path / "factory", "demo", now) as log:
        nowhere = DoorSender(DoorAddress(9, TOKEN), deadline=0.1)
        shipper = Shipper(log.outbox, "hub", nowhere)
        assert shipper.drain() == 0
        log.append(counters(7, 0, 10)).result()
        log.seal(START + 3_600_000_000)
        with pytest.raises(Refusal) as refusal:
            shipper.step()
        assert refusal.value.reasons[0].code == "door.not_acknowledged"
        assert log.outbox.pending("hub") is not None
        with Log.open(tmp_path / "hub", "demo", now) as hub, serving(hub) as address, DoorSender(address) as sender:
            assert Shipper(log.outbox, "hub", sender).drain() == 1
            assert leaves(hub.reader.read()) == leaves(log.reader.read())
        assert log.outbox.pending("hub") is None


class Forgetful:
    """A hub that says 200 and keeps nothing."""

    async def append_async(self, batch: EventBatch) -> Mark:
        return Mark(len(batch), 0, 1)

    def all_marks(self) -> Marks:
        return Marks.of([KeyRange(7, 1, 0, 3)])


def test_an_answer_without_the_marks_frees_nothing(tmp_path: Path) -> None:
    with (
        Log.open(tmp_path / "factory", "demo", now) as log,
        serving(Forgetful()) as address,
        DoorSender(address) as sender,
    ):
        shipper = Shipper(log.outbox, "hub", sender)
        log.append(counters(7, 0, 10)).result()
        with pytest.raises(Refusal) as refusal:
            shipper.step()
        assert refusal.value.reasons[0].code == "door.hub_lacks"
        assert log.outbox.pending("hub") is not None


def test_a_range_is_held_below_the_mark_or_in_one_span_above_it() -> None:
    marks = {7: [EpochMark(1, 10, ((20, 30),)), EpochMark(2, 5)]}
    held = [KeyRange(7, 1, 0, 10), KeyRange(7, 1, 20, 30), KeyRange(7, 2, 2, 5)]
    absent = [KeyRange(7, 1, 5, 11), KeyRange(7, 1, 19, 30), KeyRange(7, 3, 0, 1), KeyRange(8, 1, 0, 1)]
    assert missing(held + absent, marks) == absent
