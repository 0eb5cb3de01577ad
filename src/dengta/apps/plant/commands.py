"""Publishing a plant book: a new revision on the shelf, never a change of an old one."""

from __future__ import annotations

from dengta.apps.accounts.journal import Call, Outcome, once
from dengta.apps.accounts.policies import Permission, require
from dengta.apps.plant.models import Desk
from dengta.core.reason import Reason, Refusal
from dengta.core.time import Micros, to_iso
from dengta.engines.plantbook import parse
from dengta.site.bookshelf import Bookshelf
from dengta.site.home import SiteFolder


class Conflict(Refusal):
    """Somebody published since the editor was opened."""


def publish(*, call: Call, folder: SiteFolder, text: str, base: str, recorded_at: Micros) -> Outcome:
    """Put `text` on the shelf of `folder`'s site, recorded at `recorded_at` (the site's time).

    `base` is the file of the last recorded revision the editor knew ("" for none); `Conflict` names who published
    another one meanwhile. Refusal with every fault where the text is no plant book of this site.
    """
    assert call.actor is not None
    require(call.actor, Permission.PUBLISH_PLANT, folder.site)
    book = parse(text)
    if book.site != folder.site:
        raise Refusal(Reason("publish.other_site", params={"site": book.site, "expected": folder.site}))
    shelf, by = Bookshelf(folder.books), call.actor.login

    def work() -> Outcome:
        Desk.objects.get_or_create(site=folder.site)
        Desk.objects.select_for_update().get(site=folder.site)
        known = shelf.revisions()
        if known and known[-1].file != base:
            last = known[-1]
            params = {"hash": last.book.short, "by": last.by, "at": to_iso(last.recorded_at, last.book.zone)}
            raise Conflict(Reason("publish.conflict", params=params))
        revision = shelf.add(text, recorded_at, by)
        if any(revision.file == one.file for one in known):
            params = {"hash": book.short, "at": to_iso(revision.recorded_at, book.zone)}
            raise Refusal(Reason("publish.nothing_new", params=params))
        return {"revision": revision.file, "hash": revision.hash, "recorded_at": revision.recorded_at}

    return once(call, "plant.publish", {"text": text, "base": base}, work, site=folder.site)
