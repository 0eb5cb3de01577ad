"""The shelf of a site's plant books: every revision as it was put there, for good.

One file a revision, ``<recorded_at>-<hash 12>.toml``, never changed or removed: the text as given, after one comment
line that says who put it there. The folder is the whole index. Two times order it: `valid_from`, stated in the book
(since when the plant is so), and `recorded_at` (when we were told), so that every figure can be made again with what
was known on the day it was first made.
"""

from __future__ import annotations

import json
import os
import re
import secrets
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from dengta.core.reason import Reason, Refusal
from dengta.core.time import Micros
from dengta.engines.plantbook import PlantBook, parse

_FILE = re.compile(r"(\d{16,})-([0-9a-f]{12})\.toml")
_BY = "# by: "


@dataclass(frozen=True, slots=True, eq=False)
class Revision:
    """One plant book on the shelf: the text as given, who put it there and when, and the book it states."""

    file: str
    recorded_at: Micros
    by: str
    text: str
    book: PlantBook

    @property
    def hash(self) -> str:
        """The book's content hash, 64 hex digits."""
        return self.book.hash

    @property
    def valid_from(self) -> Micros:
        """The instant from which the book describes the plant."""
        return self.book.valid_from


class Bookshelf:
    """The shelf in `folder`, which need not exist yet. Several threads and processes may use it at once."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def add(self, text: str, recorded_at: Micros, by: str = "", source: str = "plant.toml") -> Revision:
        """Put the book `text` on the shelf, durably.

        The same content twice is one revision: where the book already rules its `valid_from`, the one there is
        returned. History is only ever added to: a `recorded_at` before the last one becomes the moment after it.
        Refusal with every fault (its place begins with `source`) where the text is no plant book, or another site's.
        """
        book = parse(text, source)
        known = self.revisions()
        if known and known[0].book.site != book.site:
            params = {"site": book.site, "expected": known[0].book.site}
            raise Refusal(Reason("plant.other_site", (source, "book", "site"), params))
        ruling = next((r for r in reversed(known) if r.valid_from == book.valid_from), None)
        if ruling is not None and ruling.hash == book.hash:
            return ruling
        if known:
            recorded_at = max(recorded_at, known[-1].recorded_at + 1)
        path = self.folder / f"{recorded_at:016d}-{book.short}.toml"
        _write_once(path, f"{_BY}{json.dumps(by, ensure_ascii=False)}\n{text}".encode())
        return _sound(path)

    def revisions(self) -> list[Revision]:
        """Every sound revision, in the order in which they were recorded."""
        return [found for found in self._all() if isinstance(found, Revision)]

    def damage(self) -> list[Reason]:
        """Every file on the shelf that cannot be believed, named with its fault. The others still count."""
        return [reason for found in self._all() if not isinstance(found, Revision) for reason in found]

    def revision(self, valid_at: Micros, known_at: Micros | None = None) -> Revision | None:
        """The revision that rules `valid_at`, as known at `known_at` (None: as known by now).

        Of those recorded by then and valid by then: the latest `valid_from`, and of these the last recorded.
        """
        fits = [
            r for r in self.revisions() if r.valid_from <= valid_at and (known_at is None or r.recorded_at <= known_at)
        ]
        return max(fits, key=lambda r: (r.valid_from, r.recorded_at), default=None)

    def book(self, valid_at: Micros, known_at: Micros | None = None) -> PlantBook | None:
        """The plant book that rules `valid_at`, as known at `known_at`; see `revision`."""
        found = self.revision(valid_at, known_at)
        return None if found is None else found.book

    def current(self, now: Micros) -> PlantBook | None:
        """The plant book that rules `now`, by all that is known."""
        return self.book(now)

    def _all(self) -> list[Revision | tuple[Reason, ...]]:
        files = sorted(self.folder.glob("*.toml")) if self.folder.is_dir() else []
        stats = ((file, file.stat()) for file in files)
        return [_load(file, stat.st_mtime_ns, stat.st_size) for file, stat in stats]


@lru_cache(maxsize=4096)
def _load(path: Path, changed: int, size: int) -> Revision | tuple[Reason, ...]:
    """The revision in `path`, or what is wrong with it. A file is read again only when its time or size says so."""
    named = _FILE.fullmatch(path.name)
    if named is None:
        return (Reason("plant.shelf_name", (path.name,)),)
    try:
        head, _, text = path.read_bytes().decode().partition("\n")
        by = json.loads(head.removeprefix(_BY)) if head.startswith(_BY) else None
        book = parse(text, path.name)
    except Refusal as refusal:
        return refusal.reasons
    except ValueError as error:  # not UTF-8, or a damaged first line
        return (Reason("plant.shelf_unreadable", (path.name,), {"why": str(error)}),)
    if not isinstance(by, str) or book.short != named[2]:
        return (Reason("plant.shelf_changed", (path.name,), {"named": named[2], "found": book.short}),)
    return Revision(path.name, int(named[1]), by, text, book)


def _sound(path: Path) -> Revision:
    """The revision just written."""
    stat = path.stat()
    found = _load(path, stat.st_mtime_ns, stat.st_size)
    if not isinstance(found, Revision):
        raise Refusal(found)
    return found


def _write_once(path: Path, data: bytes) -> None:
    """All of `data` durably in `path`, or nothing; a file that is already there stays as it is."""
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_name(f".{path.name}.{secrets.token_hex(4)}.tmp")
    try:
        with fresh.open("wb") as out:
            out.write(data)
            out.flush()
            os.fsync(out.fileno())
        if not path.exists():
            os.replace(fresh, path)
    finally:
        fresh.unlink(missing_ok=True)
    handle = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
