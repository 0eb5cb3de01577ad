"""The few things the log asks of a disk beside SQLite, in one place: a test can cut the power between any two."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Protocol


class DiskFile(Protocol):
    """A file that is there, open to be written in place. Durable after `sync`."""

    def write_at(self, at: int, data: bytes) -> None:
        """Put `data` at byte `at`."""

    def sync(self) -> None:
        """Make what was written durable."""

    def close(self) -> None:
        """Let go of it."""


class Disk(Protocol):
    """What was written is durable after `fsync` of the file; a name appears, moves or goes durably after `dirsync` of
    its folder; `rename` is atomic."""

    def file(self, path: Path) -> DiskFile:
        """The file, open to be written in place."""

    def write(self, path: Path, data: bytes) -> None:
        """Make or replace the file."""

    def fsync(self, path: Path) -> None:
        """Make the file's content durable."""

    def rename(self, old: Path, new: Path) -> None:
        """Give the file another name, replacing what had it."""

    def mkdir(self, path: Path) -> None:
        """Make the folder unless it is there."""

    def dirsync(self, path: Path) -> None:
        """Make the folder's entries durable."""

    def unlink(self, path: Path) -> None:
        """Remove the file."""

    def list(self, path: Path) -> list[Path]:
        """What the folder holds, sorted; nothing when it is not there."""

    def read(self, path: Path) -> bytes:
        """The file's content."""


def make_folder(disk: Disk, folder: Path) -> None:
    """Make `folder` and those above it that are missing, durably."""
    for one in reversed([f for f in (folder, *folder.parents) if not f.exists()]):
        disk.mkdir(one)
        disk.dirsync(one.parent)


class RealFile:
    """A file of this machine."""

    def __init__(self, path: Path) -> None:
        self._handle = os.open(path, os.O_RDWR)

    def write_at(self, at: int, data: bytes) -> None:
        """Put `data` at byte `at`."""
        done = os.pwrite(self._handle, data, at)
        while done < len(data):  # a full disk or a signal may cut a write short
            done += os.pwrite(self._handle, data[done:], at + done)

    def sync(self) -> None:
        """Make what was written durable."""
        os.fdatasync(self._handle)

    def close(self) -> None:
        """Let go of it."""
        os.close(self._handle)


class RealDisk:
    """The disk of this machine."""

    def file(self, path: Path) -> DiskFile:
        """The file, open to be written in place."""
        return RealFile(path)

    def write(self, path: Path, data: bytes) -> None:
        """Make or replace the file."""
        path.write_bytes(data)

    def fsync(self, path: Path) -> None:
        """Make the file's content durable."""
        _sync(path, os.O_RDWR)

    def rename(self, old: Path, new: Path) -> None:
        """Give the file another name, replacing what had it."""
        old.replace(new)

    def mkdir(self, path: Path) -> None:
        """Make the folder unless it is there."""
        path.mkdir(exist_ok=True)

    def dirsync(self, path: Path) -> None:
        """Make the folder's entries durable."""
        _sync(path, os.O_RDONLY | os.O_DIRECTORY)

    def unlink(self, path: Path) -> None:
        """Remove the file."""
        path.unlink()

    def list(self, path: Path) -> list[Path]:
        """What the folder holds, sorted; nothing when it is not there."""
        return sorted(path.iterdir()) if path.is_dir() else []

    def read(self, path: Path) -> bytes:
        """The file's content."""
        return path.read_bytes()


def _sync(path: Path, how: int) -> None:
    handle = os.open(path, how)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
