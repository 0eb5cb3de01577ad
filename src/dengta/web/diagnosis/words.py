"""Words of this room: texts of an edition in the reader's language, points, grades, reasons with questions by name."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction

from django.utils.functional import Promise
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from dengta.apps.diagnosis.models import Kind, State
from dengta.core.reason import Reason, Refusal
from dengta.engines.maturity import Edition
from dengta.engines.maturity.model import Text
from dengta.words import chosen, say

CERTAINTY: Mapping[str, Promise] = {
    "F": _("points and bins as the source has them"),
    "S": _("draft, source unread: from a secondary source"),
    "M": _("draft, source unread: from memory"),
    "C": _("computed from published figures"),
}
KINDS: Mapping[str, Promise] = {
    Kind.MACHINE: _("machine events, recomputed"),
    Kind.LEDGER: _("export of a system's ledger"),
    Kind.PAPER: _("document of a third party"),
    Kind.STATEMENT: _("own statement"),
}
STATES: Mapping[str, Promise] = {
    State.DRAFT: _("draft"),
    State.SUBMITTED: _("submitted"),
    State.SUPERSEDED: _("superseded by a later one"),
}


def said(text: Text) -> str:
    """A text of an edition."""
    return text.zh if (get_language() or "en").startswith("zh") else text.en


def shown(points: Fraction | None) -> str:
    """Points without needless digits; exact, for points have few places."""
    return "" if points is None else f"{float(points):.4f}".rstrip("0").rstrip(".")


def sentences(refusal: Refusal, edition: Edition) -> list[str]:
    """The reasons of `refusal`, questions by clause and name."""
    names = {one.id: f"{one.clause} {said(one.name)}" for one in edition.questions}
    names |= {one.clause: names[one.id] for one in edition.questions}
    return [say(_placed(reason, names), chosen(get_language())) for reason in refusal.reasons]


def _placed(reason: Reason, names: Mapping[str, str]) -> Reason:
    """Within a form the file and its tables are of no interest."""
    place = tuple(names.get(part, part) for part in reason.place if part not in ("answers", "items", "scenes"))
    return Reason(reason.code, place, reason.params)
