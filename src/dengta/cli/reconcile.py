"""`dengta reconcile`: two exports of the same work, side by side, without importing either."""

from __future__ import annotations

from itertools import islice
from pathlib import Path
from typing import Annotated, Any

import typer

from dengta.cli.printing import answers, print_json, print_table, tr
from dengta.connect.spreadsheet_mapping import ReportMapping, read_mapping
from dengta.connect.spreadsheet_reconcile import Reconciled, Source, reconcile, source
from dengta.connect.spreadsheet_rows import Report
from dengta.connect.spreadsheet_shelf import plant_of
from dengta.core.reason import Reason, Refusal, refuse_if
from dengta.core.time import MINUTE, to_datetime, to_iso
from dengta.site.home import Home

app = typer.Typer(add_completion=False)
SHOWN = 10


@app.command(help=tr("reconcile.about"))
@answers
def reconcile_(
    a: Annotated[Path, typer.Argument(metavar="A", help=tr("reconcile.option_a"))],
    b: Annotated[Path, typer.Argument(metavar="B", help=tr("reconcile.option_b"))],
    mapping_a: Annotated[Path, typer.Option("--mapping-a", help=tr("reconcile.option_mapping"))],
    mapping_b: Annotated[Path, typer.Option("--mapping-b", help=tr("reconcile.option_mapping"))],
    home: Annotated[Path | None, typer.Option("--home", envvar="DENGTA_HOME", help=tr("import.option_home"))] = None,
    as_json: Annotated[bool, typer.Option("--json", help=tr("import.option_json"))] = False,
) -> None:
    """Each file by its own mapping, in its own zone."""
    refuse_if(Reason("import.file_absent", (str(file),)) for file in (a, b) if not file.is_file())
    place = Home.at(home)
    sides = [source(file, *_read(place, mapping)) for file, mapping in ((a, mapping_a), (b, mapping_b))]
    found = reconcile(*sides)
    if as_json:
        print_json("reconcile", _answer(found))
    else:
        _show(found)


def _read(place: Home, path: Path) -> tuple[ReportMapping, frozenset[str]]:
    mapping = read_mapping(path)
    if mapping.twins_only and mapping.plant is None:
        return mapping, frozenset()
    try:
        return mapping, plant_of(mapping, place.site(mapping.site)).machines
    except Refusal as refusal:
        raise Refusal(reason.at(path.name) for reason in refusal.reasons) from None


def _answer(found: Reconciled) -> dict[str, Any]:
    left, right = found.pairs
    a, b = found.a, found.b
    return {
        "a": _side(a.file, a.tally.total, len(a.reports)),
        "b": _side(b.file, b.tally.total, len(b.reports)),
        "tolerance_min": found.tolerance / MINUTE,
        "matched": len(left),
        "only_a": [_told(report, a.mapping) for report in found.only_a],
        "only_b": [_told(report, b.mapping) for report in found.only_b],
        "pairs": [
            {"a": a.reports[i].row, "b": b.reports[j].row} for i, j in zip(left.tolist(), right.tolist(), strict=True)
        ],
    }


def _side(file: Path, unread: int, reports: int) -> dict[str, Any]:
    return {"file": str(file), "rows": unread + reports, "reports": reports}


def _told(report: Report, mapping: ReportMapping) -> dict[str, Any]:
    return {
        "row": report.row,
        "order": report.texts.get("order", ""),
        "person": report.texts.get("person", ""),
        "machine": report.machine,
        "start": to_iso(report.start, mapping.zone),
        "end": to_iso(report.end, mapping.zone),
    }


def _show(found: Reconciled) -> None:
    a, b, matched = found.a, found.b, len(found.pairs[0])
    only_a, only_b = found.only_a, found.only_b
    rows = [
        (tr("reconcile.matched"), matched, _share(matched, len(a.reports)), _share(matched, len(b.reports))),
        (tr("reconcile.only", file=a.file.name), len(only_a), _share(len(only_a), len(a.reports)), ""),
        (tr("reconcile.only", file=b.file.name), len(only_b), "", _share(len(only_b), len(b.reports))),
    ]
    columns = [("", False), (tr("import.of"), True), (tr("reconcile.of", file=a.file.name), True)]
    columns.append((tr("reconcile.of", file=b.file.name), True))
    title = tr("reconcile.title", a=a.file.name, b=b.file.name, minutes=found.tolerance / MINUTE)
    print_table(title, columns, [(name, f"{count:,}", *shares) for name, count, *shares in rows])
    for side, alone in ((a, only_a), (b, only_b)):
        if alone:
            print()
            _list(side, alone)


def _list(side: Source, alone: list[Report]) -> None:
    zone = side.mapping.zone
    shown = [
        (
            report.row,
            *(report.texts.get(name, "") for name in ("order", "person")),
            report.machine,
            *(f"{to_datetime(at, zone):%Y-%m-%d %H:%M}" for at in (report.start, report.end)),
        )
        for report in islice(alone, SHOWN)
    ]
    columns = [
        (tr(f"reconcile.{name}"), name == "row") for name in ("row", "order", "person", "machine", "start", "end")
    ]
    print_table(tr("reconcile.only_by", file=side.file.name, zone=zone.key), columns, shown)
    if len(alone) > SHOWN:
        print(tr("import.and_more", rows=len(alone) - SHOWN))


def _share(part: int, whole: int) -> str:
    return f"{100 * part / whole:.1f} %" if whole else "–"
