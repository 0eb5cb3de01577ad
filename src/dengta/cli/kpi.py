"""`dengta kpi`: figures folded from a site's log, or from exported lines alone, each with where it comes from."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Annotated
from zoneinfo import ZoneInfo

import numpy as np
import typer

from dengta.cli.kpi_answers import Answer, show, to_json
from dengta.cli.printing import answers, language, print_json, tr
from dengta.cli.which_site import which_site
from dengta.connect import lines
from dengta.connect.spreadsheet_shelf import source_names
from dengta.core.batch import EventBatch
from dengta.core.intervals import Interval
from dengta.core.reason import Reason, Refusal, refuse_if
from dengta.core.time import Micros, from_datetime, to_iso
from dengta.engines import kpi
from dengta.engines.kpi import Change, Rows, Where
from dengta.engines.plantbook import PlantBook, parse
from dengta.log import LogReader
from dengta.site.bookshelf import Bookshelf
from dengta.site.clock import SiteTime
from dengta.site.home import SiteFolder

app = typer.Typer(add_completion=False)
_FILTERS = ("machine", "line", "order", "shift")


@app.command(name="kpi", help=tr("kpi.about"))
@answers
def kpi_(
    by: Annotated[str, typer.Option("--by", help=tr("kpi.option_by"))] = "machine",
    machine: Annotated[str | None, typer.Option("--machine", help=tr("kpi.option_machine"))] = None,
    line: Annotated[str | None, typer.Option("--line", help=tr("kpi.option_line"))] = None,
    order: Annotated[str | None, typer.Option("--order", help=tr("kpi.option_order"))] = None,
    shift: Annotated[str | None, typer.Option("--shift", help=tr("kpi.option_shift"))] = None,
    start: Annotated[str | None, typer.Option("--from", help=tr("kpi.option_from"))] = None,
    end: Annotated[str | None, typer.Option("--to", help=tr("kpi.option_to"))] = None,
    heard_by: Annotated[str | None, typer.Option("--heard-by", help=tr("kpi.option_heard_by"))] = None,
    revisions: Annotated[bool, typer.Option("--revisions", help=tr("kpi.option_revisions"))] = False,
    assume: Annotated[bool, typer.Option("--assume", help=tr("kpi.option_assume"))] = False,
    site: Annotated[str | None, typer.Option("--site", help=tr("kpi.option_site"))] = None,
    home: Annotated[Path | None, typer.Option("--home", envvar="DENGTA_HOME", help=tr("kpi.option_home"))] = None,
    events: Annotated[Path | None, typer.Option("--events", help=tr("kpi.option_events"))] = None,
    book: Annotated[Path | None, typer.Option("--book", help=tr("kpi.option_book"))] = None,
    as_json: Annotated[bool, typer.Option("--json", help=tr("kpi.option_json"))] = False,
) -> None:
    """Fold one window."""
    told = _from_files(events, book) if events else _from_home(home, site, book)
    zone = told.zone
    heard = _instant("--heard-by", heard_by, zone) if heard_by else None
    if heard is not None:
        told = replace(told, batch=told.batch.take(told.batch["recv"] <= heard))
    window = _window(kpi.extent(told.batch), start, end, zone)
    plant = told.book_at(window.end - 1)
    ids = list(plant.machines) if plant else []
    ids += sorted({told.batch.texts[code] for code in np.unique(told.batch["subject"]).tolist()} - set(ids))
    batch = kpi.apply(told.batch)
    assumed = kpi.assume(batch, zone) if assume else None
    rows = kpi.fold(kpi.setting_of(plant, ids, window, zone=zone, assumed=assumed), batch)
    dimensions = [d.strip() for d in by.split(",") if d.strip()]
    where = _where(rows, dict(zip(_FILTERS, (machine, line, order, shift), strict=True)))
    found = [f for f in kpi.figures(rows, dimensions, where) if f.grade]
    people = kpi.attendance(batch, rows.setting, rows.until).by(dimensions) if not (order or line or shift) else {}
    found = [f.with_inputs(people.get(tuple(f.key.values()), {})) for f in found]
    if dimensions == ["order"]:
        times = kpi.order_times(batch)
        found = [f.with_inputs(kpi.execution_inputs(times, f.key["order"])) for f in found]
    total = next(iter(kpi.figures(rows, (), where)), None)
    changed = told.changes(plant, window) if revisions else None
    names = told.names(plant)
    answer = Answer(
        told.site, zone, window, plant, tuple(dimensions), found, total, rows, assumed, names, heard, changed
    )
    if as_json:
        print_json("kpi", to_json(answer), version=2)
    else:
        show(answer)


@dataclass(frozen=True, slots=True)
class _Told:
    """Where the events come from, and the books that describe the plant."""

    site: str
    batch: EventBatch
    shelf: Bookshelf | None
    given: PlantBook | None
    sources: dict[str, str]
    folder: SiteFolder | None = None

    @property
    def zone(self) -> ZoneInfo:
        """The plant's wall clock; UTC where no book says."""
        if self.given:
            return self.given.zone
        revisions = self.shelf.revisions() if self.shelf else []
        return revisions[-1].book.zone if revisions else ZoneInfo("UTC")

    def book_at(self, at: Micros) -> PlantBook | None:
        """The plant book that held at `at`."""
        return self.given or (self.shelf.book(at) if self.shelf else None)

    def changes(self, plant: PlantBook | None, window: Interval) -> list[Change]:
        """What late events changed of what was known of `window`, in the order of its shifts; from a log only."""
        if self.folder is None:
            raise Refusal(Reason("kpi.revisions_need_a_log", ("--revisions", "--events")))
        from dengta.apps.performance.site_fold import SiteFold

        folded = SiteFold(LogReader(self.folder.log), plant).catch_up(SiteTime(self.folder.clock)())
        found = [one for changes in (folded.changes.values() if folded else ()) for one in changes]
        return sorted((c for c in found if window.meet(c.span)), key=lambda c: (c.span.start, c.machine, c.revision))

    def names(self, plant: PlantBook | None) -> dict[str, tuple[str, str | None]]:
        """Machine -> its name in the terminal's language, and what imported files call it."""
        machines = plant.machines if plant else {}
        tongue = "zh" if language() == "zh_Hans" else "en"
        names = {m: (str(machine.name[tongue]), self.sources.get(m)) for m, machine in machines.items()}
        return names | {m: (m, source) for m, source in self.sources.items() if m not in names}


