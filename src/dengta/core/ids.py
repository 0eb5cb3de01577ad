"""Ids: UUIDv7 for what a person or a terminal creates, stream ids for producers."""

from __future__ import annotations

import hashlib
from uuid import UUID

from dengta.core.time import MILLISECOND, Micros


def uuid7(at: Micros, entropy: bytes) -> UUID:
    """The UUIDv7 (RFC 9562, 5.7) of instant `at` with ten bytes of `entropy`, e.g. ``os.urandom(10)``."""
    if len(entropy) != 10:
        raise ValueError(f"a UUIDv7 takes ten random bytes, not {len(entropy)}")
    random = int.from_bytes(entropy) & ((1 << 74) - 1)
    high, low = random >> 62, random & ((1 << 62) - 1)
    return UUID(int=(at // MILLISECOND) << 80 | 0x7 << 76 | high << 64 | 0b10 << 62 | low)


def stream_id(site: str, producer: str) -> int:
    """The id of a producer's stream: 53 bits of SHA-256 over ``site/producer``, the same on every machine.

    53 bits, so that every JSON reader keeps it exact. Two producers of one id would be refused at enrolment.
    """
    digest = hashlib.sha256(f"{site}/{producer}".encode()).digest()
    return int.from_bytes(digest[:8]) >> 11
