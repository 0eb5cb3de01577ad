"""Where compiled kernels are kept: a folder for each state of a file of kernels and of all it stands on.

numba's cache looks at the file of a compiled function only: a kernel that it calls, or a constant, which has changed in
another file goes unnoticed. So the folder is named by a hash of the file and of every file of ours that it imports,
directly or through others. Nothing else has a part in the name: a change compiles again what it reaches and no more,
and two copies of the same sources share what one of them compiled. numba keeps different processors apart by itself.

`dengta/__init__.py` names `Locator` to numba (NUMBA_CACHE_LOCATOR_CLASSES).
"""

from __future__ import annotations

import hashlib
import os
import re
import stat
import sys
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

import numba
import numpy as np
from numba.core.caching import _CacheLocator

PACKAGE = Path(__file__).parent
_IMPORT = re.compile(
    r"^[ \t]*(?:from[ \t]+(?P<source>[\w.]+)[ \t]+import[ \t]+(?P<names>\([^)]*\)|[^\n]*)"
    r"|import[ \t]+(?P<modules>[^\n]*))",
    re.MULTILINE,
)


class Locator(_CacheLocator):
    """Tells numba where a function of this package is kept; of others it knows nothing."""

    def __init__(self, function: Callable[..., Any], folder: Path, state: str) -> None:
        self._line = function.__code__.co_firstlineno
        self._folder = folder
        self._state = state

    def get_cache_path(self) -> str:
        """The folder of the function's file as it is now."""
        return str(self._folder)

    def get_source_stamp(self) -> str:
        """Written into numba's index; the folder's name says the same."""
        return self._state

    def get_disambiguator(self) -> str:
        """Keeps functions of one name in one file apart."""
        return str(self._line)

    @classmethod
    def from_function(cls, py_func: Callable[..., Any], py_file: str) -> Locator | None:
        """None for a function of another package, and where nothing can be written: numba then asks its own."""
        file = Path(py_file)
        if not file.is_relative_to(PACKAGE):
            return None
        name, state = ".".join(file.relative_to(PACKAGE).with_suffix("").parts), key(file, PACKAGE)
        folder = place(f"{name}-{state[:16]}")
        return cls(py_func, folder, state) if folder else None


@cache
def key(file: Path, package: Path) -> str:
    """Hash of `file`, of what it imports from `package`, and of the versions of Python, numba and numpy."""
    digest = hashlib.sha256(repr((sys.version, numba.__version__, np.__version__)).encode())
    for source in sorted(reached(file, package)):
        digest.update(f"\0{source.relative_to(package)}\0".encode())
        digest.update(source.read_bytes())
    return digest.hexdigest()


def reached(file: Path, package: Path) -> set[Path]:
    """`file` and the files of `package` that it imports, directly or through others."""
    found, ahead = {file}, [file]
    while ahead:
        new = set(_imported(ahead.pop(), package)) - found
        found |= new
        ahead += new
    return found


@cache
def _imported(file: Path, package: Path) -> tuple[Path, ...]:
    return tuple(_named(file.read_text("utf-8"), package))


def _named(text: str, package: Path) -> Iterator[Path]:
    """Files of `package` that the import statements of `text` may mean; house style is absolute imports."""
    for statement in _IMPORT.finditer(text):
        names = re.findall(r"[\w.]+", statement["modules"] or statement["names"])
        source = statement["source"]
        for name in [source, *(f"{source}.{n}" for n in names)] if source else names:
            root, _, rest = name.partition(".")
            if root == package.name and rest:
                at = package.joinpath(*rest.split("."))
                yield from (f for f in (at.with_suffix(".py"), at / "__init__.py") if f.is_file())


@cache
def place(name: str) -> Path | None:
    """A folder of that name which is ours alone, made where it is missing; None where nothing can be written.

    It lies in NUMBA_CACHE_DIR if that is set, else in the user's cache (XDG_CACHE_HOME), else in DENGTA_HOME's ``tmp``,
    else in a private folder of the system's temporary one.
    """
    return next((base / name for base in _bases() if _usable(base, base / name)), None)


def _bases() -> list[Path]:
    if given := os.environ.get("NUMBA_CACHE_DIR"):
        return [Path(given)]
    user = os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache")
    home = os.environ.get("DENGTA_HOME")
    system = os.environ.get("TMPDIR") or "/tmp"  # noqa: S108 (made private and checked in _usable)
    bases = [Path(user) / "dengta" / "kernels", *([Path(home) / "tmp" / "kernels"] if home else [])]
    return [*bases, Path(system) / f"dengta-kernels-{os.getuid()}"]


def _usable(base: Path, folder: Path) -> bool:
    """Ours alone and writable: what lies there is machine code that we run."""
    try:
        base.mkdir(mode=0o700, parents=True, exist_ok=True)
        folder.mkdir(mode=0o700, exist_ok=True)
        made = base.lstat()
    except OSError:
        return False
    private = stat.S_ISDIR(made.st_mode) and made.st_uid == os.getuid() and not made.st_mode & 0o022
    return private and os.access(folder, os.W_OK)
