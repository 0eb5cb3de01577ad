"""Energy on a page: what meters say was used, by machine or by time, and the readings behind it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from fractions import Fraction

from django.utils.translation import gettext, pgettext

from dengta.apps.performance.queries import Measured
from dengta.apps.performance.site_fold import Folded
from dengta.core.time import HOUR
from dengta.documents import Kind, Table, TableColumn, Value
from dengta.documents.table import MWH_A_KWH
from dengta.engines.kpi import Column, MeterStep
from dengta.web.performance.addresses import event_address, machine_address
from dengta.web.performance.asking import Asked
from dengta.web.performance.drawn import Drawn
from dengta.web.performance.intervals_view import MOST, Listed, clock
from dengta.web.performance.recompute import Again
from dengta.web.performance.words import machine_name, shift_name, why

RATIOS = ("energy_per_piece", "energy_per_good_piece")


def is_metered(one: Measured | None) -> bool:
    """Whether a meter says anything of it."""
    return one is not None and one.figure.whole.energy is not None


def by_machine(again: Again, folded: Folded, asked: Asked, total: Measured, machines: Sequence[Measured]) -> Drawn:
    """A row a machine that has a meter, in the order of the plant, and the whole."""
    told = [one for one in machines if is_metered(one)]
    rows: list[list[Value]] = [[machine_name(folded, one.key["machine"]), *_numbers(one)] for one in told]
    rows.append([gettext("all"), *_numbers(total)])
    hrefs = [machine_address(asked, one.key["machine"]) + "#energy" for one in told]
    return _drawn(TableColumn(gettext("Machine")), rows, again.command("machine"), hrefs, total)


def by_time(
    again: Again, folded: Folded, asked: Asked, total: Measured, dates: Sequence[Measured], shifts: Sequence[Measured]
) -> Drawn:
    """A row a business date, which leads to its readings; a row a shift where there is one date only."""
    machine = asked.choice.machine
    if asked.one_date:
        told = [one for one in shifts if is_metered(one)]
        first, dimension, hrefs = TableColumn(gettext("shift")), "shift", ["#readings"] * len(told)
        names: list[Value] = [shift_name(folded, one.key["shift"]) for one in told]
    else:
        told = [one for one in dates if is_metered(one)]
        first, dimension = TableColumn(gettext("date")), "date"
        hrefs = [machine_address(asked, machine, date=one.key["date"]) + "#readings" for one in told]
        names = [str(date.fromisoformat(one.key["date"])) for one in told]
    rows: list[list[Value]] = [[name, *_numbers(one)] for name, one in zip(names, told, strict=True)]
    rows.append([gettext("all"), *_numbers(total)])
    return _drawn(first, rows, again.command(dimension), hrefs, total)


def _numbers(one: Measured) -> list[Value]:
    whole = one.figure.whole
    return [
        *(part.energy or 0 for part in (one.figure.inside, one.figure.outside, whole)),
        *(one.value(name) for name in RATIOS),
        whole.of[Column.METERED],
    ]


def _drawn(
    first: TableColumn, rows: list[list[Value]], command: str, hrefs: Sequence[str], total: Measured
) -> Drawn:  # fmt: skip
    columns = [
        first,
        TableColumn(gettext("in planned time, kWh"), Kind.KWH),
        TableColumn(gettext("outside, kWh"), Kind.KWH),
        TableColumn(gettext("together, kWh"), Kind.KWH),
        TableColumn(gettext("Wh a piece"), Kind.DECIMAL),
        TableColumn(gettext("Wh a good piece"), Kind.DECIMAL),
        TableColumn(gettext("meters tell of, h"), Kind.HOURS),
    ]
    about = gettext(
        "Between two readings of a meter energy is taken to be used evenly; at every edge of a shift, break or day "
        "it is cut in proportion to time."
    )
    reason = total.ratios[RATIOS[0]].reason
    notes = [gettext("Wh a piece of all: {why}").format(why=why(reason))] if reason else []
    title = pgettext("figure", "Energy")
    return Drawn("energy", title, about, "", Table(title, columns, rows), command, notes, hrefs=hrefs, tabled=True)


def reading_rows(folded: Folded, machine: str, steps: Sequence[MeterStep]) -> Listed:
    """The readings of a machine's meters, each with what it says, and how much of that lies in the window."""
    columns = [
        TableColumn(gettext("time")),
        TableColumn(gettext("meter")),
        TableColumn(gettext("stands at, Wh"), Kind.DECIMAL),
        TableColumn(gettext("since the last one, Wh"), Kind.DECIMAL),
        TableColumn(gettext("of it in this window, Wh"), Kind.DECIMAL),
        TableColumn(gettext("mean power, kW"), Kind.DECIMAL),
        TableColumn(gettext("remark")),
    ]
    verdicts = {
        "": "",
        "first": gettext("nothing before it"),
        "late": gettext("an old value: not counted"),
        "reset": gettext("the meter began anew"),
        "apart": gettext("more than 31 days: not bridged"),
    }
    rows: list[list[Value]] = []
    for one in sorted(steps, key=lambda s: (s.at, s.carrier)):
        known = one.verdict in ("", "reset")
        power = Fraction(one.used * HOUR, (one.at - one.since) * MWH_A_KWH) if known and one.at > one.since else None
        used = [Fraction(n, 1000) if known else None for n in (one.used, one.inside)]
        stands = Fraction(one.stands, 1000)
        rows.append([clock(folded, one.at), one.carrier, stands, *used, power, verdicts[one.verdict]])
    ranked = sorted(steps, key=lambda s: (s.at, s.carrier))[:MOST]
    hrefs = [event_address(machine, one.event, one.at) for one in ranked]
    return Listed(Table(gettext("Readings"), columns, rows), hrefs)
