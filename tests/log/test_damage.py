"""Damage is found, named by its exact keys, set aside and refilled; the log never starts empty."""

import random
import shutil
import sqlite3
from dataclasses import asdict

import pytest

from dengta.core.reason import Refusal
from dengta.core.time import HOUR
from dengta.log import EpochMark, KeyRange, Log, LogReader, Settings, repair
from dengta.log.store import FILE
from dengta.words import LANGUAGES, say
from tests.log.plant import EDGE, NOON, SAW, SITE, Clock, keys_of, run
from tests.log.power import PowerCut, PowerCutDisk

QUICK = Settings(group_wait=0, segment_events=1)  # each hour a segment


def opened(folder):
    return Log.open(folder, SITE, Clock(NOON + 9 * HOUR), settings=QUICK)


@pytest.fixture
def folder(tmp_path):
    """Two sealed hours of SAW (seq 0..19), then packed: SAW 20..24, EDGE 30..34."""
    folder = tmp_path / "log"
    with opened(folder) as log:
        log.append(run(SAW, 0, 25)).result()
        log.seal(NOON + 2 * HOUR)
        log.append(run(EDGE, 30, 35)).result()
    return folder


def sealed(folder):
    return sorted(folder.glob("sealed/*/*"), key=lambda p: int(p.name.split("-")[1]))


def spoken(found):
    for one in found:
        assert all(str(one.events) in say(one.reason, language) for language in LANGUAGES)


def test_a_flipped_byte_anywhere_in_a_sealed_file_is_found_and_named(folder):
    path = sealed(folder)[0]
    good = path.read_bytes()
    chance = random.Random(7)
    places = {0, len(good) - 1, *chance.sample(range(len(good)), 60)}
    for place in sorted(places):
        bad = bytearray(good)
        bad[place] ^= 1 << chance.randrange(8)
        path.write_bytes(bad)
        found = LogReader(folder).verify()
        assert [(d.code, d.place) for d in found] == [("log.file_damaged", path.relative_to(folder).as_posix())], place
        assert found[0].ranges == (KeyRange(SAW, 1, 0, 10),)
        spoken(found)


def test_damage_set_aside_becomes_a_hole_that_producers_fill_again(folder):
    path = sealed(folder)[1]
    path.write_bytes(path.read_bytes()[:-1] + b"?")
    with opened(folder) as log:
        lost = log.set_aside(log.reader.verify())
        assert [(d.place, d.ranges) for d in lost] == [
            (path.relative_to(folder).as_posix(), (KeyRange(SAW, 1, 10, 20),)),
        ]
        assert (folder / lost[0].kept).exists()
        assert log.holes() == sorted([KeyRange(SAW, 1, 10, 20), KeyRange(EDGE, 1, 0, 30)])
        assert log.reader.verify() == []
        assert log.reader.status().lost == 10
        assert log.append(run(SAW, 8, 21)).result().accepted == 10
        assert log.reader.status().lost == 0
        log.seal(NOON + 2 * HOUR)
        assert log.reader.verify() == []
        assert keys_of(log.reader.read(end=NOON + 3 * HOUR)) == keys_of(run(SAW, 0, 25))


@pytest.mark.parametrize("how", ["gone", "short"])
def test_a_sealed_file_gone_or_cut_short_is_found_on_opening(folder, how):
    path = sealed(folder)[0]
    if how == "gone":
        path.unlink()
    else:
        path.write_bytes(path.read_bytes()[:-9])
    with opened(folder) as log:
        (damage,) = log.reader.status().damage
        assert damage.code == ("log.file_missing" if how == "gone" else "log.file_damaged")
        assert damage.ranges == (KeyRange(SAW, 1, 0, 10),)
        assert log.marks(SAW) == [EpochMark(1, 0, ((10, 25),))]
        assert bool(damage.kept) == (how == "short")


def _spoil(folder, sql, *params):
    db = sqlite3.connect(folder / FILE)
    with db:
        db.execute(sql, params)
    db.close()


def test_a_damaged_packed_row_is_set_aside_on_opening(folder):
    _spoil(folder, "UPDATE packed SET block = CAST(substr(block, 1, 60) || x'ff' AS BLOB) WHERE id = 2")
    with pytest.raises(Refusal, match="packed_damaged"):
        LogReader(folder).read()
    with opened(folder) as log:
        (damage,) = log.reader.status().damage
        assert (damage.place, damage.ranges) == ("packed/2", (KeyRange(EDGE, 1, 30, 35),))
        assert (folder / damage.kept).exists()
        assert log.append(run(EDGE, 30, 35)).result().accepted == 5
        assert log.reader.verify() == []


