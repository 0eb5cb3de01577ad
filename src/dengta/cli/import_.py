"""`dengta import`: reports of a spreadsheet export into a site's log, with an account of every row."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from dengta.cli import import_answers as forms
from dengta.cli.printing import answers, language, print_json, tr
from dengta.connect import spreadsheet, spreadsheet_draft
from dengta.connect.sink import open_sink
from dengta.connect.spreadsheet_draft_text import Target, as_toml, unknown
from dengta.connect.spreadsheet_layout import Guess
from dengta.connect.spreadsheet_mapping import read_mapping
from dengta.connect.spreadsheet_reconcile import Source, measured_zone, source
from dengta.connect.spreadsheet_shelf import keep_mapping, machine_names, plant_of
from dengta.core.reason import Reason, Refusal
from dengta.core.time import LATEST
from dengta.log import LogReader
from dengta.site.bookshelf import Bookshelf
from dengta.site.clock import SiteTime
from dengta.site.home import Home
from dengta.words import say

app = typer.Typer(add_completion=False)


@app.command(help=tr("import.about"))
@answers
def import_(
    file: Annotated[Path, typer.Argument(help=tr("import.option_file"))],
    mapping: Annotated[Path | None, typer.Option("--mapping", help=tr("import.option_mapping"))] = None,
    site: Annotated[str | None, typer.Option("--site", help=tr("import.option_site"))] = None,
    home: Annotated[Path | None, typer.Option("--home", envvar="DENGTA_HOME", help=tr("import.option_home"))] = None,
    as_json: Annotated[bool, typer.Option("--json", help=tr("import.option_json"))] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help=tr("import.option_dry_run"))] = False,
    suggest: Annotated[bool, typer.Option("--suggest", help=tr("import.option_suggest"))] = False,
    out: Annotated[Path | None, typer.Option("--out", help=tr("import.option_out"))] = None,
    against: Annotated[Path | None, typer.Option("--against", help=tr("import.option_against"))] = None,
    against_mapping: Annotated[
        Path | None, typer.Option("--against-mapping", help=tr("import.option_against_mapping"))
    ] = None,
) -> None:
    """Judge all of the file first; keep nothing of one that is refused."""
    if not file.is_file():
        raise Refusal(Reason("import.file_absent", (str(file),)))
    if suggest:
        _suggest(Home.at(home), file, site, out, against, against_mapping)
        return
    if mapping is None:
        raise Refusal(Reason("import.mapping_needed", (str(file),)))
    done = _imported(Home.at(home), file, mapping, site, dry_run=dry_run, quiet=as_json)
    if as_json:
        print_json("import", forms.as_json(done))
    else:
        forms.show(done)


def _imported(
    place: Home, file: Path, mapping: Path, site: str | None, *, dry_run: bool, quiet: bool
) -> forms.Imported:
    how = read_mapping(mapping)
    how = replace(how, site=site) if site else how
    folder = place.site(how.site)
    plant = plant_of(how, folder)
    log = LogReader(folder.log)
    judged = spreadsheet.survey(file, how, plant.machines, log)
    sent = None
    if not dry_run:
        now = SiteTime(folder.clock)
        with open_sink(place, how.site, now) as sink, _bar(judged.tally.total, quiet=quiet) as progress:
            if plant.text is not None:
                Bookshelf(folder.books).add(plant.text, now(), by="dengta import", source=str(how.plant))
            keep_mapping(folder, mapping.read_bytes(), now())
            sent = spreadsheet.send(file, how, plant.machines, judged, log, sink, progress)
    return forms.Imported(file, mapping, how, plant, judged, sent)


def _suggest(
    place: Home, file: Path, site: str | None, out: Path | None, against: Path | None, against_mapping: Path | None
) -> None:
    """Draft a mapping: into `out`, else on standard output; what it does not know on standard error."""
    folder = place.site(site) if site else None
    book = Bookshelf(folder.books).book(LATEST) if folder else None
    draft = spreadsheet_draft.suggest(file, machine_names(book) if book else {})
    other: Source | LogReader | None = LogReader(folder.log) if folder else None
    if against is not None:
        if against_mapping is None:
            raise Refusal(Reason("import.against_mapping_needed", (str(against),)))
        how = read_mapping(against_mapping)
        other = source(against, how, plant_of(how, place.site(how.site)).machines)
    zone = None if other is None else measured_zone(draft, other)
    if zone is None and book is not None:
        zone = Guess(book.zone.key, "guess", Reason("import.seen_zone_book"))
    target = Target(site or "", zone=zone)
    text = as_toml(draft, target, language())
    if out is None:
        sys.stdout.write(text)
    elif out.exists():
        raise Refusal(Reason("import.draft_there", (str(out),)))
    else:
        out.write_text(text, "utf-8")
        typer.echo(tr("import.drafted", file=out))
    for reason in unknown(draft, target):
        typer.echo(tr("import.fill", what=say(reason, language())), err=True)


@contextmanager
def _bar(total: int, *, quiet: bool) -> Iterator[Callable[[int], None]]:
    """A progress bar on a terminal's standard error, for files that take longer than a second or so."""
    if quiet or total < 100_000 or not sys.stderr.isatty():
        yield lambda _rows: None
        return
    with typer.progressbar(length=total, label=tr("import.reading"), file=sys.stderr) as bar:
        yield lambda rows: bar.update(rows - bar.pos)
