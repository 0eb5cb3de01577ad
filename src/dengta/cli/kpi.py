"""`dengta kpi`: figures folded from a site's log, each with its window, its plant book and where it comes from."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any
from zoneinfo import ZoneInfo

import numpy as np
import typer

from dengta.cli.printing import answers, language, print_json, print_table, tr
from dengta.cli.which_site import which_site
from dengta.connect.spreadsheet_shelf import source_names
from dengta.core.intervals import Interval
from dengta.core.reason import Reason, Refusal
from dengta.core.time import MINUTE, Micros, from_datetime, to_iso
from dengta.engines import kpi
from dengta.engines.kpi import Column, Figure, Ratio, Rows
from dengta.engines.plantbook import PlantBook
from dengta.log import LogReader
from dengta.site.bookshelf import Bookshelf
from dengta.words import say

app = typer.Typer(add_completion=False)
WIDE = 110
_REPORTED = {
    "run_min": Column.REPORTED_RUN,
    "setup_min": Column.REPORTED_SETUP,
    "breakdown_min": Column.REPORTED_BREAKDOWN,
    "machine_run_min": Column.MACHINE_RUN,
    "machine_setup_min": Column.MACHINE_SETUP,
    "machine_breakdown_min": Column.MACHINE_BREAKDOWN,
}
_PIECES = {"good": Column.GOOD, "scrap": Column.SCRAP, "rework": Column.REWORK, "counted": Column.COUNTED}
_COUNTERS = {"late_samples": Column.LATE, "counter_resets": Column.RESETS}
_Names = Mapping[str, tuple[str, str | None]]


@app.command(name="kpi", help=tr("kpi.about"))
@answers
def kpi_(
    by: Annotated[str, typer.Option("--by", help=tr("kpi.option_by"))] = "machine",
    site: Annotated[str | None, typer.Option("--site", help=tr("kpi.option_site"))] = None,
    start: Annotated[str | None, typer.Option("--from", help=tr("kpi.option_from"))] = None,
    end: Annotated[str | None, typer.Option("--to", help=tr("kpi.option_to"))] = None,
    home: Annotated[Path | None, typer.Option("--home", envvar="DENGTA_HOME", help=tr("kpi.option_home"))] = None,
    as_json: Annotated[bool, typer.Option("--json", help=tr("kpi.option_json"))] = False,
) -> None:
    """Fold the log of one site over one window."""
    folder = which_site(home, site)
    batch = LogReader(folder.log).read(types=[int(t) for t in kpi.FOLDED])
    shelf = Bookshelf(folder.books).revisions()
    zone = shelf[-1].book.zone if shelf else ZoneInfo("UTC")
    window = _window(kpi.extent(batch), start, end, zone)
    book = Bookshelf(folder.books).book(window.end - 1)
    ids = list(book.machines) if book else []
    ids += sorted({batch.texts[code] for code in np.unique(batch["subject"]).tolist()} - set(ids))
    rows = kpi.fold(kpi.setting_of(book, ids, window), kpi.apply(batch))
    dimensions = [d.strip() for d in by.split(",") if d.strip()]
    figures = [f for f in kpi.figures(rows, dimensions) if f.grade]
    names = _names(book, source_names(folder))
    if as_json:
        head = {
            "site": folder.site,
            "by": dimensions,
            "window": {"from": to_iso(window.start, zone), "to": to_iso(window.end, zone)},
            "plant_book": book.hash if book else None,
            "definitions": {d.id: d.formula for d in kpi.DEFINITIONS.values()},
            "unread_events": rows.unread,
            "silent": _silent(rows),
        }
        told = [_row(f, names) for f in figures]
        print_json("kpi", {**head, "figures": told, "total": _total(figures)}, version=2)
    else:
        _show(folder.site, window, zone, book, figures, names)


def _silent(rows: Rows) -> list[str]:
    """Machines of which nothing was heard."""
    heard = rows.first <= rows.last
    return [m for m, h in zip(rows.setting.machines, heard.tolist(), strict=True) if not h]


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


def _names(book: PlantBook | None, sources: dict[str, str]) -> _Names:
    """Machine -> its name in the terminal's language, and what imported files call it."""
    machines = book.machines if book else {}
    tongue = "zh" if language() == "zh_Hans" else "en"
    names = {m: (str(machine.name[tongue]), sources.get(m)) for m, machine in machines.items()}
    return names | {m: (m, source) for m, source in sources.items() if m not in names}


