"""Who may fill in a diagnosis, and who may read it."""

from __future__ import annotations

from dengta.apps.accounts.models import User
from dengta.apps.accounts.policies import Permission, may, require
from dengta.apps.diagnosis.models import Diagnosis, State
from dengta.core.reason import Reason, Refusal
from dengta.engines import register


def may_fill(user: User, enterprise: str) -> bool:
    """The firm's own people."""
    return may(user, Permission.OWN_FIRM) and user.enterprise == enterprise and not register.faults(enterprise)


def require_fill(user: User, enterprise: str) -> None:
    """Refuses anybody else, and a person of a firm that nobody named."""
    require(user, Permission.OWN_FIRM)
    if register.faults(user.enterprise):
        raise Refusal(Reason("diagnosis.no_firm", (user.name,)))
    if user.enterprise != enterprise:
        raise Refusal(Reason("diagnosis.other_firm", (enterprise,), {"own": user.enterprise}))


def may_read(user: User, diagnosis: Diagnosis) -> bool:
    """The firm its own; an officer what firms of the town have submitted; without a town, of every town."""
    if may_fill(user, diagnosis.enterprise):
        return True
    submitted = diagnosis.state != State.DRAFT
    return submitted and may(user, Permission.SEE_CITY) and user.town in ("", diagnosis.town)
