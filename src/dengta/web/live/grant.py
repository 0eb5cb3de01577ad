"""What a page may listen to: a signed, dated note that names a site and topics."""

from __future__ import annotations

from collections.abc import Iterable

from django.conf import settings
from django.core import signing

_SALT = "dengta.live"


def grant(site: str, topics: Iterable[str]) -> str:
    """The note for a page whose reader may see `topics` of `site`. Good for as long as a session can last."""
    return signing.dumps([f"{topic}:{site}" for topic in topics], salt=_SALT)


def granted(note: str) -> tuple[str, ...] | None:
    """The topics (``floor:<site>``) a note grants; None for one that is forged, broken or too old."""
    try:
        return tuple(signing.loads(note, salt=_SALT, max_age=settings.SESSION_LONGEST_S))
    except signing.BadSignature:
        return None
