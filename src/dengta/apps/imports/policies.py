"""Who may upload spreadsheets and bring them in."""

from __future__ import annotations

from dengta.apps.accounts.models import User
from dengta.apps.accounts.policies import Permission, may, require


def may_import(user: User, site: str) -> bool:
    """Engineers and administrators, at their sites."""
    return may(user, Permission.IMPORT, site)


def require_import(user: User, site: str) -> None:
    """Refuses anybody else; the reason names who could."""
    require(user, Permission.IMPORT, site)
