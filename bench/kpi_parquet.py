"""All KPIs over a sealed log: the fold against SQL in DuckDB, from the same Parquet files, in the same run.

Machines of a plant that report about every five seconds for a day, with their orders: counters, states with reasons,
good and scrap pieces, energy. Both answer, by machine, shift and order: the time in each state element (states by LEAD,
cut at every shift), good, scrap, what counters gained (LAG), and availability of the time told, quality and technical
efficiency. SQL does not judge counters, split planned time, resolve what events leave open or keep the grade; the fold
does. Both answers are compared value by value.
"""

from __future__ import annotations

import argparse
import shutil
import statistics
from itertools import pairwise
from pathlib import Path

import duckdb
import numpy as np

from bench.stand.events import SITE, START, dense_hour
from bench.stand.rounds import OUT, interleaved, judged, machine
from dengta.core.batch import EventBatch
from dengta.core.time import DAY, HOUR
from dengta.core.vocabulary import STATE_ELEMENT, EventType, TimeElement
from dengta.engines import kpi
from dengta.engines.kpi import Column, Setting
from dengta.log import Log, LogReader

CLAIM = 1.0
EDGES = tuple(START // DAY * DAY + shift * 8 * HOUR for shift in range(8))
ELEMENTS = [e for e in TimeElement if e is not TimeElement.UNKNOWN]
Answer = dict[tuple[str, int, str], tuple[int, ...]]


def plant_hour(machines: int, hour: int) -> EventBatch:
    """One hour whose counters go on where the last hour ended, with pieces for some operations, and orders on all."""
    batch = dense_hour(machines, 5.0, seed=hour).sorted()
    kind = batch["type"].copy()
    texts = list(batch.texts)
    first_order, orders = texts.index("WO-0"), 200
    ends = kind == EventType.OPERATION_END
    starts = kind == EventType.OPERATION_START
    kind[ends], kind[starts] = EventType.GOOD, EventType.SCRAP
    value = batch["value"].copy()
    value[ends], value[starts] = value[ends] // 10**8 + 1, 1
    counter = kind == EventType.COUNTER
    value[counter] += hour * 10**8
    slot = (batch["ts"] // (1200 * 10**6) + batch["subject"] * 7) % orders
    code = np.where(ends | starts, texts.index("run"), batch["code"])
    moved = {"ts": batch["ts"] + hour * HOUR, "recv": batch["recv"] + hour * HOUR, "seq": batch["seq"] + hour * 10**6}
    return batch.replace(
        type=kind, value=value, order=first_order + slot, operation=0, code=code, reason=batch["reason"], **moved
    )


def sealed(machines: int, hours: int) -> Path:
    """The folder of a log of so many hours, all sealed; made once."""
    folder = OUT / f"kpi_parquet-{machines}-{hours}"
    if not (folder / "done").exists():
        shutil.rmtree(folder, ignore_errors=True)
        with Log.open(folder, SITE, lambda: START + 10 * DAY) as log:
            for hour in range(hours):
                log.append(plant_hour(machines, hour)).result()
                log.seal(START + (hour + 1) * HOUR)
        (folder / "done").touch()
    return folder


def ours(reader: LogReader, setting: Setting) -> tuple[Answer, int]:
    """Fold the files part by part, then sum by machine, shift and order."""
    fold = kpi.Fold(setting, room=1 << 16)
    n = 0
    for part in reader.ordered(columns=kpi.COLUMNS):
        n += len(part)
        if fold.advance(part, keyed=False).any():
            raise ValueError("the log is not in order")
    rows = fold.rows(setting.window.end, finish=True)
    told = kpi.sums(rows, ("machine", "cell", "order"))
    values = told.values
    with np.errstate(invalid="ignore", divide="ignore"):  # the ratios SQL computes, undefined where it says NULL
        apt, adet = values[:, Column.APT], values[:, Column.ADET]
        _ = apt / (apt + adet), values[:, Column.GOOD] / values[:, Column.GOOD : Column.REWORK + 1].sum(axis=1)
    return told, n


def as_answer(told: kpi.Sums) -> Answer:
    """Rows that SQL also has: time told by states, pieces, counts."""
    columns = [*(Column[e.name] for e in ELEMENTS), Column.GOOD, Column.SCRAP, Column.COUNTED]
    wanted = told.values[:, columns]
    keys = zip(*(told.keys[d].tolist() for d in ("machine", "cell", "order")), strict=True)
    return {key: tuple(row) for key, row in zip(keys, wanted.tolist(), strict=True) if any(row)}


def sql(files: list[str], until: int) -> str:
    """The comparable query."""
    listed = ", ".join(f"'{f}'" for f in files)
    elements = ", ".join(f"('{s}', '{e}')" for s, e in STATE_ELEMENT.items())
    cells = ", ".join(f"({i}, {a}, {b})" for i, (a, b) in enumerate(pairwise(EDGES)))
    times = ",\n".join(f"sum(CASE WHEN element = '{e}' THEN len ELSE 0 END) AS {e}" for e in ELEMENTS)
    zeros = ", ".join("0" for _ in ELEMENTS)
    sums = ", ".join(f"sum({e})::BIGINT AS {e}" for e in ELEMENTS)
    cell_of = f"((ts - {EDGES[0]}) // {8 * HOUR})"
    return f"""
    WITH told AS (SELECT ts, stream, epoch, seq, type, subject, code, "order", value
                  FROM read_parquet([{listed}]) WHERE (flags & 132) = 0),
    element(state, element) AS (VALUES {elements}),
    cell(cell, a, b) AS (VALUES {cells}),
    spans AS (SELECT subject, "order", code, ts AS s, coalesce(lead(ts) OVER w, {until}) AS e FROM told WHERE type = 1
              WINDOW w AS (PARTITION BY subject ORDER BY ts, stream, epoch, seq)),
    times AS (SELECT subject, cell, "order", element, least(e, b) - greatest(s, a) AS len
              FROM spans JOIN element ON state = code JOIN cell ON s < b AND e > a),
    counts AS (SELECT subject, {cell_of} AS cell, "order",
                      CASE WHEN value > lag(value) OVER w THEN value - lag(value) OVER w ELSE 0 END AS gain
               FROM told WHERE type = 2 WINDOW w AS (PARTITION BY subject, code ORDER BY ts, stream, epoch, seq)),
    every AS (
      SELECT subject, cell, "order", {times}, 0 AS good, 0 AS scrap, 0 AS counted FROM times GROUP BY ALL
      UNION ALL
      SELECT subject, {cell_of}, "order", {zeros}, sum(CASE WHEN type = 5 THEN value ELSE 0 END),
             sum(CASE WHEN type = 6 THEN value ELSE 0 END), 0 FROM told WHERE type IN (5, 6) GROUP BY ALL
      UNION ALL
      SELECT subject, cell, "order", {zeros}, 0, 0, sum(gain) FROM counts GROUP BY ALL)
    SELECT subject, cell, "order", {sums}, sum(good)::BIGINT AS good, sum(scrap)::BIGINT AS scrap,
           sum(counted)::BIGINT AS counted, sum(APT) / nullif(sum(APT) + sum(ADET), 0) AS technical,
           sum(good) / nullif(sum(good) + sum(scrap), 0) AS quality
    FROM every GROUP BY ALL"""


def main() -> int:
    """Print the table; 1 when the answers differ."""
    ask = argparse.ArgumentParser(prog="python -m bench.kpi_parquet", description=(__doc__ or "").partition("\n")[0])
    ask.add_argument("--machines", type=int, default=500)
    ask.add_argument("--hours", type=int, default=3)
    ask.add_argument("--rounds", type=int, default=5)
    ask.add_argument("--full", action="store_true", help="ten million events (28 hours)")
    told = ask.parse_args()
    hours = 28 if told.full else told.hours
    folder = sealed(told.machines, hours)
    reader, until = LogReader(folder), EDGES[-1]
    files = sorted(str(f) for f in folder.glob("sealed/*/*.parquet"))
    names = tuple(f"M-{m:03d}" for m in range(told.machines))
    setting = Setting.plain(names, EDGES, tuple(kpi.Counter(n, "pieces") for n in names))
    query, answers, events = sql(files, until), {}, 0
    con = duckdb.connect(config={"threads": 2})

    def fold(_: int) -> float:
        nonlocal events
        answers["Dengta"], events = ours(reader, setting)
        return 0.0

    def database(_: int) -> float:
        answers["DuckDB"] = con.execute(query).fetchnumpy()
        return 0.0

    laps = interleaved({"Dengta": fold, "DuckDB": database}, told.rounds, seed=1)
    rows = con.execute(query).fetchall()
    theirs = {(r[0], int(r[1]), r[2]): tuple(r[3 : 6 + len(ELEMENTS)]) for r in rows}
    theirs = {key: row for key, row in theirs.items() if any(row)}
    mine = as_answer(answers["Dengta"])
    print(f"{machine()}; {events:,} events in {len(files)} sealed files, {len(mine):,} groups, {told.rounds} rounds\n")
    print("| by machine, shift and order | wall s | CPU s | ours is, wall | claimed |")
    print("|---|---:|---:|---:|---|")
    ratio = statistics.median(a / b for a, b in zip(laps["Dengta"].wall, laps["DuckDB"].wall, strict=True))
    for name, lap in laps.items():
        wall, cpu = statistics.median(lap.wall), statistics.median(lap.cpu)
        verdict = (
            f"{ratio:.2f}x | <= {CLAIM:.1f}x {'holds' if ratio <= CLAIM else 'MISSED'}" if name == "DuckDB" else " |"
        )
        print(f"| {name} | {wall:.2f} | {cpu:.2f} | {verdict} |")
    return int(judged({"values": "" if mine == theirs else _first_difference(mine, theirs)}))


def _first_difference(mine: Answer, theirs: Answer) -> str:
    keys = [k for k in mine.keys() | theirs.keys() if mine.get(k) != theirs.get(k)]
    key = min(keys)
    return f"{len(keys)} groups differ, first {key}: {mine.get(key)} and {theirs.get(key)}"


if __name__ == "__main__":
    raise SystemExit(main())
