"""The truth of a report file, reckoned with nothing but the csv module and datetime."""

from __future__ import annotations

import csv
from collections import Counter, defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
EXAMPLES = ROOT / "examples" / "imports"
KINDS = ("run", "setup", "breakdown")


@dataclass(frozen=True)
class Columns:
    """Where a file says what."""

    delimiter: str
    time: str
    machine: str
    kind: str
    minutes: str
    end: str
    good: str
    scrap: str
    kinds: Mapping[str, str]
    unread: tuple[str, ...]
    """Columns the mapping does not look at."""


SAMPLE = Columns(
    ",", "%Y-%m-%d %H:%M", "Station", "Kind", "Minutes", "Finished", "Good", "On hold",
    {"Work": "run", "Change": "setup", "Fault": "breakdown"}, ("No.",),
)  # fmt: skip
REAL = Columns(
    ";", "%d.%m.%Y %H:%M", "Resource.1", "Report_Type", "activity_duration", "Complete Timestamp", "Qty_Completed",
    "Qty_for_MRB", {"D": "run", "S": "setup", "B": "breakdown"},
    ("Work_Order_Qty", "label", "timesincemidnight", "month", "weekday", "hour", "timesincelastevent",
     "timesincecasestart", "event_nr", "open_cases"),
)  # fmt: skip


@dataclass
class Truth:
    """Figures by the name of the machine in the file, and what became of the rows (numbered from 2)."""

    figures: dict[str, Counter[str]]
    spans: dict[str, list[tuple[datetime, float]]]
    duplicate: list[int]
    rejected: list[int]
    rows: int


def reckon(file: Path, at: Columns, knows: Callable[[str], bool]) -> Truth:
    """Read `file` once more, independently."""
    truth = Truth(defaultdict(Counter), defaultdict(list), [], [], 0)
    seen: set[tuple[Any, ...]] = set()
    with file.open(encoding="utf-8", newline="") as text:
        for number, row in enumerate(csv.DictReader(text, delimiter=at.delimiter), start=2):
            truth.rows += 1
            try:
                end = datetime.strptime(row[at.end], at.time)  # noqa: DTZ007 - both sides by the same wall clock
                minutes = float(row[at.minutes])
            except ValueError:
                truth.rejected.append(number)
                continue
            if minutes < 0 or not knows(row[at.machine]):
                truth.rejected.append(number)
                continue
            said = tuple(value for name, value in row.items() if name not in at.unread)
            if said in seen:
                truth.duplicate.append(number)
                continue
            seen.add(said)
            machine = truth.figures[row[at.machine]]
            machine[at.kinds[row[at.kind]] + "_min"] += minutes  # type: ignore[assignment]
            machine["good"] += int(row[at.good])
            machine["scrap"] += int(row[at.scrap])
            machine["reports"] += 1
            truth.spans[row[at.machine]].append((end, minutes))
    return truth


def busy_minutes(spans: list[tuple[datetime, float]]) -> int:
    """Minutes in which at least one report of whole minutes was under way: minute by minute, on a ruler."""
    origin = datetime(2000, 1, 1)  # noqa: DTZ001
    covered: set[int] = set()
    for end, minutes in spans:
        last = int((end - origin).total_seconds() // 60)
        covered.update(range(last - int(minutes), last))
    return len(covered)
