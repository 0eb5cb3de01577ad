"""Bringing a list in: judged whole, its control totals against what was stated, all of it or nothing."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from pathlib import Path
from typing import NamedTuple

from dengta.apps.accounts.journal import Call, Outcome, once
from dengta.apps.register.columns import city, day_of
from dengta.apps.register.lists_plan import Plan, plan
from dengta.apps.register.lists_read import LISTS, Line, read
from dengta.apps.register.models import Enterprise, Fact, Source
from dengta.apps.register.policies import require_keeper
from dengta.apps.register.recording import add_facts, add_firms, mark, show_now
from dengta.core.reason import Reason, Refusal, refuse_if
from dengta.engines.register import FOREVER
from dengta.site.uploads import Uploads

MOST = 16 * 10**6
"""Bytes of a list."""
_MANY = 500


class Asked(NamedTuple):
    """How a list is to be read. day: of its document; rows, total: what whoever sends it says it holds."""

    programme: str
    kind: str
    name: str
    document: str
    day: date
    rows: int | None
    total: int | None


def receive(*, call: Call, folder: Path, pieces: Iterable[bytes]) -> str:
    """Keep a file until it is decided about; its SHA-256. Refusal: not permitted, too large, nothing in it."""
    assert call.actor is not None
    require_keeper(call.actor)
    uploads = Uploads(folder)
    sha256, size = uploads.add(pieces, MOST)
    if size == 0:
        uploads.remove(sha256)
        raise Refusal(Reason("register.no_rows", ("file",)))
    return sha256


def discard(*, call: Call, folder: Path, sha256: str) -> None:
    """The file is not wanted. Refusal: not permitted."""
    assert call.actor is not None
    require_keeper(call.actor)
    Uploads(folder).remove(sha256)


def judged(*, call: Call, folder: Path, sha256: str, asked: Asked) -> Plan:
    """What the list would do. Refusal with every fault of form and file; nothing is kept."""
    assert call.actor is not None
    require_keeper(call.actor)
    file = Uploads(folder).path(sha256)
    if asked.kind not in LISTS:
        raise Refusal(Reason("register.no_list", (), {"kind": asked.kind, "known": ", ".join(LISTS)}))
    if not file.is_file():
        raise Refusal(Reason("upload.gone", (asked.name,)))
    today = day_of(asked.programme, call.at).toordinal()
    wrong = [] if asked.document else [Reason("register.no_document", (asked.name,))]
    if asked.day.toordinal() > today:
        wrong.append(Reason("register.future", ("day",), {"day": str(asked.day)}))
    lines: list[Line] = []
    try:
        lines = read(file, asked.name, asked.kind, city(asked.programme), today)
    except Refusal as refusal:
        wrong += refusal.reasons
    refuse_if(wrong)
    made = plan(asked.programme, asked.kind, lines, asked.day.toordinal(), asked.document, asked.name)
    refuse_if(_totals(made, asked))
    return made


def bring(*, call: Call, folder: Path, sha256: str, asked: Asked) -> Outcome:
    """Bring the list in; the same list again changes nothing. Refusal: as `judged`."""

    def work() -> Outcome:
        made = judged(call=call, folder=folder, sha256=sha256, asked=asked)
        done: Outcome = {
            "rows": made.rows,
            "new": len(made.new),
            "changed": len(made.changed),
            "leaving": len(made.leaving),
        }
        if not made.is_nothing:
            _write(made, call, sha256, asked)
        return done | {"same": made.same, "is_nothing": made.is_nothing}

    assert call.actor is not None
    require_keeper(call.actor)
    told = asked._asdict() | {"day": str(asked.day), "sha256": sha256}
    outcome = once(call, f"register.bring.{asked.kind}", told, work)
    Uploads(folder).remove(sha256)
    return outcome


def _totals(made: Plan, asked: Asked) -> list[Reason]:
    """Control totals: what was stated beside what was counted."""
    wrong = []
    if asked.rows is None or (made.total is not None and asked.total is None):
        wrong.append(Reason("register.total_missing", (asked.name,)))
    if asked.rows is not None and asked.rows != made.rows:
        wrong.append(Reason("register.total_rows", (asked.name,), {"stated": asked.rows, "counted": made.rows}))
    if made.total is not None and asked.total is not None and asked.total != made.total:
        wrong.append(Reason("register.total_sum", (asked.name,), {"stated": asked.total, "counted": made.total}))
    return wrong


def _write(made: Plan, call: Call, sha256: str, asked: Asked) -> None:
    today = day_of(asked.programme, call.at).toordinal()
    source = Source.objects.create(
        programme=asked.programme,
        kind=asked.kind,
        document=asked.document,
        day=asked.day.toordinal(),
        sha256=sha256,
        rows=made.rows,
        recorded_by=call.actor.login if call.actor else "",
        recorded_at=call.at,
    )
    for begin in range(0, len(made.gone), _MANY):
        part = made.gone[begin : begin + _MANY]
        made.model.objects.filter(pk__in=part, superseded=FOREVER).update(superseded=today)
    add_firms(asked.programme, made.firms)
    add_facts(source, ((one, today) for one in made.told))
    rows = [made.model(programme=asked.programme, known=today, source=source, **row) for row in made.made]
    if made.model is not Fact:
        made.model.objects.bulk_create(rows, batch_size=_MANY)
    for code in {one.of for one in made.changed} if asked.kind == "enterprises" else ():
        show_now(Enterprise.objects.get(programme=asked.programme, code=code), today)
    mark(asked.programme, call.at)
