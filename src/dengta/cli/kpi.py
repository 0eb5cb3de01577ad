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
from dengta.core.intervals import Interval, total
from dengta.core.reason import Reason, Refusal
from dengta.core.time import MINUTE, Micros, from_datetime, to_iso
from dengta.engines import kpi
from dengta.engines.kpi import Column, MachineFigures, Plan, Ratio, Setting
from dengta.engines.plantbook import PlantBook
from dengta.log import LogReader
from dengta.site.bookshelf import Bookshelf
from dengta.words import say

app = typer.Typer(add_completion=False)
BY = ("machine",)
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
    if by not in BY:
        raise Refusal(Reason("kpi.by_unknown", ("--by",), {"value": by, "allowed": ", ".join(BY)}))
    folder = which_site(home, site)
    batch = LogReader(folder.log).read(types=[int(t) for t in kpi.FOLDED])
    shelf = Bookshelf(folder.books).revisions()
    zone = shelf[-1].book.zone if shelf else ZoneInfo("UTC")
    window = _window(kpi.extent(batch), start, end, zone)
    book = Bookshelf(folder.books).book(window.end - 1)
    ids = list(book.machines) if book else []
    ids += sorted({batch.texts[code] for code in np.unique(batch["subject"]).tolist()} - set(ids))
    figures, unread = kpi.by_machine(batch, _setting(ids, window, book), _plans(window, book))
    told = [f for f in figures if f.grade]
    names = _names(book, source_names(folder))
    if as_json:
        head = {
            "site": folder.site,
            "by": by,
            "window": {"from": to_iso(window.start, zone), "to": to_iso(window.end, zone)},
            "plant_book": book.hash if book else None,
            "definitions": kpi.DEFINITIONS,
            "unread_events": unread,
            "silent": [f.machine for f in figures if not f.grade],
        }
        print_json("kpi", {**head, "machines": [_row(f, names, zone) for f in told], "total": _total(told)})
    else:
        _show(folder.site, window, zone, book, told, names)


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


def _setting(ids: list[str], window: Interval, book: PlantBook | None) -> Setting:
    if book is None:
        return Setting(tuple(ids), (window.start, window.end))
    counters = tuple(
        kpi.Counter(machine.id, counter.code, counter.modulus or 0, counter.max_per_h or 0)
        for machine in book.machines.values()
        for counter in machine.counters
    )
    reasons = {reason.id: reason.element for reason in book.reasons.values() if reason.element}
    return Setting(tuple(ids), (window.start, window.end), counters, reasons)


def _plans(window: Interval, book: PlantBook | None) -> dict[str, Plan]:
    """Planned busy time of each machine by its calendar; none where nobody said when there is work."""
    if book is None:
        return {}
    said = [m for m in book.machines if not book.calendar(m).unplanned]
    return {m: Plan(busy=total(book.resolver(m).planned(window))) for m in said}


def _names(book: PlantBook | None, sources: dict[str, str]) -> dict[str, tuple[str, str | None]]:
    """Machine -> its name in the terminal's language, and what imported files call it."""
    machines = book.machines if book else {}
    tongue = "zh" if language() == "zh_Hans" else "en"
    names = {m: (str(machine.name[tongue]), sources.get(m)) for m, machine in machines.items()}
    return names | {m: (m, source) for m, source in sources.items() if m not in names}


def _row(f: MachineFigures, names: dict[str, tuple[str, str | None]], zone: ZoneInfo) -> dict[str, Any]:
    name, source = names.get(f.machine, (f.machine, None))
    return {
        "machine": f.machine,
        "name": name,
        "source_name": source,
        "grade": f.grade,
        "elements_from": "states" if f.has_states else "reports" if f.elements else None,
        **{key: _minutes(f.of[column]) if f.has_reports else None for key, column in _REPORTED.items()},
        **{key: f.of[column] for key, column in _PIECES.items()},
        "reports": f.of[Column.REPORTS],
        **{key: f.of[column] for key, column in _COUNTERS.items()},
        "elements_us": None if f.elements is None else {str(e): length for e, length in f.elements.items()},
        "ratios": {ratio.definition: _ratio(ratio) for ratio in f.ratios.values()},
        "first": None if f.first is None else to_iso(f.first, zone),
        "last": None if f.last is None else to_iso(f.last, zone),
    }


def _ratio(ratio: Ratio) -> dict[str, Any]:
    if ratio.value is None:
        assert ratio.reason is not None
        return {"value": None, "undefined": ratio.reason.as_dict(), "sentence": say(ratio.reason, language())}
    exact = f"{ratio.value.numerator}/{ratio.value.denominator}"
    return {"value": float(ratio.value), "exact": exact, **({"above_one": True} if ratio.above_one else {})}


def _total(told: list[MachineFigures]) -> dict[str, Any]:
    """Sums over machines; ratios are not averaged."""
    sums = {c: sum(f.of[c] for f in told) for c in Column}
    minutes = {key: _minutes(sums[column]) for key, column in _REPORTED.items()}
    return {**minutes, **{key: sums[column] for key, column in _PIECES.items()}, "reports": sums[Column.REPORTS]}


def _minutes(length: Micros) -> float | int:
    return length // MINUTE if length % MINUTE == 0 else length / MINUTE


def _show(
    site: str,
    window: Interval,
    zone: ZoneInfo,
    book: PlantBook | None,
    told: list[MachineFigures],
    names: dict[str, tuple[str, str | None]],
) -> None:
    print(tr("kpi.title", site=site, start=to_iso(window.start, zone), end=to_iso(window.end, zone)))
    print(tr("kpi.book", hash=book.short) if book else tr("kpi.no_book"))
    reported = [f for f in told if f.has_reports]
    if reported:
        print()
        rows = [_line(f, names, _reported(f.of)) for f in reported]
        sums = _reported({c: sum(f.of[c] for f in reported) for c in Column})
        keys = ["run", "setup", "breakdown", "machine_min", "good", "scrap", "rework", "reports"]
        _table("reported", keys, [*rows, [tr("kpi.total"), *[""] * _has_names(), "", *sums]])
    stated = [f for f in told if f.has_states]
    if stated:
        print()
        rows = [_line(f, names, _stated(f)) for f in stated]
        _table("stated", [*(str(e) for e in stated[0].elements or {}), "good", "scrap", "counted"], rows)
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


def _stated(f: MachineFigures) -> list[str]:
    lengths = (f.elements or {}).values()
    counts = (Column.GOOD, Column.SCRAP, Column.COUNTED)
    return [*(f"{length / MINUTE:,.0f}" for length in lengths), *(f"{f.of[c]:,}" for c in counts)]


def _has_names() -> bool:
    """Whether the terminal is wide enough for the machines' names beside their ids."""
    return shutil.get_terminal_size().columns >= WIDE


def _line(f: MachineFigures, names: dict[str, tuple[str, str | None]], cells: list[str]) -> list[str]:
    name = [names.get(f.machine, (f.machine, None))[0]] if _has_names() else []
    return [f.machine, *name, f.grade, *cells]


def _table(title: str, keys: list[str], rows: list[list[str]]) -> None:
    heads = [(tr(f"kpi.{key}") if key.islower() else key, True) for key in keys]
    name = [(tr("kpi.name"), False)] if _has_names() else []
    print_table(tr(f"kpi.{title}"), [(tr("kpi.machine"), False), *name, ("", False), *heads], rows)
