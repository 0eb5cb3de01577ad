"""Once: run a command in one transaction, journal it, and answer a repeated key with the first outcome."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from uuid import UUID

from django.db import IntegrityError, transaction

from dengta.apps.accounts.models import Entry, User
from dengta.core.ids import uuid7
from dengta.core.reason import Reason, Refusal
from dengta.core.time import Micros

Outcome = dict[str, object]


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """Who calls a command, when by whose clock, and under which idempotency key."""

    actor: User | None
    key: UUID
    at: Micros
    at_client: Micros | None = None

    @classmethod
    def fresh(cls, actor: User | None, at: Micros, at_client: Micros | None = None) -> Call:
        """A call under a key of its own, for commands a retry cannot double."""
        return cls(actor=actor, key=uuid7(at, os.urandom(10)), at=at, at_client=at_client)

    @property
    def skew(self) -> Micros | None:
        """How far the client's clock is ahead of the server's, transport included."""
        return None if self.at_client is None else self.at_client - self.at


def digest(params: Mapping[str, object]) -> str:
    """SHA-256 of the parameters as canonical JSON."""
    text = json.dumps(params, ensure_ascii=False, sort_keys=True, separators=(",", ":"), default=str)
    return hashlib.sha256(text.encode()).hexdigest()


def once(
    call: Call, command: str, params: Mapping[str, object], work: Callable[[], Outcome], *, site: str = ""
) -> Outcome:
    """What `work` answered, now or the first time `call.key` came. Raises Refusal for a key used for something else."""
    told = digest(params)
    try:
        with transaction.atomic():
            before = Entry.objects.filter(key=call.key).first()
            if before is None:
                outcome = work()
                Entry(
                    key=call.key,
                    command=command,
                    actor=call.actor,
                    enterprise=call.actor.enterprise if call.actor else "own",
                    site=site,
                    at_client=call.at_client,
                    at_server=call.at,
                    params_hash=told,
                    outcome=outcome,
                ).save()
                return outcome
    except IntegrityError:
        before = Entry.objects.filter(key=call.key).first()
        if before is None:
            raise
    if (before.command, before.params_hash) != (command, told):
        raise Refusal(Reason("accounts.key_reused", (str(call.key),), {"command": before.command}))
    again: Outcome = before.outcome
    return again
