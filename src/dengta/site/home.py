"""The home folder: everything Dengta keeps, in one place that can be copied.

dengta-home/
  secret                 key of sessions and tokens, made at first run, readable by its owner only
  dengta.sqlite          accounts, jobs, ... (unless DENGTA_DATABASE_URL names a PostgreSQL)
  evidence/              files attached to diagnoses, by what they hold (`dengta.site.uploads`)
  sites/<site>/log/      the event log (`dengta.log`)
  sites/<site>/books/    plant-book revisions (`dengta.site.bookshelf`)
  sites/<site>/imports/  mappings that files were imported by
  sites/<site>/uploads/  files from the browser that nobody has decided about (`dengta.site.uploads`)
  sites/<site>/clock.json  only where a site has its own clock (`dengta.site.clock`)
  sites/<site>/door.json   where the site's ingest door listens while it runs
"""

from __future__ import annotations

import os
import re
import secrets
from dataclasses import dataclass
from pathlib import Path

from dengta.core.reason import Reason, Refusal

DEFAULT = "dengta-home"
_SITE = re.compile(r"[a-z0-9][a-z0-9-]{0,39}")


@dataclass(frozen=True, slots=True)
class SiteFolder:
    """The paths of one site."""

    site: str
    path: Path

    @property
    def log(self) -> Path:
        """Folder of the event log."""
        return self.path / "log"

    @property
    def books(self) -> Path:
        """Folder of the plant-book revisions."""
        return self.path / "books"

    @property
    def uploads(self) -> Path:
        """Folder of files that wait for a decision."""
        return self.path / "uploads"

    @property
    def clock(self) -> Path:
        """File of the site's own clock; absent where the site lives in real time."""
        return self.path / "clock.json"

    @property
    def door(self) -> Path:
        """File that says where the ingest door listens."""
        return self.path / "door.json"


@dataclass(frozen=True, slots=True)
class Home:
    """The home folder at `path`."""

    path: Path

    @classmethod
    def at(cls, path: str | Path | None = None) -> Home:
        """The home named by `path`, else by DENGTA_HOME, else ``dengta-home`` in the working folder."""
        return cls(Path(path or os.environ.get("DENGTA_HOME") or DEFAULT).absolute())

    def site(self, site: str) -> SiteFolder:
        """The folder of `site` (need not exist). A name is lower-case letters, digits and hyphens, at most 40."""
        if not _SITE.fullmatch(site):
            raise Refusal(Reason("site.name", (site,)))
        return SiteFolder(site, self.path / "sites" / site)

    def sites(self) -> list[str]:
        """The sites that have a folder here, sorted."""
        folder = self.path / "sites"
        return sorted(p.name for p in folder.iterdir() if p.is_dir()) if folder.is_dir() else []

    @property
    def database(self) -> Path:
        """The SQLite database of the web half."""
        return self.path / "dengta.sqlite"

    @property
    def evidence(self) -> Path:
        """Folder of files that stand behind what firms state."""
        return self.path / "evidence"

    def secret(self) -> str:
        """The secret of this home; made on first use, readable by its owner only."""
        file = self.path / "secret"
        self.path.mkdir(parents=True, exist_ok=True)
        try:
            handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except FileExistsError:
            return file.read_text("ascii").strip()
        with os.fdopen(handle, "w") as out:
            out.write(secrets.token_urlsafe(48))
        return file.read_text("ascii").strip()
