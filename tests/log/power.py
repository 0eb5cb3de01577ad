"""A disk whose power can be cut at any call, and that then loses or tears whatever was not synced."""

from __future__ import annotations

import random
from pathlib import Path

from dengta.log.disk import RealDisk


class PowerCut(BaseException):
    """The lights are out: nobody catches this by accident."""


class PowerCutDisk(RealDisk):
    """Acts on the real disk, remembers what is not durable yet, and raises `PowerCut` at call number `cut_at`
    (before the call when `before`, else after it) and at every call from then on.

    `lose` then takes from the real folder what a power cut may take: each file's unsynced content is dropped, torn or
    kept, and each unsynced entry (made, moved, removed) is undone or kept, as the seed falls.
    """

    def __init__(self, cut_at: int | None = None, *, before: bool = True, seed: int = 0) -> None:
        self.calls: list[str] = []
        self._cut_at, self._before = cut_at, before
        self._chance = random.Random(seed)
        self._content: dict[Path, bytes] = {}
        self._entries: list[tuple[str, Path, Path | None, bytes | None]] = []

    def _call(self, name: str, act: object) -> None:
        number = len(self.calls)
        if self._cut_at is not None and (number > self._cut_at or (number == self._cut_at and self._before)):
            raise PowerCut(name)
        self.calls.append(name)
        act()  # type: ignore[operator]
        if number == self._cut_at:
            raise PowerCut(name)

    def write(self, path: Path, data: bytes) -> None:
        def act() -> None:
            if not path.exists():
                self._entries.append(("made", path, None, None))
            super(PowerCutDisk, self).write(path, data)
            self._content[path] = data

        self._call("write", act)

    def fsync(self, path: Path) -> None:
        self._call("fsync", lambda: self._content.pop(path, None))

    def rename(self, old: Path, new: Path) -> None:
        def act() -> None:
            replaced = new.read_bytes() if new.exists() else None
            super(PowerCutDisk, self).rename(old, new)
            if old in self._content:
                self._content[new] = self._content.pop(old)
            self._entries.append(("moved", new, old, replaced))

        self._call("rename", act)

    def mkdir(self, path: Path) -> None:
        def act() -> None:
            if not path.exists():
                super(PowerCutDisk, self).mkdir(path)
                self._entries.append(("made", path, None, None))

        self._call("mkdir", act)

    def dirsync(self, path: Path) -> None:
        def act() -> None:
            self._entries = [e for e in self._entries if e[1].parent != path]

        self._call("dirsync", act)

    def unlink(self, path: Path) -> None:
        def act() -> None:
            self._entries.append(("gone", path, None, path.read_bytes()))
            super(PowerCutDisk, self).unlink(path)

        self._call("unlink", act)

    def lose(self) -> None:
        """What the cut takes."""
        for path, data in self._content.items():
            if path.exists():
                keep = self._chance.choice([0, self._chance.randrange(len(data) + 1), len(data)])
                path.write_bytes(data[:keep])
        for kind, path, old, content in reversed(self._entries):
            if not self._chance.random() < 0.5:
                continue
            if kind == "made" and path.is_dir():
                for child in path.iterdir():
                    child.unlink()
                path.rmdir()
            elif kind == "made":
                path.unlink(missing_ok=True)
            elif kind == "moved" and old is not None and path.exists():
                if old.parent.exists():
                    path.replace(old)
                if content is not None:
                    path.write_bytes(content)
            elif kind == "gone" and content is not None and path.parent.exists():
                path.write_bytes(content)
