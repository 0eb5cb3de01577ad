"""The journal: durable before the database knows, read by everybody, never lost, never twice, cut only where nobody was
promised anything."""

import contextlib
import os
import random
import shutil
import sqlite3
import subprocess
import sys
import threading

import pytest

from dengta.core.reason import Refusal
from dengta.core.time import HOUR, SECOND
from dengta.log import EpochMark, KeyRange, Log, LogReader, Mark, Settings, journal, lock, repair
from dengta.log.disk import RealDisk
from dengta.log.journal import Journal
from dengta.log.packed import PackedRow, PackedSegment
from dengta.log.store import Store
from dengta.words import LANGUAGES, say
from tests.log.plant import EDGE, NOON, SAW, SITE, Clock, keys_of, run
from tests.log.power import PowerCut, PowerCutDisk

TOGETHER = Settings(group_events=9, group_wait=5 * SECOND, segment_events=1, store_wait=HOUR)
"""Nine events make a commit, which makes the number of calls the same each time."""
LAZY = Settings(group_wait=0, segment_events=1, store_wait=HOUR)
"""The database gets nothing until somebody needs it."""


def opened(folder, settings=LAZY, **more):
    return Log.open(folder, SITE, Clock(NOON + 9 * HOUR), settings=settings, **more)


@pytest.fixture
def died(tmp_path):
    """A log as `kill -9` leaves it: three segments in the journal, none in the database."""
    with opened(tmp_path / "live") as log:
        for lo in (0, 10, 20):
            log.append(run(SAW, lo, lo + 10)).result()
        shutil.copytree(tmp_path / "live", tmp_path / "log")
    return tmp_path / "log"


def heads(folder):
    """Where each record begins."""
    return [at for at, _ in journal._walk((folder / journal.FILE).read_bytes())]


def spoil(folder, at):
    """Flip a bit of the journal."""
    with (folder / journal.FILE).open("r+b") as file:
        file.seek(at)
        (byte,) = file.read(1)
        file.seek(at)
        file.write(bytes([byte ^ 4]))


def forget_the_promise(folder):
    """As if the card had not reached the disk: it is never synced."""
    with (folder / lock.FILE).open("r+b") as file:
        file.truncate(lock._SIZE)


def test_everybody_sees_what_is_on_its_way_into_the_database(tmp_path):
    with opened(tmp_path / "log") as log:
        log.outbox.add("hub")
        log.append(run(SAW, 0, 5)).result()
        log.seal(NOON + HOUR)
        log.append(run(SAW, 3, 9)).result()
        log.append(run(EDGE, 2, 4)).result()
        other = LogReader(tmp_path / "log")
        with other.connection() as db:
            assert db.execute("SELECT count(*) FROM main.packed").fetchone() == (1,)  # sealed, the hub still wants it
        assert sorted(keys_of(other.read())) == sorted(keys_of(run(SAW, 0, 9)) + keys_of(run(EDGE, 2, 4)))
        assert keys_of(other.tail(2)[0]) == keys_of(run(EDGE, 2, 4))
        assert other.last_segment() == 3
        assert other.marks(SAW) == [EpochMark(1, 9)]
        assert other.holes() == [KeyRange(EDGE, 1, 0, 2)]
        assert other.verify() == []
        status = other.status()
        assert (status.events, status.unsealed_events, status.last_segment) == (11, 6, 3)
        assert status.outbox[0].segments == 3
        assert log.append(run(SAW, 0, 9)).result() == Mark(0, 9, 3)
        code = "import sys, pathlib; from dengta.log import *; print(len(LogReader(pathlib.Path(sys.argv[1])).read()))"
        said = subprocess.run([sys.executable, "-c", code, str(tmp_path / "log")], capture_output=True, text=True)
        assert said.stdout.strip() == "11"


def test_the_outbox_ships_what_is_in_the_journal_and_keeps_it_until_acknowledged(tmp_path):
    with opened(tmp_path / "log") as log:
        log.outbox.add("hub")
        log.append(run(SAW, 0, 5)).result()
        log.append(run(SAW, 5, 9)).result()
        assert [log.outbox.pending("hub")[0], log.outbox.acknowledge("hub", 1), log.outbox.pending("hub")[0]] == [
            1,
            None,
            2,
        ]
        log.outbox.acknowledge("hub", 2)
        assert log.outbox.pending("hub") is None
        assert keys_of(log.reader.read()) == keys_of(run(SAW, 0, 9))


