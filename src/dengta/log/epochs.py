"""The epoch of a producer: how often it booted, durable before the first event of the new boot leaves it."""

from __future__ import annotations

from pathlib import Path

from dengta.core.reason import Reason, Refusal
from dengta.log.disk import Disk, RealDisk, make_folder

_LARGEST = 2**31 - 1


def next_epoch(path: Path, disk: Disk | None = None) -> int:
    """Count one boot in the file `path` (made with its folder when absent) and return the new epoch, from 1.

    Durable before it returns, so an epoch once used is never given again. Refusal when the file is unreadable: guessing
    could give two boots the same keys.
    """
    disk = RealDisk() if disk is None else disk
    make_folder(disk, path.parent)
    last = _read(path, disk) if path in disk.list(path.parent) else 0
    fresh = path.with_name(path.name + ".new")
    disk.write(fresh, b"%d\n" % (last + 1))
    disk.fsync(fresh)
    disk.rename(fresh, path)
    disk.dirsync(path.parent)
    return last + 1


def _read(path: Path, disk: Disk) -> int:
    text = disk.read(path).strip()
    if not text.isdigit() or not 0 < int(text) < _LARGEST:
        raise Refusal(Reason("log.epoch_unreadable", (str(path),)))
    return int(text)
