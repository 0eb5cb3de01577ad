"""The folder of compiled kernels follows the state of their sources and is ours alone."""

import os
from pathlib import Path

import pytest

from dengta import kernel_cache


@pytest.fixture
def package(tmp_path: Path) -> Path:
    folder = tmp_path / "package"
    for name in ("engines/kpi", "log"):
        (folder / name).mkdir(parents=True)
        (folder / name / "kernels.py").write_text("a = 1\n")
    return folder


def test_a_changed_kernel_anywhere_changes_the_folder(package: Path) -> None:
    before = kernel_cache.key(package)
    (package / "engines/kpi/model.py").write_text("b = 1\n")
    assert kernel_cache.key(package) == before
    (package / "engines/kpi/kernels.py").write_text("a = 2\n")
    assert kernel_cache.key(package) != before


def test_the_users_cache_is_used_and_made_private(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(kernel_cache.VARIABLE, raising=False)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    folder = kernel_cache.place()
    assert folder is not None
    assert folder.is_relative_to(tmp_path / "cache")
    assert os.environ[kernel_cache.VARIABLE] == str(folder)
    assert folder.parent.stat().st_mode & 0o077 == 0
    monkeypatch.setenv(kernel_cache.VARIABLE, "/elsewhere")
    assert kernel_cache.place() == Path("/elsewhere")


def test_a_cache_that_others_may_write_is_not_trusted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(kernel_cache.VARIABLE, raising=False)
    open_to_all = tmp_path / "cache" / "dengta" / "kernels"
    open_to_all.mkdir(parents=True)
    open_to_all.chmod(0o777)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv("DENGTA_HOME", str(tmp_path / "home"))
    folder = kernel_cache.place()
    assert folder is not None
    assert folder.is_relative_to(tmp_path / "home" / "tmp")
    monkeypatch.delenv(kernel_cache.VARIABLE)
