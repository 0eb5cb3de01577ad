"""A 200 MB spreadsheet import by command: peak memory, processor time, and that every row is accounted for.

The file is the generated sample, `--rows` long (2.4 million are 200 MB), the same for the same seed. Its rows are
counted here once more with nothing but the csv module. With --full it is 200 MB and imported again as well, which
changes nothing.
"""

from __future__ import annotations

import argparse
import csv
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
IMPORTS = ROOT / "examples" / "imports"
MOST_MB = 500
SHORT = 240_000


def measured(command: list[str], out: Path) -> tuple[float, float, float]:
    """Run `command` into `out`: wall seconds, processor seconds, peak resident megabytes."""
    began = time.monotonic()
    with out.open("wb") as told:
        process = subprocess.Popen(command, cwd=ROOT, stdout=told)
        _, status, used = os.wait4(process.pid, 0)
    if status:
        raise SystemExit(f"it ended with status {status}: {' '.join(command)}")
    unit = 1024 if sys.platform == "darwin" else 1
    return time.monotonic() - began, used.ru_utime + used.ru_stime, used.ru_maxrss / unit / 1000


def truth(file: Path) -> tuple[int, int]:
    """Rows of the file, and how many differ in what is read."""
    with file.open(encoding="utf-8", newline="") as text:
        rows = csv.reader(text)
        next(rows)
        count, told = 0, 0
        last: list[str] = []
        for row in rows:
            count += 1
            told += row[:-1] != last  # the generator tells a report twice in a row
            last = row[:-1]
    return count, told


def main() -> int:
    """Import once, with --full twice; 1 when the account is wrong or the memory too much."""
    ask = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    ask.add_argument("--full", action="store_true", help="200 MB instead of 20, imported twice")
    ask.add_argument("--rows", type=int)
    ask.add_argument("--seed", type=int, default=7)
    asked = ask.parse_args()
    rows = asked.rows or (2_400_000 if asked.full else SHORT)
    wrong = False
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    with tempfile.TemporaryDirectory() as folder:
        file, out = Path(folder) / "reports.csv", Path(folder) / "answer.json"
        make = [
            sys.executable,
            str(IMPORTS / "make_sample.py"),
            str(file),
            "--rows",
            str(rows),
            "--seed",
            str(asked.seed),
        ]
        subprocess.run(make, check=True)
        total, told = truth(file)
        print(f"{file.stat().st_size / 1e6:.0f} MB, {total:,} rows\n")
        print("| import | rows | events new | wall s | CPU s | peak MB | claimed |\n|---|---:|---:|---:|---:|---:|---|")
        for name in ("first", "again") if asked.full else ("first",):
            command = [sys.executable, "-m", "dengta.cli.main", "import", str(file), "--json"]
            command += ["--mapping", str(IMPORTS / "sample-shop.toml"), "--home", str(Path(folder) / "home")]
            wall, cpu, peak = measured(command, out)
            answer = json.loads(out.read_text("utf-8"))
            account, events = answer["rows"], answer["events"]
            right = account["total"] == total == sum(v for k, v in account.items() if k != "total")
            right &= account["duplicate"] >= total - told and (name == "first" or events["accepted"] == 0)
            claim = f"< {MOST_MB} MB {'holds' if peak < MOST_MB else '**missed**'}"
            figures = (f"{account['total']:,}", f"{events['accepted']:,}", f"{wall:.0f}", f"{cpu:.0f}", f"{peak:.0f}")
            print(f"| {name} | {' | '.join(figures)} | {claim} |", flush=True)
            wrong |= not right or peak >= MOST_MB
    if wrong:
        print("\nthe account is wrong, or the memory too much")
    return int(wrong)


if __name__ == "__main__":
    raise SystemExit(main())
