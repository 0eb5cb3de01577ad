"""The Paretos: stops by what they cost in time, defects by pieces."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction

from django.utils.translation import gettext

from dengta.apps.performance.site_fold import Folded
from dengta.documents import Kind, Table, TableColumn, Value
from dengta.engines.kpi import Bar
from dengta.figures import ParetoBar, ParetoView, pareto_svg
from dengta.web.performance.drawn import Drawn
from dengta.web.performance.words import in_minutes, reason_name, share

Address = Callable[[Bar], str]
SHOWN = 10
"""So many bars are drawn; the table has all."""


def stops(folded: Folded, bars: Sequence[Bar], again: str, address: Address) -> Drawn:
    """What stopped machines, by reason."""
    title, about = gettext("Stops by reason"), gettext("Delays and stops by what they cost, the dearest first.")
    columns = [
        TableColumn(gettext("reason")),
        TableColumn(gettext("min"), Kind.MINUTES),
        TableColumn(gettext("times"), Kind.COUNT),
        *_shares(),
    ]
    names = [reason_name(folded, bar.reason, bar.state) for bar in bars]
    rows = [[n, bar.time, bar.times, *_of_all(bar, bar.time)] for n, bar in zip(names, bars, strict=True)]
    said = [f"{in_minutes(bar.time)} · {bar.times:,}× · {share(bar.time, bar.total)}" for bar in bars]
    view = [
        ParetoBar(name, value, bar.time, bar.until_here, address(bar))
        for name, value, bar in zip(names, said, bars, strict=True)
    ]
    return _pareto("stops", title, about, view, bars, Table(title, columns, rows), again)


def defects(folded: Folded, bars: Sequence[Bar], again: str, address: Address) -> Drawn:
    """What spoiled pieces, by reason."""
    title, about = gettext("Defects by reason"), gettext("Scrap and rework by number of pieces, the most first.")
    columns = [TableColumn(gettext("reason")), TableColumn(gettext("pieces"), Kind.COUNT), *_shares()]
    names = [reason_name(folded, bar.reason) for bar in bars]
    rows = [[name, bar.pieces, *_of_all(bar, bar.pieces)] for name, bar in zip(names, bars, strict=True)]
    view = [
        ParetoBar(name, f"{bar.pieces:,} · {share(bar.pieces, bar.total)}", bar.pieces, bar.until_here, address(bar))
        for name, bar in zip(names, bars, strict=True)
    ]
    return _pareto("defects", title, about, view, bars, Table(title, columns, rows), again)


def _shares() -> list[TableColumn]:
    return [TableColumn(gettext("share"), Kind.SHARE), TableColumn(gettext("up to here"), Kind.SHARE)]


def _of_all(bar: Bar, cost: int) -> list[Value]:
    return [Fraction(cost, bar.total), Fraction(bar.until_here, bar.total)]


def _pareto(
    id_: str, title: str, about: str, view: Sequence[ParetoBar], bars: Sequence[Bar], table: Table, again: str
) -> Drawn:
    if not bars:
        return Drawn(id_, title, about, "", table, again, empty=gettext("None in this window."))
    said = "; ".join(f"{bar.label} {bar.value}" for bar in view[:SHOWN])
    rest = len(view) - SHOWN
    notes = [gettext("{n} more are in the table.").format(n=rest)] if rest > 0 else []
    drawing = pareto_svg(ParetoView(view[:SHOWN], bars[0].total, said))
    return Drawn(id_, title, about, drawing, table, again, notes, hrefs=[bar.href for bar in view])
