"""`dengta plant`: check, show and keep plant books."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Annotated, Any

import typer

from dengta.cli.printing import answers, language, print_json, print_reasons, print_table, tr
from dengta.core.reason import Reason, Refusal
from dengta.core.shifts import ShiftOccurrence
from dengta.core.time import MINUTE, SECOND, Micros, to_datetime, to_iso
from dengta.core.toml_reading import decode
from dengta.engines.calendars import resolver
from dengta.engines.plantbook import PlantBook, parse
from dengta.site.bookshelf import Bookshelf, Revision
from dengta.site.clock import SiteTime
from dengta.site.home import Home

MOST_DAYS = 3660

app = typer.Typer(no_args_is_help=True, add_completion=False, help=tr("plant.cli.about"))

File = Annotated[Path, typer.Argument(help=tr("plant.cli.file"))]
AsJson = Annotated[bool, typer.Option("--json", help=tr("plant.cli.json"))]
HomeAt = Annotated[Path | None, typer.Option("--home", help=tr("plant.cli.home"))]


@app.command(help=tr("plant.cli.check"))
@answers
def check(file: File, as_json: AsJson = False) -> None:
    """Every fault of a plant book at once; exit code 1 where there is one."""
    text = _text(file)
    try:
        book = parse(text, file.name)
    except Refusal as refusal:
        if not as_json:
            raise
        print_json("plant.check", {"sound": False, "faults": [r.as_dict() for r in refusal.reasons]})
        raise typer.Exit(1) from None
    if as_json:
        print_json("plant.check", {"sound": True, "faults": [], **_head(book)})
        return
    words = {"site": book.name[language()], "machines": len(book.machines), "short": book.short}
    typer.echo(tr("plant.cli.sound", source=file.name, valid_from=to_iso(book.valid_from, book.zone), **words))


@app.command(help=tr("plant.cli.show"))
@answers
def show(
    file: Annotated[Path | None, typer.Argument(help=tr("plant.cli.file"))] = None,
    site: Annotated[str | None, typer.Option(help=tr("plant.cli.site"))] = None,
    home: HomeAt = None,
    as_json: AsJson = False,
) -> None:
    """The book of a file, or the one that rules on a site at the site's time."""
    if (file is None) == (site is None):
        raise Refusal(Reason("plant.which"))
    revision: Revision | None = None
    if file is not None:
        book = parse(_text(file), file.name)
    else:
        revision = _ruling(Home.at(home), site or "")
        book = revision.book
    if as_json:
        put = {} if revision is None else {"by": revision.by, "recorded_at": to_iso(revision.recorded_at)}
        print_json("plant.show", {**_head(book), **put, "content": book.content})
        return
    spoken = language()
    title = f"{book.name[spoken]} · {book.zone.key} · {to_iso(book.valid_from, book.zone)} · {book.short}"
    if revision is not None and revision.by:
        title += f" · {tr('plant.cli.by')}: {revision.by}"
    headings = [(tr(f"plant.cli.{word}"), False) for word in ("machine", "name", "line", "area", "kind", "calendar")]
    rows = [
        (
            machine.id,
            machine.name[spoken],
            book.lines[machine.line].name[spoken],
            book.areas[machine.area].name[spoken],
            book.kinds[machine.kind].name[spoken],
            book.calendars[machine.calendar].name[spoken],
        )
        for machine in book.machines.values()
    ]
    print_table(title, headings, rows)


@app.command(help=tr("plant.cli.shifts"))
@answers
def shifts(
    file: File,
    first: Annotated[datetime, typer.Option("--from", formats=["%Y-%m-%d"], help=tr("plant.cli.from"))],
    last: Annotated[datetime, typer.Option("--to", formats=["%Y-%m-%d"], help=tr("plant.cli.to"))],
    calendar: Annotated[str | None, typer.Option(help=tr("plant.cli.only"))] = None,
    as_json: AsJson = False,
) -> None:
    """When the shifts of business dates `first` to `last` really take place, and how long they really are."""
    book = parse(_text(file), file.name)
    start, end = first.date(), last.date()
    if not 0 <= (end - start).days <= MOST_DAYS:
        raise Refusal(Reason("plant.span", (), {"start": str(start), "to": str(end), "most": MOST_DAYS}))
    if calendar is not None and calendar not in book.calendars:
        known = ", ".join(book.calendars)
        raise Refusal(Reason("plant.no_calendar", (file.name,), {"value": calendar, "known": known}))
    used = {m.calendar for m in book.machines.values()}
    asked = [c for c in book.calendars if c == calendar or (calendar is None and c in used)]
    found = {c: _between(book, c, start, end) for c in asked}
    if as_json:
        rows = [_occurrence(c, one, book) for c, ones in found.items() for one in ones]
        unplanned = [c for c in asked if book.calendars[c].unplanned]
        print_json("plant.shifts", {**_head(book), "unplanned": unplanned, "occurrences": rows})
        return
    for id_, ones in found.items():
        _print_shifts(book, id_, ones)


