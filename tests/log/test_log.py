"""Appending: acknowledged means durable, from threads and asyncio, with strange clocks, full disks and two writers."""

import asyncio
import sqlite3
import subprocess
import sys
import threading

import pytest

from dengta.core.reason import Refusal
from dengta.core.time import HOUR, MINUTE, SECOND
from dengta.core.vocabulary import Flag
from dengta.log import EpochMark, KeyRange, Log, LogReader, Mark, Settings
from tests.log.plant import DRILL, EDGE, NOON, SAW, SITE, Clock, events, keys_of, run

QUICK = Settings(group_wait=0, segment_events=1)  # each hour a segment


@pytest.fixture
def clock():
    return Clock(NOON)


@pytest.fixture
def log(tmp_path, clock):
    with Log.open(tmp_path / "log", SITE, clock, settings=QUICK) as log:
        yield log


def codes(refused):
    return [reason.code for reason in refused.value.reasons]


def test_warming_up_leaves_no_trace(log):
    log.warm()
    assert (len(log.reader.read()), log.all_marks().streams(), log.reader.last_segment()) == (0, [], 0)


def test_the_same_events_twice_are_one_fact(log):
    assert log.append(run(SAW, 0, 5)).result() == Mark(5, 0, 1)
    assert log.append(run(SAW, 3, 8)).result() == Mark(3, 2, 2)
    assert log.append(run(SAW, 0, 8)).result() == Mark(0, 8, 2)
    assert log.append(run(SAW, 0, 0)).result() == Mark(0, 0, 2)
    assert keys_of(log.reader.read()) == keys_of(run(SAW, 0, 8))


def test_holes_are_known_and_filled_late(log):
    log.append(run(SAW, 0, 3)).result()
    log.append(run(SAW, 7, 9)).result()
    assert log.marks(SAW) == [EpochMark(1, 3, ((7, 9),))]
    assert log.holes() == [KeyRange(SAW, 1, 3, 7)]
    log.append(run(SAW, 2, 8)).result()
    assert log.marks(SAW) == [EpochMark(1, 9)]
    assert log.holes() == []


def test_a_stream_that_jumps_back_and_a_new_epoch_beside_it(log):
    log.append(run(SAW, 10, 12)).result()
    log.append(run(SAW, 0, 2, epoch=2)).result()
    assert log.append(run(SAW, 4, 11)).result().accepted == 6
    assert log.marks(SAW) == [EpochMark(1, 0, ((4, 12),)), EpochMark(2, 2)]


def test_two_clocks_on_one_machine_keep_their_own_times(log):
    """The controller runs an hour behind the gateway: both times stay as sent, the order is by ts, then by key."""
    log.append(events([(SAW, 1, 0), (SAW, 1, 1)], [NOON - HOUR, NOON - HOUR + SECOND])).result()
    log.append(events([(EDGE, 1, 0), (EDGE, 1, 1)], [NOON - HOUR, NOON])).result()
    read = log.reader.read()
    low, high = sorted([SAW, EDGE])
    assert keys_of(read)[:2] == [(low, 1, 0), (high, 1, 0)]
    assert read["ts"].tolist() == [NOON - HOUR, NOON - HOUR, NOON - HOUR + SECOND, NOON]


def test_receipt_is_stamped_once_and_never_runs_backwards(tmp_path, log, clock):
    log.append(run(SAW, 0, 1)).result()
    clock.at -= HOUR
    log.append(run(SAW, 1, 2)).result()
    log.append(run(SAW, 2, 3).replace(recv=NOON + 5)).result()
    assert log.reader.read()["recv"].tolist() == [NOON, NOON, NOON + 5]
    log.close()
    with Log.open(tmp_path / "log", SITE, clock, settings=QUICK) as again:
        again.append(run(SAW, 3, 4)).result()
        assert again.reader.read()["recv"].tolist()[-1] == NOON


def test_times_in_the_future_are_kept_and_flagged(log):
    log.append(events([(SAW, 1, 0), (SAW, 1, 1)], [NOON + 5 * MINUTE, NOON + 5 * MINUTE + 1])).result()
    assert log.reader.read()["flags"].tolist() == [0, int(Flag.CLOCK_AHEAD)]


def test_a_bad_batch_is_refused_as_a_whole(log):
    with pytest.raises(Refusal) as refused:
        log.append(run(SAW, 0, 5).replace(epoch=0, subject=0))
    assert codes(refused) == ["event.epoch_below_one", "event.subject_missing"]
    assert log.marks(SAW) == []


def test_one_writer_at_a_time_and_it_is_named(tmp_path, log):
    with pytest.raises(Refusal) as refused:
        Log.open(tmp_path / "log", SITE, Clock())
    assert codes(refused) == ["log.locked"]
    assert refused.value.reasons[0].params["pid"] == LogReader(tmp_path / "log").status().holder.pid
    code = "import sys, pathlib; from dengta.log import Log; Log.open(pathlib.Path(sys.argv[1]), 'furniture', int)"
    other = subprocess.run([sys.executable, "-c", code, str(tmp_path / "log")], capture_output=True, text=True)
    assert "log.locked" in other.stderr


def test_a_log_belongs_to_one_site(tmp_path, log):
    log.close()
    with pytest.raises(Refusal) as refused:
        Log.open(tmp_path / "log", "machining", Clock())
    assert codes(refused) == ["log.other_site"]


def test_producers_are_enrolled_by_name(log):
    assert log.enrol("saw") == SAW == log.enrol("saw")
    assert log.reader.producers() == {SAW: "saw"}


