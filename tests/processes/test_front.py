"""The front: a free port, one run a home, an address that can be opened."""

from __future__ import annotations

import socket
from collections.abc import Callable
from pathlib import Path

import pytest

from dengta.core.reason import Refusal
from dengta.processes.front import alone, is_loopback, listen, url
from dengta.site.home import Home


def refusal(act: Callable[[], object]) -> str:
    with pytest.raises(Refusal) as refused:
        act()
    (reason,) = refused.value.reasons
    return reason.code


def test_a_free_port_is_found_and_a_named_one_is_taken_or_refused() -> None:
    with listen("127.0.0.1", None) as first, listen("127.0.0.1", None) as second:
        ports = [made.getsockname()[1] for made in (first, second)]
        assert 8000 <= ports[0] < ports[1] < 8100
        assert refusal(lambda: listen("127.0.0.1", ports[0])) == "run.port_taken"
        assert url(first, "127.0.0.1") == f"http://localhost:{ports[0]}"
        assert url(first, "0.0.0.0") == f"http://{socket.gethostname()}:{ports[0]}"
        assert url(first, "2001:db8::1") == f"http://[2001:db8::1]:{ports[0]}"
    assert refusal(lambda: listen("203.0.113.7", 0)) == "run.host_unknown"
    assert [is_loopback(host) for host in ("127.0.0.1", "::1", "localhost", "0.0.0.0")] == [True, True, True, False]


def test_a_home_runs_once(tmp_path: Path) -> None:
    home = Home.at(tmp_path / "home")
    with alone(home, "http://localhost:8000"):
        with pytest.raises(Refusal) as refused, alone(home, "http://localhost:8001"):
            pass
        (reason,) = refused.value.reasons
        assert (reason.code, reason.params["address"]) == ("run.already", "http://localhost:8000")
        assert home.path.stat().st_mode & 0o077 == 0
    with alone(home, "http://localhost:8001"):
        assert "8001" in (home.path / "run.json").read_text()
