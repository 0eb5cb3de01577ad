"""The jobs of an uploaded spreadsheet: judge every row, bring them in."""

from __future__ import annotations

from typing import Any

from dengta.connect import spreadsheet
from dengta.connect.sink import open_sink
from dengta.connect.spreadsheet_account import account, write_listing
from dengta.connect.spreadsheet_mapping import ReportMapping, parse_mapping
from dengta.connect.spreadsheet_shelf import keep_mapping, plant_of
from dengta.core.reason import Reason, Refusal
from dengta.log import LogReader
from dengta.processes.worker import Task
from dengta.site.clock import SiteTime
from dengta.site.uploads import Uploads

PARTS = 950
"""Per mille that reading and sending take; the rest is what comes before and after."""


def check(task: Task) -> dict[str, Any]:
    """What an import would do, row by row. Keeps nothing but that list.

    params: sha256 and name of the upload, mapping as TOML, reading (a name for the list), rows (about how many).
    """
    how, judged = _judged(task, PARTS)
    write_listing(judged.tally, _uploads(task).listing(task.params["sha256"], task.params["reading"]))
    return account(judged, None) | {"zone": how.zone.key}


def run(task: Task) -> dict[str, Any]:
    """Bring the upload in: judge all of it once more, then send what is new. The file goes, its mapping stays."""
    half = PARTS // 2
    how, judged = _judged(task, half)
    folder, uploads = task.home.site(task.site), _uploads(task)
    now, sha256 = SiteTime(folder.clock), task.params["sha256"]
    total = max(judged.tally.total, 1)
    with open_sink(task.home, task.site, now) as sink:
        keep_mapping(folder, task.params["mapping"].encode(), now())

        def progress(rows: int) -> None:
            task.report(half + half * rows // total, Reason("import.job_sending", params={"rows": rows, "of": total}))

        known = plant_of(how, folder).machines
        sent = spreadsheet.send(uploads.path(sha256), how, known, judged, LogReader(folder.log), sink, progress)
    write_listing(judged.tally, uploads.listing(sha256, task.params["reading"]))
    uploads.remove(sha256)
    return account(judged, sent) | {"zone": how.zone.key}


def _judged(task: Task, most: int) -> tuple[ReportMapping, spreadsheet.Survey]:
    folder = task.home.site(task.site)
    how = parse_mapping(task.params["mapping"], task.params["name"], folder.path)
    if how.site != task.site:
        raise Refusal(Reason("import.site_differs", params={"book": task.site, "mapping": how.site}))
    file = _uploads(task).path(task.params["sha256"])
    if not file.is_file():
        raise Refusal(Reason("upload.gone", (task.params["name"],)))
    rows = max(int(task.params["rows"]), 1)

    def progress(done: int) -> None:
        task.report(min(most * done // rows, most), Reason("import.job_reading", params={"rows": done}))

    task.report(0, Reason("import.job_reading", params={"rows": 0}))
    try:
        return how, spreadsheet.survey(file, how, plant_of(how, folder).machines, LogReader(folder.log), progress)
    except Refusal as refusal:  # the file is known to people by its name, not by its hash
        raise Refusal(_named(reason, file.name, task.params["name"]) for reason in refusal.reasons) from None


def _named(reason: Reason, hashed: str, name: str) -> Reason:
    return Reason(reason.code, tuple(name if part == hashed else part for part in reason.place), reason.params)


def _uploads(task: Task) -> Uploads:
    return Uploads(task.home.site(task.site).uploads)
