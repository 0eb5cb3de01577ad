"""The words of Floor in the reader's language: states, spans of time, and why a number is not known."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from django.utils.functional import Promise
from django.utils.translation import get_language, gettext_lazy, pgettext_lazy

from dengta.core.reason import Reason
from dengta.core.time import DAY, HOUR, MINUTE, SECOND, Micros
from dengta.core.vocabulary import EventType, Flag
from dengta.words import chosen, say


class Manner(NamedTuple):
    """How a state is shown: its word, its shape, and which group the summary counts it in."""

    word: Promise
    shape: str
    group: str


MANNERS: dict[str, Manner] = {
    "running": Manner(pgettext_lazy("state", "running"), "running", "running"),
    "setup": Manner(pgettext_lazy("state", "setup"), "setup", "setup"),
    "down": Manner(pgettext_lazy("state", "stopped"), "down", "stopped"),
    "minor_stop": Manner(pgettext_lazy("state", "short stop"), "hold", "delayed"),
    "starved": Manner(pgettext_lazy("state", "no material"), "hold", "delayed"),
    "blocked": Manner(pgettext_lazy("state", "blocked"), "hold", "delayed"),
    "waiting": Manner(pgettext_lazy("state", "waiting"), "hold", "delayed"),
    "maintenance": Manner(pgettext_lazy("state", "maintenance"), "maintenance", "resting"),
    "idle": Manner(pgettext_lazy("state", "idle"), "idle", "idle"),
    "break": Manner(pgettext_lazy("state", "break"), "rest", "resting"),
    "off": Manner(pgettext_lazy("state", "off"), "rest", "resting"),
    "unknown": Manner(pgettext_lazy("state", "unknown"), "unknown", "unknown"),
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
    "APT": pgettext_lazy("time element", "production"),
    "ASUT": pgettext_lazy("time element", "setup"),
    "ADET": pgettext_lazy("time element", "delay and stops"),
    "ADOT": pgettext_lazy("time element", "idle, no order"),
    "PMT": pgettext_lazy("time element", "planned maintenance"),
    "REST": pgettext_lazy("time element", "breaks and closed hours"),
    "UNKNOWN": pgettext_lazy("time element", "unknown"),
}
SPANS = {
    "s": gettext_lazy("{s} s"),
    "m": gettext_lazy("{m} min"),
    "h": gettext_lazy("{h} h {m} min"),
    "d": gettext_lazy("{d} d {h} h"),
}
EVENTS = {
    EventType.STATE: pgettext_lazy("event", "state"),
    EventType.COUNTER: pgettext_lazy("event", "counter"),
    EventType.OPERATION_START: pgettext_lazy("event", "operation start"),
    EventType.OPERATION_END: pgettext_lazy("event", "operation end"),
    EventType.GOOD: pgettext_lazy("event", "good"),
    EventType.SCRAP: pgettext_lazy("event", "scrap"),
    EventType.REWORK: pgettext_lazy("event", "rework"),
    EventType.MEASUREMENT: pgettext_lazy("event", "measurement"),
    EventType.ENERGY: pgettext_lazy("event", "energy"),
    EventType.LOGIN: pgettext_lazy("event", "login"),
    EventType.LOGOUT: pgettext_lazy("event", "logout"),
    EventType.GAP: pgettext_lazy("event", "gap"),
    EventType.CORRECTION: pgettext_lazy("event", "correction"),
    EventType.ORDER: pgettext_lazy("event", "order"),
    EventType.ORDER_LINE: pgettext_lazy("event", "order line"),
    EventType.SHIPMENT: pgettext_lazy("event", "shipment"),
}
CODES = {
    "pieces": pgettext_lazy("code", "pieces"),
    "electricity": pgettext_lazy("code", "electricity"),
    "run": pgettext_lazy("code", "run"),
    "setup": pgettext_lazy("code", "setup"),
    "breakdown": pgettext_lazy("code", "breakdown"),
    "retract": pgettext_lazy("code", "taken back"),
    "value": pgettext_lazy("code", "another value"),
}
FLAGS = {
    Flag.HISTORICAL: pgettext_lazy("flag", "historical"),
    Flag.UNCERTAIN: pgettext_lazy("flag", "uncertain"),
    Flag.BAD: pgettext_lazy("flag", "bad"),
    Flag.OVERFLOW: pgettext_lazy("flag", "overflow"),
    Flag.SYNTHETIC: pgettext_lazy("flag", "synthetic"),
    Flag.REPAIRED: pgettext_lazy("flag", "repaired"),
    Flag.CLOCK_AHEAD: pgettext_lazy("flag", "clock ahead"),
    Flag.TWIN: pgettext_lazy("flag", "twin"),
}
BRIEFLY = {
    "floor.no_counter": pgettext_lazy("why not", "no pieces reported yet"),
    "floor.no_shift": pgettext_lazy("why not", "no shift now"),
    "floor.no_state": pgettext_lazy("why not", "nothing heard for two weeks"),
}


def language() -> str:
    """The reader's language as the plant book and `dengta.words` name it: ``en`` or ``zh_Hans``."""
    return chosen(get_language())


def state_words() -> dict[str, str]:
    """State -> its word."""
    return {state: str(manner.word) for state, manner in MANNERS.items()}


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
        return str(SPANS["h"]).format(h=parts["h"], m=f"{parts['m']:02d}")
    return str(SPANS[unit]).format(**parts)


def called(terms: Mapping[str, Any], id: str) -> str:
    """What the plant book calls `id`; the id itself where it names no such thing."""
    return str(terms[id].name[language()]) if id in terms else id


def why(code: str) -> str:
    """The sentence of a reason for not knowing."""
    return say(Reason(code), language())
