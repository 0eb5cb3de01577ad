"""Writing facts: in bulk, from one source, with what lists show kept beside. Called in a command's transaction."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from django.db import connection

from dengta.apps.register.models import Enterprise, Fact, Kind, Mark, Source
from dengta.apps.register.pinyin import spelled
from dengta.core.ids import uuid7
from dengta.core.time import Micros
from dengta.engines.register import FOREVER, KINDS, comparable

_BATCH = 2000
_COLUMNS = (
    "programme",
    "enterprise_id",
    "kind",
    "text",
    "key",
    "level",
    "start",
    "end",
    "known",
    "superseded",
    "source_id",
)
_SHOWN = (Kind.NAME, Kind.TOWN, Kind.INDUSTRY)


class Told(NamedTuple):
    """A fact that a source tells of the enterprise with this code."""

    code: str
    kind: Kind
    start: int
    text: str = ""
    level: int = 0
    end: int = FOREVER


def firm_rows(programme: str, told: Sequence[tuple[str, str, str, str]]) -> list[Enterprise]:
    """New enterprises out of (code, name, town, industry), not yet in the database."""
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
    return rows


def add_firms(programme: str, told: Sequence[tuple[str, str, str, str]]) -> None:
    """New enterprises as (code, name, town, industry)."""
    Enterprise.objects.bulk_create(firm_rows(programme, told), batch_size=_BATCH)


def keys_of(programme: str) -> dict[str, int]:
    """Every enterprise's key in the database by its code."""
    return dict(Enterprise.objects.filter(programme=programme).values_list("code", "pk"))


def add_facts(
    source: Source,
    told: Iterable[tuple[Told, int]],
    superseded: int = FOREVER,
    keys: Mapping[str, int] | None = None,
) -> int:
    """Facts, each with the day from which on it is known; how many. superseded: known to be otherwise since."""
    keys = keys_of(source.programme) if keys is None else keys
    rows = [
        (
            source.programme,
            keys[one.code],
            str(one.kind),
            one.text,
            comparable(one.kind, one.text) if one.kind in KINDS else "",
            one.level,
            one.start,
            one.end,
            known,
            superseded,
            source.pk,
        )
        for one, known in told
    ]
    columns = ", ".join(connection.ops.quote_name(name) for name in _COLUMNS)
    holes = ", ".join(["%s"] * len(_COLUMNS))
    with connection.cursor() as cursor:  # a tenth of the time that objects would take
        cursor.executemany(f"INSERT INTO {Fact._meta.db_table} ({columns}) VALUES ({holes})", rows)  # noqa: S608
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
