"""Counting refused sign-ins, per account and per address, in the database: every process sees the same counters.

Five refusals for one account shut it for a minute, each further one for twice as long, at most an hour; twenty from one
address do the same to the address. A quarter of a day without a refusal, or signing in, starts again from nothing.
"""

from __future__ import annotations

import hashlib

from django.db import transaction

from dengta.apps.accounts.models import RefusedSignIns
from dengta.core.reason import Reason, Refusal
from dengta.core.time import HOUR, MINUTE, SECOND, Micros, to_iso

FORGOTTEN_AFTER = 6 * HOUR
FREE_OF = {"account": 5, "address": 20}


def _keys(login: str, address: str) -> list[tuple[str, str]]:
    pairs = [("account", login), ("address", address)]
    return [(kind, f"{kind}:{hashlib.sha256(of.encode()).hexdigest()[:32]}") for kind, of in pairs if of]


def check(login: str, address: str, at: Micros) -> None:
    """Refuses while the account or the address is shut; says until when."""
    rows = {row.key: row for row in RefusedSignIns.objects.filter(key__in=[key for _, key in _keys(login, address)])}
    for kind, key in _keys(login, address):
        row = rows.get(key)
        if row and row.shut_until > at:
            wait = -(-(row.shut_until - at) // SECOND)
            params = {"until": to_iso(row.shut_until), "seconds": wait}
            raise Refusal(Reason(f"accounts.shut_{kind}", params=params))


def count(login: str, address: str, at: Micros) -> None:
    """One more refusal."""
    with transaction.atomic():
        for kind, key in _keys(login, address):
            row = RefusedSignIns.objects.select_for_update().filter(key=key).first()
            failures = 1 if row is None or at - row.last_at > FORGOTTEN_AFTER else row.failures + 1
            over = failures - FREE_OF[kind]
            shut = at + min(MINUTE << min(over, 10), HOUR) if over >= 0 else 0
            RefusedSignIns.objects.update_or_create(
                key=key, defaults={"failures": failures, "last_at": at, "shut_until": shut}
            )


def forget(login: str) -> None:
    """The account signed in and starts again. The address keeps its count, lest one good account hide many bad."""
    RefusedSignIns.objects.filter(key__in=[key for kind, key in _keys(login, "") if kind == "account"]).delete()
