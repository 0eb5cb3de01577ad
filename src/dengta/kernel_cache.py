"""Where compiled kernels are kept: one folder for each state of their sources.

numba's cache looks at the file of a compiled function only and does not notice that a kernel it calls in another file
has changed; so the folder's name is a hash of all of them. Call `place` before numba is imported.
"""

from __future__ import annotations

import hashlib
import os
import stat
import sys
from importlib.util import find_spec
from pathlib import Path

VARIABLE = "NUMBA_CACHE_DIR"


def place() -> Path | None:
    """Point NUMBA_CACHE_DIR at this state's folder and return it; one that is already set stays.

    The folder lies in the user's cache (XDG_CACHE_HOME), else in DENGTA_HOME's ``tmp``, else in a private folder of the
    system's temporary one. None where nothing can be written: kernels are then compiled in each process.
    """
    if given := os.environ.get(VARIABLE):
        return Path(given)
    name = key()
    for base in _bases():
        folder = base / name
        if _usable(base, folder):
            os.environ[VARIABLE] = str(folder)
            return folder
    return None


def key(package: Path = Path(__file__).parent) -> str:
    """Hash of every ``kernels*.py`` under `package`, of numba's version file and of Python's version."""
    digest = hashlib.sha256(sys.version.encode())
    numba = find_spec("numba")
    if numba is not None and numba.origin:
        digest.update((Path(numba.origin).with_name("_version.py")).read_bytes())
    for pattern in ("*/kernels*.py", "*/*/kernels*.py"):
        for file in sorted(package.glob(pattern)):
            digest.update(f"\0{file.relative_to(package)}\0".encode())
            digest.update(file.read_bytes())
    return digest.hexdigest()[:16]


def _bases() -> list[Path]:
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
