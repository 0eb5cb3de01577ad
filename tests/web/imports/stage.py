"""A site with the sample's plant book, and a worker that works off its jobs when a test says so."""

from __future__ import annotations

import re
from dataclasses import dataclass
from html import unescape
from pathlib import Path

from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from dengta.apps.jobs import commands as jobs
from dengta.apps.jobs.kinds import KINDS
from dengta.core.reason import Refusal
from dengta.core.time import from_iso
from dengta.log import LogReader
from dengta.processes.worker import Task, resolve
from dengta.site.bookshelf import Bookshelf
from dengta.site.clock import real_now
from dengta.site.home import Home, SiteFolder

IMPORTS = Path(__file__).parents[3] / "examples" / "imports"
SAMPLE = IMPORTS / "sample-shop.csv"


@dataclass
class Desk:
    """The sample workshop's site."""

    home: Home

    def __post_init__(self) -> None:
        book = (IMPORTS / "sample-plant.toml").read_text("utf-8")
        Bookshelf(self.folder.books).add(book, from_iso("2026-01-02T08:00:00+08:00"), "gao-feng")

    @property
    def folder(self) -> SiteFolder:
        """Its folder."""
        return self.home.site("sample")

    @property
    def log(self) -> LogReader:
        """Its log."""
        return LogReader(self.folder.log)

    def work_off(self) -> int:
        """Do every job that waits, as the worker does; how many there were."""
        done = 0
        while (job := jobs.claim(worker="test", now=real_now())) is not None:
            task = Task(self.home, job.site, job.params)
            try:
                jobs.finish(job=job, result=resolve(KINDS[job.kind].function)(task), now=real_now())
            except Refusal as refusal:
                jobs.fail(job=job, reasons=refusal.reasons, now=real_now())
            done += 1
        return done


def upload(client: Client, data: bytes, name: str = "reports.csv") -> str:
    """Upload a file; the address of its page."""
    answer = client.post("/import/", {"file": SimpleUploadedFile(name, data, "text/csv")})
    assert answer.status_code == 302, answer.content.decode()
    return str(answer["Location"])


def form(page: str, **changed: str) -> dict[str, str]:
    """The fields of the form on `page` as a browser would send them, some of them changed."""
    start = page.index('<form class="mapping"')
    inside = page[start : page.index("</form>", start)]
    sent: dict[str, str] = {}
    for tag in re.findall(r"<input[^>]*>", inside):
        found = dict(re.findall(r'(\w+)="([^"]*)"', tag))
        if found.get("type") != "checkbox" or "checked" in tag:
            sent[unescape(found["name"])] = unescape(found.get("value", "on"))
    for name, body in re.findall(r'<select name="([^"]*)"[^>]*>(.*?)</select>', inside, re.DOTALL):
        options = re.findall(r"<option(?: value=\"([^\"]*)\")?( selected)?>([^<]*)", body)
        chosen = next((o for o in options if o[1]), options[0])
        sent[unescape(name)] = unescape(chosen[0] if chosen[0] or not chosen[2] or "value" in body[:16] else chosen[2])
    return {**sent, **changed}
