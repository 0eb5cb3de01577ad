"""Idempotency keys for forms: made with the page, so that a second tap or a reload sends the same one again."""

from __future__ import annotations

import os

from dengta.core.ids import uuid7
from dengta.site.clock import real_now


def fresh_key() -> str:
    """A new key."""
    return str(uuid7(real_now(), os.urandom(10)))
