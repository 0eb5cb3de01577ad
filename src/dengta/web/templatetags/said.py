"""How figures, times and names are written on pages, in the reader's language and the site's zone."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any
from zoneinfo import ZoneInfo

from django import template
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from dengta.core.time import DAY, HOUR, MINUTE, SECOND, Micros, to_datetime

register = template.Library()
DASH = "–"


@register.filter
def said(name: Any) -> str:
    """A `Name` in the reader's language."""
    return str(name[get_language() or "en"]) if name else ""


@register.filter
def of(terms: Mapping[str, Any], id_: str | None) -> str:
    """The name of the thing `id_` among `terms`; the id itself where it is not stated."""
    return said(terms[id_].name) if id_ is not None and id_ in terms else id_ or ""


@register.filter
def moment(at: Micros | None, zone: ZoneInfo | None = None) -> str:
    """An instant on the site's wall: 2026-11-23 08:00."""
    return DASH if at is None else to_datetime(at, zone).strftime("%Y-%m-%d %H:%M")


@register.filter
def moment_s(at: Micros | None, zone: ZoneInfo | None = None) -> str:
    """The same with its seconds."""
    return DASH if at is None else to_datetime(at, zone).strftime("%Y-%m-%d %H:%M:%S")


@register.filter
def day(at: Micros | None, zone: ZoneInfo | None = None) -> str:
    """The date on the site's wall."""
    return DASH if at is None else to_datetime(at, zone).strftime("%Y-%m-%d")


@register.filter
def short(digest: str | None) -> str:
    """The first twelve digits of a hash."""
    return digest[:12] if digest else DASH


@register.filter
def grouped(number: float | None) -> str:
    """A number with its thousands apart; unknown is a dash, zero is 0."""
    return DASH if number is None else f"{number:,}"


@register.filter
def thousandth(number: int | None) -> str:
    """A number of W as kW, of Wh as kWh, without needless digits: 22.5; unknown is a dash."""
    return DASH if number is None else f"{number / 1000:,.3f}".rstrip("0").rstrip(".")


@register.filter
def seconds(duration: Micros) -> str:
    """A duration as seconds without needless digits: 6.5."""
    return f"{duration / SECOND:.6f}".rstrip("0").rstrip(".")


@register.filter
def age(duration: Micros | None) -> str:
    """How long ago, in its largest unit: 4 min."""
    if duration is None:
        return DASH
    for unit, form in ((DAY, _("{n} d")), (HOUR, _("{n} h")), (MINUTE, _("{n} min"))):
        if duration >= unit:
            return form.format(n=duration // unit)
    return _("{n} s").format(n=max(duration, 0) // SECOND)


@register.filter
def hours(duration: Micros) -> str:
    """A planned time: 15 h 20 min."""
    whole, rest = divmod(duration // MINUTE, 60)
    if not rest:
        return _("{h} h").format(h=whole)
    return _("{h} h {m} min").format(h=whole, m=rest)


@register.filter
def size(count: int | None) -> str:
    """Bytes in a unit people read."""
    if count is None:
        return DASH
    number, units = float(count), ["B", "kB", "MB", "GB", "TB"]
    while number >= 1000 and len(units) > 1:
        number, units = number / 1000, units[1:]
    return f"{number:.0f} {units[0]}" if units[0] == "B" or number >= 100 else f"{number:.1f} {units[0]}"


@register.filter
def machines(count: int) -> str:
    """20 machines."""
    return ngettext("{n} machine", "{n} machines", count).format(n=count)


@register.filter
def plain(value: Any) -> str:
    """A value of the plant book as it would be written there."""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


@register.filter
def place(where: tuple[str, ...]) -> str:
    """Where something stands, outermost first."""
    return " › ".join(where)
