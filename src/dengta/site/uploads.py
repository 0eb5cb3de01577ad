"""Files that people handed to a site and have not decided about: kept by what they hold, so that twice is once.

``uploads/<sha256>`` is the file, ``uploads/<sha256>.<name>.jsonl`` what became of its rows at one reading.
"""

from __future__ import annotations

import hashlib
import os
import re
import secrets
from collections.abc import Iterable
from pathlib import Path

from dengta.core.reason import Reason, Refusal

_HASH, _NAME = re.compile(r"[0-9a-f]{64}"), re.compile(r"[0-9a-z-]{1,60}")


class Uploads:
    """The uploads in `folder`, which need not exist yet."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def add(self, pieces: Iterable[bytes], most: int) -> tuple[str, int]:
        """Keep a file that comes in `pieces`, durably: its SHA-256 and size. Refusal: it has over `most` bytes."""
        self.folder.mkdir(parents=True, exist_ok=True)
        fresh, digest, size = self.folder / f".{secrets.token_hex(8)}.tmp", hashlib.sha256(), 0
        try:
            with fresh.open("wb") as out:
                for piece in pieces:
                    size += len(piece)
                    if size > most:
                        raise Refusal(Reason("upload.too_large", params={"most": most // 10**6}))
                    digest.update(piece)
                    out.write(piece)
                out.flush()
                os.fsync(out.fileno())
            fresh.replace(self.path(digest.hexdigest()))
        finally:
            fresh.unlink(missing_ok=True)
        return digest.hexdigest(), size

    def path(self, sha256: str) -> Path:
        """Where the file with this hash is, or would be."""
        if not _HASH.fullmatch(sha256):
            raise ValueError(f"{sha256!r} is no SHA-256")
        return self.folder / sha256

    def listing(self, sha256: str, name: str) -> Path:
        """Where it is written what became of its rows at the reading `name`."""
        if not _NAME.fullmatch(name):
            raise ValueError(f"{name!r} is no name of a reading")
        return self.path(sha256).with_name(f"{sha256}.{name}.jsonl")

    def remove(self, sha256: str) -> None:
        """The file is decided about; what became of its rows stays."""
        self.path(sha256).unlink(missing_ok=True)
