"""Chinese names by their pinyin: a key to sort by, and letters to search by."""

from __future__ import annotations

from functools import lru_cache
from typing import Any, NamedTuple

LONGEST = 400


class Spelled(NamedTuple):
    """sort_key: syllables with a digit between, so that every database sorts them alike. letters: the syllables
    joined, a blank, their initials."""

    sort_key: str
    letters: str


def spelled(name: str) -> Spelled:
    """`name` by its pinyin without tones; what is no Chinese keeps its letters and digits, signs go."""
    from pypinyin.seg.mmseg import seg  # its dictionaries take half a second to load, and only writing needs them

    parts = [part for word in seg.cut(name) for part in _syllables(word)]
    syllables = [part for part in (_plain(part) for part in parts) if part]
    joined, initials = "".join(syllables), "".join(part[0] for part in syllables)
    return Spelled("0".join(syllables)[:LONGEST], f"{joined} {initials}"[:LONGEST])


@lru_cache(1 << 14)
def _syllables(word: str) -> tuple[str, ...]:
    """Of one word: a sign that is read in several ways is read as the word has it."""
    from pypinyin import lazy_pinyin

    return tuple(lazy_pinyin([word], errors=_signs))


def _signs(other: str) -> Any:
    """What is no Chinese, sign by sign."""
    return list(other)


def _plain(part: str) -> str:
    return "".join(sign for sign in part.lower().replace("ü", "v") if sign.isascii() and sign.isalnum())
