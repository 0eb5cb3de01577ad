"""Who sees how much of a register: an analyst the city, a town officer the own town, a firm itself."""

from __future__ import annotations

from dataclasses import dataclass

from dengta.apps.accounts.models import User
from dengta.apps.accounts.policies import Permission, may, require


@dataclass(frozen=True, slots=True)
class Sight:
    """What a person sees of a programme's register: of one `town`, of one `firm` by its credit code, or all of it."""

    programme: str
    town: str = ""
    firm: str = ""


def city_sight(user: User, programme: str) -> Sight:
    """How much of the city `user` sees. Refusal: nothing of it."""
    require(user, Permission.SEE_CITY)
    return Sight(programme, town=user.town)


def sight(user: User, programme: str) -> Sight:
    """How much `user` sees, of the city or of the own firm. Refusal: neither."""
    if may(user, Permission.OWN_FIRM) and not may(user, Permission.SEE_CITY):
        return Sight(programme, firm=user.enterprise)
    return city_sight(user, programme)


def is_firm(user: User) -> bool:
    """Whether `user` speaks for one firm and sees no other."""
    return may(user, Permission.OWN_FIRM) and not may(user, Permission.SEE_CITY)


def require_keeper(user: User) -> None:
    """Refuses whoever may not change the register."""
    require(user, Permission.KEEP_REGISTER)


def may_keep(user: User) -> bool:
    """Whether `user` changes the register: the whole of it, so nobody of one town."""
    return may(user, Permission.KEEP_REGISTER) and not user.town
