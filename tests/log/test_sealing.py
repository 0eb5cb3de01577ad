"""Sealing: late events add a segment, a power cut at any call loses nothing, readers never see a gap or a double."""

import contextlib
import threading

import pyarrow.parquet as pq
import pytest

from dengta.core.canonical import EMPTY_ROOT, chain, leaves, merkle_root
from dengta.core.time import DAY, HOUR, SECOND
from dengta.core.vocabulary import Flag
from dengta.log import Log, LogReader, Settings, TailGone
from dengta.log.segments import read
from dengta.log.selection import Selection
from tests.log.plant import EDGE, NOON, SAW, SITE, Clock, events, keys_of, run, same
from tests.log.power import PowerCut, PowerCutDisk

QUICK = Settings(group_wait=0, segment_events=1)  # each hour a segment


@pytest.fixture
def log(tmp_path):
    with Log.open(tmp_path / "log", SITE, Clock(NOON + 6 * HOUR), settings=QUICK) as log:
        yield log


def files(log):
    return sorted(p.relative_to(log.reader.folder).as_posix() for p in log.reader.folder.glob("sealed/*/*"))


def test_closed_hours_become_files_with_chained_roots(log):
    log.append(run(SAW, 0, 25)).result()
    log.append(run(EDGE, 0, 25)).result()
    before = log.reader.read()
    made = log.seal(NOON + 2 * HOUR + 59 * SECOND)
    assert [(s.no, s.hour, s.events) for s in made] == [(1, NOON, 20), (2, NOON + HOUR, 20)]
    assert files(log) == sorted(s.file for s in made)
    assert same(log.reader.read(), before)
    link = EMPTY_ROOT
    for segment in made:
        rows = read(str(log.reader.folder / segment.file), Selection())
        assert merkle_root(leaves(rows)) == segment.root
        assert (segment.previous, segment.link) == (link, chain(link, segment.root))
        link = segment.link
        assert rows.text("subject").tolist() == sorted(rows.text("subject").tolist())
    assert log.reader.status().unsealed_events == 10
    column = pq.read_metadata(log.reader.folder / made[0].file).row_group(0).column(3)
    assert "DELTA_BINARY_PACKED" in column.encodings
    assert column.compression == "ZSTD"


def test_late_events_add_a_segment_and_rewrite_none(log):
    log.append(run(SAW, 0, 5)).result()
    (first,) = log.seal(NOON + HOUR)
    log.append(run(SAW, 5, 10)).result()
    (second,) = log.seal(NOON + HOUR)
    assert second.hour == first.hour
    assert second.previous == first.link
    assert files(log) == sorted([first.file, second.file])
    assert log.seal(NOON + HOUR) == []
    assert keys_of(log.reader.read()) == keys_of(run(SAW, 0, 10))


def test_reads_prune_by_time_subject_and_type(log):
    log.append(run(SAW, 0, 30)).result()
    log.append(run(EDGE, 0, 30)).result()
    log.seal(NOON + 2 * HOUR)
    subject = run(SAW, 0, 1).text("subject")[0]
    got = log.reader.read(NOON + HOUR, NOON + 3 * HOUR, subjects=[subject], types=[2])
    assert keys_of(got) == [(SAW, 1, seq) for seq in range(10, 30)]
    assert len(log.reader.read(types=[1])) == 0
    assert len(log.reader.read(subjects=["nobody"])) == 0
    assert log.reader.arrow().num_rows == 60


def test_an_event_far_ahead_is_flagged_and_sealed_where_it_claims(tmp_path):
    clock = Clock(NOON)
    with Log.open(tmp_path / "log", SITE, clock, settings=QUICK) as log:
        log.append(events([(SAW, 1, 0), (SAW, 1, 1)], [NOON, NOON + 400 * DAY])).result()
        flags = log.reader.read()["flags"].tolist()
        assert flags == [0, int(Flag.CLOCK_AHEAD)]
        clock.at += 3 * DAY
        made = log.seal(clock.at)
        assert [s.hour for s in made] == [NOON, NOON + 400 * DAY]
        assert log.reader.status().unsealed_events == 0
        assert len(log.reader.read()) == 2


LAZY = Settings(group_wait=0, segment_events=1, store_wait=HOUR)  # the database gets only what sealing asks for


def _seal_under(folder, disk, done):
    """Append, seal, append late, seal again; `done` collects what was acknowledged."""
    with Log.open(folder, SITE, Clock(NOON + 6 * HOUR), settings=LAZY, disk=disk) as log:
        for batch, until in ((run(SAW, 0, 22), 2), (run(EDGE, 3, 9), 1)):
            log.append(batch).result(5)
            done += keys_of(batch)
            log.seal(NOON + until * HOUR)