def test_the_database_takes_in_what_is_journalled_by_itself(tmp_path):
    settings = Settings(group_wait=0, store_wait=0)
    with opened(tmp_path / "log", settings) as log:
        log.append(run(SAW, 0, 5)).result()
        for _ in range(500):
            with log.reader.connection() as db:
                if db.execute("SELECT count(*) FROM main.packed").fetchone() == (1,):
                    break
            threading.Event().wait(0.01)
        else:
            pytest.fail("still in the journal after five seconds")


def test_what_a_killed_writer_left_is_read_at_once_and_taken_over_once(died):
    assert keys_of(LogReader(died).read()) == keys_of(run(SAW, 0, 30))
    forget_the_promise(died)
    assert keys_of(LogReader(died).read()) == keys_of(run(SAW, 0, 30))
    for _ in range(2):
        with opened(died) as log:
            assert keys_of(log.reader.read()) == keys_of(run(SAW, 0, 30))
            assert (log.reader.status().damage, log.reader.verify(), log.reader.last_segment()) == ((), [], 3)
            assert log.append(run(SAW, 0, 30)).result() == Mark(0, 30, 3)


def test_a_record_cut_in_the_middle_counts_for_nothing_and_leaves_nothing_behind(died, tmp_path):
    third = heads(died)[2]
    size = os.path.getsize(died / journal.FILE)
    for at in (third, third + 70, third + 100, third + 300):
        folder = tmp_path / f"{at}"
        shutil.copytree(died, folder)
        forget_the_promise(folder)
        spoil(folder, at)
        assert keys_of(LogReader(folder).read()) == keys_of(run(SAW, 0, 20))
        with opened(folder) as log:
            assert (log.reader.status().damage, log.reader.verify()) == ((), [])
            assert log.append(run(SAW, 20, 30)).result() == Mark(10, 0, 3)
        with opened(folder) as log:
            assert keys_of(log.reader.read()) == keys_of(run(SAW, 0, 30))
        assert os.path.getsize(folder / journal.FILE) == size


@pytest.mark.parametrize("which", [0, 1, 2])
def test_an_acknowledged_record_that_went_bad_is_named_set_aside_and_sent_again(died, which):
    spoil(died, heads(died)[which] + 300)  # in the block: its keys are still known
    with pytest.raises(Refusal, match="journal_unreadable"):
        LogReader(died).read()
    if which < 2:  # what stands behind it shows that it was acknowledged
        forget_the_promise(died)
    with opened(died) as log:
        (damage,) = log.reader.status().damage
        lost = KeyRange(SAW, 1, 10 * which, 10 * which + 10)
        assert (damage.code, damage.ranges) == ("log.row_damaged", (lost,))
        assert (died / damage.kept).stat().st_size > 0
        assert len(log.reader.read()) == 20
        assert log.reader.verify() == []
        assert log.append(run(SAW, 0, 30)).result().accepted == 10
        assert log.reader.status().lost == 0


@pytest.mark.parametrize("which", [0, 1, 2])
def test_an_acknowledged_record_nobody_can_name_is_refused_then_repaired_with_a_finding(died, which):
    spoil(died, heads(died)[which] + 9)  # in the head
    if which < 2:
        forget_the_promise(died)
    with pytest.raises(Refusal, match="journal_lacks") as refused:
        opened(died)
    assert all(say(refused.value.reasons[0], language) for language in LANGUAGES)
    done = repair(died, SITE, NOON)
    assert (done.events, [d.code for d in done.damage]) == (20, ["log.journal_lost"])
    assert all(say(done.damage[0].reason, language) for language in LANGUAGES)
    with opened(died) as log:
        assert log.reader.verify() == []
        assert log.append(run(SAW, 0, 30)).result().accepted == 10


