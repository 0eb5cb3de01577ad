"""Reading accounts."""

from __future__ import annotations

from dengta.apps.accounts.models import User
from dengta.apps.accounts.policies import ROLES


def demo_people() -> list[tuple[User, str]]:
    """The fictional people with their role, in the order of roles."""
    order = list(ROLES)
    people = User.objects.filter(fictional=True, is_active=True).prefetch_related("groups")
    paired = [(user, next((g.name for g in user.groups.all() if g.name in ROLES), "")) for user in people]
    return sorted((pair for pair in paired if pair[1]), key=lambda pair: order.index(pair[1]))
