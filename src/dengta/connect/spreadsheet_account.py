"""The account of a file as plain values, without words: what a job answers and a page shows."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from dengta.connect.spreadsheet import Survey
from dengta.connect.spreadsheet_tally import Tally
from dengta.core.reason import Reason
from dengta.core.time import to_iso

RESULTS = ("accepted", "repaired", "duplicate", "rejected")
MOST_ALONE = 200


def account(judged: Survey, sent: int | None) -> dict[str, Any]:
    """Rows, sums, twins and notes of `judged`; sent: new events, None when nothing was to be kept."""
    tally, twins = judged.tally, judged.twins
    return {
        "rows": {"total": tally.total, **{name: getattr(tally, name) for name in RESULTS}},
        "kept": {"facts": tally.facts, "twins": tally.twins, "unmatched": tally.unmatched},
        "sums": {result: sums.as_dict() for result, sums in tally.sums.items()},
        "first": tally.first,
        "last": tally.last,
        "events": tally.events,
        "sent": sent,
        "only_log": len(twins.alone),
        "alone": [
            {
                "key": list(twins.facts.key(fact)),
                "end": to_iso(int(twins.facts.ends["ts"][fact])),
                "order": twins.facts.text(fact, "order"),
                "person": twins.facts.text(fact, "person"),
                "machine": twins.facts.text(fact, "subject"),
            }
            for fact in twins.alone[:MOST_ALONE].tolist()
        ],
        "notes": [{"rows": rows, "reason": note.as_dict()} for rows, note in tally.notes.values()],
        "listed": len(tally.listed),
        "codes": _codes(tally),
    }


def _codes(tally: Tally) -> list[dict[str, Any]]:
    """How many rows are listed for each kind of reason."""
    counts: dict[tuple[str, str], int] = {}
    for one in tally.listed:
        key = (one.result, one.reason.code)
        counts[key] = counts.get(key, 0) + 1
    return [{"result": result, "code": code, "rows": rows} for (result, code), rows in counts.items()]


def write_listing(tally: Tally, path: Path) -> None:
    """Each row that is not simply a fact as a line of JSON; the file appears when it is whole."""
    fresh = path.with_suffix(".tmp")
    with fresh.open("w", encoding="utf-8") as out:
        for one in tally.listed:
            column = one.reason.place[1] if len(one.reason.place) > 1 else ""
            told = [one.row, one.result, one.reason.code, column, dict(one.reason.params)]
            out.write(json.dumps(told, ensure_ascii=False) + "\n")
    fresh.replace(path)


def read_listing(path: Path) -> Iterator[tuple[int, str, Reason]]:
    """Row, result and reason of each; the reason's place is its column."""
    if not path.exists():
        return
    with path.open(encoding="utf-8") as lines:
        for line in lines:
            row, result, code, column, params = json.loads(line)
            yield row, result, Reason(code, (column,) if column else (), params)
