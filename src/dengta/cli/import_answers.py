"""What `dengta import` says of a file: for people as tables, for machines as JSON."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path
from typing import Any

from dengta.cli.printing import language, print_table, tr
from dengta.connect.spreadsheet import Survey
from dengta.connect.spreadsheet_mapping import ReportMapping
from dengta.connect.spreadsheet_shelf import ImportPlant
from dengta.connect.spreadsheet_tally import Listed, Tally
from dengta.core.ids import stream_id
from dengta.core.reason import Reason
from dengta.core.time import MINUTE, to_iso
from dengta.words import say

SHOWN = 20
"""Rows a person is shown; `--json` lists every one."""
RESULTS = ("accepted", "repaired", "duplicate", "rejected")


@dataclass(frozen=True, slots=True)
class Imported:
    """What was imported, how, and what came of it. sent: new events; None when nothing was to be kept."""

    file: Path
    mapping: Path
    how: ReportMapping
    plant: ImportPlant
    judged: Survey
    sent: int | None

    @property
    def tally(self) -> Tally:
        """The account of its rows."""
        return self.judged.tally


def as_json(done: Imported) -> dict[str, Any]:
    """The answer of schema ``dengta.import/1``."""
    tally, how, zone = done.tally, done.how, done.how.zone
    return {
        "site": how.site,
        "file": str(done.file),
        "mapping": str(done.mapping),
        "stream": stream_id(how.site, how.producer),
        "producer": how.producer,
        "plant_book": done.plant.book.hash,
        "dry_run": done.sent is None,
        "rows": {"total": tally.total, **{name: getattr(tally, name) for name in RESULTS}},
        "kept": {"facts": tally.facts, "twins": tally.twins},
        "sums": {result: sums.as_dict() for result, sums in tally.sums.items()},
        "from": None if tally.first is None else to_iso(tally.first, zone),
        "to": None if tally.last is None else to_iso(tally.last, zone),
        "events": {
            "total": tally.events,
            "accepted": done.sent or 0,
            "duplicates": 0 if done.sent is None else tally.events - done.sent,
        },
        "twins": _twins_json(done),
        "notes": [
            {"code": code, "rows": rows, "first_row": row_of(note), "sentence": tr(code, **note.params)}
            for code, (rows, note) in tally.notes.items()
        ],
        "listed": [listed_json(one) for one in tally.listed],
    }


def listed_json(one: Listed) -> dict[str, Any]:
    """A row that is not simply a fact."""
    return {
        "row": one.row,
        "result": one.result,
        "column": one.reason.place[1] if len(one.reason.place) > 1 else None,
        "code": one.reason.code,
        "params": dict(one.reason.params),
        "sentence": say(replace(one.reason, place=()), language()),
    }


def _twins_json(done: Imported) -> dict[str, Any]:
    twins, tally = done.judged.twins, done.tally
    return {
        "matched": tally.twins,
        "only_file": tally.facts + tally.unmatched,
        "only_log": len(twins.alone),
        "tolerance_min": done.how.tolerance / MINUTE,
        "pairs": [{"row": row, "key": list(twins.facts.key(fact))} for row, fact in sorted(twins.by_row.items())],
        "alone": list(_alone(done)),
    }


def _alone(done: Imported) -> Iterator[dict[str, Any]]:
    """The facts of the log in the file's time that the file does not tell."""
    facts, zone = done.judged.twins.facts, done.how.zone
    for fact in done.judged.twins.alone.tolist():
        yield {
            "key": list(facts.key(fact)),
            "end": to_iso(int(facts.ends["ts"][fact]), zone),
            **{name: facts.text(fact, name) for name in ("order", "person")},
            "machine": facts.text(fact, "subject"),
        }


def row_of(note: Reason) -> int:
    """The row a note names first."""
    return int(note.place[0].removeprefix("row "))


def show(done: Imported) -> None:
    """The account as tables."""
    _show_rows(done)
    if len(done.tally.listed):
        _show_listed(done.tally)
    if done.tally.notes:
        print()
        noted = [(rows, tr(code, **note.params), row_of(note)) for code, (rows, note) in done.tally.notes.items()]
        columns = [(tr("import.rows"), True), (tr("import.why"), False), (tr("import.first_row"), True)]
        print_table(tr("import.notes"), columns, noted)
    print()
    if done.tally.twins or len(done.judged.twins.facts):
        _show_twins(done)
    if done.sent is None:
        print(tr("import.nothing_sent", events=done.tally.events))
        return
    if done.plant.text is not None and done.how.plant is not None:
        print(tr("import.shelved", file=done.how.plant.name, hash=done.plant.book.short))
    print(tr("import.sent", accepted=done.sent, duplicates=done.tally.events - done.sent))


def _show_rows(done: Imported) -> None:
    tally = done.tally
    figures = ("run_min", "setup_min", "breakdown_min", "good", "withheld")
    headings = [tr("import." + ("pieces" if name == "good" else name)) for name in figures]
    rows: list[list[object]] = []
    for result, count in {**{name: getattr(tally, name) for name in RESULTS}, "total": tally.total}.items():
        sums = tally.sums[result].as_dict() if result in tally.sums else {}
        rows.append([tr(f"import.{result}"), f"{count:,}", *(_thousands(sums.get(name)) for name in figures)])
    print_table(
        tr("import.title", file=done.file.name, site=done.how.site),
        [(tr("import.of"), False), (tr("import.rows"), True), *((h, True) for h in headings)],
        rows,
    )


def _show_listed(tally: Tally) -> None:
    words = language()
    shown = [
        (one.row, tr(f"import.{one.result}"), say(replace(one.reason, place=one.reason.place[1:]), words))
        for one in islice(tally.listed, SHOWN)
    ]
    columns = [(tr("import.row"), True), (tr("import.what"), False), (tr("import.why"), False)]
    print()
    print_table(tr("import.listed"), columns, shown)
    if len(tally.listed) > SHOWN:
        print(tr("import.and_more", rows=len(tally.listed) - SHOWN))


def _show_twins(done: Imported) -> None:
    """What this file and the log say of the same work."""
    tally, alone = done.tally, len(done.judged.twins.alone)
    held = tally.twins + alone
    told = [
        (
            tr("import.matched"),
            f"{tally.twins:,}",
            tr("import.matched_why", share=_share(tally.twins, held), held=held),
        ),
        (tr("import.only_log"), f"{alone:,}", tr("import.only_log_why")),
        (tr("import.only_file"), f"{tally.facts + tally.unmatched:,}", tr("import.only_file_why")),
    ]
    columns = [("", False), (tr("import.rows"), True), ("", False)]
    print_table(tr("import.twins", minutes=done.how.tolerance / MINUTE), columns, told)
    for one in islice(_alone(done), 5):
        print(tr("import.alone", **one | {"key": "/".join(map(str, one["key"])), "order": one["order"] or "-"}))
    if alone > 5:
        print(tr("import.and_more", rows=alone - 5))
    print()


def _share(part: int, whole: int) -> str:
    return f"{100 * part / whole:.1f} %" if whole else "–"


def _thousands(number: float | int | None) -> str:
    return "" if number is None else f"{number:,}"
