"""The words of Performance in the reader's language: measures, losses, time elements, and how figures are written."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext, pgettext_lazy

from dengta.apps.performance.site_fold import Folded
from dengta.core.reason import Reason
from dengta.core.time import MINUTE, Micros
from dengta.engines.kpi import Ratio
from dengta.web.floor.words import called, language, state_words
from dengta.web.performance.shown import DASH
from dengta.words import say

MEASURES: dict[str, Promise] = {
    "oee": pgettext_lazy("measure", "OEE"),
    "availability": pgettext_lazy("measure", "Availability"),
    "effectiveness": pgettext_lazy("measure", "Effectiveness"),
    "quality_ratio": pgettext_lazy("measure", "Quality"),
    "nee": pgettext_lazy("measure", "Net equipment effectiveness"),
    "allocation_efficiency": pgettext_lazy("measure", "Allocation efficiency"),
    "utilisation_efficiency": pgettext_lazy("measure", "Utilisation efficiency"),
    "setup_rate": pgettext_lazy("measure", "Setup rate"),
    "technical_efficiency": pgettext_lazy("measure", "Technical efficiency"),
    "scrap_ratio": pgettext_lazy("measure", "Scrap ratio"),
    "rework_ratio": pgettext_lazy("measure", "Rework ratio"),
}
STEPS: dict[str, Promise] = {
    "planned": pgettext_lazy("loss", "Planned busy time"),
    "unknown": pgettext_lazy("loss", "Unknown: nobody told"),
    "rest": pgettext_lazy("loss", "Switched off or at rest"),
    "maintenance": pgettext_lazy("loss", "Planned maintenance"),
    "idle": pgettext_lazy("loss", "Idle, no order"),
    "setup": pgettext_lazy("loss", "Setup"),
    "speed": pgettext_lazy("loss", "Slower than planned"),
    "scrap": pgettext_lazy("loss", "Making scrap"),
    "rework": pgettext_lazy("loss", "Making what needs rework"),
    "good": pgettext_lazy("loss", "Making good parts, at planned speed"),
    "production": pgettext_lazy("loss", "Production, not split further"),
}
LOSSES: dict[str, Promise] = {
    "breakdown": pgettext_lazy("loss", "Stops: breakdowns"),
    "setup": pgettext_lazy("loss", "Stops: setup"),
    "minor_stop": pgettext_lazy("loss", "Stops: short ones"),
    "speed": pgettext_lazy("loss", "Stops: speed"),
    "startup": pgettext_lazy("loss", "Stops: start-up"),
    "defect": pgettext_lazy("loss", "Stops: defects"),
    "logistics": pgettext_lazy("loss", "Stops: no material or person"),
    "planned": pgettext_lazy("loss", "Stops: planned ones"),
    "other": pgettext_lazy("loss", "Stops: others"),
}
FASTER = pgettext_lazy("loss", "Faster than planned")
WINDOWS: dict[str, Promise] = {
    "shift": pgettext_lazy("window", "This shift"),
    "yesterday": pgettext_lazy("window", "Yesterday"),
    "7-days": pgettext_lazy("window", "Last 7 full days"),
    "30-days": pgettext_lazy("window", "Last 30 full days"),
    "all": pgettext_lazy("window", "All there is"),
}


def percent(ratio: Ratio) -> str:
    """A ratio as people read it; a dash where it is undefined."""
    return DASH if ratio.value is None else f"{100 * float(ratio.value):.1f} %"


def share(part: Micros, whole: Micros) -> str:
    """`part` of `whole` in percent; nothing where there is no whole."""
    return f"{100 * part / whole:.1f} %" if whole else ""


def minutes(length: Micros) -> str:
    """A length in whole minutes, thousands apart."""
    return f"{length / MINUTE:,.0f}"


def in_minutes(length: Micros) -> str:
    """The same with its unit."""
    return gettext("{n} min").format(n=minutes(length))


def why(reason: Reason | None) -> str:
    """Why something is undefined, as a sentence without its place."""
    return "" if reason is None else say(Reason(reason.code, (), reason.params), language())


def machine_name(folded: Folded, machine: str) -> str:
    """What the plant book calls `machine`; its id without a book or an entry."""
    return called(folded.book.machines, machine) if folded.book else machine


def line_name(folded: Folded, line: str) -> str:
    """What the plant book calls `line`."""
    return called(folded.book.lines, line) if folded.book else line


def reason_name(folded: Folded, reason: str, state: str = "") -> str:
    """What the plant book calls a stop's reason; a stop without one goes by its state."""
    if reason:
        return called(folded.book.reasons, reason) if folded.book else reason
    return (
        gettext("no reason told: {state}").format(state=state_words().get(state, state)) if state else gettext("none")
    )


def shift_name(folded: Folded, shift: str) -> str:
    """What the plant book calls `shift`; "" stands for the time outside shifts."""
    for calendar in folded.book.calendars.values() if folded.book and shift else ():
        if shift in calendar.all_shifts():
            return str(calendar.all_shifts()[shift].name[language()])
    return shift or gettext("outside shifts")