def test_a_group_cut_in_the_middle_counts_as_far_as_it_is_whole_unless_something_came_after(tmp_path):
    rows = [PackedRow.of(PackedSegment.of(run(SAW, lo, lo + 5)), NOON, id_) for id_, lo in ((1, 0), (2, 5), (3, 10))]
    with opened(tmp_path / "log") as log:
        log.append(run(EDGE, 0, 1)).result()  # a log that has a card
    forget_the_promise(tmp_path / "log")
    ends = Journal(tmp_path / "log", RealDisk())
    ends.write(rows)
    spoil(tmp_path / "log", journal.SECTOR + 200)
    assert [row.id for row in journal.left(tmp_path / "log", RealDisk(), 0)] == [1]
    ends.write([rows[0]._replace(id=4)])
    left = journal.left(tmp_path / "log", RealDisk(), 0)
    assert [(row.id, journal.is_whole(row)) for row in left] == [(1, True), (2, False), (3, True), (4, True)]
    assert journal.left(tmp_path / "log", RealDisk(), 2) == left[2:]
    ends.close()


def test_a_lost_journal_never_passes_for_an_empty_one(died):
    (died / journal.FILE).unlink()
    with pytest.raises(Refusal, match="journal_lacks"):
        opened(died)


def test_what_an_earlier_lap_left_never_passes_for_the_rest_of_a_record(tmp_path):
    with opened(tmp_path / "live") as log:
        log.append(run(SAW, 0, 600)).result()
        old = (tmp_path / "live" / journal.FILE).read_bytes()
        log.seal(NOON)  # the database has it: the next record begins at the start again
        log.append(run(EDGE, 0, 600)).result()
        shutil.copytree(tmp_path / "live", tmp_path / "log")
    path = tmp_path / "log" / journal.FILE
    new = path.read_bytes()
    assert heads(tmp_path / "log") == [0]
    forget_the_promise(tmp_path / "log")
    (_, head), *_ = journal._walk(new)
    for cut in (journal._BEHIND, journal._BEHIND + head.keys, 512, journal.SECTOR):
        path.write_bytes(new[:cut] + old[cut:])
        assert keys_of(LogReader(tmp_path / "log").read()) == keys_of(run(SAW, 0, 600)), cut
        assert journal.left(tmp_path / "log", RealDisk(), 1) == [], cut
    with opened(tmp_path / "log") as log:
        assert keys_of(log.reader.read()) == keys_of(run(SAW, 0, 600))
        assert log.reader.status().damage == ()
        assert heads(tmp_path / "log") == [], "nothing that a later reader could take for news"


def test_taking_over_goes_through_the_marks(died):
    """A record that was written, never acknowledged, and sent again."""
    ends = Journal(died, RealDisk())
    rows = journal.left(died, RealDisk(), 0)
    again = PackedSegment.of(run(SAW, 25, 35))
    ends.write([*rows, rows[2]._replace(id=4), PackedRow.of(again, NOON, 5)])
    ends.close()
    with opened(died) as log:
        assert keys_of(log.reader.read()) == keys_of(run(SAW, 0, 35))
        assert (log.reader.verify(), log.reader.last_segment()) == ([], 5)
        assert log.append(run(SAW, 0, 36)).result() == Mark(1, 35, 6)


def test_laps_and_growth_lose_nothing_and_readers_beside_see_every_event_once(tmp_path, monkeypatch):
    monkeypatch.setattr(journal, "FIRST", 4 * journal.SECTOR)
    monkeypatch.setattr(journal, "LARGEST", 12 * journal.SECTOR)
    stop, faults = threading.Event(), []

    def look(reader):
        most, after, followed = 0, 0, []
        while not stop.is_set():
            keys = keys_of(reader.read())
            more, after = reader.tail(after)
            followed += keys_of(more)
            if len(keys) != len(set(keys)) or len(keys) < most or followed != keys_of(run(SAW, 0, len(followed))):
                faults.append((most, len(keys), len(followed)))
            most = len(keys)

    with opened(tmp_path / "log", Settings(group_events=10, group_wait=0, store_wait=0)) as log:
        reader = threading.Thread(target=look, args=(LogReader(tmp_path / "log"),))
        reader.start()
        for i in range(60):
            log.append(run(SAW, i * 20, i * 20 + 20)).result()
            assert log.reader.marks(SAW) == [EpochMark(1, i * 20 + 20)]  # its own writes at once
        log.append(run(SAW, 1200, 6000)).result()  # more than the journal ever holds
        stop.set()
        reader.join()
        assert faults == []
        assert keys_of(log.reader.read()) == keys_of(run(SAW, 0, 6000))
        assert log.reader.verify() == []
    assert os.path.getsize(tmp_path / "log" / journal.FILE) == 12 * journal.SECTOR


