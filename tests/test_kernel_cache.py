"""Compiled kernels are kept by the state of all they stand on, and in a folder that is ours alone."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import dengta
from dengta import kernel_cache

KERNELS = {
    "engines/ground/model.py": "WEIGHT = 2\n",
    "engines/ground/kernels_step.py": """
from numba import njit
from dengta.engines.ground.model import WEIGHT

@njit(cache=True)
def step(x):
    return WEIGHT * x
""",
    "engines/ground/kernels.py": """
from numba import njit
from dengta.engines.ground import kernels_step as k
from dengta.engines.ground.kernels_step import (
    step,
)

@njit(cache=True)
def twice(x):
    return step(step(x))
""",
    "log/kernels.py": """
from numba import njit

@njit(cache=True)
def alone(x):
    return x + 1
""",
}
ASK = """
from dengta.engines.ground.kernels import twice
from dengta.log.kernels import alone
twice(3), alone(3)
print(twice(3), alone(3), *(sum(f.stats.cache_hits.values()) for f in (twice, alone)))
"""


@pytest.fixture
def package(tmp_path: Path) -> Path:
    """A package of that name with the cache's own files and four of kernels, two of which build on another."""
    folder = tmp_path / "copy" / "dengta"
    folder.mkdir(parents=True)
    for own in ("__init__.py", "kernel_cache.py"):
        shutil.copy(Path(dengta.__file__).with_name(own), folder)
    for name, text in KERNELS.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    return folder


def ask(package: Path, cache: Path) -> list[int]:
    """What a process of its own computes, then how many of its two kernels it found in the cache."""
    environment = {**os.environ, "PYTHONPATH": str(package.parent), "XDG_CACHE_HOME": str(cache)}
    for name in ("NUMBA_CACHE_DIR", "NUMBA_CACHE_LOCATOR_CLASSES"):
        environment.pop(name, None)
    told = subprocess.run(
        [sys.executable, "-B", "-c", ASK], env=environment, capture_output=True, text=True, check=True
    )
    return [int(word) for word in told.stdout.split()]


def test_a_changed_callee_or_constant_compiles_its_callers_again_and_nothing_else(
    package: Path, tmp_path: Path
) -> None:
    cache, step = tmp_path / "cache", package / "engines/ground/kernels_step.py"
    assert ask(package, cache) == [12, 4, 0, 0]
    assert ask(package, cache) == [12, 4, 1, 1]
    before = step.stat()
    step.write_text(step.read_text().replace("WEIGHT * x", "WEIGHT - x"))  # of the same size, and as old
    os.utime(step, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert ask(package, cache) == [3, 4, 0, 1]
    (package / "engines/ground/model.py").write_text("WEIGHT = 4\n")
    assert ask(package, cache) == [3, 4, 0, 1]
    assert {folder.name.rsplit("-", 1)[0] for folder in (cache / "dengta/kernels").iterdir()} == {
        "engines.ground.kernels",
        "engines.ground.kernels_step",
        "log.kernels",
    }


def test_a_copy_of_the_same_sources_shares_what_is_compiled(package: Path, tmp_path: Path) -> None:
    ask(package, tmp_path / "cache")
    moved = package.parent.rename(tmp_path / "elsewhere") / "dengta"
    assert ask(moved, tmp_path / "cache") == [12, 4, 1, 1]


def test_what_a_file_of_kernels_stands_on_is_found_in_every_form_of_import(tmp_path: Path) -> None:
    package = tmp_path / "dengta"
    package.mkdir()
    texts = {
        "a": "import dengta.b\nfrom dengta import (\n    c as sea,\n)\n",
        "b": "def f():\n    from dengta.d import D\n",
        "c": "import os, dengta.e\n",
        "d": "import math\n",
        "e": "from dengta.f import *\n",
        "f": "from dengta.a import A\n",
        "unread": "from dengta import a\n",
    }
    for name, text in texts.items():
        (package / f"{name}.py").write_text(text)
    assert {f.stem for f in kernel_cache.reached(package / "a.py", package)} == set("abcdef")


def test_the_kernels_of_this_package_are_kept_there() -> None:
    from dengta.core.kernels import extremes

    folder = Path(extremes.stats.cache_path)
    assert folder.name.startswith("core.kernels-")
    assert folder.parent.stat().st_mode & 0o022 == 0


@pytest.fixture
def places(monkeypatch: pytest.MonkeyPatch) -> Iterator[pytest.MonkeyPatch]:
    """The environment of a user who names no folder for numba; what was answered before is forgotten."""
    monkeypatch.delenv("NUMBA_CACHE_DIR", raising=False)
    kernel_cache.place.cache_clear()
    yield monkeypatch
    kernel_cache.place.cache_clear()


def test_the_users_cache_is_used_and_made_private(tmp_path: Path, places: pytest.MonkeyPatch) -> None:
    places.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    folder = kernel_cache.place("log.kernels-1")
    assert folder == tmp_path / "cache/dengta/kernels/log.kernels-1"
    assert folder.parent.stat().st_mode & 0o077 == 0
    places.setenv("NUMBA_CACHE_DIR", str(tmp_path / "named"))
    assert kernel_cache.place("log.kernels-2") == tmp_path / "named/log.kernels-2"


def test_a_cache_that_others_may_write_is_not_trusted(tmp_path: Path, places: pytest.MonkeyPatch) -> None:
    open_to_all = tmp_path / "cache" / "dengta" / "kernels"
    open_to_all.mkdir(parents=True)
    open_to_all.chmod(0o777)
    places.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    places.setenv("DENGTA_HOME", str(tmp_path / "home"))
    folder = kernel_cache.place("log.kernels-3")
    assert folder is not None
    assert folder.is_relative_to(tmp_path / "home" / "tmp")
