"""Seeded `kill -9` of the writer under load: nothing acknowledged is lost, nothing is there twice.

Claim: 0 lost and 0 doubled in 200 kills. Two senders post small batches through the door all the time, repeat some
and hold some back; the ingest process seals all the while; it is killed at a drawn moment and started again. The
oracle is the senders' own list of acknowledged keys; the content of an event follows from its key, so a wrong one
shows as well.
"""

from __future__ import annotations

import argparse
import json
import random
import shutil
import threading
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from bench.stand.doorkeeper import Doorkeeper
from bench.stand.rounds import OUT, machine
from dengta.connect.sender import DoorSender
from dengta.core.batch import EventBatch
from dengta.core.ids import stream_id
from dengta.core.time import HOUR, SECOND
from dengta.core.vocabulary import ClockSource, EventType
from dengta.log import LogReader
from dengta.site.home import Home, SiteFolder

SITE = "kill9"
BLOCK = 10
"""Kills that one log lives through before a fresh one is begun."""
LONGEST_LIFE_S = 0.25
SEAL_EVERY_S = 0.02
START = 1_790_000_000 * SECOND // HOUR * HOUR


@dataclass(frozen=True, slots=True)
class Round:
    """What one kill did."""

    seed: int
    round: int
    killed_after_ms: float
    acknowledged: int
    kept: int
    lost: int
    doubled: int
    wrong: int

    @property
    def right(self) -> bool:
        """Nothing lost, doubled or changed."""
        return not (self.lost or self.doubled or self.wrong)


def events(stream: int, seqs: NDArray) -> EventBatch:
    """The events of `seqs`: everything about them follows from their key. Some repeat texts, some carry their own."""
    texts = ["", "M-1", "pieces", *(f"WO-{seq}" for seq in seqs.tolist())]
    return EventBatch.from_columns(
        len(seqs),
        texts,
        stream=stream,
        epoch=1,
        seq=seqs,
        ts=START + seqs * SECOND,
        recv=START + seqs * SECOND + 7,
        clock=int(ClockSource.DEVICE),
        type=int(EventType.COUNTER),
        subject=1,
        code=2,
        order=3 + np.arange(len(seqs)),
        value=seqs * 31 % 100_003,
    )


class Sender(threading.Thread):
    """Posts batches of one stream until told to stop; `acknowledged` and `sent` are its books."""

    def __init__(self, folder: SiteFolder, number: int, seed: str) -> None:
        super().__init__(name=f"sender-{number}", daemon=True)
        self.stream = stream_id(SITE, f"sender-{seed}-{number}")
        self.acknowledged: list[NDArray] = []
        self.sent = 0
        self.fault: BaseException | None = None
        self._folder = folder
        self._random = random.Random(f"{seed}/{number}")
        self._ends = threading.Event()

    def run(self) -> None:
        """Post until told to stop, then what was held back; whatever stops it earlier is kept in `fault`."""
        try:
            with DoorSender(self._folder, seed=self._random.randrange(2**32)) as door:
                held = np.empty(0, np.int64)
                while not self._ends.is_set():
                    fresh = self._fresh()
                    cut = len(fresh) // 2 if self._random.random() < 0.1 else 0
                    self._post(door, np.concatenate([fresh[cut:], held]))
                    held = fresh[:cut]
                    if self._random.random() < 0.1:
                        self._post(door, self._random.choice(self.acknowledged))
                if len(held):
                    self._post(door, held)
        except BaseException as fault:  # noqa: BLE001 - the bench reports it and fails
            self.fault = fault

    def stop(self) -> None:
        """Finish what is on its way; raises what stopped the sender before."""
        self._ends.set()
        self.join(90)
        if self.fault is not None or self.is_alive():
            raise RuntimeError(f"{self.name} did not finish") from self.fault

    def _fresh(self) -> NDArray:
        first, self.sent = self.sent, self.sent + self._random.randint(1, 400)
        return np.arange(first, self.sent)

    def _post(self, door: DoorSender, seqs: NDArray) -> None:
        door.send(events(self.stream, seqs))
        self.acknowledged.append(seqs)


def books(sender: Sender) -> NDArray:
    """The seqs acknowledged to `sender` so far, each once."""
    return np.unique(np.concatenate([np.empty(0, np.int64), *list(sender.acknowledged)]))


