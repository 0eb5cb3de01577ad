"""Where the figures of Performance lead: to one machine, to one reason, to one event."""

from __future__ import annotations

from functools import lru_cache

from django.urls import reverse

from dengta.core.event import Key
from dengta.core.time import Micros
from dengta.web.performance.asking import Asked


def machine_address(asked: Asked, machine: str, **change: str) -> str:
    """The page of one machine, for the same window or what `change` says."""
    narrowed = {"machine": "", "line": "", **change}
    return f"{reverse('performance-machine', args=[machine])}?{asked.query(**narrowed)}"


def reason_address(asked: Asked, kind: str, reason: str, state: str = "") -> str:
    """The page of one reason (``stop`` or ``defect``), for the same choice."""
    return f"{reverse('performance-reason')}?{asked.query(kind=kind, reason=reason, state=state)}"


def event_address(machine: str, key: Key, ts: Micros) -> str:
    """The page of one event: the line in the log and its hash."""
    return f"{_event_of(machine, key.stream, key.epoch)}{key.seq}/?ts={ts}"


@lru_cache(maxsize=1024)
def _event_of(machine: str, stream: int, epoch: int) -> str:
    """The address of the events of one stream, without their numbers: a page names hundreds of them."""
    return reverse("machine-event", args=[machine, stream, epoch, 0]).removesuffix("0/")
