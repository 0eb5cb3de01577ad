"""Reading few columns, part by part: each subject's events in their order, sealed or not, whatever came late."""

from __future__ import annotations

import random
from pathlib import Path

import numpy as np

from dengta.core.batch import EventBatch
from dengta.core.event import Event
from dengta.core.time import HOUR, MINUTE
from dengta.core.vocabulary import EventType
from dengta.log import Log, LogReader

START = 497_000 * HOUR


def test_parts_hold_every_event_in_the_order_of_its_subject(tmp_path: Path) -> None:
    """Hours sealed in turn, one again for what came late, the last one still open."""
    chance = random.Random(1)
    events = [
        Event(
            stream=1 + i % 3,
            epoch=1,
            seq=i // 3,
            ts=START + chance.randrange(5 * 60) * MINUTE,
            type=EventType.GOOD,
            subject=f"m{chance.randrange(4)}",
            order=chance.choice(["", "A"]),
            value=i,
        )
        for i in range(600)
    ]
    late = [e for e in events if e.ts < START + HOUR and e.seq % 5 == 0]
    with Log.open(tmp_path, "site", lambda: START + 6 * HOUR) as log:
        log.append(EventBatch.of(e for e in events if e not in late)).result()
        for hour in (1, 2, 3):
            log.seal(START + hour * HOUR)
        log.append(EventBatch.of(late)).result()
        log.seal(START + 3 * HOUR)
        parts = list(LogReader(tmp_path).ordered(columns=("value", "order")))
        assert len(parts) > 1
        assert not {"recv", "person"} & set(parts[1].columns)
        told = [
            (s, int(t), int(v), o)
            for part in parts
            for s, t, v, o in zip(part.text("subject"), part["ts"], part["value"], part.text("order"), strict=True)
        ]
        for subject in ("m0", "m1", "m2", "m3"):
            mine = [e for e in told if e[0] == subject]
            truth = sorted((e for e in events if e.subject == subject), key=lambda e: (e.ts, *e.key))
            assert mine == [(e.subject, e.ts, e.value, e.order) for e in truth]
        some = list(LogReader(tmp_path).ordered(START + HOUR, START + 2 * HOUR, columns=("value",)))
        ts = np.concatenate([part["ts"] for part in some])
        assert len(ts) == sum(START + HOUR <= e.ts < START + 2 * HOUR for e in events)
    assert list(LogReader(tmp_path / "nothing").ordered(columns=("value",))) == []