def test_a_row_that_goes_bad_while_the_log_runs_does_not_stop_sealing(folder):
    with opened(folder) as log:
        _spoil(folder, "UPDATE packed SET block = x'00' WHERE id = 2")
        made = log.seal(NOON + 9 * HOUR)
        assert [segment.events for segment in made] == [5]
        assert log.reader.status().damage[0].ranges == (KeyRange(EDGE, 1, 30, 35),)
        assert log.reader.verify() == []


def test_a_file_put_back_after_a_part_was_sent_again_gives_the_rest(folder):
    path = sealed(folder)[1]
    good = path.read_bytes()
    path.unlink()
    with opened(folder) as log:
        log.append(run(SAW, 12, 15)).result()
        log.seal(NOON + 2 * HOUR)
    path.write_bytes(good)
    repair(folder, SITE, NOON + 9 * HOUR)
    with opened(folder) as log:
        assert log.reader.verify() == []
        read = log.reader.read(end=NOON + 3 * HOUR)
        assert keys_of(read) == keys_of(run(SAW, 0, 25))
        log.seal(NOON + 3 * HOUR)
        assert log.reader.verify() == []


def test_a_packed_row_whose_keys_are_broken_too_is_named_by_the_marks(folder):
    _spoil(folder, "UPDATE packed SET block = x'00', keys = x'00' WHERE id = 2")
    with opened(folder) as log:
        assert log.reader.status().damage[0].ranges == (KeyRange(EDGE, 1, 30, 35),)


def test_a_partly_sealed_row_answers_only_for_the_rest(folder):
    path = sealed(folder)[0]
    path.unlink()
    with opened(folder) as log:
        assert log.append(run(SAW, 0, 25)).result().accepted == 10
        assert sorted(keys_of(log.reader.read(subjects=[run(SAW, 0, 1).text("subject")[0]]))) == keys_of(
            run(SAW, 0, 25)
        )


def test_events_that_vanished_from_the_database_are_missed(folder):
    _spoil(folder, "DELETE FROM packed WHERE id = 2")
    with opened(folder) as log:
        found = log.reader.verify()
        assert [(d.code, d.ranges) for d in found] == [("log.events_missing", (KeyRange(EDGE, 1, 30, 35),))]
        log.set_aside(found)
        assert log.reader.verify() == []
        assert log.marks(EDGE) == []


def test_a_forged_segment_is_found_by_its_root(folder, tmp_path):
    with opened(tmp_path / "forged") as other:
        other.append(run(SAW, 0, 10).replace(value=1)).result()
        (forged,) = other.seal(NOON + HOUR)
    path = sealed(folder)[0]
    file = f"{path.parent.relative_to(folder)}/{forged.file.rpartition('/')[2]}"
    path.unlink()
    (folder / file).write_bytes((tmp_path / "forged" / forged.file).read_bytes())
    _spoil(folder, "UPDATE sealed SET file = ?, crc = ?, size = ? WHERE no = 1", file, forged.crc, forged.size)
    found = LogReader(folder).verify()
    assert [(d.code, d.events) for d in found] == [("log.root_wrong", 10)]
    spoken(found)


def test_a_segment_of_another_chain_is_found_by_its_link(folder, tmp_path):
    with opened(tmp_path / "other") as other:
        other.append(run(SAW, 0, 20).replace(value=1)).result()
        _, foreign = other.seal(NOON + 2 * HOUR)
    sealed(folder)[1].unlink()
    (folder / foreign.file).write_bytes((tmp_path / "other" / foreign.file).read_bytes())
    facts = {"file", "crc", "size", "root", "previous", "link"}
    for name, value in asdict(foreign).items():
        if name in facts:
            _spoil(folder, f"UPDATE sealed SET {name} = ? WHERE no = 2", value)
    found = LogReader(folder).verify()
    assert [(d.code, d.place) for d in found] == [("log.chain_broken", foreign.file)]
    spoken(found)


def test_a_segment_gone_without_a_trace_leaves_a_gap_in_the_chain(folder):
    sealed(folder)[0].unlink()
    _spoil(folder, "DELETE FROM sealed WHERE no = 1")
    with opened(folder) as log:
        found = log.reader.verify()
        assert [(d.code, d.events) for d in found] == [("log.events_missing", 10), ("log.segment_absent", 0)]
        log.set_aside(found)
        assert log.reader.verify() == []
        assert log.reader.status().lost == 10
        assert log.append(run(SAW, 0, 10)).result().accepted == 10


