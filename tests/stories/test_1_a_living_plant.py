"""On a fresh machine clone and run `make run`: it prints an address; in the browser a model plant is alive.

Nobody makes an account: the login page offers one person per role. Machines change state, counters run, each with the
age of its number, and every page says that its data are fictional. The browser's own journeys are in tests/browser.
"""

from __future__ import annotations

import json
import re
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from http.cookiejar import CookieJar

import pytest

from tests.stories.conftest import ROOT, Terminal

PATIENCE = 120.0


@pytest.fixture
def address(terminal: Terminal) -> Iterator[str]:
    """The address that `dengta run` prints once the plant moves."""
    command = [sys.executable, "-m", "dengta.cli.main", "run", "--home", str(terminal.home), "--port", "0"]
    with subprocess.Popen(
        command, cwd=ROOT, env=terminal.environment(), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ) as process:
        try:
            assert process.stdout is not None
            said = []
            for line in process.stdout:
                said.append(line)
                found = re.search(r"http://[\w.:]+", line)
                if found:
                    yield found.group(0)
                    break
            else:
                pytest.fail("dengta run ended without an address:\n" + "".join(said))
        finally:
            process.send_signal(signal.SIGINT)
            process.wait(timeout=30)


def test_a_stranger_signs_in_and_sees_machines_move(address: str) -> None:
    """Open the address, take the planner's place, read Floor, and find newer numbers a moment later."""
    browser = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(CookieJar()))

    def page(path: str, data: bytes | None = None) -> str:
        request = urllib.request.Request(address + path, data=data, headers={"Referer": address + "/"})
        with browser.open(request, timeout=20) as answer:
            text: str = answer.read().decode()
            return text

    login = page("/login/")
    assert "fictional data" in login
    token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', login)
    person = re.search(r'<button[^>]*name="person"[^>]*value="([^"]+)"', login)
    assert token, "the login form carries its token"
    assert person, "the login page offers one person per role"
    floor = page("/login/", f"csrfmiddlewaretoken={token.group(1)}&person={person.group(1)}".encode())
    assert "saw-1" in floor
    assert "fictional data" in floor

    def events() -> int:
        health = json.loads(page("/healthz"))
        return int(health["events"])

    before, deadline = events(), time.monotonic() + PATIENCE
    while events() == before:
        assert time.monotonic() < deadline, "the plant stands still"
        time.sleep(0.5)
