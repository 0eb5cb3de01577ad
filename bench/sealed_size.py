"""Bytes per event once sealed: an hour of 500 machines, one event every 5 s each, beside other ways to keep the same.

Claim: <= 13 bytes an event, everything counted that lies on the disk for it. Judged: the sealed log is read back and
must be the events that went in.
"""

from __future__ import annotations

import argparse
import gzip
import shutil
from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from bench.stand.events import SITE, START, dense_hour
from bench.stand.rounds import OUT, judged, machine
from dengta.core import canonical
from dengta.core.batch import EventBatch
from dengta.core.event import FIELDS
from dengta.core.time import HOUR
from dengta.log import Log, LogReader
from dengta.site.clock import real_now

CLAIM = 13.0
SIZE = 1_000


def ours(batch: EventBatch, folder: Path) -> int:
    """Append in batches of 1,000, seal, and count every byte of the log's folder but the emptied database."""
    log = Log.open(folder, SITE, real_now)
    for future in [log.append(batch.take(slice(i, i + SIZE))) for i in range(0, len(batch), SIZE)]:
        future.result()
    sealed = log.seal(START + 2 * HOUR)
    log.close()
    if sum(segment.events for segment in sealed) != len(batch):
        raise ValueError(f"sealed {sum(segment.events for segment in sealed)} of {len(batch)} events")
    return sum(f.stat().st_size for f in folder.rglob("*") if f.is_file() and ".sqlite" not in f.name)


def lines_gzip(batch: EventBatch, folder: Path) -> int:
    """Canonical lines, gzip level 6."""
    text = "\n".join(canonical.lines(batch).to_pylist())
    return _written(folder / "lines.gz", gzip.compress(text.encode(), 6, mtime=0))


def parquet(**how: object) -> Callable[[EventBatch, Path], int]:
    """One Parquet file of the events in the order of arrival, as pyarrow writes it."""

    def write(batch: EventBatch, folder: Path) -> int:
        columns = {f.name: pa.array(batch.text(f.name) if f.kind == "text" else batch[f.name]) for f in FIELDS}
        file = folder / "plain.parquet"
        pq.write_table(pa.table(columns), file, **how)
        return file.stat().st_size

    return write


def _written(file: Path, data: bytes) -> int:
    file.write_bytes(data)
    return len(data)


def main() -> int:
    """Measure, print, judge. 0 when what was sealed is what went in."""
    ask = argparse.ArgumentParser(prog="python -m bench.sealed_size", description=(__doc__ or "").partition("\n")[0])
    ask.add_argument("--full", action="store_true", help="five seeds instead of one")
    ask.add_argument("--seed", type=int, default=1)
    told = ask.parse_args()
    ways = {
        "Dengta, sealed": ours,
        "Parquet as pyarrow writes it (snappy)": parquet(),
        "Parquet, zstd": parquet(compression="zstd"),
        "canonical lines, gzip": lines_gzip,
    }
    print(f"sealed_size: an hour of 500 machines, an event every 5 s each; {machine()}")
    print("\n| kept as | " + "bytes an event | claimed |\n|---|---:|---|")
    verdicts: dict[str, str] = {}
    sizes: dict[str, list[float]] = {name: [] for name in ways}
    for seed in range(told.seed, told.seed + (5 if told.full else 1)):
        batch = dense_hour(500, 5.0, seed)
        for name, way in ways.items():
            folder = OUT / "sealed_size"
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir(parents=True)
            sizes[name].append(way(batch, folder) / len(batch))
            if way is ours:
                same = canonical.lines(LogReader(folder).read()).equals(canonical.lines(batch.sorted()))
                verdicts[f"seed {seed}"] = "" if same else "read back other events"
            shutil.rmtree(folder)
    for name, found in sizes.items():
        worst = max(found)
        claim = f"<= {CLAIM:.0f} {'holds' if worst <= CLAIM else 'MISSED'}" if ways[name] is ours else ""
        print(f"| {name} | {worst:.1f} | {claim} |")
    return int(judged(verdicts))


if __name__ == "__main__":
    raise SystemExit(main())
