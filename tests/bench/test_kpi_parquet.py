"""SQL as an oracle: DuckDB over the sealed files gives what the fold gives, value by value."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest

from bench.kpi_parquet import EDGES, ELEMENTS, as_answer, ours, plant_hour, sql
from bench.stand.events import SITE, START
from dengta.core.time import DAY, HOUR
from dengta.engines.kpi import Counter, Setting
from dengta.log import Log, LogReader


@pytest.mark.parametrize("open_hours", [0, 1])
def test_the_fold_and_sql_agree_on_every_value(tmp_path: Path, open_hours: int) -> None:
    """Two hours of twenty machines, all sealed, or the last one still open for the fold."""
    with Log.open(tmp_path / "all", SITE, lambda: START + 10 * DAY) as log:
        for hour in range(2):
            log.append(plant_hour(20, hour)).result()
        log.seal(START + 2 * HOUR)
    with Log.open(tmp_path / "open", SITE, lambda: START + 10 * DAY) as log:
        for hour in range(2):
            log.append(plant_hour(20, hour)).result()
        log.seal(START + (2 - open_hours) * HOUR)
    names = tuple(f"M-{m:03d}" for m in range(20))
    setting = Setting.plain(names, EDGES, tuple(Counter(n, "pieces") for n in names))
    told, events = ours(LogReader(tmp_path / "open"), setting)
    assert events == 2 * 20 * 720
    files = sorted(str(f) for f in (tmp_path / "all").glob("sealed/*/*.parquet"))
    rows = duckdb.connect().execute(sql(files, EDGES[-1])).fetchall()
    theirs = {(r[0], int(r[1]), r[2]): tuple(r[3 : 6 + len(ELEMENTS)]) for r in rows}
    assert as_answer(told) == {key: row for key, row in theirs.items() if any(row)}
