"""Run `make test`: everything is set up and every test runs, from nothing. CI runs the same command."""

from __future__ import annotations

import json
import re

from tests.stories.conftest import ROOT


def test_ci_runs_what_a_person_runs() -> None:
    """`.ci/run` calls `make test` and prints its seconds."""
    script = (ROOT / ".ci" / "run").read_text()
    assert re.search(r"^make test$", script, re.M)
    assert "seconds:" in script


def test_every_python_package_is_locked_by_hash_and_without_an_address() -> None:
    """The same bytes everywhere, from whichever index a machine is set up for."""
    for name in ("uv", "run", "dev"):
        lock = (ROOT / "requirements" / f"{name}.txt").read_text()
        packages = re.findall(r"^[a-z0-9][^\n]*==[^\n]*", lock, re.M)
        assert packages
        assert all(line.rstrip().endswith("\\") for line in packages), f"{name}: a package without a hash"
        assert "://" not in lock
        assert "index-url" not in lock


def test_browser_packages_are_locked_without_an_address() -> None:
    """npm's lock names versions and hashes, no host, and nothing that runs at install."""
    lock = json.loads((ROOT / "package-lock.json").read_text())
    fetched = {name: entry for name, entry in lock["packages"].items() if name}
    assert fetched
    for name, entry in fetched.items():
        assert entry["integrity"].startswith("sha512-"), name
        assert "resolved" not in entry, name
        assert not entry.get("hasInstallScript"), name
