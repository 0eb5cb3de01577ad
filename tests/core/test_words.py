"""Every reason has its sentence in every language, with the same parameters."""

from __future__ import annotations

import ast
import re
from pathlib import Path
from string import Formatter

import dengta
from dengta.core.reason import Reason
from dengta.words import catalogue, chosen, say

SOURCE = Path(dengta.__file__).parent


def fields(sentence: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(sentence) if name}


def test_both_languages_say_the_same_things() -> None:
    english, chinese = catalogue("en"), catalogue("zh_Hans")
    assert english.keys() == chinese.keys()
    assert {k: fields(v) for k, v in english.items()} == {k: fields(v) for k, v in chinese.items()}


def test_chinese_is_chinese() -> None:
    latin = {k: v for k, v in catalogue("zh_Hans").items() if not re.search(r"[一-鿿]", v)}
    # a heading may be a standard's symbol or a unit, the same in every language
    assert all(v == catalogue("en")[k] and len(v) <= 12 for k, v in latin.items()), latin


def test_every_reason_in_the_code_has_a_sentence() -> None:
    known = catalogue("en")
    missing = {}
    for file in SOURCE.rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            if (
                isinstance(node, ast.Call)
                and (getattr(node.func, "id", "") == "Reason" or getattr(node.func, "attr", "") == "fault")
                and node.args
            ):
                first = node.args[0]
                if isinstance(first, ast.Constant) and isinstance(first.value, str) and first.value not in known:
                    missing[first.value] = f"{file.relative_to(SOURCE)}:{node.lineno}"
    assert not missing


def test_a_reason_reads_as_a_sentence_after_its_place() -> None:
    reason = Reason("event.seq_negative", ("event 1/1/-1",), {"events": 2})
    assert say(reason.at("door"), "en") == (
        "door > event 1/1/-1: 2 events have a negative seq; it counts from 0 in each epoch"
    )
    assert "2 个事件" in say(reason, "zh_Hans")


def test_the_language_is_the_terminals() -> None:
    assert chosen("zh_CN.UTF-8") == "zh_Hans"
    assert chosen("C.UTF-8") == "en"
    assert chosen(None) == "en"
