"""The shapes of the API's answers, as OpenAPI shows them. Times without a zone are microseconds UTC."""

from __future__ import annotations

from typing import Any

from ninja import Schema


class NameOut(Schema):
    """A name in both languages."""

    en: str
    zh: str


class MachineOut(Schema):
    """A machine; `shift` and `business_date` are null while no shift works."""

    id: str
    name: NameOut
    kind: str
    line: str
    area: str
    calendar: str
    producers: list[str]
    shift: str | None
    business_date: str | None


class MachinesOut(Schema):
    """The machines of a site at `at`, by the plant book of that hash."""

    site: str
    at: int
    plant_book: str
    machines: list[MachineOut]


class PlantOut(Schema):
    """A plant book: `content` is what its TOML states; `hash` is the SHA-256 of its canonical JSON."""

    site: str
    hash: str
    recorded_at: str
    recorded_by: str
    valid_from: str
    content: dict[str, Any]


class SpanOut(Schema):
    """Events of one stream and epoch, from number `first` to number `last`."""

    stream: int
    name: str
    epoch: int
    first: int
    last: int
    events: int


class EpochOut(Schema):
    """What is held of an epoch: every number below `next`, and the half-open spans `above`."""

    epoch: int
    next: int
    above: list[tuple[int, int]]


class StreamOut(Schema):
    """One producer's stream."""

    stream: int
    name: str
    events: int
    missing: int
    epochs: list[EpochOut]


class ReasonOut(Schema):
    """A finding: code, place, parameters; `said` in the reader's language where it is a refusal."""

    code: str
    place: list[str]
    params: dict[str, Any]
    said: str = ""


class DamageOut(ReasonOut):
    """A broken piece of the log and the exact events it held."""

    found_at: int
    ranges: list[SpanOut]


class SealedOut(Schema):
    """What is sealed."""

    events: int
    segments: int
    bytes: int
    bytes_per_event: float | None


class UnsealedOut(Schema):
    """What is not sealed yet."""

    events: int
    bytes: int


class OutboxOut(Schema):
    """What waits for one destination."""

    destination: str
    segments: int
    bytes: int


class LogOut(Schema):
    """The event log of a site."""

    site: str
    events: int
    sealed: SealedOut
    unsealed: UnsealedOut
    last_ts: int | None
    last_recv: int | None
    age_us: int | None
    streams: list[StreamOut]
    holes: list[SpanOut]
    damage: list[DamageOut]
    lost: int
    head: str | None
    outbox: list[OutboxOut]


class ProblemOut(Schema):
    """Why something was refused."""

    reasons: list[ReasonOut]
