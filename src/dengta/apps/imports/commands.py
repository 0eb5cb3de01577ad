"""Everything that changes an upload: take it in, choose how it is read, bring it in, discard it."""

from __future__ import annotations

import os
from collections.abc import Iterable
from uuid import UUID

from dengta.apps.accounts.journal import Call, Outcome, once
from dengta.apps.accounts.models import User
from dengta.apps.imports import queries
from dengta.apps.imports.models import State, Upload
from dengta.apps.imports.policies import require_import
from dengta.apps.jobs import commands as jobs
from dengta.connect.spreadsheet_mapping import parse_mapping
from dengta.core.ids import uuid7
from dengta.core.reason import Reason, Refusal
from dengta.core.time import Micros
from dengta.site.home import SiteFolder
from dengta.site.uploads import Uploads

CHECK, RUN = "import.check", "import.run"
MOST = 32 * 10**6
"""Bytes of an upload; a larger file is brought in by command, which reads any size."""


def receive(*, call: Call, folder: SiteFolder, name: str, pieces: Iterable[bytes]) -> Outcome:
    """Keep a file; the same content again is the same upload, and one that was discarded is open once more.

    Refusal: not permitted, too large, nothing in it.
    """
    actor = _permitted(call, folder.site)
    name = name[-200:]
    try:
        sha256, size = Uploads(folder.uploads).add(pieces, MOST)
    except Refusal as refusal:
        raise Refusal(reason.at(name) for reason in refusal.reasons) from None
    if size == 0:
        Uploads(folder.uploads).remove(sha256)
        raise Refusal(Reason("upload.empty", (name,)))

    def work() -> Outcome:
        upload, fresh = Upload.objects.select_for_update().get_or_create(
            site=folder.site,
            sha256=sha256,
            defaults={
                "id": uuid7(call.at, os.urandom(10)),
                "name": name,
                "size": size,
                "uploaded_by": actor.login,
                "uploaded_at": call.at,
            },
        )
        if not fresh and upload.state == State.DISCARDED:
            upload.state, upload.decided_at, upload.check_job, upload.run_job = State.OPEN, 0, None, None
            upload.save()
        return {"upload": str(upload.pk), "fresh": fresh}

    return once(call, "import.receive", {"sha256": sha256, "name": name}, work, site=folder.site)


def judge(*, call: Call, folder: SiteFolder, upload_id: UUID, mapping: str, rows: int) -> Outcome:
    """Keep `mapping` (TOML) as the way to read the upload, and have every row judged by it. rows: about how many.

    Refusal: every fault of the mapping; the upload is being brought in, or is gone.
    """
    actor = _permitted(call, folder.site)
    how = parse_mapping(mapping, "mapping", folder.path)
    if how.site != folder.site:
        raise Refusal(Reason("import.site_differs", params={"book": folder.site, "mapping": how.site}))

    def work() -> Outcome:
        upload = _held(folder, upload_id)
        _refuse_busy(upload)
        upload.mapping, upload.state, upload.run_job = mapping, State.OPEN, None
        upload.check_job = _enqueue(CHECK, upload, actor, call.at, f"{CHECK}:{call.key}", rows)
        upload.save()
        return {"job": str(upload.check_job)}

    return once(call, CHECK, {"upload": str(upload_id), "mapping": mapping}, work, site=folder.site)


def bring_in(*, call: Call, folder: SiteFolder, upload_id: UUID) -> Outcome:
    """Have a judged upload brought into the log; one that is on its way, or in, stays so.

    Refusal: nobody judged its rows by this mapping.
    """
    actor = _permitted(call, folder.site)

    def work() -> Outcome:
        upload = _held(folder, upload_id, gone=True)
        now = queries.standing(upload)
        if upload.state == State.IMPORTING and (now.busy or now.imported):
            return {"job": str(upload.run_job)}
        if not now.judged or now.check is None:
            raise Refusal(Reason("upload.not_judged", (upload.name,)))
        total = now.check.result["rows"]["total"]
        upload.state, upload.decided_at = State.IMPORTING, call.at
        upload.run_job = _enqueue(RUN, upload, actor, call.at, f"{RUN}:{call.key}", total)
        upload.save()
        return {"job": str(upload.run_job)}

    return once(call, RUN, {"upload": str(upload_id)}, work, site=folder.site)


def discard(*, call: Call, folder: SiteFolder, upload_id: UUID) -> Outcome:
    """The file is not wanted: it goes, that it was here stays in the journal. Refusal: it is being brought in."""
    _permitted(call, folder.site)

    def work() -> Outcome:
        upload = _held(folder, upload_id, gone=True)
        _refuse_busy(upload)
        upload.state, upload.decided_at = State.DISCARDED, call.at
        upload.save()
        Uploads(folder.uploads).remove(upload.sha256)
        return {"upload": str(upload.pk)}

    return once(call, "import.discard", {"upload": str(upload_id)}, work, site=folder.site)


def _permitted(call: Call, site: str) -> User:
    assert call.actor is not None
    require_import(call.actor, site)
    return call.actor


def _held(folder: SiteFolder, upload_id: UUID, *, gone: bool = False) -> Upload:
    """The upload, locked; its file is there unless it may be `gone`."""
    upload = Upload.objects.select_for_update().get(site=folder.site, pk=upload_id)
    if not gone and not Uploads(folder.uploads).path(upload.sha256).is_file():
        raise Refusal(Reason("upload.gone", (upload.name,)))
    return upload


def _refuse_busy(upload: Upload) -> None:
    if upload.state == State.IMPORTING and queries.standing(upload).busy:
        raise Refusal(Reason("upload.on_its_way", (upload.name,)))


def _enqueue(kind: str, upload: Upload, actor: User, at: Micros, key: str, rows: int) -> UUID:
    params = {
        "sha256": upload.sha256,
        "name": upload.name,
        "mapping": upload.mapping,
        "reading": key.replace(":", "-").replace(".", "-"),
        "rows": rows,
    }
    return UUID(str(jobs.enqueue(kind=kind, params=params, key=key, actor=actor, now=at, site=upload.site).pk))
