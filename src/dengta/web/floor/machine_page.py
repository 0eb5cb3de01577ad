"""What a machine's page shows beside its tile: today's band, the shift's time, the last events."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from django.utils.translation import gettext

from dengta.apps.production.queries import FloorView, SiteFloor
from dengta.core.intervals import Interval
from dengta.core.time import Micros, instant, local_day, to_datetime
from dengta.engines.plantbook import PlantBook
from dengta.figures import BandView, Mark, Shade, state_band_svg
from dengta.log import LogReader
from dengta.web.floor.event_list import EventRow, last_events
from dengta.web.floor.shift_table import ShiftTable, shift_table
from dengta.web.floor.words import language, span, state_words


@dataclass(frozen=True, slots=True)
class MachinePage:
    """Everything below the tile."""

    band: str
    shift: ShiftTable | None
    events: Sequence[EventRow]


def build(reader: LogReader, live: SiteFloor, view: FloorView, book: PlantBook, machine: str) -> MachinePage:
    """The page of `machine` at the view's instant."""
    return MachinePage(
        band=_band(live, book, machine, view.at),
        shift=shift_table(reader, book, machine, view.at),
        events=last_events(reader, book, machine, view.at),
    )


def _band(live: SiteFloor, book: PlantBook, machine: str, at: Micros) -> str:
    today, speech, words = local_day(at, book.zone), language(), state_words()
    start, end = instant(today, 0, book.zone), instant(today + timedelta(days=1), 0, book.zone)
    shifts = book.calendar(machine).all_shifts()
    spans = [(s.start, s.end, s.state) for s in live.spans(machine, start, at)]
    told = ", ".join(f"{words[state]} {span(length)}" for state, length in _lengths(spans).items())
    label = gettext("{machine} on {day}: {told}").format(
        machine=book.machines[machine].name[speech], day=today, told=told or words["unknown"]
    )
    return state_band_svg(
        BandView(
            start=start,
            end=end,
            spans=spans,
            words=words,
            label=label,
            shifts=[
                Shade(o.interval.start, o.interval.end, shifts[o.shift].name[speech])
                for o in book.resolver(machine).occurrences(Interval(start, end))
            ],
            ticks=[Mark(instant(today, hour * 60, book.zone), f"{hour:02d}:00") for hour in range(2, 24, 2)],
            now=Mark(at, f"{to_datetime(at, book.zone):%H:%M}"),
        )
    )


def _lengths(spans: Sequence[tuple[Micros, Micros, str]]) -> dict[str, Micros]:
    lengths: dict[str, Micros] = {}
    for start, end, state in spans:
        lengths[state] = lengths.get(state, 0) + end - start
    return lengths
