"""A child's own words, kept in a file of bounded size."""

from __future__ import annotations

from pathlib import Path


class Logbook:
    """Lines into `path`; past `limit` bytes the file moves to ``<name>.1`` and a new one begins."""

    def __init__(self, path: Path, limit: int = 1_000_000) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self.path = path
        self._limit = limit
        self._file = path.open("ab", buffering=0)
        self.last_words = ""

    def write(self, line: bytes) -> None:
        """Add one line (with its line end). Written through at once: what a killed process said last is there."""
        if self._file.tell() + len(line) > self._limit:
            self._file.close()
            self.path.replace(self.path.with_name(self.path.name + ".1"))
            self._file = self.path.open("ab", buffering=0)
        self._file.write(line)
        if text := line.decode(errors="replace").strip():
            self.last_words = text

    def close(self) -> None:
        """No more lines."""
        self._file.close()