def test_threads_and_asyncio_append_together(tmp_path, clock):
    settings = Settings(group_events=20, queue_events=50)
    with Log.open(tmp_path / "log", SITE, clock, settings=settings) as log:

        def feed(stream: int) -> None:
            for mark in [log.append(run(stream, i, i + 3)) for i in range(0, 90, 3)]:
                assert mark.result(10).accepted == 3

        async def feed_async() -> None:
            marks = await asyncio.gather(*(log.append_async(run(DRILL, i, i + 30)) for i in range(0, 300, 30)))
            assert sum(mark.accepted for mark in marks) == 300

        threads = [threading.Thread(target=feed, args=(stream,)) for stream in (SAW, EDGE)]
        for thread in threads:
            thread.start()
        asyncio.run(feed_async())
        for thread in threads:
            thread.join()
        assert log.marks(DRILL) == [EpochMark(1, 300)]
        assert len(log.reader.read()) == 480
        assert log.holes() == []


def test_a_caller_who_goes_away_does_not_take_the_writer_with_him(log):
    async def hang_up() -> None:
        waiting = asyncio.create_task(log.append_async(run(SAW, 0, 2)))
        await asyncio.sleep(0)
        waiting.cancel()
        with pytest.raises(asyncio.CancelledError):
            await waiting

    asyncio.run(hang_up())
    assert log.append(run(SAW, 0, 4)).result(5).segment >= 1
    assert log.marks(SAW) == [EpochMark(1, 4)]


def test_a_writer_killed_under_a_reader_leaves_what_it_acknowledged(tmp_path):
    code = (
        "import os, sys, pathlib; from dengta.log import Log; from tests.log.plant import *;"
        "log = Log.open(pathlib.Path(sys.argv[1]), SITE, Clock());"
        "log.append(run(SAW, 0, 7)).result(); os.kill(os.getpid(), 9)"
    )
    killed = subprocess.run([sys.executable, "-c", code, str(tmp_path / "log")])
    assert killed.returncode == -9
    reader = LogReader(tmp_path / "log")
    assert keys_of(reader.read()) == keys_of(run(SAW, 0, 7))
    assert reader.status().holder is None
    with Log.open(tmp_path / "log", SITE, Clock(), settings=QUICK) as log:
        assert log.append(run(SAW, 5, 9)).result().accepted == 2


def test_what_waits_is_committed_together(tmp_path, clock):
    with Log.open(tmp_path / "log", SITE, clock, settings=Settings(group_wait=200_000)) as log:
        marks = [log.append(run(SAW, i, i + 1)) for i in range(50)]
        assert {mark.result().segment for mark in marks} == {1}


def test_a_full_disk_acknowledges_nothing_says_so_and_goes_on_when_there_is_room(tmp_path, clock):
    settings = Settings(group_wait=0, store_bytes=200_000)
    with Log.open(tmp_path / "log", SITE, clock, settings=settings) as log:
        done = 0
        with pytest.raises(Refusal) as refused:  # noqa: PT012
            for i in range(200):
                batch = run(SAW, i * 1000, (i + 1) * 1000)
                log.append(batch).result(5)
                done += 1000
        assert codes(refused) == ["log.disk_full"]
        assert log.marks(SAW) == [EpochMark(1, done)]
        assert len(log.reader.read()) == done
        assert log.reader.status().holder.trouble == "log.disk_full"
        with pytest.raises(Refusal):
            log.append(batch).result(5)
    with Log.open(tmp_path / "log", SITE, clock, settings=QUICK) as log:
        assert log.append(batch).result(5).accepted == 1000
        assert log.reader.status().holder.trouble == ""
        assert log.marks(SAW) == [EpochMark(1, done + 1000)]
        assert log.reader.verify() == []


@pytest.mark.parametrize("broken_part", ["disk.RealFile.sync", "store.insert"])
def test_a_failed_commit_reaches_every_waiting_caller_and_the_next_one_tries_again(log, monkeypatch, broken_part):
    log.append(run(SAW, 0, 2)).result()

    def fails(*_: object) -> None:
        raise sqlite3.OperationalError("disk I/O error") if "store" in broken_part else OSError(5, "disk I/O error")

    with monkeypatch.context() as broken:
        broken.setattr("dengta.log.disk.RealFile.sync" if "disk" in broken_part else "dengta.log.writer.insert", fails)
        if "store" in broken_part:
            with pytest.raises(Refusal):
                log.seal(NOON)  # the database lags behind: nothing is taken until it has caught up
        for future in [log.append(run(SAW, 2, 4)), log.append(run(SAW, 4, 6))]:
            with pytest.raises(Refusal) as refused:
                future.result(5)
            assert codes(refused) == ["log.store_failed"]
    assert log.append(run(SAW, 4, 6)).result(5).accepted == 2
    assert log.holes() == [KeyRange(SAW, 1, 2, 4)]
    assert log.append(run(SAW, 2, 4)).result(5).accepted == 2


def test_after_close_nothing_is_taken(tmp_path, clock):
    log = Log.open(tmp_path / "log", SITE, clock)
    pending = log.append(run(SAW, 0, 2))
    log.close()
    assert pending.result(0).accepted == 2
    with pytest.raises(Refusal) as refused:
        log.append(run(SAW, 2, 3))
    assert codes(refused) == ["log.closed"]


def test_a_reader_where_no_log_is_yet_sees_nothing(tmp_path):
    reader = LogReader(tmp_path / "log")
    assert len(reader.read()) == 0
    assert reader.tail(0)[1] == reader.last_segment() == 0
    assert reader.status().events == 0
    assert reader.verify() == []
    assert not (tmp_path / "log").exists()
