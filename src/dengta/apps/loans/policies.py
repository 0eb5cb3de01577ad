"""Who sees and keeps loans: an analyst the city's, a town officer the own town's, a firm its own."""

from __future__ import annotations

from typing import NamedTuple

from dengta.apps.accounts.models import User
from dengta.apps.accounts.policies import Permission, may, require


class Sight(NamedTuple):
    """Whose loans a person sees: of one town, of one firm, or (both empty) of the whole programme."""

    town: str = ""
    firm: str = ""

    def holds(self, code: str, town: str) -> bool:
        """Whether a firm is in it."""
        return self.firm in ("", code) and self.town in ("", town)


def sight(user: User) -> Sight:
    """What `user` sees. Refusal: nothing."""
    if may(user, Permission.OWN_FIRM) and not may(user, Permission.SEE_CITY):
        return Sight(firm=user.enterprise)
    require(user, Permission.SEE_CITY)
    return Sight(town=user.town)


def require_keeper(user: User) -> None:
    """Refuses whoever may not bring statements in."""
    require(user, Permission.KEEP_REGISTER)


def may_keep(user: User) -> bool:
    """Whether `user` brings statements in."""
    return may(user, Permission.KEEP_REGISTER)


def require_analyst(user: User) -> None:
    """Refuses whoever may not ask what another rule would do to everybody: it shows every firm of the city."""
    require(user, Permission.KEEP_REGISTER)


def may_analyse(user: User) -> bool:
    """Whether `user` may ask what another rule would do."""
    return may(user, Permission.KEEP_REGISTER)
