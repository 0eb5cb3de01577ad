"""The log against a naive model: a set of keys. Shuffled, doubled, with holes, refilled, sealed, joined, reopened."""

import random
import shutil
import tempfile
from pathlib import Path

import duckdb
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from dengta.core.time import DAY, HOUR
from dengta.log import Log, LogReader, Settings
from tests.log.plant import DRILL, EDGE, NOON, SAW, SITE, Clock, events, keys_of, same

KEY = st.tuples(st.sampled_from([SAW, EDGE, DRILL]), st.integers(1, 2), st.integers(0, 60))


class LogMachine(RuleBasedStateMachine):
    """Every acknowledged event is readable exactly once, whatever happened between."""

    def __init__(self) -> None:
        super().__init__()
        self.home = Path(tempfile.mkdtemp())
        self.clock = Clock(NOON + 7 * HOUR)
        self.held: set = set()
        self.seen: list = []
        self.deaths = 0

    @initialize(group=st.sampled_from([1, 8, 1000]), store_wait=st.sampled_from([0, HOUR]))
    def start(self, group: int, store_wait: int) -> None:
        """An hour: only what needs the database brings it up to date, all else is read from the journal."""
        self.settings = Settings(group_events=group, group_wait=0, segment_events=8, store_wait=store_wait)
        self.log = Log.open(self.home / "log", SITE, self.clock, settings=self.settings)

    @rule(keys=st.lists(KEY, min_size=1, max_size=30))
    def append_anything(self, keys: list) -> None:
        mark = self.log.append(events(keys)).result(5)
        new = set(keys) - self.held
        assert (mark.accepted, mark.duplicates) == (len(new), len(keys) - len(new))
        self.held |= new

    @rule(stream=st.sampled_from([SAW, EDGE]), lo=st.integers(0, 50), n=st.integers(1, 12), seed=st.integers(0, 99))
    def append_shuffled_in_flight(self, stream: int, lo: int, n: int, seed: int) -> None:
        keys = [(stream, 1, seq) for seq in range(lo, lo + n)] * 2
        random.Random(seed).shuffle(keys)
        marks = [f.result(5) for f in [self.log.append(events([key])) for key in keys]]
        new = set(keys) - self.held
        assert sum(mark.accepted for mark in marks) == len(new)
        self.held |= new

    @rule(hours=st.integers(0, 8))
    def seal(self, hours: int) -> None:
        self.log.seal(NOON + hours * HOUR)

    @rule()
    def wait_a_day(self) -> None:
        self.clock.at += DAY

    @rule()
    def reopen(self) -> None:
        self.log.close()
        self.log = Log.open(self.home / "log", SITE, self.clock, settings=self.settings)

    @precondition(lambda self: self.settings.store_wait)
    @rule()
    def die(self) -> None:
        """As `kill -9` leaves it: the folder as it is at an instant when the writer is at nothing."""
        copy = self.home / f"{self.deaths}"
        self.deaths += 1
        shutil.copytree(self.home / "log", copy)
        self.log.close()
        shutil.rmtree(self.home / "log")
        copy.rename(self.home / "log")
        assert sorted(keys_of(LogReader(self.home / "log").read())) == sorted(self.held)
        self.log = Log.open(self.home / "log", SITE, self.clock, settings=self.settings)

    @rule(lo=st.integers(0, 7), hours=st.integers(1, 3))
    def read_a_window(self, lo: int, hours: int) -> None:
        start, end = NOON + lo * HOUR, NOON + (lo + hours) * HOUR
        wanted = [key for key in self.held if start <= events([key])["ts"][0] < end]
        read = self.log.reader.read(start, end)
        assert sorted(keys_of(read)) == sorted(wanted)
        con = duckdb.connect()
        assert self.log.reader.relation(con, start, end).count("*").fetchall() == [(len(wanted),)]
        con.close()

    @invariant()
    def readable_exactly_once(self) -> None:
        if not hasattr(self, "log"):
            return
        read = self.log.reader.read()
        assert sorted(keys_of(read)) == sorted(self.held)
        assert same(read, events(sorted(self.held)).sorted())
        held = {(s, m.epoch, q) for s in (SAW, EDGE, DRILL) for m in self.log.marks(s) for q in _numbers(m)}
        assert held == self.held

    def teardown(self) -> None:
        if hasattr(self, "log"):
            found = self.log.reader.verify()
            self.log.close()
            shutil.rmtree(self.home)
            assert found == []


def _numbers(mark):
    return [*range(mark.next), *(q for lo, hi in mark.above for q in range(lo, hi))]


TestLogModel = LogMachine.TestCase
TestLogModel.settings = settings(
    max_examples=15, stateful_step_count=12, deadline=None, suppress_health_check=list(HealthCheck)
)
