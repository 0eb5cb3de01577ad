"""Writing facts: in bulk, from one source, with what lists show kept beside. Called in a command's transaction."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from dengta.apps.register.models import Enterprise, Fact, Kind, Mark, Source
from dengta.apps.register.pinyin import spelled
from dengta.core.ids import uuid7
from dengta.core.time import Micros
from dengta.engines.register import FOREVER

_BATCH = 2000
_SHOWN = (Kind.NAME, Kind.TOWN, Kind.INDUSTRY)


class Told(NamedTuple):
    """A fact that a source tells of the enterprise with this code."""

    code: str
    kind: Kind
    start: int
    text: str = ""
    level: int = 0
    end: int = FOREVER
    key: str = ""


def add_firms(programme: str, told: Sequence[tuple[str, str, str, str]]) -> None:
    """New enterprises as (code, name, town, industry)."""
    rows = []
    for code, name, town, industry in told:
        by_pinyin = spelled(name)
        rows.append(
            Enterprise(
                programme=programme,
                code=code,
                name=name,
                sort_key=by_pinyin.sort_key,
                letters=by_pinyin.letters,
                town=town,
                industry=industry,
            )
        )
    Enterprise.objects.bulk_create(rows, batch_size=_BATCH)


def add_facts(source: Source, told: Iterable[Told], known: int) -> int:
    """Facts known from the day `known` on; how many."""
    keys = dict(Enterprise.objects.filter(programme=source.programme).values_list("code", "pk"))
    rows = [
        Fact(
            programme=source.programme,
            enterprise_id=keys[one.code],
            kind=one.kind,
            text=one.text,
            key=one.key,
            level=one.level,
            start=one.start,
            end=one.end,
            known=known,
            source=source,
        )
        for one in told
    ]
    Fact.objects.bulk_create(rows, batch_size=_BATCH)
    return len(rows)


def supersede(facts: Iterable[Fact], known: int) -> None:
    """These facts are known to be otherwise from the day `known` on."""
    Fact.objects.filter(pk__in=[fact.pk for fact in facts], superseded=FOREVER).update(superseded=known)


def show_now(enterprise: Enterprise, today: int) -> None:
    """Name, town and industry beside the enterprise as they are known to be today."""
    rows = Fact.objects.filter(enterprise=enterprise, kind__in=_SHOWN, superseded=FOREVER, start__lte=today)
    for fact in rows.order_by("start", "pk"):
        setattr(enterprise, fact.kind, fact.text)
    enterprise.sort_key, enterprise.letters = spelled(enterprise.name)
    enterprise.save()


def mark(programme: str, at: Micros) -> None:
    """The register is another one now."""
    value = uuid7(at, os.urandom(10)).hex
    Mark.objects.update_or_create(programme=programme, defaults={"value": value})