def test_power_cut_at_every_call_of_sealing(tmp_path):
    whole = PowerCutDisk()
    _seal_under(tmp_path / "log", whole, [])
    assert {"write", "fsync", "rename", "dirsync", "mkdir", "write_at", "sync"} == set(whole.calls)
    for cut_at in range(len(whole.calls)):
        for before in (True, False):
            folder, live = tmp_path / f"{cut_at}-{before}", tmp_path / f"{cut_at}-{before}-live"
            disk = PowerCutDisk(cut_at, before=before, seed=cut_at, copy=(live, folder))
            done: list = []
            with contextlib.suppress(PowerCut):  # closing may be cut as well: that is told to nobody
                _seal_under(live, disk, done)
            assert disk.is_out
            disk.lose()
            with Log.open(folder, SITE, Clock(NOON + 6 * HOUR), settings=QUICK) as log:
                kept = keys_of(log.reader.read())
                assert set(done) <= set(kept), (cut_at, before)
                assert len(kept) == len(set(kept))
                assert log.reader.verify() == []
                log.seal(NOON + 3 * HOUR)
                assert sorted(keys_of(log.reader.read())) == sorted(kept)
                assert log.reader.status().damage == ()


def test_readers_beside_appends_and_seals_see_every_event_once(tmp_path):
    clock = Clock(NOON + 6 * HOUR)
    stop = threading.Event()
    faults: list = []

    def look(reader: LogReader) -> None:
        most = 0
        while not stop.is_set():
            keys = keys_of(reader.read())
            if len(keys) != len(set(keys)) or len(keys) < most:
                faults.append((most, len(keys), len(set(keys))))
            most = len(keys)

    with Log.open(tmp_path / "log", SITE, clock, settings=QUICK) as log:
        readers = [threading.Thread(target=look, args=(LogReader(tmp_path / "log"),)) for _ in range(2)]
        for thread in readers:
            thread.start()
        for i in range(25):
            log.append(run(SAW, i * 4, i * 4 + 4)).result()
            if i % 3 == 0:
                log.seal(NOON + i * HOUR // 2)
        stop.set()
        for thread in readers:
            thread.join()
        assert faults == []
        assert keys_of(log.reader.read()) == keys_of(run(SAW, 0, 100))


def test_a_tailer_follows_and_is_told_when_it_must_start_over(log):
    log.append(run(SAW, 0, 3)).result()
    first, after = log.reader.tail(0)
    assert keys_of(first) == keys_of(run(SAW, 0, 3))
    assert log.reader.tail(after)[1] == after
    log.append(run(SAW, 3, 15)).result()
    behind = after
    more, after = log.reader.tail(after)
    assert keys_of(more) == keys_of(run(SAW, 3, 15))
    log.seal(NOON + 2 * HOUR)
    assert len(log.reader.tail(after)[0]) == 0
    with pytest.raises(TailGone):
        log.reader.tail(behind)
    whole, after = log.reader.snapshot()
    assert keys_of(whole) == keys_of(run(SAW, 0, 15))
    log.append(run(SAW, 15, 16)).result()
    assert keys_of(log.reader.tail(after)[0]) == [(SAW, 1, 15)]


def test_small_packed_segments_are_joined_and_read_the_same(tmp_path, monkeypatch):
    monkeypatch.setattr("dengta.log.sealing._SMALL", 25)
    monkeypatch.setattr("dengta.log.sealing._JOIN_BEHIND", 50)
    clock = Clock(NOON)
    with Log.open(tmp_path / "log", SITE, clock, settings=Settings(group_events=1, group_wait=0)) as log:
        for seq in range(100):
            log.append(events([(SAW, 1, seq)], [NOON + seq])).result()
        clock.at += HOUR // 2
        before = log.reader.read()
        log.seal(clock.at)
        with log.reader.connection() as db:
            assert db.execute("SELECT count(*) FROM packed").fetchone() == (52,)
        assert same(log.reader.read(), before)
        assert log.reader.verify() == []
        with pytest.raises(TailGone):
            log.reader.tail(49)
        assert keys_of(log.reader.tail(50)[0]) == keys_of(before)[50:]


def test_quiet_hours_of_a_day_share_a_segment(tmp_path):
    midnight = NOON // DAY * DAY
    clock = Clock(midnight + 4 * DAY)
    with Log.open(tmp_path / "log", SITE, clock, settings=Settings(group_wait=0, segment_events=40)) as log:
        before = [log.append(run(SAW, 0, 300)).result(), log.reader.read()][1]
        made = log.seal(midnight + 3 * DAY)
        hours = before["ts"] // HOUR
        for segment in made:
            rows = read(str(log.reader.folder / segment.file), Selection())
            inside = set((rows["ts"] // HOUR).tolist())
            assert len({at // 24 for at in inside}) == 1, "one day"
            assert len(rows) <= 40 or len(inside) == 1, "as much as fits"
            assert len(rows) == sum(int((hours == at).sum()) for at in inside), "whole hours"
        assert len(made) < len(set(hours.tolist()))
        assert same(log.reader.read(), before)


def test_an_open_day_waits_until_it_fills_a_segment(tmp_path):
    clock = Clock(NOON + 6 * HOUR)
    with Log.open(tmp_path / "log", SITE, clock, settings=Settings(group_wait=0, segment_events=40)) as log:
        log.append(run(SAW, 0, 15)).result()
        assert log.seal(NOON + 3 * HOUR, full=True) == []
        log.append(run(EDGE, 0, 15)).result()
        log.append(run(SAW, 15, 30)).result()
        assert sum(s.events for s in log.seal(NOON + 6 * HOUR, full=True)) == 45
        log.append(run(SAW, 30, 35)).result()
        assert log.seal(NOON + 6 * HOUR, full=True) == []
        clock.at = NOON + 2 * DAY
        assert sum(s.events for s in log.seal(NOON + DAY, full=True)) == 5
