"""Chinese names by their pinyin: a key to sort by, and letters to search by."""

from __future__ import annotations

from typing import Any, NamedTuple

LONGEST = 400


class Spelled(NamedTuple):
    """sort_key: syllables with a digit between, so that every database sorts them alike. letters: the syllables
    joined, a blank, their initials."""

    sort_key: str
    letters: str


def spelled(name: str) -> Spelled:
    """`name` by its pinyin without tones; what is no Chinese keeps its letters and digits, signs go."""
    from pypinyin import lazy_pinyin  # its dictionaries take half a second to load, and only writing needs them

    parts = lazy_pinyin(name, errors=_signs)
    syllables = [part for part in (_plain(part) for part in parts) if part]
    joined, initials = "".join(syllables), "".join(part[0] for part in syllables)
    return Spelled("0".join(syllables)[:LONGEST], f"{joined} {initials}"[:LONGEST])


def _signs(other: str) -> Any:
    """What is no Chinese, sign by sign."""
    return list(other)


def _plain(part: str) -> str:
    return "".join(sign for sign in part.lower().replace("ü", "v") if sign.isascii() and sign.isalnum())
