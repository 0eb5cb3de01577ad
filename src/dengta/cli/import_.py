"""`dengta import`: operation reports of a spreadsheet export into a site's log, with an account of every row."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any

import typer

from dengta.cli.printing import answers, language, print_json, print_table, tr
from dengta.connect import spreadsheet
from dengta.connect.sink import open_sink
from dengta.connect.spreadsheet_mapping import ReportMapping, read_mapping
from dengta.connect.spreadsheet_shelf import ImportPlant, keep_mapping, plant_of
from dengta.connect.spreadsheet_tally import Tally
from dengta.core.ids import stream_id
from dengta.core.reason import Reason, Refusal
from dengta.core.time import to_iso
from dengta.log import LogReader
from dengta.site.bookshelf import Bookshelf
from dengta.site.clock import SiteTime
from dengta.site.home import Home
from dengta.words import say

app = typer.Typer(add_completion=False)
SHOWN = 20
"""Rows a person is shown; `--json` lists every one."""


@app.command(help=tr("import.about"))
@answers
def import_(
    file: Annotated[Path, typer.Argument(help=tr("import.option_file"))],
    mapping: Annotated[Path, typer.Option("--mapping", help=tr("import.option_mapping"))],
    site: Annotated[str | None, typer.Option("--site", help=tr("import.option_site"))] = None,
    home: Annotated[Path | None, typer.Option("--home", envvar="DENGTA_HOME", help=tr("import.option_home"))] = None,
    as_json: Annotated[bool, typer.Option("--json", help=tr("import.option_json"))] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help=tr("import.option_dry_run"))] = False,
) -> None:
    """Judge all of the file first; keep nothing of one that is refused."""
    how = read_mapping(mapping)
    how = replace(how, site=site) if site else how
    if not file.is_file():
        raise Refusal(Reason("import.file_absent", (str(file),)))
    place = Home.at(home)
    folder = place.site(how.site)
    plant = plant_of(how, folder)
    log = LogReader(folder.log)
    judged = spreadsheet.survey(file, how, plant.machines, log)
    tally, sent = judged.tally, None
    if not dry_run:
        now = SiteTime(folder.clock)
        with open_sink(place, how.site, now) as sink, _bar(tally, quiet=as_json) as progress:
            if plant.text is not None:
                Bookshelf(folder.books).add(plant.text, now(), by="dengta import", source=str(how.plant))
            keep_mapping(folder, mapping, now())
            sent = spreadsheet.send(file, how, plant.machines, judged, log, sink, progress)
    if as_json:
        print_json("import", _answer(file, mapping, how, plant, tally, sent))
    else:
        _show(file, how, plant, tally, sent)


@contextmanager
def _bar(tally: Tally, *, quiet: bool) -> Iterator[Callable[[int], None]]:
    """A progress bar on a terminal's standard error, for files that take longer than a second or so."""
    if quiet or tally.total < 100_000 or not sys.stderr.isatty():
        yield lambda _rows: None
        return
    with typer.progressbar(length=tally.total, label=tr("import.reading"), file=sys.stderr) as bar:
        yield lambda rows: bar.update(rows - bar.pos)


def _answer(
    file: Path, path: Path, how: ReportMapping, plant: ImportPlant, tally: Tally, sent: int | None
) -> dict[str, Any]:
    spoken = language()
    return {
        "site": how.site,
        "file": str(file),
        "mapping": str(path),
        "stream": stream_id(how.site, how.producer),
        "producer": how.producer,
        "plant_book": plant.book.hash,
        "dry_run": sent is None,
        "rows": {"total": tally.total, **_counts(tally)},
        "sums": {result: sums.as_dict() for result, sums in tally.sums.items()},
        "from": None if tally.first is None else to_iso(tally.first, how.zone),
        "to": None if tally.last is None else to_iso(tally.last, how.zone),
        "events": {
            "total": tally.events,
            "accepted": sent or 0,
            "duplicates": 0 if sent is None else tally.events - sent,
        },
        "notes": [
            {"code": code, "rows": rows, "first_row": _row(note), "sentence": tr(code, **note.params)}
            for code, (rows, note) in tally.notes.items()
        ],
        "listed": [
            {
                "row": one.row,
                "result": one.result,
                "column": one.reason.place[1] if len(one.reason.place) > 1 else None,
                "code": one.reason.code,
                "params": dict(one.reason.params),
                "sentence": say(replace(one.reason, place=()), spoken),
            }
            for one in tally.listed
        ],
    }


def _counts(tally: Tally) -> dict[str, int]:
    return {name: getattr(tally, name) for name in ("accepted", "repaired", "duplicate", "rejected")}


def _row(note: Reason) -> int:
    return int(note.place[0].removeprefix("row "))


def _show(file: Path, how: ReportMapping, plant: ImportPlant, tally: Tally, sent: int | None) -> None:
    figures = ("run_min", "setup_min", "breakdown_min", "good", "withheld")
    headings = [tr("import." + ("pieces" if name == "good" else name)) for name in figures]
    rows: list[list[object]] = []
    for result, count in {**_counts(tally), "total": tally.total}.items():
        sums = tally.sums[result].as_dict() if result in tally.sums else {}
        rows.append([tr(f"import.{result}"), f"{count:,}", *(_thousands(sums.get(name)) for name in figures)])
    print_table(
        tr("import.title", file=file.name, site=how.site),
        [(tr("import.of"), False), (tr("import.rows"), True), *((h, True) for h in headings)],
        rows,
    )
    if tally.listed:
        words = language()
        shown = [
            (one.row, tr(f"import.{one.result}"), say(replace(one.reason, place=one.reason.place[1:]), words))
            for one in tally.listed[:SHOWN]
        ]
        columns = [(tr("import.row"), True), (tr("import.what"), False), (tr("import.why"), False)]
        print()
        print_table(tr("import.listed"), columns, shown)
        if len(tally.listed) > SHOWN:
            print(tr("import.and_more", rows=len(tally.listed) - SHOWN))
    if tally.notes:
        print()
        noted = [(rows, tr(code, **note.params), _row(note)) for code, (rows, note) in tally.notes.items()]
        columns = [(tr("import.rows"), True), (tr("import.why"), False), (tr("import.first_row"), True)]
        print_table(tr("import.notes"), columns, noted)
    print()
    if sent is None:
        print(tr("import.nothing_sent", events=tally.events))
        return
    if plant.text is not None and how.plant is not None:
        print(tr("import.shelved", file=how.plant.name, hash=plant.book.short))
    print(tr("import.sent", accepted=sent, duplicates=tally.events - sent))


def _thousands(number: float | int | None) -> str:
    return "" if number is None else f"{number:,}"
