"""The page of one machine: its time inside and outside planned time, its losses, what it did, and what it made."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from django.utils.translation import gettext

from dengta.apps.performance.behind import Cause
from dengta.apps.performance.queries import Measured, OneMachine
from dengta.apps.performance.site_fold import Folded
from dengta.core.time import HOUR, MINUTE, Micros, to_datetime
from dengta.documents import Kind, Table, TableColumn, Value
from dengta.engines.kpi import Column, Figure, MeterStep, StateSpan
from dengta.figures import NARROW, WIDTH, BandView, Mark, Shade, state_band_svg
from dengta.web.floor.words import ELEMENTS, called, state_words
from dengta.web.performance import energy_view, paretos_view, trends_view
from dengta.web.performance.addresses import machine_address
from dengta.web.performance.asking import Asked
from dengta.web.performance.drawn import Drawn
from dengta.web.performance.head import Head, head
from dengta.web.performance.intervals_view import Listed, intervals
from dengta.web.performance.overview_page import Card, cards, digits_of
from dengta.web.performance.recompute import Again, Recompute
from dengta.web.performance.reported_view import reported
from dengta.web.performance.revised_view import RevisedView
from dengta.web.performance.waterfall_view import waterfall
from dengta.web.performance.words import machine_name, reason_name, shift_name


@dataclass(frozen=True, slots=True)
class MachinePage:
    """Everything on it. band, listed, readings: for one business date, "" and None for more. reasons: to choose one."""

    head: Head
    name: str
    cards: Sequence[Card]
    revised: RevisedView | None
    elements: Drawn | None
    parts: Sequence[Drawn]
    band: str
    band_on_phone: str
    listed: Listed | None
    reasons: Sequence[tuple[str, str, bool]]
    readings: Listed | None
    recompute: Recompute | None
    tables: Mapping[str, Table]
    exports: str


def build(
    again: Again,
    folded: Folded,
    asked: Asked,
    seen: OneMachine,
    spans: Sequence[StateSpan] | None,
    only: Cause | None,
    steps: Sequence[MeterStep],
    changed: RevisedView | None,
) -> MachinePage:
    """The page for one choice; `spans` of one business date, None where it is more; those of one cause are listed.
    steps: of its meters on that date."""
    machine, total = asked.choice.machine, seen.total
    elements = _elements(total.figure, again) if total else None
    parts = _parts(again, folded, asked, seen)
    listed = None
    if spans is not None:
        chosen = [s for s in spans if only is None or only.names(s)]
        listed = intervals(folded, {machine: chosen}, name_machine=False)
    tables = {part.id: part.file for part in (*([elements] if elements else []), *parts)}
    if listed is not None:
        tables["intervals"] = listed.table
    readings = energy_view.reading_rows(folded, machine, steps) if steps else None
    if readings is not None:
        tables["readings"] = readings.table
    if changed is not None and changed.listed is not None:
        tables |= {"changes": changed.table, "late": changed.listed.table}
    return MachinePage(
        head=head(folded, asked, total.figure if total else None, one_machine=True),
        name=machine_name(folded, machine),
        cards=cards(total, changed),
        revised=changed,
        elements=elements,
        parts=parts,
        band="" if spans is None else _band(folded, asked, spans, WIDTH),
        band_on_phone="" if spans is None else _band(folded, asked, spans, NARROW),
        listed=listed,
        reasons=_reasons(folded, asked, spans or (), only),
        readings=readings,
        recompute=again.of(total.figure, digits_of(total)) if total else None,
        tables=tables,
        exports=asked.query(machine="", **(only._asdict() if only else {})),
    )


def _parts(again: Again, folded: Folded, asked: Asked, seen: OneMachine) -> list[Drawn]:
    machine, total = asked.choice.machine, seen.total
    labour = reported(total.figure, again) if total else None
    energy = None
    if total and energy_view.is_metered(total):
        energy = energy_view.by_time(again, folded, asked, total, seen.dates, seen.shifts)
    return [
        waterfall(total, seen.steps, again.command()),
        paretos_view.stops(
            folded,
            seen.stops,
            again.command("reason", "code"),
            lambda bar: machine_address(asked, machine, reason=bar.reason, state=bar.state) + "#intervals",
        ),
        _made(again, folded, seen.made),
        *([labour] if labour else []),
        *([energy] if energy else []),
        *([] if asked.one_date else [trends_view.trends(seen.dates, again), _dates(again, asked, seen.dates)]),
    ]


def _elements(total: Figure, again: Again) -> Drawn:
    """Time elements inside and outside planned busy time."""
    columns = [
        TableColumn(gettext("time element")),
        TableColumn(gettext("in planned time, min"), Kind.MINUTES),
        TableColumn(gettext("outside, min"), Kind.MINUTES),
        TableColumn(gettext("together, min"), Kind.MINUTES),
    ]
    rows: list[list[Value]] = [
        [f"{ELEMENTS[e.value]} {e.value}", total.inside.of[Column[e.name]], total.outside.of[Column[e.name]], length]
        for e, length in total.elements.items()
    ]
    sums = [sum(part.of[Column[e.name]] for e in total.elements) for part in (total.inside, total.outside)]
    rows.append([gettext("all"), *sums, sum(sums)])
    about = gettext("Time elements of ISO 22400-2, cut at the edges of shifts and breaks.")
    title = gettext("Time")
    return Drawn("elements", title, about, "", Table(title, columns, rows), again.command(), tabled=True)


def _made(again: Again, folded: Folded, made: Sequence[Figure]) -> Drawn:
    """Pieces by operation and item, with the planned cycle they were measured by."""
    title = gettext("Pieces, and the planned cycle used")
    columns = [
        TableColumn(gettext("operation")),
        TableColumn(gettext("item")),
        TableColumn(gettext("good"), Kind.COUNT),
        TableColumn(gettext("scrap"), Kind.COUNT),
        TableColumn(gettext("rework"), Kind.COUNT),
        TableColumn(gettext("planned, s a piece"), Kind.SECONDS),
        TableColumn(gettext("planned run, min"), Kind.MINUTES),
    ]
    rows: list[list[Value]] = []
    for f in made:
        counts = [f.whole.of[c] for c in (Column.GOOD, Column.SCRAP, Column.REWORK)]
        planned = None if f.whole.unplanned else f.whole.run
        operation = f.key["operation"]
        name = called(folded.book.operations, operation) if folded.book and operation else operation
        cycle = None if planned is None else Fraction(planned, sum(counts))
        rows.append([name or gettext("not told"), f.key["code"] or gettext("not told"), *counts, cycle, planned])
    about = gettext("Where the plan changed within the window, the cycle is the mean over the pieces made.")
    empty = "" if rows else gettext("No pieces were reported in this window.")
    table, command = Table(title, columns, rows), again.command("operation", "code")
    return Drawn("made", title, about, "", table, command, empty=empty, tabled=bool(rows))


def _dates(again: Again, asked: Asked, dates: Sequence[Measured]) -> Drawn:
    """A row a business date, which leads to its intervals."""
    title = gettext("Dates")
    columns = [
        TableColumn(gettext("date"), Kind.DATE),
        TableColumn("OEE", Kind.SHARE),
        TableColumn(gettext("planned, min"), Kind.MINUTES),
        TableColumn(gettext("good"), Kind.COUNT),
    ]
    rows: list[list[Value]] = [
        [
            date.fromisoformat(f.key["date"]),
            f.value("oee"),
            f.figure.planned,
            f.pieces(Column.GOOD),
        ]
        for f in dates
    ]
    hrefs = [machine_address(asked, asked.choice.machine, date=f.key["date"]) for f in dates]
    about = gettext("Choose a date to see its intervals.")
    table, command = Table(title, columns, rows), again.command("date")
    return Drawn("dates", title, about, "", table, command, hrefs=hrefs, tabled=True)


def _reasons(
    folded: Folded, asked: Asked, spans: Sequence[StateSpan], only: Cause | None
) -> list[tuple[str, str, bool]]:
    """The reasons of the intervals, to choose one: (address, name, whether chosen)."""
    told = dict.fromkeys((s.reason, "" if s.reason else s.state) for s in spans)
    machine = asked.choice.machine
    every = (machine_address(asked, machine) + "#intervals", gettext("all"), only is None)
    words = state_words()
    return [
        every,
        *(
            (
                machine_address(asked, machine, reason=reason, state=state) + "#intervals",
                reason_name(folded, reason) if reason else words.get(state, state),
                only == Cause(reason, state),
            )
            for reason, state in told
        ),
    ]


def _band(folded: Folded, asked: Asked, spans: Sequence[StateSpan], width: int) -> str:
    window, zone, words = asked.choice.window, folded.zone, state_words()
    book, machine = folded.book, asked.choice.machine
    lengths: dict[str, Micros] = {}
    for one in spans:
        lengths[one.state] = lengths.get(one.state, 0) + one.end - one.start
    told = ", ".join(f"{words.get(state, state)} {length // MINUTE} min" for state, length in lengths.items())
    worked = book.resolver(machine).occurrences(window) if book and machine in book.machines else []
    step = (HOUR if window.length <= 12 * HOUR else 2 * HOUR) * (1 if width == WIDTH else 2)
    ticks = range(-(-window.start // step) * step, window.end, step)
    return state_band_svg(
        BandView(
            window.start,
            window.end,
            [(s.start, s.end, s.state) for s in spans],
            words,
            f"{machine_name(folded, machine)}: {told}",
            [Shade(o.interval.start, o.interval.end, shift_name(folded, o.shift)) for o in worked],
            [Mark(at, f"{to_datetime(at, zone):%H:%M}") for at in ticks],
            width=width,
        )
    )