@app.command(help=tr("plant.cli.add"))
@answers
def add(
    file: File,
    home: HomeAt = None,
    by: Annotated[str, typer.Option(envvar=["USER", "LOGNAME"], show_envvar=False, help=tr("plant.cli.puts"))] = "",
    as_json: AsJson = False,
) -> None:
    """Put a plant book on its site's shelf, at the site's time."""
    text = _text(file)
    folder = Home.at(home).site(parse(text, file.name).site)
    shelf = Bookshelf(folder.books)
    revision = shelf.add(text, SiteTime(folder.clock)(), by, file.name)
    print_reasons(shelf.damage())
    book, recorded = revision.book, to_iso(revision.recorded_at, revision.book.zone)
    if as_json:
        print_json("plant.add", {**_head(book), "recorded_at": recorded, "by": revision.by, "file": revision.file})
        return
    valid = to_iso(book.valid_from, book.zone)
    typer.echo(tr("plant.cli.added", site=book.site, short=book.short, valid_from=valid, recorded_at=recorded))


def _text(file: Path) -> str:
    try:
        return decode(file.read_bytes(), file.name)
    except OSError as error:
        raise Refusal(Reason("plant.no_file", (str(file),), {"why": error.strerror})) from None


def _ruling(home: Home, site: str) -> Revision:
    folder = home.site(site)
    shelf = Bookshelf(folder.books)
    print_reasons(shelf.damage())
    revision = shelf.revision(SiteTime(folder.clock)())
    if revision is None:
        raise Refusal(Reason("plant.none", (site,)))
    return revision


def _head(book: PlantBook) -> dict[str, Any]:
    return {
        "site": book.site,
        "zone": book.zone.key,
        "valid_from": to_iso(book.valid_from, book.zone),
        "hash": book.hash,
        "machines": len(book.machines),
    }


def _between(book: PlantBook, calendar: str, first: date, last: date) -> list[ShiftOccurrence]:
    asked = resolver(book.calendars[calendar], book.zone)
    days = (first + timedelta(days=n) for n in range((last - first).days + 1))
    return [one for day in days for one in asked.on(day)]


def _occurrence(calendar: str, one: ShiftOccurrence, book: PlantBook) -> dict[str, Any]:
    return {
        "calendar": calendar,
        "shift": one.shift,
        "business_date": one.business_date.isoformat(),
        "start": to_iso(one.interval.start, book.zone),
        "end": to_iso(one.interval.end, book.zone),
        "length_s": one.interval.length // SECOND,
        "planned_s": one.planned_time // SECOND,
    }


def _print_shifts(book: PlantBook, id_: str, ones: list[ShiftOccurrence]) -> None:
    calendar = book.calendars[id_]
    if calendar.unplanned:
        typer.echo(tr("plant.cli.unplanned", calendar=id_))
        return
    names = {s.id: s.name[language()] for s in calendar.all_shifts().values()}
    words = ("date", "shift", "begins", "ends", "length", "planned")
    rows = [
        (
            one.business_date,
            names[one.shift],
            *_edges(one, book),
            _length(one.interval.length),
            _length(one.planned_time),
        )
        for one in ones
    ]
    print_table(
        f"{calendar.name[language()]} · {book.zone.key}",
        [(tr(f"plant.cli.{word}"), word in ("length", "planned")) for word in words],
        rows,
    )


def _edges(one: ShiftOccurrence, book: PlantBook) -> tuple[str, str]:
    """Begin and end by the wall clock: with a date where it is not the row's, with offsets where the clock changes."""
    edges = [to_datetime(at, book.zone) for at in (one.interval.start, one.interval.end)]
    offset = "" if edges[0].utcoffset() == edges[1].utcoffset() else "%z"
    begin, end = (e.strftime(("" if e.date() == one.business_date else "%m-%d ") + "%H:%M" + offset) for e in edges)
    return begin, end


def _length(duration: Micros) -> str:
    hours, minutes = divmod(duration // MINUTE, 60)
    return tr("plant.cli.hours", h=hours, m=minutes)
