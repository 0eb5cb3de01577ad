"""Durable idempotent append, batches of 1,000: our log beside a raw file, SQLite rows and PostgreSQL.

Claim: >= 0.8x a raw file with CRC and fdatasync, >= 2x SQLite rows with a unique key, >= 2x PostgreSQL COPY to a
staging table and INSERT ... ON CONFLICT. All stores take turns inside each of many short rounds; the first are not
counted, so that files have been extended and indexes have grown as in a writer that has run for a while. Afterwards the
batches of one round are given again, and every store is read back: it must hold exactly the keys it was given, once.
"""

from __future__ import annotations

import argparse
import shutil
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from pathlib import Path

from bench.stand.events import SITE, StreamBatches
from bench.stand.peers import Keys, Peer, PostgresCopy, RawFile, SqliteRows
from bench.stand.rounds import OUT, interleaved, judged, machine, print_laps
from dengta.core.batch import EventBatch
from dengta.log import Log, LogReader, Mark
from dengta.site.clock import real_now

SIZE = 1_000
WARM = 50
"""Rounds not counted."""
POSTGRES = "host=127.0.0.1 port=5432 dbname=test user=postgres"
OURS = "Dengta log, one future at a time"
CLAIMS = {"raw file, CRC + fdatasync": 0.8, "SQLite rows, unique key": 2.0, "PostgreSQL COPY + ON CONFLICT": 2.0}


class Ours:
    """Our log with at most `window` batches on their way: 1 is strict, each durable before the next is given. With
    `caught_up` a round ends when the database has taken in what the journal made durable, which otherwise happens
    beside the callers, in somebody's turn."""

    idempotent = True

    def __init__(self, folder: Path, window: int, *, caught_up: bool = False) -> None:
        self._folder, self._window, self._caught_up = folder, window, caught_up
        self._log = Log.open(folder, SITE, real_now)
        self._waiting: deque[Future[Mark]] = deque()

    def append(self, batch: EventBatch) -> None:
        self._waiting.append(self._log.append(batch))
        while len(self._waiting) >= self._window:
            self._waiting.popleft().result()

    def settle(self) -> None:
        while self._waiting:
            self._waiting.popleft().result()
        if self._caught_up:
            self._log.seal(0)  # nothing is as old as that, but sealing begins with a database that has everything

    def keys(self) -> Keys:
        batch = LogReader(self._folder).read()
        return list(zip(*(batch[part].tolist() for part in ("stream", "epoch", "seq")), strict=True))

    def cpu_elsewhere(self) -> float:
        return 0.0

    def close(self) -> None:
        self._log.close()


def a_round(store: Peer, batches: Sequence[Sequence[EventBatch]]) -> Callable[[int], float]:
    """Round `number`: append its batches one after the other, until the last is durable."""

    def run(number: int) -> float:
        before = store.cpu_elsewhere()
        for batch in batches[number]:
            store.append(batch)
        store.settle()
        return store.cpu_elsewhere() - before

    return run


def judge(store: Peer, batches: Sequence[Sequence[EventBatch]]) -> str:
    """Give one round again, read everything back; "" when each key is there once, else what is wrong."""
    if store.idempotent:
        a_round(store, batches)(0)
    found = store.keys()
    given = {
        key
        for one in batches
        for batch in one
        for key in zip(*(batch[part].tolist() for part in ("stream", "epoch", "seq")), strict=True)
    }
    lost, doubled = len(given - set(found)), len(found) - len(set(found))
    return f"{lost} lost, {doubled} doubled" if lost or doubled or len(found) != len(given) else ""


def stores(folder: Path, postgres: str) -> dict[str, tuple[Peer, int]]:
    """Every contestant with the number of streams its batches mix."""
    found: dict[str, tuple[Peer, int]] = {
        "raw file, CRC + fdatasync": (RawFile(folder), 1),
        "SQLite rows, unique key": (SqliteRows(folder), 1),
        OURS: (Ours(folder / "strict", 1), 1),
        "Dengta log, 8 futures on their way": (Ours(folder / "pipelined", 8), 1),
        "Dengta log, until its database has it too": (Ours(folder / "caught-up", 1, caught_up=True), 1),
        "Dengta log, 500 streams mixed": (Ours(folder / "mixed", 1), 500),
    }
    if postgres:
        found["PostgreSQL COPY + ON CONFLICT"] = (PostgresCopy(postgres), 1)
    return found


def main() -> int:
    """Run, print the table, judge. 0 when every store kept every key."""
    ask = argparse.ArgumentParser(prog="python -m bench.append", description=(__doc__ or "").partition("\n")[0])
    ask.add_argument("--full", action="store_true", help="700 rounds instead of 70")
    ask.add_argument("--postgres", default=POSTGRES, help="where PostgreSQL answers; '' leaves it out")
    ask.add_argument("--seed", type=int, default=1)
    told = ask.parse_args()
    rounds, count = 700 if told.full else 70, 10
    folder = OUT / "append"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    made = {streams: StreamBatches(streams, SIZE, told.seed) for streams in (1, 500)}
    batches = {streams: [[m.next() for _ in range(count)] for _ in range(WARM + rounds)] for streams, m in made.items()}
    contestants = stores(folder, told.postgres)
    print(f"append: {rounds} rounds of {count} batches of {SIZE:,} events, seed {told.seed}; {machine()}")
    laps = interleaved({name: a_round(s, batches[n]) for name, (s, n) in contestants.items()}, rounds, told.seed, WARM)
    print_laps(laps, OURS, count * SIZE, CLAIMS)
    wrong = judged({name: judge(s, batches[n]) for name, (s, n) in contestants.items()})
    for store, _ in contestants.values():
        store.close()
    shutil.rmtree(folder)
    return int(wrong)


if __name__ == "__main__":
    raise SystemExit(main())