@pytest.mark.parametrize("kind", ["missing", "rubbish"])
def test_a_lost_database_is_refused_and_repaired_from_what_is_there(folder, kind):
    database = folder / FILE
    if kind == "missing":
        database.unlink()
    else:
        data = bytearray(database.read_bytes())
        data[4096:8192] = random.Random(3).randbytes(4096)
        data[:16] = b"no database here"
        database.write_bytes(data)
    with pytest.raises(Refusal, match="database_missing" if kind == "missing" else "database_damaged"):
        opened(folder)
    done = repair(folder, SITE, NOON + 9 * HOUR)
    assert (done.sealed_segments, done.events) == (2, 20)
    assert [d.code for d in done.damage] == ["log.marks_lost"]
    with opened(folder) as log:
        assert log.reader.verify() == []
        assert log.marks(SAW) == [EpochMark(1, 20)]
        assert log.append(run(SAW, 15, 25)).result().accepted == 5
        assert log.reader.last_segment() > 1 << 32
        log.seal(NOON + 3 * HOUR)
        assert log.reader.verify() == []


def test_a_new_log_whose_database_vanished_before_any_seal_is_not_empty(tmp_path):
    with opened(tmp_path / "log") as log:
        log.append(run(SAW, 0, 5)).result()
    (tmp_path / "log" / FILE).unlink()
    with pytest.raises(Refusal, match="database_missing"):
        opened(tmp_path / "log")


def test_repair_keeps_every_readable_row_and_names_the_rest(folder):
    _spoil(folder, "UPDATE packed SET block = x'00' WHERE id = 2")
    with opened(folder) as log:
        log.seal(NOON + 3 * HOUR)
    sealed(folder)[0].unlink()
    done = repair(folder, SITE, NOON + 9 * HOUR)
    assert done.events == 15
    assert [(d.code, d.ranges) for d in done.damage] == [("log.file_missing", (KeyRange(SAW, 1, 0, 10),))]
    with opened(folder) as log:
        assert log.reader.verify() == []
        assert log.append(run(SAW, 0, 25)).result().accepted == 10
        assert log.append(run(EDGE, 30, 35)).result().accepted == 5


def test_repair_takes_from_the_packed_form_what_a_lost_segment_held(folder):
    """The packed row still has the sealed events; only the broken row is lost, and its marks name it."""
    _spoil(folder, "UPDATE packed SET block = x'00' WHERE id = 2")
    sealed(folder)[0].unlink()
    done = repair(folder, SITE, NOON + 9 * HOUR)
    assert done.events == 25
    assert [(d.code, d.ranges) for d in done.damage] == [("log.events_missing", (KeyRange(EDGE, 1, 30, 35),))]
    with opened(folder) as log:
        assert log.reader.verify() == []
        assert keys_of(log.reader.read()) == keys_of(run(SAW, 0, 25))
        assert log.append(run(EDGE, 30, 35)).result().accepted == 5


def test_a_power_cut_during_repair_costs_nothing(folder, tmp_path):
    _spoil(folder, "UPDATE sealed SET root = x'00'")
    whole = PowerCutDisk()
    shutil.copytree(folder, tmp_path / "whole")
    repair(tmp_path / "whole", SITE, NOON, disk=whole)
    there = sorted(keys_of(run(SAW, 0, 25)) + keys_of(run(EDGE, 30, 35)))
    for cut_at in range(len(whole.calls)):
        copy = tmp_path / str(cut_at)
        shutil.copytree(folder, copy)
        disk = PowerCutDisk(cut_at, before=cut_at % 2 == 0, seed=cut_at)
        with pytest.raises(PowerCut):
            repair(copy, SITE, NOON, disk=disk)
        disk.lose()
        repair(copy, SITE, NOON + 1)
        with opened(copy) as log:
            assert log.reader.verify() == []
            assert sorted(keys_of(log.reader.read())) == there


def test_a_database_put_back_from_an_old_copy_is_refused_then_repaired(tmp_path):
    folder = tmp_path / "log"
    with opened(folder) as log:
        log.append(run(SAW, 0, 10)).result()
    old = (folder / FILE).read_bytes()
    with opened(folder) as log:
        log.append(run(SAW, 10, 20)).result()
        log.seal(NOON + 2 * HOUR)
    (folder / FILE).write_bytes(old)
    with pytest.raises(Refusal, match="journal_lacks"):
        opened(folder)
    (folder / "lock").unlink()  # put back without what the last writer said
    with pytest.raises(Refusal, match="segment_unlisted"):
        opened(folder)
    repair(folder, SITE, NOON + 9 * HOUR)
    with opened(folder) as log:
        assert keys_of(log.reader.read()) == keys_of(run(SAW, 0, 20))
        assert log.reader.verify() == []
