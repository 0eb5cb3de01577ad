"""The shelf: two times, nothing edited, damage named."""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dengta.core.reason import Refusal
from dengta.core.time import from_iso
from dengta.site.bookshelf import Bookshelf

TEXT = (Path(__file__).parents[2] / "examples/plants/machining.toml").read_text("utf-8")
JAN, FEB, MAR = (from_iso(f"2012-0{m}-01T00:00:00-06:00") for m in (1, 2, 3))


def edition(valid_from: str, word: str) -> str:
    """The recorded plant's book with another date and another name of machine 1."""
    text = re.sub(r"valid_from = .*", f"valid_from = {valid_from}", TEXT)
    return text.replace("1 号机 研磨", word)


def said(shelf: Bookshelf, valid_at: int, known_at: int | None = None) -> str | None:
    book = shelf.book(valid_at, known_at)
    return None if book is None else book.machines["m01"].name.zh


def test_a_revision_is_kept_with_who_when_and_every_byte(tmp_path: Path) -> None:
    text = TEXT.replace("\n", "\r\n")
    made = Bookshelf(tmp_path / "books").add(text, FEB, 'Lin "the planner" 林\n')
    found = Bookshelf(tmp_path / "books").revisions()
    assert [(r.text, r.recorded_at, r.by, r.hash) for r in found] == [(text, FEB, 'Lin "the planner" 林\n', made.hash)]
    assert [p.name for p in (tmp_path / "books").iterdir()] == [f"{FEB:016d}-{made.book.short}.toml"]


def test_the_same_content_twice_is_one_revision(tmp_path: Path) -> None:
    shelf = Bookshelf(tmp_path)
    first = shelf.add(TEXT, JAN, "a")
    assert shelf.add("# only a comment\n" + TEXT, FEB, "b") is first
    assert len(shelf.revisions()) == 1


def test_going_back_to_an_earlier_book_is_a_revision_of_its_own(tmp_path: Path) -> None:
    shelf = Bookshelf(tmp_path)
    for at, word in ((JAN, "甲"), (FEB, "乙"), (MAR, "甲")):
        shelf.add(edition("2012-01-01", word), at)
    assert len(shelf.revisions()) == 3
    assert [said(shelf, MAR, at) for at in (JAN, FEB, MAR)] == ["甲", "乙", "甲"]


def test_what_ruled_and_what_was_known_are_two_questions(tmp_path: Path) -> None:
    shelf = Bookshelf(tmp_path)
    shelf.add(edition("2012-01-01", "old"), JAN)
    shelf.add(edition("2012-03-01", "new"), FEB)  # told in February, true from March
    shelf.add(edition("2012-01-01", "mended"), MAR)  # a mistake of January, found in March
    assert said(shelf, JAN - 1) is None
    assert said(shelf, JAN, known_at=JAN - 1) is None
    assert said(shelf, FEB, known_at=FEB) == "old"
    assert said(shelf, FEB) == "mended"
    assert said(shelf, MAR - 1) == "mended"
    assert said(shelf, MAR, known_at=JAN) == "old"
    assert said(shelf, MAR) == "new"
    assert shelf.current(MAR) is not None


@settings(max_examples=25, deadline=None)
@given(
    st.lists(st.tuples(st.integers(1, 4), st.sampled_from("甲乙"), st.integers(0, 50)), min_size=1, max_size=6),
    st.integers(0, 5),
    st.integers(0, 60),
)
def test_the_shelf_is_the_plain_rule(
    tmp_path_factory: pytest.TempPathFactory, puts: list[tuple[int, str, int]], month: int, known_at: int
) -> None:
    """Against a list: recorded by then, valid by then, the latest valid_from, the last recorded."""
    shelf = Bookshelf(tmp_path_factory.mktemp("shelf"))
    told: list[tuple[int, int, str]] = []
    for valid, word, at in puts:
        before = [t for t in told if t[0] == valid]
        revision = shelf.add(edition(f"2012-0{valid}-01", word), at)
        if not before or before[-1][2] != word:
            assert revision.recorded_at >= at
            assert not told or revision.recorded_at > max(t[1] for t in told)
            told.append((valid, revision.recorded_at, word))
    valid_at = from_iso(f"2012-0{month + 1}-15T00:00:00Z")
    fits = [t for t in told if t[0] <= month + 1 and t[1] <= known_at]
    assert said(shelf, valid_at, known_at) == (max(fits)[2] if fits else None)


def test_damage_is_named_and_the_others_still_count(tmp_path: Path) -> None:
    shelf = Bookshelf(tmp_path)
    shelf.add(edition("2012-01-01", "sound"), JAN)
    torn = tmp_path / shelf.add(edition("2012-02-01", "torn"), FEB).file
    turned = tmp_path / shelf.add(edition("2012-03-01", "turned"), MAR).file
    torn.write_bytes(torn.read_bytes()[:900])
    turned.write_bytes(turned.read_bytes().replace(b"turned", b"tuned!"))
    (tmp_path / f"{MAR + 1:016d}-0123456789ab.toml").write_bytes(b"\xff\xfe")
    (tmp_path / "mine.toml").write_text(TEXT)
    assert [r.book.machines["m01"].name.zh for r in shelf.revisions()] == ["sound"]
    codes = {r.place[0]: r.code for r in shelf.damage()}
    assert codes.keys() == {torn.name, turned.name, f"{MAR + 1:016d}-0123456789ab.toml", "mine.toml"}
    assert codes[turned.name] == "plant.shelf_changed"
    assert codes["mine.toml"] == "plant.shelf_name"
    assert codes[f"{MAR + 1:016d}-0123456789ab.toml"] == "plant.shelf_unreadable"


def test_what_is_no_book_or_another_sites_is_refused_and_leaves_nothing(tmp_path: Path) -> None:
    shelf = Bookshelf(tmp_path / "books")
    with pytest.raises(Refusal):
        shelf.add("[book]", JAN)
    assert not (tmp_path / "books").exists()
    shelf.add(TEXT, JAN)
    with pytest.raises(Refusal) as refused:
        shelf.add(TEXT.replace('site = "machining"', 'site = "elsewhere"'), FEB, source="x.toml")
    assert [r.code for r in refused.value.reasons] == ["plant.other_site"]
    assert len(list((tmp_path / "books").iterdir())) == 1


def test_many_hands_at_once(tmp_path: Path) -> None:
    with ThreadPoolExecutor(8) as pool:
        texts = [edition(f"2012-01-{day:02d}", "甲") for day in range(1, 13)]
        list(pool.map(lambda text: Bookshelf(tmp_path).add(text, JAN), texts))
    assert len(Bookshelf(tmp_path).revisions()) == 12
    assert Bookshelf(tmp_path).damage() == []
    assert [p for p in tmp_path.iterdir() if p.suffix != ".toml"] == []
