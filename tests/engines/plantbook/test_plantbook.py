"""The plant book: what it states is what everybody reads, and every fault has its place."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from dengta.core.reason import Refusal
from dengta.core.time import SECOND, from_iso
from dengta.core.vocabulary import TimeElement
from dengta.engines.plantbook import Change, Loss, PlantBook, diff, judge, parse

ROOT = Path(__file__).parents[3]
FURNITURE = (ROOT / "examples/plants/furniture.toml").read_text("utf-8")
GUIDE = "\n".join(re.findall(r"```toml\n(.*?)```", (ROOT / "docs/guides/plant-book.md").read_text("utf-8"), re.S))


def faults(text: str) -> list[tuple[str, str]]:
    with pytest.raises(Refusal) as refused:
        parse(text, "f.toml")
    return [(" > ".join(r.place), r.code) for r in refused.value.reasons]


def without(pattern: str) -> str:
    changed = re.sub(pattern, "", GUIDE, count=1, flags=re.S | re.M)
    assert changed != GUIDE
    return changed


def changed(old: str, new: str, count: int = 1) -> str:
    assert old in GUIDE
    return GUIDE.replace(old, new, count)


@pytest.fixture(scope="module")
def furniture() -> PlantBook:
    return parse(FURNITURE)


def test_the_guide_is_a_plant_book() -> None:
    """All its fences together are one sound book that states every key there is."""
    book = parse(GUIDE)
    assert book.site == "workshop"
    assert book.machines["saw-1"].stale_after == 60.5 * SECOND
    assert book.machines["saw-1"].counters[0].max_per_h == 1800


def test_the_model_plant(furniture: PlantBook) -> None:
    assert list(furniture.machines) == [
        *(f"saw-{i}" for i in range(1, 4)),
        *(f"edge-{i}" for i in range(1, 6)),
        *(f"drill-{i}" for i in range(1, 6)),
        *(f"sort-{i}" for i in range(1, 3)),
        *(f"pack-{i}" for i in range(1, 6)),
    ]
    assert furniture.name["en"] == "Lighthouse Furniture (model plant)"
    assert furniture.machines["saw-1"].name["zh-hans"] == "开料锯 1"
    assert furniture.machines["saw-1"].area == "panels"
    assert [m.id for m in furniture.machines_of("sort")] == ["sort-1", "sort-2"]
    assert furniture.valid_from == from_iso("2026-01-01T00:00:00+08:00")
    assert not furniture.calendar("pack-5").unplanned
    assert furniture.routes["back"] == ("saw", "sort", "pack")
    assert [o.id for o in furniture.operations.values() if o.gathers] == ["pack"]


def test_the_holidays_of_2026_are_kept_and_made_up_for(furniture: PlantBook) -> None:
    ask = furniture.resolver("saw-1")
    assert ask.on(date(2026, 10, 1)) == ()
    assert ask.on(date(2026, 9, 13)) == ()
    assert len(ask.on(date(2026, 9, 20))) == 2  # a Sunday that makes up for the National Day
    late = ask.on(date(2026, 2, 14))[1]
    assert late.interval.end == from_iso("2026-02-14T21:00:00+08:00")


def test_the_recorded_plant_is_unplanned() -> None:
    book = parse((ROOT / "examples/plants/machining.toml").read_text("utf-8"))
    assert len(book.machines) == 20
    assert book.calendar("m04").unplanned
    assert book.zone.key == "Etc/GMT+6"


def test_planned_cycles_go_from_the_special_to_the_general() -> None:
    book = parse(GUIDE)
    march = from_iso("2026-03-02T00:00:00+08:00")
    assert book.planned_cycle("shelf", "cut", "saw-1") == 6 * SECOND
    assert book.planned_cycle("door", "cut", "saw-1", march - 1) == 6.5 * SECOND
    assert book.planned_cycle("door", "cut", "saw-1", march) == 5.2 * SECOND
    assert book.planned_cycle("door", "drill", "saw-1", march) is None


def test_reasons_inherit(furniture: PlantBook) -> None:
    waiting, no_order = furniture.reasons["waiting"], furniture.reasons["waiting-order"]
    assert (waiting.element, waiting.leaf, no_order.leaf) == (TimeElement.ADET, False, True)
    assert (no_order.element, no_order.loss) == (TimeElement.ADOT, Loss.LOGISTICS)
    assert no_order.path == ("waiting", "waiting-order")
    assert furniture.reasons["defect-size"].element is None


@pytest.mark.parametrize(
    ("old", "new", "place", "code"),
    [
        ('line = "cutting"\nkind', 'line = "cuting"\nkind', "machine saw-1 > line", "toml.nowhere"),
        ('kind = "panel-saw"', 'kind = "saw"', "machine saw-1 > kind", "toml.nowhere"),
        ('producers = ["saw-1"]', 'producer = ["saw-1"]', "machine saw-1", "toml.unknown_key"),
        ('producers = ["saw-1"]', "producers = [7]", "machine saw-1 > producers[1]", "toml.not_text"),
        ('producers = ["saw-1"]', 'producers = ["a", "a"]', "machine saw-1 > producers[2]", "toml.twice"),
        ('producers = ["saw-1"]', 'producers = "saw-1"', "machine saw-1 > producers", "toml.not_list"),
        ('id = "saw-1"', 'id = "Saw 1"', "machine Saw 1 > id", "plant.not_id"),
        ('id = "saw-1"', 'id = "hall"', "machine hall > id", "toml.twice"),
        ('id = "saw-1"', 'id = ""', "machine[1] > id", "toml.empty"),
        ("modulus = 65536", "modulus = 1", "machine saw-1 > counters[1] > modulus", "toml.not_whole"),
        ("stale_after_s = 60.5", "stale_after_s = 0", "machine saw-1 > stale_after_s", "plant.not_seconds"),
        ('zone = "Asia/Shanghai"', 'zone = "Asia/Zhongshan"', "book > zone", "toml.not_zone"),
        ('zone = "Asia/Shanghai"', 'zone = "../etc/passwd"', "book > zone", "toml.not_zone"),
        ("valid_from = 2026-01-01", 'valid_from = "2026-01-01"', "book > valid_from", "plant.not_instant"),
        ("valid_from = 2026-01-01", "valid_from = 2026-01-01T08:00:00", "book > valid_from", "plant.not_instant"),
        ("fictional = true", 'fictional = "yes"', "book > fictional", "toml.not_yes_no"),
        ("\nfirst = 2026-03-07", "\nfirst = 20260307", "calendar days > exception[1] > first", "plant.not_date"),
        ("last = 2026-02-23", "last = 2026-02-03", "calendar holidays > exception[1] > last", "plant.dates_backwards"),
        ("last = 2026-08-31", "last = 2029-08-31", "calendar days > exception[2] > last", "plant.dates_many"),
        ("shifts = []", "", "calendar holidays > exception[1]", "plant.says_nothing"),
        ("shifts = []", 'shifts = []\nworks_as = "sun"', "calendar holidays > exception[1]", "plant.says_both"),
        ('works_as = "mon"', 'works_as = "monday"', "calendar holidays > exception[2] > works_as", "toml.not_one_of"),
        ("first = 2026-02-28", "first = 2026-02-20", "calendar holidays > exception[2]", "plant.exceptions_clash"),
        ('shifts = ["early"]', 'shifts = ["late"]', "calendar days > exception[1] > shifts[1]", "toml.nowhere"),
        ('base = "holidays"', 'base = "days"', "calendar days > base", "plant.circle"),
        ('start = "06:00"', 'start = "6:00"', "calendar days > shift early > start", "plant.not_time"),
        ('start = "10:00"', 'start = "05:00"', "calendar days > shift early > breaks[1]", "plant.break_outside"),
        ('end = "14:00"', 'end = "22:30"', "calendar days", "calendar.overlap"),
        ("seconds = 5.2", "seconds = 0.0000001", "cycle[3] > seconds", "plant.not_seconds"),
        ("seconds = 5.2", 'seconds = 5.2\nline = "cutting"', "cycle[3]", "plant.machine_and_line"),
        ('parent = "waiting"', 'parent = "no-order"', "reason no-order > parent", "plant.circle"),
        ('loss = "logistics"', 'loss = "luck"', "reason waiting > loss", "toml.not_one_of"),
        ('skills = ["panel-saw"]', 'skills = ["saw"]', "person op-01 > skills[1]", "toml.nowhere"),
        ('["cut", "pack"]', '["cut", "glue"]', "route[1] > operations[2]", "toml.nowhere"),
        ('["cut", "pack"]', '["cut", "pack", "cut"]', "route[1] > operations[3]", "toml.twice"),
        ('["cut", "pack"]', "[]", "route[1] > operations", "toml.empty"),
        ('["cut", "pack"]', '["cut"]\n[[route]]\nitem = "door"\noperations = ["cut"]', "route[2] > item", "toml.twice"),
        ("gathers = true", "gathers = 1", "operation pack > gathers", "toml.not_yes_no"),
        ('name = { en = "Ah Fu", zh = "阿福" }', 'name = { en = "Ah Fu" }', "person op-01 > name", "toml.missing"),
        ('name = { en = "Ah Fu", zh = "阿福" }', 'name = "Ah Fu"', "person op-01 > name", "toml.not_table"),
        ("[[kind]]", "[kind]", "kind", "toml.not_tables"),
    ],
)
def test_each_fault_is_named_in_its_place(old: str, new: str, place: str, code: str) -> None:
    assert (f"f.toml > {place}", code) in faults(changed(old, new))


def test_all_faults_come_at_once() -> None:
    text = changed('zone = "Asia/Shanghai"', "").replace('id = "op-01"', "id = 1").replace("seconds = 6 ", "sec = 6 ")
    text = text.replace("seconds = 6\n", "sec = 6\n")
    assert {code for _, code in faults(text)} == {"toml.missing", "toml.not_text", "toml.unknown_key"}


def test_a_twin_names_its_other_place() -> None:
    twin = GUIDE + '\n[[person]]\nid = "op-01"\nname = { en = "x", zh = "x" }\n'
    with pytest.raises(Refusal) as refused:
        parse(twin, "f.toml")
    assert refused.value.reasons[0].params["other"] == "f.toml > person[1]"


@pytest.mark.parametrize(
    "text", ["", "x = 1", "[book]", "machine = 3", "book = []", "[[machine]]\n[[calendar]]\n[[cycle]]\n[[reason]]"]
)
def test_anything_else_is_refused_not_crashed_on(text: str) -> None:
    assert faults(text)


@pytest.mark.parametrize("text", ["x = ", "x = 1e99999999", "x = nan", "x = " + "[" * 9000, "x = '\ud800'"])
def test_what_is_not_toml_says_why(text: str) -> None:
    assert faults(text) == [("f.toml", "toml.broken")]


def test_the_hash_is_of_the_content() -> None:
    """Comments, key order and spelling of numbers do not count; a changed second, or the order of machines, does."""
    book = parse(GUIDE)
    same = changed("seconds = 6.5", "seconds = 6.50").replace("  # since", "# since")
    same = re.sub(r"^(id = .*)\n(line = .*)$", r"\2\n\1", same, flags=re.M)
    assert same != GUIDE
    assert parse(same).hash == book.hash
    assert parse(changed("seconds = 6.5", "seconds = 6.6")).hash != book.hash
    assert len(book.hash) == 64
    assert book.short == book.hash[:12]


def test_differences_say_what_where_before_after() -> None:
    old = parse(GUIDE)
    text = changed('zh = "开料锯 1"', 'zh = "一号锯"').replace("seconds = 6.5 ", "seconds = 7 ")
    text = re.sub(r"\[\[person\]\].*", "", text, flags=re.S)
    new = parse(text + '\n[[operation]]\nid = "drill"\nname = { en = "Drill", zh = "打孔" }\n')
    found = diff(old, new)
    assert Change(("machine", "saw-1", "name", "zh"), "开料锯 1", "一号锯") in found
    assert Change(("cycle", "cut door cutting", "seconds"), 6.5, 7) in found
    assert {(c.what, c.where) for c in found} == {
        ("changed", ("machine", "saw-1", "name", "zh")),
        ("changed", ("cycle", "cut door cutting", "seconds")),
        ("removed", ("person",)),
        ("added", ("operation", "drill")),
    }
    assert diff(old, old) == []


def test_the_judge_finds_what_was_lost(furniture: PlantBook) -> None:
    assert judge(furniture) == []
    fewer = {k: v for k, v in furniture.machines.items() if k != "saw-2"}
    assert [r.params["id"] for r in judge(replace(furniture, machines=fewer))] == ["saw-2"]
    assert judge(replace(furniture, cycles=furniture.cycles[1:]))
