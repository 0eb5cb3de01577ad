"""Reading accounts."""

from __future__ import annotations

from typing import Any

from dengta.apps.accounts.models import User
from dengta.apps.accounts.policies import ROLES


def demo_people() -> list[tuple[User, str]]:
    """The fictional people with their role, in the order of roles."""
    order = list(ROLES)
    people = User.objects.filter(fictional=True, is_active=True).prefetch_related("groups")
    paired = [(user, next((g.name for g in user.groups.all() if g.name in ROLES), "")) for user in people]
    return sorted((pair for pair in paired if pair[1]), key=lambda pair: order.index(pair[1]))


def people() -> list[dict[str, Any]]:
    """Everybody with an account, by login name, as plain data."""
    users = User.objects.filter(is_active=True).prefetch_related("groups").order_by("login")
    return [
        {"login": u.login, "name": u.name, "roles": sorted(g.name for g in u.groups.all()), "site": u.site}
        for u in users
    ]


def is_empty() -> bool:
    """Whether nobody can sign in yet."""
    return not User.objects.filter(is_active=True).exists()
