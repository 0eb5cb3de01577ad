"""The jobs of a site's log: check it all, seal what is closed."""

from __future__ import annotations

import http.client
import json
from typing import Any

from dengta.connect.sender import read_door_file
from dengta.core.reason import Reason, Refusal
from dengta.log import Damage, Log, LogReader
from dengta.processes.ingest import LATENESS
from dengta.processes.worker import Task
from dengta.site.clock import SiteTime
from dengta.site.home import SiteFolder


def verify(task: Task) -> dict[str, Any]:
    """Read the whole log and recompute every hash: how many events there are, and what is damaged with its exact keys
    (``first`` and ``last`` seq of each range, both included)."""
    reader = LogReader(_site(task).log)

    def progress(done: int, events: int) -> None:
        said = Reason("verify.events", params={"done": done, "events": events})
        task.report(1000 * done // max(events, 1), said)

    found = reader.verify(progress)
    return {"events": reader.status().events, "damage": [_told(damage) for damage in found]}


def _told(damage: Damage) -> dict[str, Any]:
    ranges = [{"stream": r.stream, "epoch": r.epoch, "first": r.lo, "last": r.hi - 1} for r in damage.ranges]
    return {"place": damage.place, "reason": damage.reason.as_dict(), "events": damage.events, "ranges": ranges}


def seal(task: Task) -> dict[str, Any]:
    """Seal the closed hours: by the site's ingest process while it runs, else here."""
    site = _site(task)
    address = read_door_file(site)
    if address is None:
        now = SiteTime(site.clock)
        log = Log.open(site.log, site.site, now)
        try:
            return {"segments": len(log.seal(now() - LATENESS))}
        finally:
            log.close()
    connection = http.client.HTTPConnection(address.host, address.port, timeout=600)
    try:
        connection.request("POST", "/v1/seal", headers={"Authorization": f"Bearer {address.token}"})
        answer = connection.getresponse()
        told: dict[str, Any] = json.loads(answer.read())
    except (OSError, http.client.HTTPException):
        raise Refusal(Reason("process.ingest_down", params={"site": site.site})) from None
    finally:
        connection.close()
    if answer.status != 200:
        raise Refusal(Reason(r["code"], tuple(r["place"]), r["params"]) for r in told["reasons"])
    return told


def _site(task: Task) -> SiteFolder:
    known = task.home.sites()
    if task.site not in known:
        raise Refusal(Reason("process.no_site", params={"site": task.site, "known": ", ".join(known)}))
    return task.home.site(task.site)
