"""Who may do what: one table, from role to permissions. Commands ask `require`; pages ask `may` to show or hide."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, NamedTuple

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from dengta.core.reason import Reason, Refusal

if TYPE_CHECKING:
    from dengta.apps.accounts.models import User


class Permission(StrEnum):
    """What can be permitted."""

    SEE = "see"  # every page of one's own scope
    PUBLISH_PLANT = "plant.publish"
    VERIFY_LOG = "log.verify"
    IMPORT = "import.run"
    KEEP_PEOPLE = "people.keep"
    SEE_CITY = "city.see"  # every page of the programme, of one's own town
    KEEP_REGISTER = "register.keep"
    OWN_FIRM = "firm.own"  # what concerns one's own enterprise in the programme


class Role(NamedTuple):
    """A role by name: how it is called on screens, and what it may."""

    label: Promise
    permissions: frozenset[Permission]


_SEE = frozenset({Permission.SEE})
ROLES: dict[str, Role] = {
    "operator": Role(_("Operator"), _SEE),
    "planner": Role(_("Planner"), _SEE),
    "engineer": Role(_("Engineer"), _SEE | {Permission.PUBLISH_PLANT, Permission.VERIFY_LOG, Permission.IMPORT}),
    "quality": Role(_("Quality engineer"), _SEE | {Permission.VERIFY_LOG}),
    "manager": Role(_("Plant manager"), _SEE | {Permission.VERIFY_LOG}),
    "administrator": Role(_("Administrator"), frozenset(Permission)),
    "analyst": Role(_("Programme analyst"), frozenset({Permission.SEE_CITY, Permission.KEEP_REGISTER})),
    "town": Role(_("Town officer"), frozenset({Permission.SEE_CITY})),
    "firm": Role(_("Enterprise applicant"), frozenset({Permission.OWN_FIRM})),
}


def roles_of(user: User) -> list[str]:
    """The person's roles, in the order of `ROLES`. Read once per user object."""
    cached: list[str] | None = getattr(user, "_roles", None)
    if cached is None:
        held = set(user.groups.values_list("name", flat=True)) if user.is_authenticated else set()
        cached = [role for role in ROLES if role in held]
        user._roles = cached  # type: ignore[attr-defined]
    return cached


def may(user: User, permission: Permission, site: str = "") -> bool:
    """Whether `user` may do `permission` (at `site`, when given)."""
    if not user.is_authenticated or not user.is_active or (site and user.site not in ("", site)):
        return False
    return any(permission in ROLES[role].permissions for role in roles_of(user))


def require(user: User, permission: Permission, site: str = "") -> None:
    """Refuses unless `may`; the reason names who could."""
    if not may(user, permission, site):
        able = ", ".join(role for role, row in ROLES.items() if permission in row.permissions)
        raise Refusal(Reason("accounts.may_not", params={"permission": str(permission), "roles": able}))