def _append_under(folder, disk, done, given):
    """Batches one by one, a few in one sync, a batch larger than the journal, a reopening."""
    for start in (0, 5_000):
        with opened(folder, TOGETHER, disk=disk) as log:
            for lo, hi in ((0, 20), (20, 30), (30, 2000), (2000, 2010)):
                given += keys_of(run(SAW, start + lo, start + hi))
                log.append(run(SAW, start + lo, start + hi)).result(20)
                done += keys_of(run(SAW, start + lo, start + hi))
            waiting = [log.append(run(EDGE, start + lo, start + lo + 3)) for lo in range(0, 9, 3)]
            given += keys_of(run(EDGE, start, start + 9))
            for future in waiting:
                future.result(20)
            done += keys_of(run(EDGE, start, start + 9))


def test_power_cut_at_every_call_of_appending(tmp_path, monkeypatch):
    monkeypatch.setattr(journal, "FIRST", 4 * journal.SECTOR)
    monkeypatch.setattr(journal, "LARGEST", 6 * journal.SECTOR)
    whole = PowerCutDisk()
    _append_under(tmp_path / "whole", whole, [], [])
    for cut_at in range(len(whole.calls)):
        for before in (True, False):
            live, folder = tmp_path / f"{cut_at}-{before}-live", tmp_path / f"{cut_at}-{before}"
            disk = PowerCutDisk(cut_at, before=before, seed=2 * cut_at + before, copy=(live, folder))
            done, given = [], []
            with contextlib.suppress(PowerCut):
                _append_under(live, disk, done, given)
            assert disk.is_out
            disk.lose()
            if random.Random(cut_at).random() < 0.5 and (folder / lock.FILE).exists():
                forget_the_promise(folder)
            with opened(folder) as log:
                kept = keys_of(log.reader.read())
                assert set(done) <= set(kept) <= set(given), (cut_at, before)
                assert len(kept) == len(set(kept))
                assert (log.reader.verify(), log.reader.status().damage) == ([], ())
                log.append(run(SAW, 0, 7010)).result(20)
            with opened(folder) as log:
                assert set(keys_of(log.reader.read())) == {*kept, *keys_of(run(SAW, 0, 7010))}
                assert log.reader.verify() == []


def test_a_commit_that_failed_and_yet_reached_the_disk_is_not_made_twice(tmp_path, monkeypatch):
    real = Store.transaction

    @contextlib.contextmanager
    def fails_late(store):
        with real(store) as db:
            yield db
        raise sqlite3.OperationalError("disk I/O error")

    with opened(tmp_path / "log") as log:
        log.append(run(SAW, 0, 10)).result()
        with monkeypatch.context() as broken:
            broken.setattr(Store, "transaction", fails_late)
            with pytest.raises(Refusal, match="store_failed"):
                log.seal(NOON)
        assert log.append(run(SAW, 5, 20)).result(5) == Mark(10, 5, 2)
        assert keys_of(log.reader.read()) == keys_of(run(SAW, 0, 20))
    with opened(tmp_path / "log") as log:
        assert (log.reader.verify(), len(log.reader.read())) == ([], 20)


class NoRoom(RealDisk):
    """A disk that takes nothing more into files that are written in place once `full` is set."""

    def __init__(self):
        self.full = False

    def file(self, path):
        real, disk = super().file(path), self

        class File:
            def write_at(self, at, data):
                if disk.full:
                    raise OSError(28, "No space left on device")
                real.write_at(at, data)

            sync, close = real.sync, real.close

        return File()


def test_a_full_disk_under_the_journal_stops_acknowledging_says_so_and_goes_on_later(tmp_path):
    disk = NoRoom()
    with opened(tmp_path / "log", disk=disk) as log:
        log.append(run(SAW, 0, 10)).result()
        disk.full = True
        for _ in range(2):
            with pytest.raises(Refusal, match="disk_full"):
                log.append(run(SAW, 10, 20)).result(5)
        assert log.reader.status().holder.trouble == "log.disk_full"
        assert keys_of(log.reader.read()) == keys_of(run(SAW, 0, 10))
        disk.full = False
        assert log.append(run(SAW, 5, 20)).result(5) == Mark(10, 5, 2)
        assert log.reader.status().holder.trouble == ""
    with opened(tmp_path / "log") as log:
        assert keys_of(log.reader.read()) == keys_of(run(SAW, 0, 20))