def _from_home(home: Path | None, site: str | None, book: Path | None) -> _Told:
    folder = which_site(home, site)
    batch = LogReader(folder.log).read(types=[int(t) for t in kpi.ATTENDED])
    return _Told(folder.site, batch, Bookshelf(folder.books), _book(book), source_names(folder), folder)


def _from_files(events: Path, book: Path | None) -> _Told:
    """Exported lines and a plant book: no home is needed to recompute."""
    try:
        with events.open("rb") as source:
            batch = EventBatch.concat(lines.read_file(source, events.name)).sorted()
    except OSError as fault:
        raise Refusal(Reason("kpi.file_unreadable", (str(events),), {"error": fault.strerror or str(fault)})) from None
    batch = batch.take(np.isin(batch["type"], [int(t) for t in kpi.ATTENDED]))
    given = _book(book)
    return _Told(given.site if given else "", batch, None, given, {})


def _book(file: Path | None) -> PlantBook | None:
    if file is None:
        return None
    try:
        return parse(file.read_text("utf-8"), file.name)
    except (OSError, UnicodeDecodeError) as fault:
        raise Refusal(Reason("kpi.file_unreadable", (str(file),), {"error": str(fault)})) from None


def _window(known: Interval | None, start: str | None, end: str | None, zone: ZoneInfo) -> Interval:
    if known is None and not (start and end):
        raise Refusal(Reason("kpi.nothing"))
    first = _instant("--from", start, zone) if start else known.start  # type: ignore[union-attr]
    last = _instant("--to", end, zone) if end else known.end  # type: ignore[union-attr]
    if last <= first:
        params = {"from": to_iso(first, zone), "to": to_iso(last, zone)}
        raise Refusal(Reason("kpi.window_backwards", ("--from", "--to"), params))
    return Interval(first, last)


def _instant(option: str, text: str, zone: ZoneInfo) -> Micros:
    """A date or time by the plant's wall clock, or an instant with its own offset."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise Refusal(Reason("kpi.time_unreadable", (option,), {"value": text})) from None
    return from_datetime(moment if moment.tzinfo else moment.replace(tzinfo=zone))


def _where(rows: Rows, asked: dict[str, str | None]) -> Where:
    """What was asked for; a word that nothing here goes by is refused, for it is more likely mistyped than empty."""
    chosen = {d: tuple(w.strip() for w in text.split(",") if w.strip()) for d, text in asked.items() if text}
    refuse_if(
        Reason("kpi.filter_unknown", (f"--{d}",), {"value": word, "known": ", ".join(known[:8]) or "-"})
        for d, words in chosen.items()
        for known in [kpi.words_of(rows, d)]
        for word in words
        if word not in known
    )
    return Where(**chosen)
