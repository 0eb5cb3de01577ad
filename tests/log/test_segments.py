"""The sealed file: small for a dense hour, and every column comes back."""

import numpy as np
import pyarrow as pa

from dengta.core.batch import EventBatch
from dengta.core.event import FIELD, TEXT_FIELDS
from dengta.core.time import SECOND
from dengta.core.vocabulary import EventType
from dengta.log import segments
from dengta.log.selection import Selection
from tests.log.plant import NOON

MACHINES, READINGS = 100, 720


def dense_hour():
    """A reading every five seconds from each machine: mostly counters, energy, states, pieces; times jitter."""
    rng = np.random.default_rng(5)
    n = MACHINES * READINGS
    machine, k = np.tile(np.arange(MACHINES), READINGS), np.repeat(np.arange(READINGS), MACHINES)
    ts = NOON + k * 5 * SECOND + machine * 40_000 + rng.integers(0, 20_000, n)
    kind = rng.choice(
        [EventType.COUNTER, EventType.ENERGY, EventType.STATE, EventType.GOOD], n, p=[0.7, 0.15, 0.1, 0.05]
    )
    texts = ["", "pieces", "electricity", "running", "idle", "Wh"]
    texts += [f"M{i:03d}" for i in range(MACHINES)] + [f"WO-2026-{i:05d}" for i in range(150)]
    meter, count = rng.integers(0, 10**7, MACHINES)[machine], rng.integers(0, 10**5, MACHINES)[machine]
    counter, energy, state = kind == EventType.COUNTER, kind == EventType.ENERGY, kind == EventType.STATE
    return EventBatch.from_columns(
        n,
        texts,
        stream=rng.integers(0, 2**53, MACHINES)[machine],
        epoch=3,
        seq=k,
        ts=ts,
        recv=(ts // 20_000 + 1) * 20_000 + 311,
        clock=1,
        type=kind,
        subject=6 + machine,
        code=np.select([counter, energy, state], [1, 2, rng.integers(3, 5, n)], 0),
        order=6 + MACHINES + (machine + k // 180) % 150,
        unit=np.where(energy, 5, 0),
        value=np.select([counter, energy, ~state], [count + k * 2, meter + k * 37 + rng.integers(0, 30, n), 1], 0),
    )


def test_a_dense_hour_costs_at_most_thirteen_bytes_an_event_and_comes_back():
    batch = dense_hour()
    segment, data = segments.build(batch, site="furniture", no=1, previous=b"", arrived=NOON)
    assert segment.size / segment.events <= 13
    assert segments.describe(segment.file, data) == segment
    back = segments.read(pa.BufferReader(data), Selection()).sorted()
    batch = batch.sorted()
    for name in FIELD:
        if name in TEXT_FIELDS:
            assert back.text(name).tolist() == batch.text(name).tolist()
        else:
            assert back[name].tolist() == batch[name].tolist()
