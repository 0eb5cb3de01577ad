"""Reading uploads: which there are, how one stands, what became of its rows."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import islice
from uuid import UUID

from django.db.models import QuerySet

from dengta.apps.imports.models import State, Upload
from dengta.apps.jobs import queries as jobs
from dengta.apps.jobs.models import Job
from dengta.apps.jobs.models import State as JobState
from dengta.connect.spreadsheet_account import read_listing
from dengta.core.reason import Reason
from dengta.site.home import SiteFolder
from dengta.site.uploads import Uploads

PAGE = 25
Row = tuple[int, str, Reason]


def uploads(*, site: str) -> QuerySet[Upload]:
    """The uploads of a site that were not discarded, latest first."""
    return Upload.objects.filter(site=site).exclude(state=State.DISCARDED).order_by("-uploaded_at", "-pk")


def upload(*, site: str, upload_id: UUID) -> Upload | None:
    """One upload of a site."""
    return Upload.objects.filter(site=site, pk=upload_id).first()


@dataclass(frozen=True, slots=True)
class Standing:
    """How an upload stands: the jobs that judged it and brought it in by its mapping."""

    upload: Upload
    check: Job | None
    run: Job | None

    @property
    def imported(self) -> bool:
        """It is in the log."""
        return self.run is not None and self.run.state == JobState.DONE

    @property
    def job(self) -> Job | None:
        """The job that has the last word."""
        return self.run if self.run is not None else self.check

    @property
    def busy(self) -> bool:
        """A job waits or runs."""
        return self.job is not None and not self.job.is_final

    @property
    def judged(self) -> bool:
        """Every row was judged by the mapping as it is now; it may be brought in."""
        return self.check is not None and self.check.state == JobState.DONE and not self.imported and not self.busy


def standing(upload: Upload) -> Standing:
    """How `upload` stands."""
    check, run = (jobs.job(pk) if pk else None for pk in (upload.check_job, upload.run_job))
    return Standing(upload, check, run)


def listing(folder: SiteFolder, job: Job, *, result: str = "", code: str = "", page: int = 1) -> tuple[list[Row], bool]:
    """A page of the rows that are not simply facts, and whether more follow."""
    rows = all_rows(folder, job, result=result, code=code)
    some = list(islice(rows, (page - 1) * PAGE, page * PAGE + 1))
    return some[:PAGE], len(some) > PAGE


def all_rows(folder: SiteFolder, job: Job, *, result: str = "", code: str = "") -> list[Row]:
    """All of them that have `result` and `code`."""
    file = Uploads(folder.uploads).listing(job.params["sha256"], job.params["reading"])
    return [row for row in read_listing(file) if result in ("", row[1]) and code in ("", row[2].code)]
