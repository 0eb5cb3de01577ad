"""The unified social credit code of 18 characters: its alphabet, its two check characters (GB 32100-2015, GB 11714)."""

from __future__ import annotations

from dengta.core.reason import Reason

ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_WEIGHTS = (1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28)
_ORGANISATION = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_ORGANISATION_WEIGHTS = (3, 7, 9, 10, 5, 8, 4, 2)
LENGTH = 18


def check_character(first: str) -> str:
    """The last character that belongs to the first seventeen. ValueError where one of them cannot stand in a code."""
    total = sum(ALPHABET.index(c) * weight for c, weight in zip(first, _WEIGHTS, strict=True))
    return ALPHABET[(31 - total % 31) % 31]


def organisation_check(first: str) -> str:
    """The check character of the organisation part (characters 9 to 16), which is the seventeenth."""
    total = sum(_ORGANISATION.index(c) * weight for c, weight in zip(first, _ORGANISATION_WEIGHTS, strict=True))
    return "0123456789X"[(11 - total % 11) % 11]


def faults(code: str) -> list[Reason]:
    """What is wrong with a code; [] when it is one. Whether anybody has it is another question."""
    if len(code) != LENGTH:
        return [Reason("register.code_length", (), {"code": code, "length": len(code)})]
    wrong = sorted({c for c in code if c not in ALPHABET})
    if wrong:
        return [Reason("register.code_character", (), {"code": code, "characters": " ".join(wrong)})]
    found = []
    if organisation_check(code[8:16]) != code[16]:
        found.append(Reason("register.code_organisation", (), {"code": code, "wanted": organisation_check(code[8:16])}))
    if check_character(code[:17]) != code[17]:
        found.append(Reason("register.code_check", (), {"code": code, "wanted": check_character(code[:17])}))
    return found


def code_of(kind: str, region: str, number: int) -> str:
    """A well-formed code: `kind` two characters (``91``: an enterprise), `region` six digits, `number` of the firm."""
    body = f"{number:08d}"
    first = kind + region + body + organisation_check(body)
    return first + check_character(first)
