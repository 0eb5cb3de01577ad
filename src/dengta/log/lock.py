"""The writer's lock: one process writes a site's log, and anyone can read who it is and whether it is in trouble."""

from __future__ import annotations

import fcntl
import json
import os
import struct
import time
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from dengta.core.reason import Reason, Refusal
from dengta.core.time import Micros

FILE = "lock"
_SIZE = 1024  # the card is rewritten in place: that works on a full disk too
_DURABLE = struct.Struct("<q")  # behind the card
_TRIES = 10  # a reader that looks who holds the lock holds it itself for an instant


@dataclass(frozen=True, slots=True)
class Holder:
    """Who writes the log: process id, since when, and the code of what hinders it ("" when nothing does).

    kept: the log has had a database; where it is gone, that is damage and not a new log.
    """

    pid: int
    since: Micros
    trouble: str = ""
    kept: bool = False


class WriterLock:
    """Held until `release`; the operating system releases it when the process dies."""

    def __init__(self, folder: Path, since: Micros) -> None:
        self._handle = os.open(folder / FILE, os.O_RDWR | os.O_CREAT, 0o644)
        for attempt in range(_TRIES):
            try:
                fcntl.flock(self._handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                if attempt + 1 < _TRIES:
                    time.sleep(0.02)
        else:
            card = _read(self._handle)
            os.close(self._handle)
            raise Refusal(Reason("log.locked", (str(folder),), {"pid": card.pid if card else 0}))
        before = _read(self._handle)
        self._card = Holder(os.getpid(), since, kept=before is not None and before.kept)
        self._write()

    @property
    def kept(self) -> bool:
        """The log has had a database."""
        return self._card.kept

    def keep(self) -> None:
        """The log has a database now."""
        self._card = replace(self._card, kept=True)
        self._write()

    def trouble(self, code: str) -> None:
        """Tell readers what hinders the writer; "" when nothing does."""
        if code != self._card.trouble:
            self._card = replace(self._card, trouble=code)
            self._write()

    def acknowledge(self, id_: int) -> None:
        """Tell readers up to which packed segment the journal is durable. Not synced: it may lag, it never lies."""
        os.pwrite(self._handle, _DURABLE.pack(id_), _SIZE)

    def _write(self) -> None:
        os.pwrite(self._handle, json.dumps(asdict(self._card)).encode().ljust(_SIZE), 0)

    def release(self) -> None:
        """Let the next writer in."""
        os.close(self._handle)


def holder(folder: Path) -> Holder | None:
    """Who holds the lock now, None when nobody does."""
    try:
        handle = os.open(folder / FILE, os.O_RDONLY)
    except FileNotFoundError:
        return None
    try:
        fcntl.flock(handle, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return _read(handle)
    else:
        return None
    finally:
        os.close(handle)


def acknowledged(folder: Path) -> int:
    """The last packed segment known to have been acknowledged, 0 when none."""
    try:
        handle = os.open(folder / FILE, os.O_RDONLY)
    except FileNotFoundError:
        return 0
    try:
        told = os.pread(handle, _DURABLE.size, _SIZE)
    finally:
        os.close(handle)
    return int(_DURABLE.unpack(told)[0]) if len(told) == _DURABLE.size else 0


def _read(handle: int) -> Holder | None:
    try:
        return Holder(**json.loads(os.pread(handle, _SIZE, 0)))
    except (ValueError, TypeError):  # just being written for the first time
        return None
