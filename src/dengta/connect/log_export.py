"""A log as canonical lines, a day at a time, so that years of it need the memory of a day."""

from __future__ import annotations

from collections.abc import Collection, Iterator

import duckdb
import pyarrow as pa

from dengta.core import canonical
from dengta.core.time import DAY, LATEST, Micros
from dengta.log import LogReader


def export_lines(
    reader: LogReader,
    start: Micros | None = None,
    end: Micros | None = None,
    *,
    subjects: Collection[str] | None = None,
    types: Collection[int] | None = None,
) -> Iterator[pa.Array]:
    """The canonical lines of what `LogReader.read` gives for the same arguments, in the same order, in parts."""
    first, last = 0 if start is None else start, LATEST + 1 if end is None else end
    with duckdb.connect(config={"autoinstall_known_extensions": False}) as con:
        days = reader.relation(con, start, end).project(f"ts // {DAY} AS day").distinct().order("day").fetchall()
    for (day,) in days:
        batch = reader.read(max(day * DAY, first), min((day + 1) * DAY, last), subjects=subjects, types=types)
        if len(batch):
            yield canonical.lines(batch)
