"""The strict reader: every fault with its place, all at once, a sentence for each, and nothing crashes it."""

from __future__ import annotations

import tomllib
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dengta.core.reason import Refusal
from dengta.core.toml_reading import MOST, Register, Table, decode
from dengta.words import LANGUAGES, say

GOOD = """
name = "Shop"
zone = "Asia/Shanghai"
teeth = 24
width = 0.1
open = true
words = ["a", "b"]
kind = "saw"
[inside]
key = "x"
[[part]]
id = "leg"
of = "top"
[[part]]
id = "top"
"""


def read(text: str) -> list[object]:
    """One document that asks for every kind of value there is."""
    top = Table.of(text, "s.toml")
    ids = Register()
    parts = [(t, ids.new(t, "id", t.text("id"))) for t in top.tables("part", needed=True)]
    found: list[object] = [
        top.text("name"),
        top.zone("zone").key,
        top.whole("teeth", 1, 100),
        top.number("width", 0, 1),
        top.yes("open"),
        top.texts("words", least=1),
        top.one_of("kind", ["saw", "drill"]),
        top.table("inside").text("key"),
        top.table("absent", needed=False).text("needs_nothing"),
        [t.ref("of", "part", ids.places, needed=False) for t, _ in parts],
        [t.refs("beside", "part", ids.places, needed=False) for t, _ in parts],
    ]
    top.finish()
    return found


def faults(text: str) -> list[tuple[str, str]]:
    """Place and code of every fault; each has its sentence."""
    with pytest.raises(Refusal) as refused:
        read(text)
    for reason, language in product(refused.value.reasons, LANGUAGES):
        assert say(reason, language).startswith("s.toml")
    return [(" > ".join(reason.place[1:]), reason.code) for reason in refused.value.reasons]


def test_what_is_stated_is_what_is_read() -> None:
    assert read(GOOD) == ["Shop", "Asia/Shanghai", 24, 0.1, True, ("a", "b"), "saw", "x", "", ["top", ""], [(), ()]]


@pytest.mark.parametrize(
    ("old", "new", "place", "code"),
    [
        ('name = "Shop"', "", "", "toml.missing"),
        ('name = "Shop"', 'name = " "', "name", "toml.empty"),
        ('name = "Shop"', "name = 1", "name", "toml.not_text"),
        ('name = "Shop"', 'name = "Shop"\nnmae = 1', "", "toml.unknown_key"),
        ("Asia/Shanghai", "Asia/Zhongshan", "zone", "toml.not_zone"),
        ("Asia/Shanghai", "../etc/passwd", "zone", "toml.not_zone"),
        ("teeth = 24", "teeth = 0", "teeth", "toml.not_whole"),
        ("teeth = 24", "teeth = 2.5", "teeth", "toml.not_whole"),
        ("teeth = 24", "teeth = true", "teeth", "toml.not_whole"),
        ("width = 0.1", "width = 1.1", "width", "toml.not_number"),
        ("width = 0.1", "width = false", "width", "toml.not_number"),
        ("open = true", "open = 1", "open", "toml.not_yes_no"),
        ('words = ["a", "b"]', 'words = "a"', "words", "toml.not_list"),
        ('words = ["a", "b"]', "words = []", "words", "toml.empty"),
        ('words = ["a", "b"]', 'words = ["a", 1]', "words[2]", "toml.not_text"),
        ('words = ["a", "b"]', 'words = ["a", 0, "a"]', "words[3]", "toml.twice"),
        ('kind = "saw"', 'kind = "sow"', "kind", "toml.not_one_of"),
        ('key = "x"', 'key = "x"\ney = 1', "inside", "toml.unknown_key"),
        ('[inside]\nkey = "x"', "", "", "toml.missing"),
        ('of = "top"', 'of = "tip"', "part leg > of", "toml.nowhere"),
        ('of = "top"', 'of = "top"\nbeside = ["top", "tip"]', "part leg > beside[2]", "toml.nowhere"),
        ('id = "top"', 'id = "leg"', "part[2] > id", "toml.twice"),
        ('id = "top"', "", "part[2]", "toml.missing"),
        ("[[part]]", "[[prat]]", "part", "toml.no_tables"),
    ],
)
def test_each_fault_is_named_in_its_place(old: str, new: str, place: str, code: str) -> None:
    assert old in GOOD
    assert (place, code) in faults(GOOD.replace(old, new))


