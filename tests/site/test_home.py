"""The home folder: one place, a secret of its own, names that are safe as paths."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from dengta.core.reason import Refusal
from dengta.site.home import Home


def test_the_secret_is_made_once_and_is_the_owners(tmp_path: Path) -> None:
    home = Home.at(tmp_path / "new")
    secret = home.secret()
    assert len(secret) >= 48
    assert Home.at(tmp_path / "new").secret() == secret
    assert stat.S_IMODE((home.path / "secret").stat().st_mode) == 0o600
    assert Home.at(tmp_path / "other").secret() != secret


@pytest.mark.parametrize("name", ["", "..", "a/b", "Furniture", "-a", "x" * 41, "a b"])
def test_a_name_that_is_no_safe_folder_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(Refusal):
        Home.at(tmp_path).site(name)


def test_sites_are_those_with_a_folder(tmp_path: Path) -> None:
    home = Home.at(tmp_path)
    assert home.sites() == []
    home.site("furniture").log.mkdir(parents=True)
    home.site("a-2").log.mkdir(parents=True)
    assert home.sites() == ["a-2", "furniture"]


def test_the_environment_names_the_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DENGTA_HOME", str(tmp_path))
    assert Home.at().path == tmp_path
    assert Home.at(tmp_path / "b").path == tmp_path / "b"
    monkeypatch.delenv("DENGTA_HOME")
    assert Home.at().path.name == "dengta-home"