def compare(folder: SiteFolder, promised: dict[int, NDArray]) -> tuple[int, int, int, int]:
    """(kept, lost, doubled, wrong) of the log against the promised seqs of each stream."""
    batch = LogReader(folder.log).read()
    lost = doubled = wrong = 0
    for stream, seqs in promised.items():
        mine = batch.take(batch["stream"] == stream)
        found, times = np.unique(mine["seq"], return_counts=True)
        lost += int(np.count_nonzero(~np.isin(seqs, found)))
        doubled += int((times - 1).sum())
        should = events(stream, mine["seq"])
        same = np.ones(len(mine), bool)
        for name in ("epoch", "ts", "recv", "clock", "type", "value"):
            same &= mine[name] == should[name]
        for name in ("subject", "code", "order"):
            same &= mine.text(name) == should.text(name)
        wrong += int(np.count_nonzero(~same))
    wrong += int(np.count_nonzero(~np.isin(batch["stream"], list(promised))))
    return len(batch), lost, doubled, wrong


def block(home: Home, seed: int, rounds: range) -> Iterator[Round]:
    """One log through `rounds` kills, then in peace to the end: then it holds all that was sent, and verifies."""
    folder = home.site(SITE)
    draw = random.Random(f"{seed}/{rounds.start}")
    senders = [Sender(folder, number, f"{seed}/{rounds.start}") for number in (1, 2)]
    keeper = Doorkeeper(home, SITE)
    for sender in senders:
        sender.start()
    for number in rounds:
        keeper.keep_sealing(SEAL_EVERY_S)
        seen = sum(len(sender.acknowledged) for sender in senders)
        while sum(len(sender.acknowledged) for sender in senders) == seen and all(s.is_alive() for s in senders):
            time.sleep(0.002)
        life = draw.uniform(0, LONGEST_LIFE_S)
        time.sleep(life)
        keeper.kill()
        promised = {sender.stream: books(sender) for sender in senders}
        kept, lost, doubled, wrong = compare(folder, promised)
        yield Round(seed, number, round(life * 1e3, 1), sum(map(len, promised.values())), kept, lost, doubled, wrong)
        keeper = Doorkeeper(home, SITE)
    for sender in senders:
        sender.stop()
    keeper.stop()
    everything = {sender.stream: np.arange(sender.sent) for sender in senders}
    kept, lost, doubled, wrong = compare(folder, everything)
    if lost or doubled or wrong or kept != sum(map(len, everything.values())):
        raise RuntimeError(f"after the last round: {kept} kept, {lost} lost, {doubled} doubled, {wrong} wrong")


def run(rounds: int, seed: int, folder: Path, done: frozenset[int] = frozenset()) -> Iterator[Round]:
    """The rounds of 0..rounds not in `done`, in blocks on a fresh log each."""
    for first in range(0, rounds, BLOCK):
        left = [number for number in range(first, min(first + BLOCK, rounds)) if number not in done]
        if not left:
            continue
        shutil.rmtree(folder, ignore_errors=True)
        yield from block(Home.at(folder), seed, range(left[0], left[-1] + 1))
        shutil.rmtree(folder, ignore_errors=True)


def main() -> int:
    """Kill, restart, compare; one JSON line a round in bench/out/kill9.jsonl, rounds found there are not run again."""
    ask = argparse.ArgumentParser(prog="python -m bench.kill9", description=(__doc__ or "").partition("\n")[0])
    ask.add_argument("--full", action="store_true", help="200 rounds instead of 60")
    ask.add_argument("--rounds", type=int, help="how many")
    ask.add_argument("--seed", type=int, default=1)
    told = ask.parse_args()
    rounds = told.rounds or (200 if told.full else 60)
    OUT.mkdir(exist_ok=True)
    book = OUT / "kill9.jsonl"
    lines = [json.loads(line) for line in book.read_text().splitlines()] if book.exists() else []
    results = {one["round"]: Round(**one) for one in lines if one["seed"] == told.seed and one["round"] < rounds}
    print(
        f"kill9: {rounds} rounds, {len(results)} of them known from before, seed {told.seed}; {machine()}", flush=True
    )
    with book.open("a") as out:
        for one in run(rounds, told.seed, OUT / "kill9-home", frozenset(results)):
            results[one.round] = one
            out.write(json.dumps(asdict(one)) + "\n")
            out.flush()
    lost, doubled, wrong = (sum(getattr(r, name) for r in results.values()) for name in ("lost", "doubled", "wrong"))
    last = {number // BLOCK: results[number] for number in sorted(results)}
    print("\n| kills | acknowledged | lost | doubled | wrong content |\n|---:|---:|---:|---:|---:|")
    print(f"| {len(results)} | {sum(r.acknowledged for r in last.values()):,} | {lost} | {doubled} | {wrong} |")
    return int(any(not r.right for r in results.values()))


if __name__ == "__main__":
    raise SystemExit(main())