def test_all_faults_come_at_once_and_nothing_is_missed_twice() -> None:
    """An absent or mistaken table is one fault: what it would have held is none."""
    assert faults("part = 7\ninside = 'x'\nwords = ['']\ntypo = 1\nteeth = 1\nwidth = 1\nkind = 'saw'") == [
        ("part", "toml.not_tables"),
        ("", "toml.missing"),
        ("", "toml.missing"),
        ("words[1]", "toml.empty"),
        ("inside", "toml.not_table"),
        ("", "toml.unknown_key"),
    ]
    assert ("part[1]", "toml.not_table") in faults("part = [1, { id = 'a' }]")


def test_a_sentence_shows_values_as_they_were_written() -> None:
    """Cut where they are long; the other place of a twin; what would have been right."""
    text = GOOD.replace('"Shop"', "[1.50, true, { a = 1 }]").replace('kind = "saw"', f'kind = "{"x" * 50}"')
    text = text.replace('id = "top"', 'id = "leg"').replace("teeth", "teth")
    with pytest.raises(Refusal) as refused:
        read(text)
    assert [say(reason, "en") for reason in refused.value.reasons] == [
        "s.toml > part[2] > id: leg is stated twice; the other place is s.toml > part[1]",
        "s.toml > name: must be a text in quotes, not [1.50, true, { a = 1 }]",
        "s.toml: teeth is missing; it must be stated",
        f"s.toml > kind: {'x' * 39}… is not one of: saw, drill",
        "s.toml > part[1] > of: there is no part top; stated are: leg",
        "s.toml: unknown key teth; known here: absent, inside, kind, name, open, part, teeth, width, words, zone",
    ]


@pytest.mark.parametrize(
    "text", ["x = ", "x = 1e99999999", "x = nan", "x = inf", "x = " + "[" * 9000, "x = '\ud800'", f"x = {'9' * 5000}"]
)
def test_what_is_not_toml_says_why(text: str) -> None:
    assert faults(text) == [("", "toml.broken")]


@given(st.floats(1e-15, MOST, allow_nan=False, exclude_max=True))
def test_every_number_a_program_prints_is_read_as_itself(number: float) -> None:
    assert Table.of(f"x = {number!r}", "s.toml").number("x", 0) == number


def test_files_are_utf8_with_or_without_a_mark() -> None:
    assert decode("\ufeff灯塔".encode(), "s.toml") == decode("灯塔".encode(), "s.toml") == "灯塔"
    with pytest.raises(Refusal) as refused:
        decode("灯塔".encode("gbk"), "s.toml")
    assert [(r.place, r.code) for r in refused.value.reasons] == [(("s.toml",), "toml.not_utf8")]


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_anything_is_read_or_refused_never_crashed_on(data: st.DataObject) -> None:
    rows = GOOD.splitlines()
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(rows) - 1))
        nonsense = data.draw(
            st.sampled_from(
                ["0", "-1", '""', "[]", "{}", "true", "[[]]", "[{}]", "2026-01-01", "07:00:00", '"\\u0000"']
            )
        )
        key = data.draw(st.sampled_from([*tomllib.loads(GOOD), "id", "of", "beside", "x"]))
        rows[at] = data.draw(st.sampled_from(["", f"{key} = {nonsense}", "[[part]]", "[inside]"]))
    reasons = ()
    try:
        read("\n".join(rows))
    except Refusal as refusal:
        reasons = refusal.reasons
    assert all(say(reason, "zh_Hans") for reason in reasons)
