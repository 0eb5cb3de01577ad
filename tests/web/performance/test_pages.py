"""Performance's pages as the server sends them, and the command they name."""

from __future__ import annotations

import html
import json
import re
import shlex
import time
from typing import Any

import pytest

from tests.stories.conftest import Terminal

pytestmark = pytest.mark.django_db


def page_of(client: Any, address: str) -> str:
    """The markup of a page, once the log has been folded."""
    until = time.monotonic() + 60
    while (answer := client.get(address)).status_code == 202 and time.monotonic() < until:
        assert 'http-equiv="refresh"' in answer.content.decode()
    assert answer.status_code == 200, answer.content.decode()
    return str(answer.content.decode())


def commands(page: str) -> list[str]:
    """The commands a page names."""
    return [html.unescape(found) for found in re.findall(r"<code>(dengta [^<]+)</code>", page)]


def digits(page: str) -> dict[str, tuple[str, str]]:
    """Definition -> exact fraction and value, as the page prints them."""
    found = re.findall(
        r"<tr><td><code>(\w+)</code></td><td class=\"code\">([^<]*)</td><td class=\"n code\">([^<]*)</td>", page
    )
    return {name: (exact, value) for name, exact, value in found}


def run(stage: Any, command: str) -> list[dict[str, Any]]:
    """The figures the command prints."""
    words = shlex.split(command)
    assert words[:2] == ["dengta", "kpi"]
    return json.loads(Terminal(stage.home.path).run(*words[1:]).stdout)["figures"]


@pytest.mark.parametrize("query", ["", "?window=shift", "?line=saw", "?machine=saw-1&shift=day"])
def test_the_command_prints_the_same_digits(client_of: Any, stage: Any, query: str) -> None:
    stage.morning()
    page = page_of(client_of("manager"), f"/performance/{query}")
    told = digits(page)
    assert set(told) == {"oee", "availability", "effectiveness", "quality_ratio"}
    row = dict(re.findall(r"<code>(machine|line|shift) = ([^<]+)</code>", page))
    again = next(f for f in run(stage, commands(page)[-1]) if row.items() <= f.items())
    for name, (exact, value) in told.items():
        ratio = again["ratios"][name]
        assert exact == ratio.get("exact", "–")
        assert value == ("–" if ratio["value"] is None else repr(ratio["value"]))
