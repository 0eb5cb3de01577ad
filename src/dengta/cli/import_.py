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
from dengta.cli.printing import answers, print_json, tr
from dengta.connect import spreadsheet
from dengta.connect.sink import open_sink
from dengta.connect.spreadsheet_mapping import read_mapping
from dengta.connect.spreadsheet_shelf import keep_mapping, plant_of
from dengta.core.reason import Reason, Refusal
from dengta.log import LogReader
from dengta.site.bookshelf import Bookshelf
from dengta.site.clock import SiteTime
from dengta.site.home import Home

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
) -> None:
    """Judge all of the file first; keep nothing of one that is refused."""
    if not file.is_file():
        raise Refusal(Reason("import.file_absent", (str(file),)))
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
            keep_mapping(folder, mapping, now())
            sent = spreadsheet.send(file, how, plant.machines, judged, log, sink, progress)
    return forms.Imported(file, mapping, how, plant, judged, sent)


@contextmanager
def _bar(total: int, *, quiet: bool) -> Iterator[Callable[[int], None]]:
    """A progress bar on a terminal's standard error, for files that take longer than a second or so."""
    if quiet or total < 100_000 or not sys.stderr.isatty():
        yield lambda _rows: None
        return
    with typer.progressbar(length=total, label=tr("import.reading"), file=sys.stderr) as bar:
        yield lambda rows: bar.update(rows - bar.pos)