def _row(f: Figure, names: _Names) -> dict[str, Any]:
    of = f.whole.of
    machine = f.key.get("machine")
    name, source = names.get(machine, (machine, None)) if machine else (None, None)
    return {
        **f.key,
        **({"name": name, "source_name": source} if machine else {}),
        "grade": f.grade,
        **{key: _minutes(of[column]) if f.whole.has_reports else None for key, column in _REPORTED.items()},
        **{key: of[column] for key, column in _PIECES.items()},
        "reports": of[Column.REPORTS],
        **{key: of[column] for key, column in _COUNTERS.items()},
        "planned_us": f.planned,
        "elements_us": {str(e): length for e, length in f.elements.items()},
        "ratios": {ratio.definition: _ratio(ratio) for ratio in f.clauses.values()},
    }


def _ratio(ratio: Ratio) -> dict[str, Any]:
    if ratio.value is None:
        assert ratio.reason is not None
        return {"value": None, "undefined": ratio.reason.as_dict(), "sentence": say(ratio.reason, language())}
    exact = f"{ratio.value.numerator}/{ratio.value.denominator}"
    return {"value": float(ratio.value), "exact": exact, **({"above_one": True} if ratio.above_one else {})}


def _total(figures: list[Figure]) -> dict[str, Any]:
    """Sums; ratios are not averaged."""
    sums = {c: sum(f.whole.of[c] for f in figures) for c in Column}
    minutes = {key: _minutes(sums[column]) for key, column in _REPORTED.items()}
    return {**minutes, **{key: sums[column] for key, column in _PIECES.items()}, "reports": sums[Column.REPORTS]}


def _minutes(length: Micros) -> float | int:
    return length // MINUTE if length % MINUTE == 0 else length / MINUTE


def _show(
    site: str, window: Interval, zone: ZoneInfo, book: PlantBook | None, figures: list[Figure], names: _Names
) -> None:
    print(tr("kpi.title", site=site, start=to_iso(window.start, zone), end=to_iso(window.end, zone)))
    print(tr("kpi.book", hash=book.short) if book else tr("kpi.no_book"))
    reported = [f for f in figures if f.whole.has_reports]
    if reported:
        print()
        rows = [_line(f, names, _reported(f.whole.of)) for f in reported]
        sums = _reported({c: sum(f.whole.of[c] for f in reported) for c in Column})
        keys = ["run", "setup", "breakdown", "machine_min", "good", "scrap", "rework", "reports"]
        blanks = [""] * (len(rows[0]) - len(sums) - 1)
        _table("reported", reported[0], keys, [*rows, [tr("kpi.total"), *blanks, *sums]])
    stated = [f for f in figures if not f.whole.has_reports]
    if stated:
        print()
        rows = [_line(f, names, _stated(f)) for f in stated]
        _table("stated", stated[0], [*(str(e) for e in stated[0].elements), "good", "scrap", "counted"], rows)
    print()
    print(tr("kpi.grades"))


def _reported(of: Mapping[Column, int]) -> list[str]:
    labour = (Column.REPORTED_RUN, Column.REPORTED_SETUP, Column.REPORTED_BREAKDOWN)
    machine = sum(of[c] for c in (Column.MACHINE_RUN, Column.MACHINE_SETUP, Column.MACHINE_BREAKDOWN))
    counts = (Column.GOOD, Column.SCRAP, Column.REWORK, Column.REPORTS)
    return [
        *(f"{length / MINUTE:,.0f}" for length in (*(of[c] for c in labour), machine)),
        *(f"{of[c]:,}" for c in counts),
    ]


def _stated(f: Figure) -> list[str]:
    counts = (Column.GOOD, Column.SCRAP, Column.COUNTED)
    return [
        *(f"{length / MINUTE:,.0f}" for length in f.elements.values()),
        *(f"{f.whole.of[c]:,}" for c in counts),
    ]


def _has_names() -> bool:
    """Whether the terminal is wide enough for the machines' names beside their ids."""
    return shutil.get_terminal_size().columns >= WIDE


def _line(f: Figure, names: _Names, cells: list[str]) -> list[str]:
    machine = f.key.get("machine", "")
    name = [names.get(machine, (machine, None))[0]] if _has_names() and machine else []
    return [*f.key.values(), *name, f.grade, *cells]


def _table(title: str, first: Figure, keys: list[str], rows: list[list[str]]) -> None:
    heads = [(tr(f"kpi.{key}") if key.islower() else key, True) for key in keys]
    name = [(tr("kpi.name"), False)] if _has_names() and "machine" in first.key else []
    key = [(tr(f"kpi.by_{d}"), False) for d in first.key]
    print_table(tr(f"kpi.{title}"), [*key, *name, ("", False), *heads], rows)
