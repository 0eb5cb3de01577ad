"""Sentences for reasons, and the words of the command line, in every language: data, one TOML file a room.

``en/<room>.toml`` and ``zh_Hans/<room>.toml`` hold the same keys with the same ``{params}``; a test sees to it. Web
pages have their own gettext catalogue; a Reason reads the same on a screen, in a terminal and in a letter.
"""

from __future__ import annotations

import tomllib
from functools import cache
from importlib.resources import files
from typing import Any

from dengta.core.reason import Reason

LANGUAGES = ("en", "zh_Hans")


@cache
def catalogue(language: str) -> dict[str, str]:
    """All sentences of `language` ("en" or "zh_Hans") by dotted code."""
    found: dict[str, str] = {}
    for file in sorted(files(__name__).joinpath(language).iterdir(), key=lambda f: f.name):
        if file.name.endswith(".toml"):
            _flatten("", tomllib.loads(file.read_text("utf-8")), found)
    return found


def _flatten(prefix: str, table: dict[str, Any], into: dict[str, str]) -> None:
    for key, value in table.items():
        if isinstance(value, dict):
            _flatten(f"{prefix}{key}.", value, into)
        else:
            into[prefix + key] = value


def chosen(setting: str | None) -> str:
    """The language a locale setting such as ``zh_CN.UTF-8``, ``zh-hans`` or ``en`` asks for; English when unclear."""
    return "zh_Hans" if (setting or "").lower().startswith("zh") else "en"


def word(code: str, language: str, /, **params: object) -> str:
    """The sentence of `code` in `language`. Raises KeyError for a code without one: our fault, not a user's."""
    return catalogue(language)[code].format_map(params)


def say(reason: Reason, language: str) -> str:
    """The reason as a sentence, after its place: ``reports.csv > row 12: 3 pieces ...``."""
    sentence = word(reason.code, language, **reason.params)
    place = " > ".join(reason.place)
    return f"{place}: {sentence}" if place else sentence
