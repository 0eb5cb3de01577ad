"""Every text a page can say is said in Chinese."""

from __future__ import annotations

import re

import pytest

from tests.web.msgids import HOMES, found, home_of, read

_PARAMS = re.compile(r"%\((\w+)\)s|(?<!\{)\{(\w*)\}")


def params(text: str) -> set[str]:
    return {a or b for a, b in _PARAMS.findall(text)}


def test_every_text_of_page_and_code_is_translated() -> None:
    catalogues = {path: read(path) for path in HOMES.values()}
    lacking = []
    for one in found():
        message = catalogues[home_of(one.where)].get(one.text, one.context)
        told = [] if message is None else [message.string] if isinstance(message.string, str) else message.string
        if not told or not all(told):
            lacking.append(f"{one.where}: {one.text}")
    assert lacking == [], "add them with: python -m tests.web.msgids"


def test_one_text_has_one_translation() -> None:
    """Catalogues of all rooms are one when pages are made: what should differ needs a context."""
    told: dict[tuple[str | None, str], set[str]] = {}
    for path in HOMES.values():
        for message in read(path):
            if message.id:
                text = message.id if isinstance(message.id, str) else message.id[0]
                told.setdefault((message.context, text), set()).add(str(message.string))
    assert {text: strings for text, strings in told.items() if len(strings) > 1} == {}


@pytest.mark.parametrize("room", HOMES)
def test_translations_name_the_same_parameters_and_none_is_a_guess(room: str) -> None:
    for message in read(HOMES[room]):
        if not message.id:
            continue
        assert not message.fuzzy, message.id
        ids = [message.id] if isinstance(message.id, str) else list(message.id)
        strings = [message.string] if isinstance(message.string, str) else list(message.string)
        for string in strings:
            assert params(string) == params(ids[-1]), (ids, string)
