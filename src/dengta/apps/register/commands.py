"""What can be done with a register. Facts are superseded, never edited; every command is journalled."""

from __future__ import annotations

from datetime import date

from dengta.apps.accounts.journal import Call, Outcome, once
from dengta.apps.register.columns import city, day_of
from dengta.apps.register.lists_bring import bring, discard, receive
from dengta.apps.register.models import Enterprise, Fact, Kind, Source
from dengta.apps.register.policies import require_keeper
from dengta.apps.register.recording import Told, add_facts, add_firms, mark, show_now, supersede
from dengta.core.reason import Reason, Refusal, refuse_if
from dengta.engines.register import FOREVER, faults

__all__ = ["bring", "discard", "enter_enterprise", "receive", "state_fact"]
_TEXTS = {Kind.NAME, Kind.TOWN, Kind.OFFICE, Kind.INDUSTRY, Kind.CONTROLLER, Kind.ADDRESS, Kind.PHONE, Kind.ACCOUNT}
_LEVELS = {Kind.ACCEPTED, Kind.VERIFIED}


def enter_enterprise(
    *, call: Call, programme: str, code: str, name: str, town: str, industry: str, start: date, document: str
) -> Outcome:
    """A firm that nobody has registered yet, true from `start` on. Refusal: every fault at once."""
    _keeper(call)
    code, name, document = code.strip().upper(), name.strip(), document.strip()
    place = city(programme).town(town.strip())
    today = day_of(programme, call.at).toordinal()
    found = faults(code)
    if not name:
        found.append(Reason("register.nameless", (code,)))
    if place is None:
        found.append(Reason("register.no_such_town", (code,), {"town": town}))
    found += _judged_days(code, start.toordinal(), FOREVER, today) + _judged_document(code, document)
    refuse_if(found)
    assert place is not None

    def work() -> Outcome:
        if Enterprise.objects.filter(programme=programme, code=code).exists():
            raise Refusal(Reason("register.already", (code,)))
        source = _source(call, programme, "entry", document, start)
        add_firms(programme, [(code, name, place, industry)])
        told = [(Kind.NAME, name), (Kind.TOWN, place), (Kind.INDUSTRY, industry)]
        add_facts(source, [(Told(code, kind, start.toordinal(), text), today) for kind, text in told if text])
        mark(programme, call.at)
        return {"enterprise": code}

    params = {"programme": programme, "code": code, "name": name, "town": place, "industry": industry}
    return once(call, "register.enter", params | {"start": str(start), "document": document}, work)


def state_fact(
    *,
    call: Call,
    programme: str,
    code: str,
    kind: Kind,
    start: date,
    document: str,
    end: date | None = None,
    text: str = "",
    level: int = 0,
    instead_of: int | None = None,
) -> Outcome:
    """One fact of an enterprise, from a document; `instead_of`: the key of the fact it corrects, which is superseded.

    Refusal: every fault at once; the fact to correct is another firm's or kind's, or superseded already.
    """
    _keeper(call)
    today, until = day_of(programme, call.at).toordinal(), FOREVER if end is None else end.toordinal()
    text = text.strip()
    found = _judged_days(code, start.toordinal(), until, today) + _judged_document(code, document.strip())
    found += _judged_value(code, kind, text, level)
    if kind == Kind.TOWN and text:
        place = city(programme).town(text)
        found += [Reason("register.no_such_town", (code,), {"town": text})] if place is None else []
        text = place or text
    refuse_if(found)

    def work() -> Outcome:
        enterprise = Enterprise.objects.filter(programme=programme, code=code).first()
        if enterprise is None:
            raise Refusal(Reason("register.no_enterprise", (), {"code": code}))
        if instead_of is not None:
            before = Fact.objects.filter(pk=instead_of, enterprise=enterprise, kind=kind, superseded=FOREVER).first()
            if before is None:
                raise Refusal(Reason("register.nothing_to_correct", (code,), {"fact": instead_of}))
            supersede([before], today)
        source = _source(call, programme, "fact", document.strip(), start)
        add_facts(source, [(Told(code, kind, start.toordinal(), text, level, until), today)])
        show_now(enterprise, today)
        mark(programme, call.at)
        return {"enterprise": code, "kind": str(kind)}

    params = {"programme": programme, "code": code, "kind": kind, "start": start, "end": end, "text": text}
    return once(call, "register.state", params | {"level": level, "document": document, "of": instead_of}, work)


def _keeper(call: Call) -> None:
    assert call.actor is not None
    require_keeper(call.actor)


def _judged_days(place: str, start: int, end: int, today: int) -> list[Reason]:
    """A day that has not come yet cannot be reported; a time does not end before it begins."""
    found = []
    if start > today:
        found.append(Reason("register.future", (place,), {"day": str(date.fromordinal(start))}))
    if end <= start:
        days = {"start": str(date.fromordinal(start)), "end": str(date.fromordinal(end))}
        found.append(Reason("register.ends_before", (place,), days))
    return found


def _judged_document(place: str, document: str) -> list[Reason]:
    return [] if document else [Reason("register.no_document", (place,))]


def _judged_value(place: str, kind: Kind, text: str, level: int) -> list[Reason]:
    if kind in _TEXTS and not text:
        return [Reason("register.no_text", (place,), {"kind": str(kind)})]
    if kind in _LEVELS and not 1 <= level <= 4:
        return [Reason("register.level", (place,), {"level": level})]
    return []


def _source(call: Call, programme: str, kind: str, document: str, day: date) -> Source:
    by = call.actor.login if call.actor else ""
    return Source.objects.create(
        programme=programme,
        kind=kind,
        document=document,
        day=day.toordinal(),
        recorded_by=by,
        recorded_at=call.at,
    )
