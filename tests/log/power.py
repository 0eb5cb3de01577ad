"""A disk whose power can be cut at any call, and that then loses or tears whatever was not synced."""

from __future__ import annotations

import random
import shutil
from pathlib import Path

from dengta.log.disk import DiskFile, RealDisk


class PowerCut(BaseException):
    """The lights are out: nobody catches this by accident."""


class PowerCutDisk(RealDisk):
    """Acts on the real disk, remembers what is not durable yet, and raises `PowerCut` at call number `cut_at`
    (before the call when `before`, else after it) and at every call from then on.

    `lose` then takes from the real folder what a power cut may take: each file's unsynced content is dropped, torn or
    kept, each sector written in place is there or not, and each unsynced entry (made, moved, removed) is undone or
    kept, as the seed falls. With `copy` (folder, where to) the folder is copied at the instant of the cut and `lose`
    takes from the copy: what a database still does while the test unwinds is not in it.
    """

    def __init__(
        self,
        cut_at: int | None = None,
        *,
        before: bool = True,
        seed: int = 0,
        copy: tuple[Path, Path] | None = None,
    ) -> None:
        self.calls: list[str] = []
        self._cut_at, self._before = cut_at, before
        self._chance = random.Random(seed)
        self._content: dict[Path, bytes] = {}
        self._entries: list[tuple[str, Path, Path | None, bytes | None]] = []
        self._in_place: list[tuple[Path, int, bytes]] = []
        self._copy = copy
        self.is_out = False

    def _call(self, name: str, act: object) -> None:
        number = len(self.calls)
        if self._cut_at is not None and (number > self._cut_at or (number == self._cut_at and self._before)):
            self._out()
            raise PowerCut(name)
        self.calls.append(name)
        act()  # type: ignore[operator]
        if number == self._cut_at:
            self._out()
            raise PowerCut(name)

    def _out(self) -> None:
        if self._copy and not self.is_out:
            live, copy = self._copy
            shutil.copytree(live, copy) if live.exists() else copy.mkdir()
        self.is_out = True

    def _kept(self, path: Path) -> Path:
        return self._copy[1] / path.relative_to(self._copy[0]) if self._copy else path

    def file(self, path: Path) -> PowerCutFile:
        return PowerCutFile(self, path, super().file(path))

    def write_at(self, path: Path, file: DiskFile, at: int, data: bytes) -> None:
        def act() -> None:
            self._in_place.append((path, at, path.read_bytes()[at : at + len(data)]))
            file.write_at(at, data)

        self._call("write_at", act)

    def sync(self, path: Path, file: DiskFile) -> None:
        def act() -> None:
            file.sync()
            self._in_place = [one for one in self._in_place if one[0] != path]

        self._call("sync", act)

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
        for path, at, old in reversed(self._in_place):
            if self._kept(path).exists():
                self._tear(self._kept(path), at, old)
        for path, data in ((self._kept(path), data) for path, data in self._content.items()):
            if path.exists():
                keep = self._chance.choice([0, self._chance.randrange(len(data) + 1), len(data)])
                path.write_bytes(data[:keep])
        for kind, made, moved, content in reversed(self._entries):
            if not self._chance.random() < 0.5:
                continue
            path, old = self._kept(made), moved and self._kept(moved)
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

    def _tear(self, path: Path, at: int, old: bytes) -> None:
        """Put back what stood in some of the sectors."""
        share = self._chance.choice([0.0, 0.1, 0.5, 0.9, 1.0])
        with path.open("r+b") as file:
            for start in range(0, len(old), 512):
                if self._chance.random() < share:
                    file.seek(at + start)
                    file.write(old[start : start + 512])


class PowerCutFile:
    """A file written in place on such a disk."""

    def __init__(self, disk: PowerCutDisk, path: Path, real: DiskFile) -> None:
        self._disk, self._path, self._real = disk, path, real

    def write_at(self, at: int, data: bytes) -> None:
        self._disk.write_at(self._path, self._real, at, data)

    def sync(self) -> None:
        self._disk.sync(self._path, self._real)

    def close(self) -> None:
        self._real.close()
