"""The words of Floor in the reader's language: states, spans of time, and why a number is not known."""

from __future__ import annotations

from typing import NamedTuple

from django.utils.translation import get_language, gettext, pgettext, pgettext_lazy
from django.utils.translation import gettext_noop as _

from dengta.core.reason import Reason
from dengta.core.time import DAY, HOUR, MINUTE, SECOND, Micros
from dengta.words import chosen, say


class Manner(NamedTuple):
    """How a state is shown: its word, its shape, and which group the summary counts it in."""

    word: str
    shape: str
    group: str


MANNERS: dict[str, Manner] = {
    "running": Manner(_("running"), "running", "running"),
    "setup": Manner(_("setup"), "setup", "setup"),
    "down": Manner(_("stopped"), "down", "stopped"),
    "minor_stop": Manner(_("short stop"), "hold", "delayed"),
    "starved": Manner(_("no material"), "hold", "delayed"),
    "blocked": Manner(_("blocked"), "hold", "delayed"),
    "waiting": Manner(_("waiting"), "hold", "delayed"),
    "maintenance": Manner(_("maintenance"), "maintenance", "resting"),
    "idle": Manner(_("idle"), "idle", "idle"),
    "break": Manner(_("break"), "rest", "resting"),
    "off": Manner(_("off"), "rest", "resting"),
    "unknown": Manner(_("unknown"), "unknown", "unknown"),
}
GROUPS = {
    "running": pgettext_lazy("machines", "running"),
    "setup": pgettext_lazy("machines", "in setup"),
    "stopped": pgettext_lazy("machines", "stopped"),
    "delayed": pgettext_lazy("machines", "delayed"),
    "idle": pgettext_lazy("machines", "idle"),
    "resting": pgettext_lazy("machines", "off or resting"),
    "unknown": pgettext_lazy("machines", "unknown"),
    "stale": pgettext_lazy("machines", "stale"),
}
ELEMENTS = {
    "APT": _("production"),
    "ASUT": _("setup"),
    "ADET": _("delay and stops"),
    "ADOT": _("idle, no order"),
    "PMT": _("planned maintenance"),
    "REST": _("breaks and closed hours"),
    "UNKNOWN": _("unknown"),
}
SPANS = {"s": _("{s} s"), "m": _("{m} min"), "h": _("{h} h {m} min"), "d": _("{d} d {h} h")}


def language() -> str:
    """The reader's language as the plant book and `dengta.words` name it: ``en`` or ``zh_Hans``."""
    return chosen(get_language())


def state_words() -> dict[str, str]:
    """State -> its word."""
    return {state: pgettext("state", manner.word) for state, manner in MANNERS.items()}


def shapes() -> list[tuple[str, str]]:
    """Each shape of a tile with the words of the states it stands for."""
    said: dict[str, list[str]] = {}
    for state, word in state_words().items():
        said.setdefault(MANNERS[state].shape, []).append(word)
    return [(shape, ", ".join(words)) for shape, words in said.items()]


def span(length: Micros) -> str:
    """A length of time in the two units a person would say; below zero counts as none."""
    left = max(length, 0)
    parts = {"d": left // DAY, "h": left % DAY // HOUR, "m": left % HOUR // MINUTE, "s": left % MINUTE // SECOND}
    unit = next((u for u in "dh" if parts[u]), "m" if parts["m"] else "s")
    if unit == "h":
        return gettext(SPANS["h"]).format(h=parts["h"], m=f"{parts['m']:02d}")
    return gettext(SPANS[unit]).format(**parts)


def why(code: str) -> str:
    """The sentence of a reason for not knowing."""
    return say(Reason(code), language())
